"""`/scan start`, `status` and `cancel`: what is told before, during and after, and to whom."""

import json
import re
import time
from typing import Any

import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.channels import deny
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.permissions import Permission
from clipsaver.local.lambda_environment import LambdaEnvironment
from tests.functional.commands.stage import Stage, answered, record

START, CANCEL = "scan_start:now", "scan_cancel:now"
SEARCH = "GET /guilds/{guild_id}/messages/search"


def fields(shown: Interaction) -> dict[str, str]:
    assert shown.shown is not None
    (embed,) = shown.shown["embeds"]
    return {each["name"]: each["value"] for each in embed.get("fields", ())}


def said(shown: Interaction) -> str:
    assert shown.shown is not None
    return str(shown.shown["embeds"][0]["description"])


def buttons(shown: Interaction) -> list[str]:
    assert shown.shown is not None
    rows = shown.shown["components"]
    return [each["custom_id"] for row in rows for each in row["components"]]


def offered(stage: Stage) -> Interaction:
    """Ada is told what a scan takes."""
    used = stage.command("scan start")
    assert used.response_type == 5
    assert stage.work() == 0
    return used


def readable(stage: Stage) -> int:
    """Channels and threads that the bot may read, age-restricted ones too."""
    (row,) = stage.rows.sql(
        "SELECT count(*) FROM scannable_channels WHERE guild_id = %s", stage.arcade.id
    )
    return int(row["count"])


def started(stage: Stage) -> Interaction:
    """Ada starts a scan, of which nothing is done yet."""
    return stage.click(offered(stage), START)


def seconds_left(spent: str) -> float:
    """How long it takes from now, as it is told."""
    (end,) = re.findall(r"<t:(\d+):R>", spent)
    return int(end) - time.time()


def scan(stage: Stage) -> None:
    """Let the scan function work off its queue."""
    with LambdaEnvironment("scan", stage.variables, timeout_seconds=60) as function:
        while bodies := stage.to_scan():
            for body in bodies:
                result = function.invoke({"Records": [record({"MessageId": "1", "Body": body})]})
                assert result == {"batchItemFailures": []}


def scans(stage: Stage) -> list[dict[str, Any]]:
    return stage.rows.sql("SELECT * FROM guild_scans ORDER BY created_at")


@pytest.fixture
def quiet_stage(stage: Stage) -> Stage:
    """A stage whose sync has told the scan function of nothing, with a guild that is indexed."""
    stage.discord.search.rounds = 0
    stage.to_scan()
    return stage


def test_what_it_takes_is_told_before_anything_is_started(quiet_stage: Stage) -> None:
    stage = quiet_stage
    offer = offered(stage)
    text = said(offer)
    channels = readable(stage)
    # Two questions, a page of videos, one of forwards, one of messages, and one per channel.
    assert f"about **{2 + 1 + 1 + 1 + channels}** requests" in text
    assert "3 messages with videos and 1 forwarded ones" in text
    assert "A server has 20000 requests a day, of which 3 are spent today" in text
    assert "it is done <t:" in text
    assert buttons(offer) == [START]
    assert scans(stage) == []
    assert stage.to_scan() == []


def test_the_button_starts_it_and_tells_the_scan_function(quiet_stage: Stage) -> None:
    stage = quiet_stage
    shown = started(stage)
    assert said(shown).splitlines()[0] == "✅ Started."
    assert "Waiting for its turn" in said(shown)
    assert CANCEL in buttons(shown)
    (row,) = scans(stage)
    assert (row["guild_id"], row["requested_by"]) == (stage.arcade.id, stage.ada.id)
    assert [json.loads(each) for each in stage.to_scan()] == [
        {"kind": "scan", "guild_id": str(stage.arcade.id)}
    ]


