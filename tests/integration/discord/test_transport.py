"""What becomes of a request when Discord, or the way to it, misbehaves. No test really waits."""

import asyncio
import inspect
import logging
from typing import Any

import httpx
import pytest

from functions.shared import errors
from functions.shared.discord import routes
from functions.shared.discord.rate_limits import INVALID_REQUEST_LIMIT, RateLimits
from functions.shared.discord.transport import Transport, translated_errors

ME = routes.GET_CURRENT_USER.compile()
GUILD = routes.GET_GUILD.compile(guild_id=1)
EDIT = routes.EDIT_ORIGINAL.compile(application_id=1, interaction_token="aW50ZXJhY3Rpb24")
POST = routes.Route("POST", "/things").compile()
HTML = "<html><head><title>502 Bad Gateway</title></head></html>"
BROKEN = [500, 502, 503, 504, 520, 521, 522, 523, 524]


async def test_a_success_is_returned_decoded(transport: Transport, wire: Any) -> None:
    wire.then(200, {"id": "1"})
    assert await transport.request(ME) == {"id": "1"}
    assert wire.requests[0].headers["authorization"] == "Bot MTIz.secret.token"
    assert (
        wire.requests[0]
        .headers["user-agent"]
        .startswith("DiscordBot (https://github.com/discord-clip-saver/discord-clip-saver, ")
    )


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_a_429_is_waited_out_and_repeated(
    transport: Transport, wire: Any, fake_time: Any, scope: str
) -> None:
    wire.then_limit(2.5, scope).then(200, {})
    await transport.request(GUILD)
    assert sum(fake_time.sleeps) == pytest.approx(2.5)
    assert transport.statistics.rate_limited == {scope: 1}
    assert (transport.statistics.requests, transport.statistics.retries) == (2, 1)


async def test_the_longer_of_body_and_header_is_waited(
    transport: Transport, wire: Any, fake_time: Any
) -> None:
    wire.then(429, {"retry_after": 0.4, "global": False}, retry_after=1).then(200, {})
    await transport.request(GUILD)
    assert sum(fake_time.sleeps) == pytest.approx(1)


async def test_a_429_of_cloudflare_in_html_is_waited_out(
    transport: Transport, wire: Any, fake_time: Any
) -> None:
    wire.then(429, text="<html>error code: 1015</html>", retry_after=7).then(200, {})
    await transport.request(GUILD)
    assert sum(fake_time.sleeps) == pytest.approx(7)
    assert transport.statistics.rate_limited == {"cloudflare": 1}


async def test_a_block_that_names_no_end_stops_everything_without_waiting(
    transport: Transport, wire: Any, fake_time: Any
) -> None:
    wire.then(403, text="error code: 1015")
    for call in (GUILD, ME, EDIT):
        with pytest.raises(errors.RateLimited) as caught:
            await transport.request(call)
        assert caught.value.retry_after == pytest.approx(600)
    assert len(wire.requests) == 1
    assert fake_time.sleeps == []


async def test_the_fifth_429_in_a_row_is_the_last(transport: Transport, wire: Any) -> None:
    wire.then_limit(0.3)
    with pytest.raises(errors.RateLimited) as caught:
        await transport.request(GUILD)
    assert len(wire.requests) == 5
    assert (caught.value.status, caught.value.retry_after) == (429, 0.3)


async def test_a_wait_beyond_the_deadline_is_refused_at_once(
    transport: Transport, wire: Any, fake_time: Any
) -> None:
    transport.deadline = fake_time.now + 5
    wire.then_limit(30)
    with pytest.raises(errors.RateLimited) as caught:
        await transport.request(GUILD)
    assert caught.value.retry_after == pytest.approx(30)
    assert (len(wire.requests), fake_time.sleeps) == (1, [])
    assert transport.statistics.retries == 1


async def test_a_wait_of_minutes_is_refused_even_without_a_deadline(
    transport: Transport, wire: Any, fake_time: Any
) -> None:
    wire.then_limit(90)
    with pytest.raises(errors.RateLimited):
        await transport.request(GUILD)
    assert fake_time.sleeps == []


async def test_a_global_pause_holds_back_other_guilds_but_no_interaction(
    transport: Transport, wire: Any, fake_time: Any
) -> None:
    transport.deadline = fake_time.now + 5
    wire.then_limit(10, "global").then(200, {})
    for call in (GUILD, routes.GET_GUILD.compile(guild_id=2)):
        with pytest.raises(errors.RateLimited):
            await transport.request(call)
    assert await transport.request(EDIT) == {}
    assert len(wire.requests) == 2


