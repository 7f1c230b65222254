"""What Discord's application should say of this deployment, and what it says. Pure."""

from typing import Final

from functions.shared import endpoints, errors
from functions.shared.models import Application

EVENT_TYPES: Final = ("APPLICATION_AUTHORIZED",)
"""Without a gateway, this event is how an install is learnt of."""

Changes = dict[str, object]
"""Fields as Discord's docs name them (Application, Edit Current Application)."""


def check_identity(application: Application, application_id: int, public_key: str) -> None:
    """Make sure that the bot's token belongs to the application that the functions answer for.

    Raises:
        NotWired: it does not; Discord's requests would all be refused.
    """
    if application.id != application_id:
        raise errors.NotWired(
            f"BOT_TOKEN belongs to application {application.id}, but DISCORD_APPLICATION_ID is "
            f"{application_id}: take both from the same page of the developer portal"
        )
    if application.verify_key not in {None, public_key.lower()}:
        raise errors.NotWired(
            f"DISCORD_PUBLIC_KEY is not that of application {application.id}, which is "
            f"{application.verify_key}"
        )


def interactions(application: Application, base_url: str) -> Changes:
    """What to change so that interactions come here."""
    url = base_url + endpoints.INTERACTIONS_PATH
    if application.interactions_endpoint_url == url:
        return {}
    return {"interactions_endpoint_url": url}


def events(application: Application, base_url: str) -> Changes:
    """What to change so that webhook events come here; types that somebody added stay."""
    url = base_url + endpoints.WEBHOOK_EVENTS_PATH
    is_right = (
        application.event_webhooks_url == url
        and application.event_webhooks_status == endpoints.EVENTS_ENABLED
        and set(EVENT_TYPES) <= set(application.event_webhooks_types)
    )
    if is_right:
        return {}
    return {
        "event_webhooks_url": url,
        "event_webhooks_status": endpoints.EVENTS_ENABLED,
        "event_webhooks_types": sorted({*EVENT_TYPES, *application.event_webhooks_types}),
    }


def clearing(application: Application, base_url: str) -> Changes:
    """What to clear of a deployment that goes away; what leads elsewhere by now stays."""
    changes: Changes = {}
    if application.interactions_endpoint_url == base_url + endpoints.INTERACTIONS_PATH:
        changes["interactions_endpoint_url"] = None
    if application.event_webhooks_url == base_url + endpoints.WEBHOOK_EVENTS_PATH:
        changes["event_webhooks_url"] = None
        changes["event_webhooks_status"] = endpoints.EVENTS_DISABLED
    return changes


def redirect_sentence(application: Application, base_url: str) -> str:
    """Whether installs can come back here; only the developer portal can change that."""
    uri = base_url + endpoints.INSTALL_CALLBACK_PATH
    if uri in application.redirect_uris:
        return "The redirect URI is registered."
    return (
        f"Left to do: paste {uri} into the developer portal, OAuth2, Redirects; installs need it, "
        "and nothing else can set it."
    )
