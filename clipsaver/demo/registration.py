"""Steps that make the bot known to Discord: its commands, and where it answers."""

from clipsaver import jobs
from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage
from functions.shared import commands, errors


def register_commands(stage: Stage, report: Report) -> None:
    """Register the slash commands."""
    first = jobs.commands(stage.stack.variables, push=True)
    again = jobs.commands(stage.stack.variables, push=True)
    declared = tuple(command.name for command in commands.COMMANDS)
    report.table(
        "Commands",
        ("name", "description"),
        [(command.name, command.description) for command in commands.COMMANDS],
    )
    report.check("every declared command is registered", first.added == declared, first)
    report.check("registering again writes nothing", not again, again)


def verify_endpoint(stage: Stage, report: Report) -> None:
    """Save the interactions endpoint; Discord verifies it with a good and a forged PING."""
    url = f"{stage.stack.gateway.url}/interactions"
    refused = _save_endpoint(stage, f"{stage.stack.gateway.url}/health")
    report.check(
        "an endpoint that does not check signatures is refused",
        isinstance(refused, errors.BadRequest),
        refused,
    )
    saved = _save_endpoint(stage, url)
    report.check("Discord accepts ours", saved is None, saved)
    report.check(
        "and sends interactions there from now on",
        stage.application.interactions_endpoint_url == url,
        stage.application.interactions_endpoint_url,
    )
    ping = stage.discord.interactions.ping()
    report.check('a signed PING is answered {"type": 1}', ping.json() == {"type": 1}, ping)
    report.check("a forged one is answered 401", stage.discord.interactions.probe())


def _save_endpoint(stage: Stage, url: str) -> errors.DiscordError | None:
    """Why Discord refused it; None if it did not."""
    try:
        jobs.save_endpoint(stage.stack.variables, url)
    except errors.DiscordError as error:
        return error
    return None
