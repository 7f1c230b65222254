"""The pages for people, as API Gateway serves them."""

import base64
import hashlib
import html
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from clipsaver.local.lambda_environment import LambdaEnvironment
from tests.events import files, signed

ROOT = Path(__file__).parents[3]
BASE = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"
VARIABLES = {
    "DISCORD_PUBLIC_KEY": signed.PUBLIC_KEY,
    "DISCORD_APPLICATION_ID": files.APPLICATION_ID,
    "LOG_LEVEL": "ERROR",
}

Get = Callable[..., dict[str, Any]]


@pytest.fixture
def variables() -> dict[str, str]:
    return dict(VARIABLES)


@pytest.fixture
def get(variables: dict[str, str]) -> Iterator[Get]:
    """GETs a page; the function starts with the first one."""
    with ExitStack() as stack:
        started: list[LambdaEnvironment] = []

        def send(path: str, **headers: str) -> dict[str, Any]:
            if not started:
                started.append(stack.enter_context(LambdaEnvironment("interactions", variables)))
            event = signed.get(path)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            event["headers"] |= named
            result: dict[str, Any] = started[0].invoke(event)
            return result

        yield send


def text(page: dict[str, Any]) -> str:
    """What a page says, without its style sheet."""
    without_style = re.sub(r"<style>.*?</style>", "", page["body"], flags=re.DOTALL)
    return html.unescape(without_style)


def settings_file(folder: Path, content: str) -> str:
    path = folder / "settings.yml"
    path.write_text(content)
    return str(path)


def test_the_landing_page_leads_to_the_install_and_to_privacy(get: Get) -> None:
    page = get("/")
    assert page["statusCode"] == 200
    assert page["headers"]["content-type"] == "text/html; charset=utf-8"
    assert f'<a class="button" href="{BASE}/install">Add to Discord</a>' in page["body"]
    assert f'href="{BASE}/privacy"' in page["body"]


@pytest.mark.parametrize("path", ["/", "/privacy", "/install/callback"])
def test_a_page_allows_no_more_than_it_needs(get: Get, path: str) -> None:
    page = get(path)
    headers = page["headers"]
    policy = dict(
        directive.split(" ", 1) for directive in headers["content-security-policy"].split("; ")
    )
    (style,) = re.findall(r"<style>(.*?)</style>", page["body"], flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"] == "max-age=63072000"
    assert re.findall(r'\sstyle="|\son\w+="|<script', page["body"]) == []


@pytest.mark.parametrize("path", ["/", "/privacy", "/install/callback"])
def test_a_page_loads_nothing_and_names_its_language(get: Get, path: str) -> None:
    page = get(path)
    addresses = re.findall(r'(?:href|src|content)="(\w+:[^"]*)"', page["body"])
    assert [a for a in addresses if not a.startswith((f"{BASE}/", "data:image/svg"))] == []
    assert "url(" not in page["body"]
    assert page["body"].startswith('<!doctype html>\n<html lang="en">')
    assert page["headers"]["content-language"] == "en"
    assert page["headers"]["vary"] == "Accept-Language"


def test_only_pages_about_nobody_may_be_kept(get: Get) -> None:
    assert get("/")["headers"]["cache-control"] == "public, max-age=300"
    assert get("/install/callback")["headers"]["cache-control"] == "no-store"
    redirect = get("/install")
    assert redirect["headers"]["cache-control"] == "no-store"
    assert redirect["headers"]["referrer-policy"] == "no-referrer"


def test_over_plain_http_no_browser_is_told_to_insist_on_tls(get: Get) -> None:
    page = get("/", x_forwarded_proto="http", x_forwarded_port="8000")
    assert "strict-transport-security" not in page["headers"]
    assert f'href="{BASE.replace("https", "http")}:8000/install"' in page["body"]


def test_whoever_prefers_german_reads_german(get: Get) -> None:
    page = get("/", accept_language="de-AT,de;q=0.9,en;q=0.5")
    assert "Zu Discord hinzufügen" in text(page)
    assert '<html lang="de">' in page["body"]
    assert "Dieser Link ist unvollständig" in text(get("/install/callback", accept_language="de"))


def test_the_privacy_page_tells_the_periods_of_this_deployment(
    get: Get, variables: dict[str, str], tmp_path: Path
) -> None:
    variables["DEFAULT_SETTINGS_PATH"] = settings_file(
        tmp_path,
        "database_settings_defaults:\n"
        "  guild_archive_retention_days: 91\n"
        "  install_intent_expire_seconds: 121\n"
        "  scan_run_retention_days: 17\n",
    )
    told = text(get("/privacy"))
    assert "and 91 days after it was removed" in told
    assert "3 minutes; deleted soon after" in told
    assert "17 days." in told


def test_the_privacy_page_promises_no_deletion_where_there_is_none(
    get: Get, variables: dict[str, str], tmp_path: Path
) -> None:
    variables["DEFAULT_SETTINGS_PATH"] = settings_file(
        tmp_path, "database_settings_defaults:\n  guild_archive_retention_days: 0\n"
    )
    assert "until you ask for deletion" in text(get("/privacy"))


def test_the_privacy_page_tells_how_long_copies_are_kept(
    get: Get, variables: dict[str, str], tmp_path: Path
) -> None:
    variables["DEFAULT_SETTINGS_PATH"] = settings_file(
        tmp_path, "pages_settings_defaults:\n  backup_retention_days: 45\n"
    )
    told = text(get("/privacy"))
    assert "Copies against loss" in told
    assert "Each for 45 days" in told
    assert "Copies against loss hold what was deleted for 45 days more" in told
    german = text(get("/privacy", accept_language="de"))
    assert "Jede 45 Tage" in german
    assert "noch 45 Tage" in german


def test_the_privacy_page_tells_of_no_copies_where_there_are_none(
    get: Get, variables: dict[str, str], tmp_path: Path
) -> None:
    variables["DEFAULT_SETTINGS_PATH"] = settings_file(
        tmp_path, "pages_settings_defaults:\n  backup_retention_days: 0\n"
    )
    assert "Copies against loss" not in text(get("/privacy"))
    assert "Kopien" not in text(get("/privacy", accept_language="de"))


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("clips@example.org", "mailto:clips@example.org"),
        ("https://example.org/contact", "https://example.org/contact"),
    ],
)
def test_the_privacy_page_tells_whom_to_ask(
    get: Get, variables: dict[str, str], tmp_path: Path, contact: str, link: str
) -> None:
    variables["DEFAULT_SETTINGS_PATH"] = settings_file(
        tmp_path, f"pages_settings_defaults:\n  operator_contact: {contact}\n"
    )
    assert f'<a href="{link}">{contact}</a>' in get("/privacy")["body"]


def test_without_a_contact_the_privacy_page_refers_to_the_admins(get: Get) -> None:
    assert "Ask the admins of the server" in text(get("/privacy"))


def test_pages_are_served_while_the_settings_are_wrong(get: Get, variables: dict[str, str]) -> None:
    variables["DEFAULT_SETTINGS_PATH"] = "/nowhere.yml"
    assert get("/")["statusCode"] == get("/privacy")["statusCode"] == 200


def test_a_cold_start_loads_nothing_that_only_pages_need() -> None:
    program = (
        "import sys, functions.interactions.handler as handler\n"
        "heavy = {'jinja2', 'httpx', 'psycopg', 'botocore.session', 'yaml'} & set(sys.modules)\n"
        "handler.close()\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), **VARIABLES},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
