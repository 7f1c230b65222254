from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from clipsaver.local import postgres as local_postgres
from tests import requirements_table
from tests.functional.install import stage as stages
from tests.functional.install.stage import Stage

SCREENSHOTS = Path(__file__).parents[2] / ".cache" / "screenshots"

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=requirements_table.find_browser(), args=_ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def database(postgres: local_postgres.Postgres, template_database: str) -> Iterator[str]:
    with stages.database(postgres, template_database) as name:
        yield name


@pytest.fixture
def stage(postgres: local_postgres.Postgres, database: str) -> Iterator[Stage]:
    with stages.stage(postgres, database) as stage:
        yield stage


@pytest.fixture(scope="module")
def screenshots() -> Path:
    """Where pictures are left for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
