"""The operator's secret in AWS Secrets Manager: a JSON object with variables as its keys.

Read with botocore, which is loaded only by who has a secret to read (see `queue.py`).
"""

import contextlib
import json
import logging
from typing import Any, Final

from functions.shared import errors, settings

_log = logging.getLogger("discord_clip_saver.secret")

_CONNECT_SECONDS: Final = 0.5
_READ_SECONDS: Final = 1.0
_ATTEMPTS: Final = 2
_REGION: Final = 3
"""Its place in an ARN (AWS docs, Amazon Resource Names)."""

_ADVICE: Final = {
    "AccessDeniedException": (
        "allow secretsmanager:GetSecretValue on it, and kms:Decrypt if it has a key of its own"
    ),
    "DecryptionFailure": "allow kms:Decrypt with the key that it is encrypted with",
    "ResourceNotFoundException": "is SECRET_ARN right, and has the secret not been deleted?",
}
"""What to do, by Secrets Manager's error code (its API reference, GetSecretValue)."""
_NO_WAY_ADVICE: Final = (
    "is there a way to Secrets Manager from here? In a VPC that takes a NAT gateway or an interface"
    " endpoint for secretsmanager; elsewhere, credentials for AWS"
)
_SHAPE: Final = (
    'it must be one JSON object of texts, like {"BOT_TOKEN": "...", "POSTGRES_PASSWORD": "..."}'
)

# At DEBUG, botocore logs whole answers, and the secret is one.
logging.getLogger("botocore").setLevel(logging.WARNING)


def read(arn: str) -> dict[str, str]:
    """Fetch the secret; blocks for three seconds at most, beside looking up a host's name.

    Returns:
        Names of variables and their texts, unchecked.

    Raises:
        SecretUnavailable: it could not be fetched.
        ConfigurationError: it is no JSON object of texts; the message holds none of them.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- see above

    try:
        # A resource of the account in that region; whoever reads it may work in another one.
        with contextlib.closing(_client(arn.split(":")[_REGION])) as client:
            answer: dict[str, Any] = client.get_secret_value(SecretId=arn)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise _unavailable(arn, error, _ADVICE.get(code, "try again")) from error
    except BotoCoreError as error:
        raise _unavailable(arn, error, _NO_WAY_ADVICE) from error
    return parse(answer.get("SecretString", ""))


def late(arn: str, seconds: float) -> errors.SecretUnavailable:
    """The error for a secret that did not come in time."""
    return _unavailable(arn, f"no answer within {seconds:.1f} s", _NO_WAY_ADVICE)


def parse(text: str) -> dict[str, str]:
    """The variables in a secret's text; keys that are none are told, and left out.

    Raises:
        ConfigurationError: it is no JSON object of texts; the message holds none of them.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        # The cause would carry the whole text along.
        raise errors.ConfigurationError(f"The secret is not JSON: {_SHAPE}") from None
    if not isinstance(document, dict):
        raise errors.ConfigurationError(f"The secret is not a JSON object: {_SHAPE}")
    for name in document.keys() - settings.SECRET_VARIABLES:
        _warn_unknown(name)
    found = {name: document[name] for name in settings.SECRET_VARIABLES if name in document}
    wrong = [name for name, value in found.items() if not isinstance(value, str)]
    if wrong:
        told = "; ".join(f"{name} must be text, in quotes" for name in wrong)
        raise errors.ConfigurationError(f"The secret: {told}")
    return found


def _client(region: str) -> Any:  # noqa: ANN401 -- botocore makes its clients at run time
    # Only here: see the module's docstring.
    import botocore.config  # noqa: PLC0415
    import botocore.session  # noqa: PLC0415

    limits = botocore.config.Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": _ATTEMPTS},
    )
    session = botocore.session.get_session()
    return session.create_client("secretsmanager", region_name=region, config=limits)


def _unavailable(arn: str, reason: object, advice: str) -> errors.SecretUnavailable:
    return errors.SecretUnavailable(f"The secret {arn} was not read: {reason}; {advice}")


def _warn_unknown(name: str) -> None:
    import difflib  # noqa: PLC0415 -- every cold start imports this module; only a mistake needs it

    nearest = difflib.get_close_matches(name.upper(), settings.SECRET_VARIABLES, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    _log.warning("The secret: unknown key %s is ignored%s", name, hint)