def test_a_start_delivered_twice_starts_one_scan(quiet_stage: Stage) -> None:
    stage = quiet_stage
    shown = started(stage)
    before = stage.stored()
    stage.rows.sql("UPDATE guild_scans SET status = 'canceled', finished_at = now()")
    assert stage.act.replay(shown).status == 200
    assert [row["status"] for row in scans(stage)] == ["canceled"]
    assert len(scans(stage)) == len(before["guild_scans"])


def test_two_admins_start_one_scan(quiet_stage: Stage) -> None:
    stage = quiet_stage
    offer, other = offered(stage), offered(stage)
    stage.click(offer, START)
    stage.click(other, START)
    assert len(scans(stage)) == 1
    again = stage.command("scan start")
    assert said(again).startswith("A scan is under way already.")


def test_its_progress_is_told_to_the_end(quiet_stage: Stage) -> None:
    stage = quiet_stage
    started(stage)
    scan(stage)
    shown = stage.command("scan status")
    assert "✅ Done <t:" in said(shown)
    told = fields(shown)
    assert "New clips so far: **3**" in told["Progress"]
    assert "Search: done, 4 messages looked at" in told["Progress"]
    assert "History: 100 % proven" in told["Progress"]
    clips = stage.channel("clips")
    assert f"<#{clips.id}>: its beginning" in told["Every message was read back to"]
    (row,) = scans(stage)
    about = max(row["requests"], row["predicted_requests"])
    assert f"{row['requests']} of about {about} sent" in told["Requests to Discord"]
    assert CANCEL not in buttons(shown)


def test_a_scan_under_way_tells_how_far_it_is(quiet_stage: Stage) -> None:
    stage = quiet_stage
    started(stage)
    clips = stage.channel("clips")
    stage.rows.sql(
        "UPDATE guild_scans SET status = 'running', started_at = now() - interval '10 minutes',"
        " requests = 120, predicted_requests = 480, results_seen = 50, total_results = 200,"
        " clips_saved = 42"
    )
    stage.rows.sql("UPDATE scan_requests SET requests = 130")
    span = 1 << 40
    stage.rows.sql(
        "UPDATE bot_channels SET last_message_id = channel_id + %s WHERE channel_id = %s",
        *(span, clips.id),
    )
    stage.rows.insert(
        "scan_coverage",
        guild_id=stage.arcade.id,
        channel_id=clips.id,
        first_message_id=clips.id + span // 2,
        last_message_id=clips.id + span,
    )
    shown = stage.command("scan status")
    told = fields(shown)
    assert "▶️ Running since <t:" in said(shown)
    assert "New clips so far: **42**" in told["Progress"]
    assert "Search: 50 of 200 messages looked at (25 %)" in told["Progress"]
    spent = told["Requests to Discord"]
    assert spent.startswith("120 of about 480 sent · today 130 of 20000")
    assert "At this pace it is done <t:" in spent
    assert seconds_left(spent) == pytest.approx(360 / (120 / 600), abs=20)
    proven = told["Every message was read back to"]
    assert f"<#{clips.id}>: <t:" in proven
    assert ":D> (50 %)" in proven


@pytest.mark.parametrize(
    ("seconds_before", "paused", "seconds_left_over"),
    [
        (480, "paused_at = NULL", 360),
        (180, "paused_at = now() - interval '300 s'", 360),
        (480, "paused_at = now(), paused_until = now() + interval '600 s'", 600 + 360),
    ],
)
def test_the_pace_of_a_scan_is_that_of_its_work(
    quiet_stage: Stage, seconds_before: int, paused: Any, seconds_left_over: int
) -> None:
    stage = quiet_stage
    started(stage)
    stage.rows.sql(
        "UPDATE guild_scans SET status = 'running', started_at = now() - interval '10 minutes',"
        f" requests = 120, predicted_requests = 480, paused_seconds = %s, {paused}",
        seconds_before,
    )
    spent = fields(stage.command("scan status"))["Requests to Discord"]
    assert seconds_left(spent) == pytest.approx(seconds_left_over, abs=20)


