"""Whether the application still sends its interactions and events here. Pure."""

from functions.shared import endpoints, models


def drift(application: models.Application, expected_url: str | None) -> list[str]:
    """What is not as it should be, one sentence each.

    Args:
        application: The application as Discord has it.
        expected_url: This deployment's base URL; None if it is not known here, and then only what
            Discord itself calls disabled counts.
    """
    found = []
    status = application.event_webhooks_status
    if status == endpoints.EVENTS_DISABLED_BY_DISCORD:
        found.append(
            "Discord has disabled the webhook events; `clipsaver doctor` says how to mend it"
        )
    if expected_url is None:
        return found
    wanted = expected_url + endpoints.INTERACTIONS_PATH
    if application.interactions_endpoint_url != wanted:
        found.append(
            f"interactions go to {application.interactions_endpoint_url or 'nowhere'}, "
            f"they should go to {wanted}"
        )
    wanted = expected_url + endpoints.WEBHOOK_EVENTS_PATH
    if application.event_webhooks_url not in {None, wanted}:
        found.append(f"events go to {application.event_webhooks_url}, they should go to {wanted}")
    elif application.event_webhooks_url == wanted and status not in {
        endpoints.EVENTS_ENABLED,
        endpoints.EVENTS_DISABLED_BY_DISCORD,
    }:
        found.append("webhook events are switched off in the developer portal")
    return found
