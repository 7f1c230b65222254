"""Somebody who deploys to an AWS of this machine, as docs/deploy.md tells them to."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clipsaver.emulator.server import DiscordServer
from tests.infra import tools
from tests.infra.conftest import ROOT
from tests.infra.front_door import FrontDoor
from tests.infra.ministack import Ministack

STACK: Final = "clip-saver"
"""As samconfig.toml names it."""


@dataclass(frozen=True)
class Operator:
    """Somebody with the repository, an AWS account and a Discord application.

    Attributes:
        template: What `sam build` made.
        parameters: What they tell `sam deploy`.
    """

    template: Path
    home: Path
    ministack: Ministack
    discord: DiscordServer
    door: FrontDoor
    database_url: str
    parameters: dict[str, str]

    def deploy(self, **changed: str) -> str:
        """Run `sam deploy`; what it prints."""
        self.parameters.update(changed)
        result = self.try_to_deploy()
        assert result.returncode == 0, result.stdout + result.stderr + self.logs("deploy")
        return result.stdout

    def try_to_deploy(self, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run `sam deploy` with parameters that are not kept; how it ends and what it prints."""
        parameters = self.parameters | changed
        return self.sam(
            *("deploy", "--template-file", self.template, "--parameter-overrides"),
            *(f'{name}="{value}"' for name, value in parameters.items()),
        )

    def sam(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run SAM as samconfig.toml tells it to; how it ends and what it prints."""
        verb, *others = arguments
        return subprocess.run(
            [
                *(tools.program("infra", "sam"), verb),
                *("--config-file", ROOT / "samconfig.toml", *others),
            ],
            env={
                **self.ministack.variables,
                "HOME": str(self.home),
                "SAM_CLI_TELEMETRY": "0",
                "COLUMNS": "300",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def store(self, **changed: str) -> str:
        """Write the secret, as it should be or with other values; its ARN."""
        application = self.discord.world.application
        text = json.dumps(
            {
                "BOT_TOKEN": application.bot_token,
                "DISCORD_CLIENT_SECRET": application.client_secret,
                "DATABASE_URL": self.database_url,
            }
            | changed
        )
        secrets = self.ministack.client("secretsmanager")
        try:
            arn: str = secrets.create_secret(Name="clip-saver", SecretString=text)["ARN"]
        except secrets.exceptions.ResourceExistsException:
            arn = secrets.put_secret_value(SecretId="clip-saver", SecretString=text)["ARN"]
        return arn

    def status(self) -> str | None:
        """What CloudFormation says of the stack; None if there is none."""
        cloud = self.ministack.client("cloudformation")
        try:
            (found,) = cloud.describe_stacks(StackName=STACK)["Stacks"]
        except cloud.exceptions.ClientError:
            return None
        status: str = found["StackStatus"]
        return status

    def last_changes(self) -> list[tuple[str, str]]:
        """Each action of the last change set, and the resource it was taken on."""
        cloud = self.ministack.client("cloudformation")
        summaries = cloud.list_change_sets(StackName=STACK)["Summaries"]
        newest = max(summaries, key=lambda summary: summary["CreationTime"])
        found = cloud.describe_change_set(StackName=STACK, ChangeSetName=newest["ChangeSetName"])
        changes = [change["ResourceChange"] for change in found["Changes"]]
        return [(change["Action"], change["LogicalResourceId"]) for change in changes]

    def logs(self, function: str) -> str:
        """Everything that a function has logged."""
        client = self.ministack.client("logs")
        pages = client.get_paginator("filter_log_events")
        try:
            return "\n".join(
                event["message"]
                for page in pages.paginate(logGroupName=f"/clip-saver/{STACK}/{function}")
                for event in page["events"]
            )
        except client.exceptions.ResourceNotFoundException:
            return ""
