from collections.abc import Iterator

import pytest

from clipsaver.emulator.application import EVENTS_ENABLED
from clipsaver.local import postgres as local_postgres
from tests.functional.install import stage as stages
from tests.functional.install.stage import Stage, Visitor


@pytest.fixture(scope="module")
def database(postgres: local_postgres.Postgres, template_database: str) -> Iterator[str]:
    with stages.database(postgres, template_database) as name:
        yield name


@pytest.fixture
def stage(postgres: local_postgres.Postgres, database: str) -> Iterator[Stage]:
    """A stage whose Discord tells of authorisations, and does not wait long to repeat itself."""
    with stages.stage(postgres, database) as stage:
        application = stage.discord.world.application
        application.event_webhooks_url = f"{stage.gateway.url}/webhook-events"
        application.event_webhooks_status = EVENTS_ENABLED
        application.event_webhooks_types = (
            "APPLICATION_AUTHORIZED",
            "APPLICATION_DEAUTHORIZED",
            "ENTITLEMENT_CREATE",
        )
        stage.discord.webhook_events.retry_delays = (0.1,)
        yield stage


@pytest.fixture
def visitor(stage: Stage) -> Iterator[Visitor]:
    visitor = Visitor(stage)
    yield visitor
    visitor.http.close()