async def test_an_exhausted_bucket_is_waited_for_before_sending(
    transport: Transport, wire: Any, fake_time: Any
) -> None:
    wire.then(
        200,
        {},
        x_ratelimit_bucket="h",
        x_ratelimit_remaining=0,
        x_ratelimit_reset_after=3.5,
    )
    await transport.request(GUILD)
    await transport.request(routes.GET_GUILD.compile(guild_id=2))
    assert sum(fake_time.sleeps) < 0.1
    await transport.request(GUILD)
    assert sum(fake_time.sleeps) == pytest.approx(3.5, abs=0.1)
    assert transport.statistics.rate_limited == {}


@pytest.mark.parametrize("status", BROKEN)
@pytest.mark.parametrize("text", [HTML, '{"message": "500: Internal Server Error", "code": 0}', ""])
async def test_a_broken_server_is_tried_four_times(
    transport: Transport, wire: Any, status: int, text: str
) -> None:
    wire.then(status, text=text)
    with pytest.raises(errors.DiscordServerError) as caught:
        await transport.request(GUILD)
    assert caught.value.status == status
    assert len(wire.requests) == 4


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("peer closed connection"),
        httpx.WriteError("reset"),
    ],
)
async def test_a_broken_connection_is_tried_four_times_and_named_as_the_cause(
    transport: Transport, wire: Any, error: httpx.HTTPError
) -> None:
    wire.then_raise(error)
    with pytest.raises(errors.DiscordUnreachable) as caught:
        await transport.request(GUILD)
    assert caught.value.__cause__ is error
    assert caught.value.route == "GET /guilds/{guild_id}"
    assert len(wire.requests) == 4


@pytest.mark.parametrize("text", ['{"id": "1', "", HTML])
async def test_a_success_cut_short_is_asked_for_again(
    transport: Transport, wire: Any, text: str
) -> None:
    wire.then(200, text=text).then(200, {"id": "1"})
    assert await transport.request(GUILD) == {"id": "1"}


async def test_the_backoff_doubles_at_most(transport: Transport, wire: Any, fake_time: Any) -> None:
    wire.then(503, text=HTML)
    for _ in range(50):
        fake_time.sleeps.clear()
        with pytest.raises(errors.DiscordServerError):
            await transport.request(GUILD)
        backoffs = [seconds for seconds in fake_time.sleeps if seconds > 0.03]
        assert len(backoffs) <= 3
        assert sum(backoffs) <= 0.5 + 1 + 2


async def test_no_retry_goes_beyond_the_deadline(
    transport: Transport, wire: Any, fake_time: Any
) -> None:
    started = fake_time.now
    transport.deadline = started + 0.2
    wire.then(503, text=HTML)
    for _ in range(20):
        fake_time.now = started
        with pytest.raises((errors.DiscordServerError, errors.RateLimited)):
            await transport.request(GUILD)
        assert fake_time.now <= transport.deadline


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422])
async def test_another_refusal_is_never_repeated(
    transport: Transport, wire: Any, status: int
) -> None:
    wire.then(status, {"message": "no", "code": 50035})
    with pytest.raises(errors.DiscordError):
        await transport.request(GUILD)
    assert len(wire.requests) == 1


async def test_what_is_not_idempotent_is_repeated_only_if_it_was_not_done(
    transport: Transport, wire: Any
) -> None:
    wire.then_limit().then(503, text=HTML).then(200, {})
    with pytest.raises(errors.DiscordServerError):
        await transport.request(POST)
    assert len(wire.requests) == 2


async def test_a_redirect_is_not_followed(transport: Transport, wire: Any) -> None:
    wire.then(302, text="", location="https://elsewhere.test/")
    with pytest.raises(errors.UnexpectedPayload):
        await transport.request(GUILD)
    assert len(wire.requests) == 1


async def test_a_refused_token_is_never_shown_again(transport: Transport, wire: Any) -> None:
    wire.then(401, {"message": "401: Unauthorized", "code": 0})
    for call in (GUILD, GUILD, ME):
        with pytest.raises(errors.Unauthorized) as caught:
            await transport.request(call)
        assert caught.value.route == str(call)
    assert len(wire.requests) == 1


async def test_an_expired_interaction_says_nothing_about_the_bots_token(
    transport: Transport, wire: Any
) -> None:
    wire.then(401, {"message": "Invalid Webhook Token", "code": 50027}).then(200, {})
    with pytest.raises(errors.Unauthorized):
        await transport.request(EDIT)
    assert await transport.request(ME) == {}


