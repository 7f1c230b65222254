"""The operator's AWS account, through botocore, and what can go wrong with it.

    AwsError             AWS, or the way to it
    ├── AnswerLost       what was asked may go on, or be done
    ├── NotSignedIn      no credentials, or none that AWS accepts
    ├── NotDeployed      what should be there is not
    └── OperationFailed  the operations function raised

The tree is apart from the product's own: functions on Lambda have credentials and a region.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import botocore.session
from botocore import exceptions
from botocore.config import Config

_NOT_ACCEPTED: Final = frozenset(
    {"ExpiredTokenException", "InvalidSignatureException", "UnrecognizedClientException"}
)
"""Codes of credentials that AWS refuses (AWS API references, Common errors)."""

_KEEPALIVE: Final = {
    "TCP_KEEPIDLE": 60,
    "TCP_KEEPALIVE": 60,
    "TCP_KEEPINTVL": 30,
    "TCP_KEEPCNT": 5,
}
"""Seconds, and how many; the second is the first's name on macOS. NAT gateways wait 350 s."""


class AwsError(Exception):
    """Base of the tree; each message tells its reader what to do."""


class AnswerLost(AwsError):
    """The connection was lost after the question; what was asked may go on, or be done."""


class NotSignedIn(AwsError):
    """There are no credentials, or AWS does not accept them."""


class NotDeployed(AwsError):
    """Nothing of that name is in this region of this account."""


def client(service: str, region: str | None, *, patience_seconds: float | None = None) -> Any:  # noqa: ANN401 -- made at run time
    """A client of an AWS service, on the credentials of the environment or of ~/.aws.

    Args:
        service: Its name at botocore.
        region: None for the one of the environment or of ~/.aws.
        patience_seconds: How long to wait for an answer to something that must not be asked twice;
            None for botocore's own patience.

    Raises:
        AwsError: no region is known, or the profile is not.
    """
    with translated_errors():
        made = botocore.session.get_session().create_client(
            service, region_name=region, config=_config(patience_seconds)
        )
    if patience_seconds is not None:
        _keep_alive(made)
    return made


def _config(patience_seconds: float | None) -> Config | None:
    if patience_seconds is None:
        return None
    return Config(
        read_timeout=patience_seconds, retries={"total_max_attempts": 1}, tcp_keepalive=True
    )


def _keep_alive(made: Any) -> None:  # noqa: ANN401 -- see client
    """Have the connection say something now and then: routers forget a silent one.

    botocore turns keepalive on, and leaves its time at the system's, which is two hours.
    """
    options = made._endpoint.http_session._socket_options  # noqa: SLF001 -- there is no public way
    options += [
        (socket.IPPROTO_TCP, getattr(socket, name), value)
        for name, value in _KEEPALIVE.items()
        if hasattr(socket, name)
    ]


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what botocore raises into sentences for the operator.

    Raises:
        AwsError: botocore raised.
    """
    try:
        yield
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
        raise NotSignedIn(
            "There are no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and"
            " AWS_SECRET_ACCESS_KEY, or sign in with aws configure"
        ) from error
    except exceptions.NoRegionError as error:
        raise AwsError("No AWS region is chosen: give --region or set AWS_REGION") from error
    except exceptions.ClientError as error:
        raise _refusal(error) from error
    except (exceptions.ConnectionClosedError, exceptions.ReadTimeoutError) as error:
        raise AnswerLost(f"AWS did not answer before the connection was lost: {error}") from error
    except exceptions.BotoCoreError as error:
        raise AwsError(f"AWS could not be asked: {error}") from error


def _refusal(error: exceptions.ClientError) -> AwsError:
    told = error.response.get("Error", {})
    code, message = told.get("Code", "no code"), told.get("Message", "no reason given")
    if code in _NOT_ACCEPTED:
        return NotSignedIn(f"AWS does not accept these credentials ({code}): sign in again")
    return AwsError(f"AWS refused {error.operation_name}: {message} ({code})")
