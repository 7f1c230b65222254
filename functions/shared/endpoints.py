"""Where Discord finds a deployment, and how its application says so."""

from typing import Final

INTERACTIONS_PATH: Final = "/interactions"
WEBHOOK_EVENTS_PATH: Final = "/webhook-events"
INSTALL_CALLBACK_PATH: Final = "/install/callback"

EVENTS_DISABLED: Final = 1
EVENTS_ENABLED: Final = 2
EVENTS_DISABLED_BY_DISCORD: Final = 3
"""Discord docs, Application, Application Event Webhook Status."""
