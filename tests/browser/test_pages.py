"""An install as somebody does it, in a browser, and the pages as they look there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.functional.install.stage import Stage

pytestmark = pytest.mark.needs("browser")

PHONE, DESKTOP = 390, 1280
PAGES = {"landing": "/", "privacy": "/privacy", "incomplete-link": "/install/callback"}


@pytest.fixture
def page(chromium: Browser, stage: Stage) -> Iterator[Page]:
    """A page of a fresh browser; what its policy blocks is an error."""
    context = chromium.new_context(base_url=stage.gateway.url, viewport=_size(DESKTOP))
    opened = context.new_page()
    blocked: list[str] = []
    opened.on(
        "console",
        lambda message: (
            blocked.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield opened
    context.close()
    assert blocked == []


def _size(width: int) -> ViewportSize:
    return ViewportSize(width=width, height=900)


def test_from_the_landing_page_to_a_server_with_the_bot_in_it(
    page: Page, stage: Stage, screenshots: Path
) -> None:
    page.goto("/")
    page.get_by_role("link", name="Add to Discord").click()
    expect(page.get_by_role("heading")).to_have_text("Clip Saver wants to access your account")
    page.get_by_label("Add to server").select_option(label="Chess Club")
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clip Saver is in Chess Club")
    page.screenshot(path=screenshots / "installed.png", full_page=True)
    assert stage.guild_ids() == [stage.chess_club.id]
    way_back = page.get_by_role("link", name="Open Chess Club in Discord")
    expect(way_back).to_have_attribute(
        "href", f"{stage.discord.url}/channels/{stage.chess_club.id}"
    )
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("This install is over already")


def test_who_says_no_is_not_installed_and_can_change_their_mind(
    page: Page, stage: Stage, screenshots: Path
) -> None:
    page.goto("/install")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You said no, and that is fine")
    page.screenshot(path=screenshots / "denied.png", full_page=True)
    assert stage.guild_ids() == []
    page.get_by_role("link", name="Start again").click()
    page.get_by_label("Add to server").select_option(label="Chess Club")
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clip Saver is in Chess Club")


def test_the_cookie_is_out_of_reach_of_scripts(page: Page) -> None:
    page.goto("/install")
    page.goto("/")
    assert page.evaluate("document.cookie") == ""
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_phones_and_desktops_by_day_and_by_night(
    chromium: Browser, stage: Stage, screenshots: Path, width: int, scheme: str
) -> None:
    for language in ("en", "de"):
        context = chromium.new_context(
            base_url=stage.gateway.url,
            viewport=_size(width),
            color_scheme="dark" if scheme == "dark" else "light",
            locale=language,
        )
        opened = context.new_page()
        for name, path in PAGES.items():
            opened.goto(path)
            assert opened.evaluate("document.documentElement.scrollWidth") == width, name
            picture = f"{name}-{language}-{width}-{scheme}.png"
            opened.screenshot(path=screenshots / picture, full_page=True)
        context.close()


def test_the_way_to_discord_can_be_reached_and_seen_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_text("Add to Discord")
    assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Authorize")).to_be_visible()


_CONTRASTS = """
() => {
  const luminance = ([r, g, b]) => {
    const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  };
  const parts = color => color.match(/[\\d.]+/g).map(Number);
  const behind = element => {
    for (let each = element; each; each = each.parentElement) {
      const color = parts(getComputedStyle(each).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color.slice(0, 3);
    }
  };
  const texts = [...document.querySelectorAll('main *, header *, footer *')].filter(
    e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && !e.closest('.still')
  );
  return texts.map(e => {
    const [a, b] = [parts(getComputedStyle(e).color), behind(e)].map(luminance);
    return [e.textContent.trim(), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
  });
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_background(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in PAGES.values():
        page.goto(path)
        contrasts = page.evaluate(_CONTRASTS)
        assert len(contrasts) > 5
        # WCAG 2.2, 1.4.3 Contrast (Minimum), for text of any size.
        assert [text for text, contrast in contrasts if contrast < 4.5] == []
