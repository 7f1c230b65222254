"""A Secrets Manager of the tests' own: moto's, which the functions reach over HTTP."""

import json
import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import botocore.session
from moto.server import ThreadedMotoServer

REGION: Final = "eu-central-1"
"""Not the one of the other local services: a function must take it from the secret's ARN."""


def variables(url: str) -> dict[str, str]:
    """What a function needs in its environment to ask the Secrets Manager at this address."""
    return {
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }


class SecretsManager:
    """Secrets, for as long as a `with` block lasts.

    Attributes:
        variables: What a function needs in its environment to reach it.
    """

    def __enter__(self) -> Self:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        url = f"http://{host}:{port}"
        self.variables = variables(url)
        self.client: Any = botocore.session.get_session().create_client(
            "secretsmanager",
            region_name=REGION,
            endpoint_url=url,
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.client.close()
        self._server.stop()

    def store(self, content: Mapping[str, object] | str) -> str:
        """Make a secret; its ARN."""
        made = self.client.create_secret(Name=f"clips-{uuid4().hex}", SecretString=_text(content))
        return str(made["ARN"])

    def replace(self, arn: str, content: Mapping[str, object] | str) -> None:
        """Give a secret a new version."""
        self.client.put_secret_value(SecretId=arn, SecretString=_text(content))


def _text(content: Mapping[str, object] | str) -> str:
    return content if isinstance(content, str) else json.dumps(content)
