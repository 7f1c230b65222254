"""The step that installs the bot as somebody in a browser does."""

from typing import Final
from urllib.parse import parse_qsl, urlsplit

import httpx

from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage

_FORBIDDEN: Final = 403


def install(stage: Stage, report: Report) -> None:
    """Install the bot from its page, as Grace in a browser, into a server of hers."""
    club = stage.guild("Chess Club")
    stage.application.redirect_uris.append(f"{stage.stack.gateway.url}/install/callback")
    with httpx.Client(base_url=stage.stack.gateway.url, trust_env=False) as browser:
        landing = browser.get("/")
        report.check("the landing page offers it", "/install" in landing.text, landing.status_code)
        consent = browser.get("/install").headers["location"]
        form = dict(parse_qsl(urlsplit(consent).query))
        form |= {"guild_id": str(club.id), "decision": "authorize"}
        back = browser.post(consent.partition("?")[0], data=form).headers["location"]
        stolen = httpx.get(back, trust_env=False)
        report.check("another browser gets nowhere with her link", stolen.status_code == _FORBIDDEN)
        page = browser.get(back)
        report.check("Grace reads that it worked", "Clip Saver is in Chess Club" in page.text, page)
        again = browser.get(back)
        report.check("the link works once", again.status_code != page.status_code, again)
    sql = f"SELECT name FROM bot_channels WHERE guild_id = {club.id}"  # noqa: S608 -- our own id
    found = stage.wait_for(sql)
    report.table("bot_channels of Chess Club", ("name",), found)
    report.check("its channels are synced without waiting for the schedule", bool(found), found)
