"""Which stack a verb is meant for, as its options and samconfig.toml say."""

from typing import Annotated

import typer

from clipsaver import samconfig
from clipsaver.operations.stack import Stack

StackName = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", help="The stack; else of samconfig.toml.")
]
DeployedStack = Annotated[
    str | None,
    typer.Option("--stack", metavar="NAME", help="A deployed stack, instead of the variables."),
]
Region = Annotated[str | None, typer.Option(help="Its region; else of samconfig.toml.")]
Environment = Annotated[
    str, typer.Option("--config-env", help="Which environment of samconfig.toml.")
]


def name_and_region(
    stack: str | None, region: str | None, environment: str
) -> tuple[str, str | None]:
    """A stack's name and region; what is not given is looked for in samconfig.toml.

    Raises:
        BadParameter: nobody names a stack.
        ConfigurationError: samconfig.toml cannot be read.
    """
    if stack is not None:
        return stack, region
    options = samconfig.deploy_options(samconfig.PATH, environment)
    found = options.get("stack_name")
    if found is None:
        raise typer.BadParameter("samconfig.toml names no stack either", param_hint="--stack")
    return str(found), region or options.get("region")


def read(stack: str | None, region: str | None, environment: str) -> Stack:
    """The stack, as it is deployed.

    Raises:
        BadParameter: nobody names a stack.
        ConfigurationError: samconfig.toml cannot be read.
        AwsError: AWS could not be asked, or has no such stack.
    """
    return Stack.read(*name_and_region(stack, region, environment))