async def test_an_exhausted_budget_of_invalid_requests_stops_all_calls(
    transport: Transport, wire: Any, fake_time: Any
) -> None:
    wire.then(403, {"message": "Missing Access", "code": 50001})
    for _ in range(INVALID_REQUEST_LIMIT):
        with pytest.raises(errors.Forbidden):
            await transport.request(GUILD)
        fake_time.now += 0.1
    for call in (GUILD, ME, EDIT):
        with pytest.raises(errors.InvalidRequestBudget) as caught:
            await transport.request(call)
        assert caught.value.retry_after is not None
        assert 0 < caught.value.retry_after < 600
    assert len(wire.requests) == INVALID_REQUEST_LIMIT


async def test_one_call_per_route_and_major_parameter_is_under_way(fake_time: Any) -> None:
    under_way: list[str] = []
    most: dict[str, int] = {}

    async def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        under_way.append(path)
        most[path] = max(most.get(path, 0), under_way.count(path))
        most["all"] = max(most.get("all", 0), len(under_way))
        await asyncio.sleep(0.01)
        under_way.remove(path)
        return httpx.Response(200, json={})

    limits = RateLimits(0.8, clock=fake_time.clock)
    transport = Transport(
        "http://discord.test",
        "t",
        limits,
        wire=httpx.MockTransport(answer),
        clock=fake_time.clock,
        sleep=fake_time.sleep,
    )
    calls = [routes.GET_GUILD.compile(guild_id=guild_id) for guild_id in (1, 1, 1, 2, 3)]
    await asyncio.gather(*(transport.request(call) for call in calls))
    await transport.aclose()
    assert most == {"/guilds/1": 1, "/guilds/2": 1, "/guilds/3": 1, "all": 3}


async def test_an_answer_that_never_comes_ends_with_the_deadline() -> None:
    async def answer(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200, json={})

    transport = Transport("http://d.test", "t", RateLimits(1.0), wire=httpx.MockTransport(answer))
    transport.deadline = asyncio.get_running_loop().time() + 0.05
    with pytest.raises(errors.DiscordUnreachable, match="deadline"):
        await transport.request(GUILD)
    # The turn is given back, so the next call is not stuck behind the one that was cut off.
    transport.deadline = asyncio.get_running_loop().time() + 0.05
    with pytest.raises(errors.DiscordUnreachable, match="deadline"):
        await transport.request(GUILD)
    await transport.aclose()


def _httpx_errors() -> list[type[Exception]]:
    found = [
        member
        for _, member in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(member, Exception)
    ]
    assert len(found) > 20
    return found


@pytest.mark.parametrize("kind", _httpx_errors())
def test_every_error_of_httpx_is_translated(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    with pytest.raises(errors.DiscordUnreachable) as caught, translated_errors("GET /x"):
        raise error
    assert caught.value.__cause__ is error
    assert kind.__name__ in str(caught.value)


async def test_no_log_line_holds_a_token(
    transport: Transport, wire: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wire.then(200, {}).then(503, text=HTML).then(200, {})
    await transport.request(ME)
    await transport.request(EDIT)
    lines = [record.getMessage() for record in caplog.records]
    assert any(line.startswith("GET /users/@me 200 ") for line in lines)
    assert any("{interaction_token}" in line and " 503 " in line for line in lines)
    assert not any("secret" in line or "aW50ZXJhY3Rpb24" in line for line in lines)


@pytest.mark.parametrize("token", ["a\nb", "a b", "a\r", "tök", "\x00", "\ud800"])
async def test_a_token_that_cannot_be_sent_is_refused_without_being_quoted(token: str) -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        await Transport("http://d.test", token, RateLimits(1.0)).request(ME)
    assert token not in str(caught.value)


async def test_statistics_count_anew_for_each_run(transport: Transport, wire: Any) -> None:
    wire.then_limit().then(200, {})
    await transport.request(ME)
    statistics = transport.statistics
    statistics.latency_sum += 0.25
    assert (statistics.requests, statistics.retries) == (2, 1)
    assert (statistics.rate_limited, statistics.latency_sum) == ({"user": 1}, 0.25)
    statistics.reset()
    assert statistics.latency_sum == 0
    await transport.request(ME)
    assert (statistics.requests, statistics.retries, statistics.rate_limited) == (1, 0, {})
