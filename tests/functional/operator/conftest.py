"""An operator's AWS account: moto's, on the wire."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import botocore.session
import pytest
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner, Result

from clipsaver import aws, cli
from clipsaver.operations import commands

REGION: Final = "eu-central-1"
STACK: Final = "clips"

Verb = Callable[..., Result]


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Account:
    """An AWS account, empty at first."""

    def client(self, service: str) -> Any:
        """A client of one of its services."""
        return aws.client(service, REGION)

    def deploy(self, resources: dict[str, Any]) -> None:
        """Make a stack of these resources."""
        self.client("cloudformation").create_stack(
            StackName=STACK, TemplateBody=json.dumps({"Resources": resources})
        )


@pytest.fixture
def account(moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The operator is signed in to it, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setattr(commands.console, "width", 300)
    reset = botocore.awsrequest.AWSRequest("POST", f"{moto_url}/moto-api/reset")
    botocore.httpsession.URLLib3Session().send(reset.prepare())
    return Account()


@pytest.fixture
def verb(account: Account) -> Verb:
    """Types `clipsaver ... --stack clips --region eu-central-1`."""
    where = ("--stack", STACK, "--region", REGION)

    def type_in(*arguments: str, answer: str = "") -> Result:
        return CliRunner().invoke(cli.app, [*arguments, *where], input=answer)

    return type_in


def rows(output: str) -> Sequence[Sequence[str]]:
    """The cells of the table that was printed."""
    lines = [line.strip("│") for line in output.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.split("│")] for line in lines]
