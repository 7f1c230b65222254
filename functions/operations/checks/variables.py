"""Whether the variables, the secret and the settings file hold what Clip Saver needs."""

from typing import Final

from functions.operations import finding
from functions.operations.finding import Finding
from functions.operations.parts import Parts
from functions.shared import errors

_NEEDED: Final = (
    "DISCORD_PUBLIC_KEY",
    "DISCORD_APPLICATION_ID",
    "BOT_TOKEN",
    "DISCORD_CLIENT_SECRET",
    "DATABASE_URL",
)
_FIX: Final = "Put it into the secret of SECRET_ARN or into the variable; see .env.example"
_SETTINGS_FIX: Final = "Correct the file, then `make build deploy`"


async def check(parts: Parts) -> list[Finding]:
    """Look at every variable, and at the settings file."""
    wrong = [found for name in _NEEDED if (found := await _variable(parts, name))]
    problems = parts.configuration.environment.problems
    wrong += [
        finding.warning("variables", told, _FIX)
        for name, told in problems.items()
        if name not in _NEEDED
    ]
    fine = finding.fine("variables", "all that is needed is there")
    return [*(wrong or [fine]), _settings(parts)]


async def _variable(parts: Parts, name: str) -> Finding | None:
    try:
        await parts.configuration.require(name)
    except errors.ConfigurationError as error:
        return finding.failure("variables", str(error), _FIX)
    return None


def _settings(parts: Parts) -> Finding:
    try:
        _ = parts.tunables
    except errors.ConfigurationError as error:
        return finding.failure("settings file", str(error), _SETTINGS_FIX)
    path = parts.configuration.environment.settings_path
    return finding.fine("settings file", f"{path.name} is valid")