@pytest.mark.parametrize(
    ("until", "reason", "told"),
    [
        ("date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' + interval '1 day'",
         "The daily requests are spent",
         "because the requests that a scan may use in a day are spent"),
        ("now() + interval '15 minutes 1 second'", "The intent is off", "`The intent is off`"),
    ],
)  # fmt: skip
def test_a_pause_is_told_with_its_end_and_its_reason(
    quiet_stage: Stage, until: Any, reason: str, told: str
) -> None:
    stage = quiet_stage
    started(stage)
    stage.rows.sql(f"UPDATE guild_scans SET paused_until = {until}, error_message = %s", reason)
    text = said(stage.command("scan status"))
    assert text.startswith("⏸️ Paused until <t:")
    assert told in text


def test_a_scan_that_an_operator_failed_is_told_with_the_reason(quiet_stage: Stage) -> None:
    stage = quiet_stage
    started(stage)
    stage.rows.sql("UPDATE guild_scans SET status = 'failed', error_message = 'stuck'")
    shown = stage.command("scan status")
    assert "❌ Failed" in said(shown)
    assert "`stuck`" in said(shown)
    assert CANCEL not in buttons(shown)


def test_what_cannot_be_read_is_named_with_the_reason(stage: Stage) -> None:
    clips, lobby = stage.channel("clips"), stage.channel("Lobby")
    clips.overwrites = (deny(stage.arcade.everyone, Permission.READ_MESSAGE_HISTORY),)
    stage.sync()
    stage.rows.scan_run(lobby.id, status="failed", error_message="403 Missing Access")
    problems = fields(stage.command("scan status"))["What is wrong, and how to fix it"]
    assert f"I cannot read older messages in <#{clips.id}>" in problems
    assert f"I could not read <#{lobby.id}>: `403 Missing Access`" in problems


def test_age_restricted_channels_count_and_are_named_as_they_are_read(quiet_stage: Stage) -> None:
    stage = quiet_stage
    late = stage.arcade.add_channel("late", nsfw=True)
    late.post(stage.ada, "", [messages.video("late.mp4")])
    stage.sync()
    stage.rows.sql("UPDATE bot_channels SET is_reading = true WHERE channel_id = %s", late.id)
    problem = f"I do not read <#{late.id}>, because it is age-restricted"
    without = f"of {readable(stage) - 1} channels and threads"
    assert without in said(offered(stage))
    started(stage)
    scan(stage)
    shown = stage.command("scan status")
    assert "✅ Done <t:" in said(shown)
    told = fields(shown)
    assert "History: 100 % proven" in told["Progress"]
    assert f"<#{late.id}>" not in told["Every message was read back to"]
    assert problem in told["What is wrong, and how to fix it"]
    assert problem in fields(stage.command("status"))["What is wrong, and how to fix it"]
    stage.rows.sql("""UPDATE guild_settings SET settings = settings || '{"scan_nsfw": true}'""")
    told = fields(stage.command("scan status"))
    assert f"<#{late.id}>: nothing yet" in told["Every message was read back to"]
    assert problem not in told["What is wrong, and how to fix it"]


def test_it_is_canceled_once_and_says_what_stays(quiet_stage: Stage) -> None:
    stage = quiet_stage
    shown = started(stage)
    canceled = stage.click(shown, CANCEL)
    assert said(canceled).splitlines()[0] == "✅ Canceled."
    assert "What was found stays" in said(canceled)
    assert [row["status"] for row in scans(stage)] == ["canceled"]
    again = stage.command("scan cancel")
    assert said(again).splitlines()[0] == "There is no scan to cancel."


def test_a_replayed_cancel_leaves_the_next_scan_alone(quiet_stage: Stage) -> None:
    stage = quiet_stage
    started(stage)
    canceled = stage.command("scan cancel")
    started(stage)
    assert stage.act.replay(canceled).status == 200
    assert sorted(row["status"] for row in scans(stage)) == ["canceled", "queued"]


