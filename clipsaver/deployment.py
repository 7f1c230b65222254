"""`sam deploy`, with the purge schedule that the settings ask for, a pause kept, and the moment.

The moment is what makes a deploy migrate and wire again where nothing else has changed.

SAM drops every parameter of samconfig.toml as soon as the command line has one, and of a parameter
given twice it takes the last. So the command line gets them all: the derived one first, then those
of samconfig.toml, then those that the operator typed. What nobody gives keeps its value in the
stack.

Source: samcli.cli.types.CfnParameterOverridesType and samcli.cli.cli_config_file of SAM CLI 1.170.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Final

from clipsaver import samconfig
from clipsaver.schedules import crontab, expression
from functions.shared import errors, settings

_PURGE_SCHEDULE: Final = "PurgeSchedule"
_PAUSED: Final = "Paused"
_DEPLOYED_AT: Final = "DeployedAt"
_OVERRIDES: Final = "parameter_overrides"
_INCLUDE: Final = "$include"
_PARAMETER: Final = re.compile(r"[A-Za-z0-9]+=")
_SCHEDULE: Final = re.compile(
    r'(?<!\S)(SyncSchedule|PurgeSchedule|BackupSchedule)=("(?:\\.|[^"\\])*"|\S*)'
)
"""A schedule among parameters, as SAM reads it."""


@dataclass(frozen=True, slots=True)
class Deploy:
    """What to deploy with.

    Attributes:
        sam: The SAM command line, a path or a name.
        config_file: samconfig.toml.
        environment: Which one of its environments.
        parameters: Template parameters that were typed, `NAME=VALUE`.
        options: Further options of `sam deploy`, handed on as they are.
    """

    sam: str
    config_file: Path
    environment: str
    parameters: Sequence[str]
    options: Sequence[str]

    def target(self) -> tuple[str | None, str | None]:
        """The name of the stack and its region, as far as they are given.

        Raises:
            ConfigurationError: samconfig.toml cannot be read, or has no such environment.
        """
        configured = samconfig.deploy_options(self.config_file, self.environment)
        name = _option("--stack-name", self.options) or configured.get("stack_name")
        return name, _option("--region", self.options) or configured.get("region")

    def command(self, settings_path: Path, now: datetime, *, paused: bool | None) -> list[str]:
        """The command that deploys, ready to be started without a shell.

        Args:
            settings_path: The settings file.
            now: The moment, in UTC.
            paused: Whether the deployed stack is; None if there is none yet, or nobody knows.

        Raises:
            ConfigurationError: samconfig.toml or the settings file do not allow it, or EventBridge
                does not take a schedule.
        """
        configured = samconfig.deploy_options(self.config_file, self.environment)
        given = [
            *_overrides(configured.get(_OVERRIDES)),
            *(_assignment(*typed.split("=", maxsplit=1)) for typed in self.parameters),
        ]
        _check_schedules(given)
        return [
            self.sam,
            "deploy",
            "--config-file",
            str(self.config_file.absolute()),
            "--config-env",
            self.environment,
            *self.options,
            # Last, because it takes whatever follows.
            "--parameter-overrides",
            _assignment(_DEPLOYED_AT, f"{now:%Y-%m-%dT%H:%M:%SZ}"),
            _assignment(_PURGE_SCHEDULE, purge_schedule(settings_path)),
            *([] if paused is None else [_assignment(_PAUSED, str(paused).lower())]),
            *given,
        ]


def problem(parameters: Sequence[str], options: Sequence[str]) -> str | None:
    """What is wrong with what was typed, as a sentence."""
    for typed in parameters:
        if not _PARAMETER.match(typed):
            return f"{typed} is not NAME=VALUE"
    if any(option.startswith("--parameter-overrides") for option in options):
        return "SAM would drop all other parameters: give each as --parameter NAME=VALUE"
    return None


def run(command: Sequence[str]) -> int:
    """Start it in the operator's terminal and wait; its exit status.

    Raises:
        ConfigurationError: there is no such program.
    """
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 -- the operator's own
    except OSError as error:
        raise errors.ConfigurationError(
            f"{command[0]} cannot be started ({error.strerror}); `make deploy` installs SAM,"
            " --sam names another one"
        ) from error


def purge_schedule(settings_path: Path) -> str:
    """The EventBridge expression of the settings' `install_intent_purge_cron`.

    Raises:
        ConfigurationError: the file is wrong, or EventBridge cannot express the line.
    """
    line = settings.load(settings_path).database.install_intent_purge_cron
    try:
        return crontab.to_expression(line)
    except crontab.Inexpressible as error:
        raise errors.ConfigurationError(
            f"{settings_path.name}: database_settings_defaults.install_intent_purge_cron:"
            f" {error} (file {settings_path})"
        ) from error


def _option(name: str, options: Sequence[str]) -> str | None:
    """The value of an option that is handed on, `--name value` or `--name=value`."""
    for option, following in zip_longest(options, options[1:]):
        if option == name:
            return following
        if option.startswith(f"{name}="):
            return option.partition("=")[2]
    return None


def _overrides(configured: object) -> Iterator[str]:
    """samconfig.toml's parameters as arguments: SAM takes text, lists of it, or a table."""
    match configured:
        case None | "":
            return
        case str():
            yield configured
        case list():
            for item in configured:
                yield from _overrides(item)
        case Mapping():
            for name, value in configured.items():
                yield from _table_entry(str(name), value)
        case _:
            raise errors.ConfigurationError(
                f"{_OVERRIDES} in samconfig.toml holds {configured!r};"
                " it takes text, a list or a table"
            )


def _table_entry(name: str, value: object) -> Iterator[str]:
    if name == _INCLUDE:
        yield from _overrides(value)
    elif isinstance(value, list):
        yield _assignment(name, ",".join(str(item).strip() for item in value))
    else:
        yield _assignment(name, str(value))


def _check_schedules(given: Sequence[str]) -> None:
    """Refuse at once what CloudFormation would refuse after an upload, and say more.

    Raises:
        ConfigurationError: the last schedule of a name is none that EventBridge takes.
    """
    for name, written in dict(_SCHEDULE.findall(" ".join(given))).items():
        try:
            expression.check(written.strip('"'))
        except expression.Malformed as error:
            is_cut = written.count("(") > written.count(")")
            hint = f'. A value with blanks wants quotes, {name}="rate(15 minutes)"' * is_cut
            raise errors.ConfigurationError(f"{name}: {error}{hint}") from error


def _assignment(name: str, value: str) -> str:
    """A parameter as SAM reads it; unquoted, a value would end at its first blank."""
    escaped = value.replace('"', r"\"")
    return f'{name}="{escaped}"'
