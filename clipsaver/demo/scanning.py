"""Steps that look through a server's history."""

from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage


def scan_history(stage: Stage, report: Report) -> None:
    """Use /scan: told what it takes, started, followed to its end."""
    act = stage.discord.interactions
    ended = (
        "SELECT 1 FROM guild_scans WHERE guild_id = {guild} "
        "HAVING count(*) > {before} AND bool_and(status = 'succeeded')"
    )
    first = stage.wait_for(ended.format(guild=stage.arcade.id, before=0))
    report.check("a new server is scanned without being asked", bool(first), first)
    offer = act.command(stage.arcade, stage.ada, "scan start")
    offer.wait_for_edit()
    report.quote("Ada", offer.text)
    report.check("she reads first what it takes", "requests to Discord" in offer.text, offer.text)
    started = act.click(offer, stage.ada, "scan_start:now")
    report.check("and starts it", "Started" in started.text, started.text)
    done = stage.wait_for(ended.format(guild=stage.arcade.id, before=1))
    status = act.command(stage.arcade, stage.ada, "scan status")
    report.quote("Ada", status.text)
    report.check("it is done, all of history proven", bool(done) and "100 %" in status.text, done)
    doubled = stage.rows(
        "SELECT guild_id, message_id, filename FROM clips GROUP BY 1, 2, 3 HAVING count(*) > 1"
    )
    report.check("and nothing is there twice", doubled == [], doubled)