@pytest.mark.parametrize("name", ["scan start", "scan status", "scan cancel"])
def test_a_member_without_manage_server_is_refused(quiet_stage: Stage, name: str) -> None:
    stage = quiet_stage
    used = answered(stage.act.command(stage.arcade, stage.linus, name, overridden=True))
    assert used.text == "You need the permission **Manage Server** for this."
    assert stage.messages() == []


@pytest.mark.parametrize("custom_id", [START, CANCEL, "scan_status:show"])
def test_a_button_is_authorised_afresh(quiet_stage: Stage, custom_id: str) -> None:
    stage = quiet_stage
    shown = started(stage)
    before = stage.stored()
    member = shown.payload["member"] | {"permissions": str(int(Permission.VIEW_CHANNEL))}
    answer = stage.send_again(shown, data={"custom_id": custom_id}, member=member)
    assert "Manage Server" in answer.json()["data"]["content"]
    assert stage.stored() == before


def test_a_guild_that_is_being_indexed_is_waited_for_and_all_requests_count(
    quiet_stage: Stage,
) -> None:
    stage = quiet_stage
    stage.discord.search.rounds = 1
    assert "about **" in said(offered(stage))
    assert stage.discord.requests.count(SEARCH) == 4
    assert stage.rows.sql("SELECT requests FROM scan_requests") == [{"requests": 4}]


def test_a_server_whose_requests_are_spent_is_asked_nothing(quiet_stage: Stage) -> None:
    stage = quiet_stage
    stage.rows.sql(
        "INSERT INTO scan_requests VALUES (%s, (now() AT TIME ZONE 'UTC')::date, 20000)",
        stage.arcade.id,
    )
    offer = offered(stage)
    assert offer.text.startswith("⏸️ Paused until <t:")
    assert "in a day are spent" in offer.text
    assert stage.discord.requests.count(SEARCH) == 0
    assert scans(stage) == []


@pytest.mark.parametrize("status", [202, 403, 500])
def test_a_discord_that_does_not_tell_keeps_nobody_from_starting(
    quiet_stage: Stage, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr("functions.shared.discord.transport._FIRST_BACKOFF_SECONDS", 0.0)
    stage = quiet_stage
    body = {"message": "Index not yet available. Try again later", "code": 110000}
    stage.discord.faults.add(SEARCH, status=status, body=body)
    offer = offered(stage)
    assert "at least **" in said(offer)
    assert "`/scan status` shows it" in said(offer)
    stage.click(offer, START)
    assert len(scans(stage)) == 1


def test_a_server_without_channels_to_read_is_told_so(quiet_stage: Stage) -> None:
    stage = quiet_stage
    stage.rows.sql("UPDATE bot_channels SET is_reading = false")
    offer = offered(stage)
    assert offer.text.startswith("There is no channel here that I am to read")
    assert stage.discord.requests.count(SEARCH) == 0


def test_a_queue_that_is_away_leaves_it_to_the_next_sync(quiet_stage: Stage) -> None:
    stage = quiet_stage
    offer = offered(stage)
    stage._sqs.delete_queue(QueueUrl=stage.scan_queue_url)
    shown = stage.click(offer, START)
    assert "it begins with the next sync" in said(shown)
    assert len(scans(stage)) == 1


def test_it_is_told_in_german_and_keeps_the_limits(quiet_stage: Stage) -> None:
    stage = quiet_stage
    for number in range(60):
        stage.arcade.add_channel(f"channel-{number}").post(stage.ada, "hello")
    stage.forget_sync()
    stage.sync()
    stage.ada.locale = "de"
    assert "Anfragen an Discord" in said(offered(stage))
    shown = stage.command("scan status")
    assert "… und" in fields(shown)["Jede Nachricht wurde gelesen, zurück bis"]


def test_a_server_that_no_sync_has_seen_is_told_so(bare_stage: Stage) -> None:
    for name in ("scan status", "scan cancel"):
        assert "not been synced yet" in bare_stage.command(name).text
    assert "not been synced yet" in offered(bare_stage).text
