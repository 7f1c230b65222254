"""The secret over the wire: read, or told why not and what to do."""

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from functions.shared import errors, secret
from tests.secrets_manager import SecretsManager

CONTENT = {"BOT_TOKEN": "token-of-the-secret", "POSTGRES_PASSWORD": " ünusual\n "}
ABSENT = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:absent-AbCdEf"


@contextmanager
def answering(status: int, document: object) -> Iterator[str]:
    """An AWS that gives everybody the same answer; its URL."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as above
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_secret_is_read_in_the_region_of_its_arn(manager: SecretsManager) -> None:
    assert secret.read(manager.store(CONTENT)) == CONTENT


def test_a_new_version_is_read_next_time(manager: SecretsManager) -> None:
    arn = manager.store(CONTENT)
    secret.read(arn)
    manager.replace(arn, CONTENT | {"BOT_TOKEN": "newer"})
    assert secret.read(arn)["BOT_TOKEN"] == "newer"


def test_a_secret_of_bytes_is_none(manager: SecretsManager) -> None:
    made = manager.client.create_secret(Name="bytes", SecretBinary=b"{}")
    with pytest.raises(errors.ConfigurationError, match="not JSON"):
        secret.read(made["ARN"])


def test_a_secret_that_does_not_exist_is_told_with_its_name() -> None:
    with pytest.raises(errors.SecretUnavailable, match="is SECRET_ARN right") as told:
        secret.read(ABSENT)
    assert ABSENT in str(told.value)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("AccessDeniedException", "allow secretsmanager:GetSecretValue"),
        ("DecryptionFailure", "allow kms:Decrypt"),
        ("InvalidParameterException", "try again"),
    ],
)
def test_what_is_refused_is_told_with_what_to_do(
    code: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(400, {"__type": code, "message": "not for you"}) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)
        with pytest.raises(errors.SecretUnavailable, match=advice) as told:
            secret.read(ABSENT)
    assert "not for you" in str(told.value)
    assert ABSENT in str(told.value)


def test_an_aws_out_of_reach_is_told_with_the_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", f"http://127.0.0.1:{port}")
    with pytest.raises(errors.SecretUnavailable, match="NAT gateway or an interface endpoint"):
        secret.read(ABSENT)


def test_an_aws_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)
        started = time.monotonic()
        with pytest.raises(errors.SecretUnavailable, match="NAT gateway"):
            secret.read(ABSENT)
    assert time.monotonic() - started < 5


def test_no_log_line_of_any_library_holds_a_value(
    manager: SecretsManager, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    arn = manager.store(CONTENT)
    caplog.clear()
    secret.read(arn)
    assert not [line for line in caplog.messages if "token-of-the-secret" in line]
