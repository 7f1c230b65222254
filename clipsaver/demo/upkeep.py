"""Steps that look after the system: the purge, and whether it is ready."""

import httpx
import psycopg

from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage


def purge_intents(stage: Stage, report: Report) -> None:
    """Purge: expired install intents go, fresh ones stay."""
    with psycopg.connect(stage.stack.database_url) as connection:
        connection.execute(
            """
            INSERT INTO install_intents (state, created_at, expires_at) VALUES
                ('expired yesterday', now() - interval '1 day', now() - interval '23 hours'),
                ('within its grace', now() - interval '1 hour', now() - interval '1 minute'),
                ('fresh', now(), now() + interval '1 hour')
            """
        )
    counted = stage.stack.purge.invoke({"dry_run": True})
    summary = stage.stack.purge.invoke({})
    left = [row[0] for row in stage.rows("SELECT state FROM install_intents ORDER BY state")]
    report.table("install_intents after the purge", ("state",), [(state,) for state in left])
    report.check("a dry run counts and deletes nothing", counted["install_intents"] == 1, counted)
    report.check("one intent was deleted", summary["install_intents"] == 1, summary)
    report.check("the others stay", left == ["fresh", "within its grace"], left)


def ask_ready(stage: Stage, report: Report) -> None:
    """Ask the API whether it is ready."""
    answer = httpx.get(f"{stage.stack.gateway.url}/ready")
    checks = answer.json()["checks"]
    report.table("GET /ready", ("check", "result"), list(checks.items()))
    report.check("it is", answer.status_code == httpx.codes.OK, answer.text)
    report.check("sync and purge ran in time", checks["sync"] == checks["purge"] == "ok", checks)
