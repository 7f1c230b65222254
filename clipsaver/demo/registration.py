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
    """Save the endpoints; Discord verifies each with a good and a forged PING."""
    base_url = stage.stack.gateway.url
    refused = _refusal(stage, f"{base_url}/health")
    report.check("an address where nobody checks signatures is refused", bool(refused), refused)
    refused = _refusal(stage, base_url)
    report.check("Discord accepts ours", refused is None, refused)
    application = stage.application
    report.check(
        "and sends interactions there from now on",
        application.interactions_endpoint_url == f"{base_url}/interactions",
        application.interactions_endpoint_url,
    )
    report.check(
        "and tells of installs there",
        application.event_webhooks_url == f"{base_url}/webhook-events",
        application.event_webhooks_url,
    )
    ping = stage.discord.interactions.ping()
    report.check('a signed PING is answered {"type": 1}', ping.json() == {"type": 1}, ping)
    report.check("a forged one is answered 401", stage.discord.interactions.probe())


def _refusal(stage: Stage, base_url: str) -> errors.NotWired | None:
    """Why Discord refuses what answers there; None if it does not."""
    try:
        jobs.wire(stage.stack.variables, base_url)
    except errors.NotWired as error:
        return error
    return None
