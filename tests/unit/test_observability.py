"""Logs: their two forms, what they carry, and that no secret gets into them."""

import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any
from urllib.parse import quote

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import observability, release, settings

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4_Cl2FMQ_ZnCjm1XVW7vRze4b7Cq4se7kKWs".replace("_", ".")
SHORT_TOKEN = "MTIz.short.token"
PASSWORD = "pa$$ \"wörd\"\\ 'x' 🎬"
CLIENT_SECRET = "cl13nt's/s3cr3t"
VARIABLES = {
    "BOT_TOKEN": SHORT_TOKEN,
    "DISCORD_CLIENT_SECRET": CLIENT_SECRET,
    "DATABASE_URL": f"postgresql://ada:{quote(PASSWORD, safe='')}@localhost/clips",
}
ON_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "sync"}
_log = logging.getLogger("discord_clip_saver.test")


@pytest.fixture(autouse=True)
def _loggers_as_they_were() -> Iterator[None]:
    loggers = logging.getLogger(), logging.getLogger(observability.SERVICE)
    before = [(logger.handlers[:], logger.level) for logger in loggers]
    yield
    for logger, (handlers, level) in zip(loggers, before, strict=True):
        logger.handlers[:] = handlers
        logger.setLevel(level)


@contextlib.contextmanager
def standard_output() -> Iterator[StringIO]:
    with contextlib.redirect_stdout(StringIO()) as output:
        yield output


def configure(**variables: str) -> settings.Environment:
    environment = settings.from_variables(VARIABLES | variables)
    observability.configure(environment)
    return environment


@pytest.fixture(params=["Lambda", "terminal"])
def any_form(request: pytest.FixtureRequest) -> dict[str, str]:
    return ON_LAMBDA if request.param == "Lambda" else {}


def logged(output: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_a_line_on_lambda_is_json() -> None:
    with standard_output() as output:
        configure(**ON_LAMBDA)
        _log.warning("Missing %s", "Ö", extra={"guild_id": "7", "counts": {"seen": 1}})
    (line,) = logged(output)
    assert (line["message"], line["level"], line["service"]) == (
        "Missing Ö",
        "WARNING",
        "discord_clip_saver",
    )
    assert (line["guild_id"], line["counts"]) == ("7", {"seen": 1})
    assert line["timestamp"].endswith("+00:00")


def test_an_exception_on_lambda_is_one_line() -> None:
    with standard_output() as output:
        configure(**ON_LAMBDA)
        try:
            fail("nowhere")
        except LookupError:
            _log.exception("Failed")
    (line,) = logged(output)
    assert line["exception_name"] == "LookupError"
    assert "base 10: 'nowhere'" in line["exception"]


def test_a_line_in_a_terminal_is_for_people() -> None:
    with standard_output() as output:
        configure()
        _log.warning("Missing %s", "Ö", extra={"guild_id": "7", "guilds": 3})
        _log.info("Plain")
    assert output.getvalue() == (
        "WARNING discord_clip_saver.test - Missing Ö guild_id=7 guilds=3\n"
        "INFO discord_clip_saver.test - Plain\n"
    )


def test_extras_in_a_terminal_come_before_the_traceback() -> None:
    with standard_output() as output:
        configure()
        try:
            fail("nowhere")
        except LookupError:
            _log.exception("Failed", extra={"guild_id": "7"})
    first, *_, last = output.getvalue().splitlines()
    assert first == "ERROR discord_clip_saver.test - Failed guild_id=7"
    assert last == "LookupError: {'url': 'nowhere'}"


def test_the_start_is_announced_as_operators_search_for_it(any_form: dict[str, str]) -> None:
    with standard_output() as output:
        environment = configure(**any_form)
        observability.announce_start(environment)
    if not any_form:
        assert output.getvalue().startswith("INFO discord_clip_saver - Bot starting... release=")
        return
    (line,) = logged(output)
    assert line["message"] == "Bot starting..."
    assert (line["release"], line["schema"]) == (release.RELEASE, release.SCHEMA)
    assert line["settings_path"] == str(settings.DEFAULT_SETTINGS_PATH)


def test_what_is_malformed_is_told_at_the_start() -> None:
    with standard_output() as output:
        observability.announce_start(configure(**ON_LAMBDA, DATABASE_URL="mysql://ada:s3cret@db"))
    start, problem = logged(output)
    assert start["level"] == "INFO"
    assert problem["level"] == "WARNING"
    assert problem["message"].startswith("DATABASE_URL must be a URL")
    assert "s3cret" not in output.getvalue()


def test_configuring_twice_does_not_double_the_lines(any_form: dict[str, str]) -> None:
    with standard_output() as output:
        configure(**any_form)
        configure(**any_form)
        _log.info("once")
    assert output.getvalue().count("once") == 1


def test_lambdas_own_handler_does_not_double_the_lines() -> None:
    root = logging.getLogger()
    theirs = StringIO()
    handler = logging.StreamHandler(theirs)
    root.addHandler(handler)
    try:
        with standard_output():
            configure(**ON_LAMBDA)
            _log.warning("once")
    finally:
        root.removeHandler(handler)
    assert theirs.getvalue() == ""


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("DEBUG", ["debug", "info", "error"]),
        ("info", ["info", "error"]),
        ("ERROR", ["error"]),
        ("critical", []),
        ("nonsense", ["info", "error"]),
    ],
)
def test_the_level_decides_what_is_told(level: str, told: list[str]) -> None:
    with standard_output() as output:
        configure(**ON_LAMBDA, LOG_LEVEL=level)
        _log.debug("debug")
        _log.info("info")
        _log.error("error")
    assert [line["message"] for line in logged(output)] == told


def test_correlation_keys_are_on_every_line_of_their_block_only() -> None:
    with standard_output() as output:
        configure(**ON_LAMBDA)
        _log.info("before")
        with observability.correlated(request_id="r", guild_id=None):
            _log.info("outer")
            with observability.correlated(guild_id="7"):
                _log.info("inner")
            _log.info("own", extra={"request_id": "its own"})
        _log.info("after")
    keys = ("request_id", "guild_id")
    assert [tuple(line.get(key) for key in keys) for line in logged(output)] == [
        (None, None),
        ("r", None),
        ("r", "7"),
        ("its own", None),
        (None, None),
    ]


def test_correlation_keys_end_with_an_exception_too() -> None:
    with standard_output() as output:
        configure(**ON_LAMBDA)
        with contextlib.suppress(LookupError), observability.correlated(request_id="r"):
            raise LookupError
        _log.info("after")
    assert "request_id" not in logged(output)[0]


WAYS_OUT = {
    "in the message": lambda text: _log.error("leak %s", text),
    "in an extra": lambda text: _log.error("leak", extra={"sent": text}),
    "in an extra's depth": lambda text: _log.error(
        "leak", extra={"sent": {"headers": [("Authorization", text)], text: {text}}}
    ),
    "in an object": lambda text: _log.error("leak", extra={"sent": ValueError(text)}),
    "as repr": lambda text: _log.error("leak %r", {"sent": text}),
    "as repr of quotes": lambda text: _log.error("leak %r", f'it\'s "sent": {text}'),
    "as bytes": lambda text: _log.error("leak %s", text.encode()),
    "as JSON": lambda text: _log.error("leak %s", json.dumps({"sent": text})),
    "as JSON within JSON": lambda text: _log.error("leak %s", json.dumps(json.dumps(text))),
    "as readable JSON": lambda text: _log.error("leak %s", json.dumps(text, ensure_ascii=False)),
    "as repr of JSON": lambda text: _log.error("leak %r", [json.dumps(text)]),
}


def log_as_it_is(text: str) -> None:
    message = f"leak {text}"
    _log.error(message)


def fail(text: str) -> None:
    try:
        int(text)
    except ValueError as error:
        raise LookupError({"url": text}) from error


def fail_and_log(text: str) -> None:
    try:
        fail(text)
    except LookupError as error:
        error.add_note(f"with {text}")
        _log.exception("leak")


WAYS_OUT |= {"in the format": log_as_it_is, "in a traceback": fail_and_log}


@pytest.mark.parametrize("secret", [SHORT_TOKEN, PASSWORD, quote(PASSWORD, safe=""), CLIENT_SECRET])
@pytest.mark.parametrize("way", WAYS_OUT)
def test_no_known_secret_gets_out(any_form: dict[str, str], way: str, secret: str) -> None:
    with standard_output() as output:
        configure(**any_form, LOG_LEVEL="DEBUG")
        WAYS_OUT[way](f"<{secret}>")
    text = output.getvalue()
    assert "leak" in text
    assert "[redacted]" in text
    for piece in ("short.token", "wörd", "w\\u00f6rd", "w%C3%B6rd", "w\\xc3", "s3cr3t"):
        assert piece not in text
    if any_form:
        assert logged(output)


@pytest.mark.parametrize("secret", [SHORT_TOKEN, PASSWORD])
@pytest.mark.parametrize("library", ["httpx", "asyncio", "botocore.endpoint", "psycopg", "mangum"])
def test_no_library_lets_a_secret_out(any_form: dict[str, str], library: str, secret: str) -> None:
    with standard_output() as output:
        configure(**any_form, LOG_LEVEL="DEBUG")
        logging.getLogger(library).error("leak %s", {"sent": secret})
    assert "[redacted]" in output.getvalue()
    assert not any(piece in output.getvalue() for piece in ("short.token", "w\u00f6rd", "wörd"))
    if any_form:
        assert logged(output)[0]["level"] == "ERROR"


def test_libraries_say_nothing_of_their_requests_at_any_level() -> None:
    with standard_output() as output:
        configure(**ON_LAMBDA, LOG_LEVEL="DEBUG")
        logging.getLogger("some.library").debug("GET https://discord.test?code=abc")
        logging.getLogger("some.library").info("GET https://discord.test?code=abc")
    assert output.getvalue() == ""


def test_whoever_runs_the_functions_keeps_their_own_handlers() -> None:
    theirs = StringIO()
    handler = logging.StreamHandler(theirs)
    logging.getLogger().addHandler(handler)
    with standard_output():
        configure()
        _log.warning("also theirs")
    assert "also theirs" in theirs.getvalue()


def test_a_secret_that_is_learnt_later_is_kept_back_from_then_on(any_form: dict[str, str]) -> None:
    with standard_output() as output:
        configure(**any_form)
        observability.redact(["l4ter"])
        _log.warning("leak l4ter and %s", CLIENT_SECRET)
    assert "leak [redacted] and [redacted]" in output.getvalue()


@hypothesis.settings(max_examples=300)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=8), st.sampled_from([*WAYS_OUT]))
def test_no_secret_whatever_it_is_made_of_gets_out(secret: str, way: str) -> None:
    environment = settings.from_variables({"DISCORD_CLIENT_SECRET": secret} | ON_LAMBDA)
    hypothesis.assume(environment.discord_client_secret)
    known = environment.require("DISCORD_CLIENT_SECRET")
    forms = {known, repr(known)[1:-1], json.dumps(known)[1:-1]}

    def found_in_logs_of(text: str) -> bool:
        with standard_output() as output:
            observability.configure(environment)
            WAYS_OUT[way](f"<{text}>")
        texts = [output.getvalue(), *every_text(logged(output))]
        return any(form in text for form in forms for text in texts)

    # "[redacted" would be a secret that every line holds.
    hypothesis.assume(not found_in_logs_of("[redacted]"))
    assert not found_in_logs_of(known)


def every_text(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from every_text(part)
    elif isinstance(value, list):
        for part in value:
            yield from every_text(part)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"token {TOKEN}.", "token [redacted]."),
        (f"Authorization: Bot {'x' * 30}", "Authorization: Bot [redacted]"),
        ("at postgresql://ada:s3cret@db.example/x", "at postgresql://ada:[redacted]@db.example/x"),
        ("PATCH /webhooks/123/aW50.x-y_z/messages/@original", "PATCH /webhooks/123/[redacted]/me"),
        ("sent aW50ZXJhY3Rpb246MTIzOmFiYw==.", "sent [redacted]."),
        ("GET /install/callback?code=Ab-1&guild_id=7", "?code=[redacted]&guild_id=7"),
        ("at https://discord.test/oauth2?a=1&state=Zz_9 now", "a=1&state=[redacted] now"),
        ("{'access_token': 'abc.def', 'expires_in': 9}", "'access_token': '[redacted]', 'expires"),
        (
            "POST /interactions/123/aW50.x-y_z/callback",
            "POST /interactions/123/[redacted]/callback",
        ),
    ],
)
def test_whatever_has_the_shape_of_a_secret_does_not_get_out(
    any_form: dict[str, str], text: str, kept: str
) -> None:
    with standard_output() as output:
        configure(**any_form)
        _log.info("%s", text)
    assert kept in output.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "Bot starting...",
        "Bot user is in 3 guilds. See https://discord.com:443/api/v10 for ada@example.com",
        "GET /webhooks/{webhook.id}/{webhook.token}",
        "2026-05-04T03:02:01.123+00:00 in 127.0.0.1:5432",
    ],
)
def test_what_is_no_secret_stays(any_form: dict[str, str], text: str) -> None:
    with standard_output() as output:
        configure(**any_form)
        _log.info("%s", text, extra={"mail": "ada@example.com"})
    assert text in output.getvalue()
    assert "redacted" not in output.getvalue()


def test_a_redacted_line_is_still_json() -> None:
    with standard_output() as output:
        configure(**ON_LAMBDA)
        _log.info("https://user:", extra={"then": 'a"@b', "and": f"Bot {'x' * 30}"})
    (line,) = logged(output)
    assert (line["message"], line["then"], line["and"]) == (
        "https://user:",
        'a"@b',
        "Bot [redacted]",
    )


def test_a_line_that_cannot_be_written_is_told_without_its_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure()
    (handler,) = (
        handler
        for handler in logging.getLogger().handlers
        if type(handler).__module__ == observability.__name__
    )
    handler.handle(_log.makeRecord("n", logging.INFO, "here.py", 7, "%d", ("s3cret",), None))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("The log line of here.py:7 could not be written: <class 'TypeError'")
    assert "s3cret" not in told.err


def test_logs_go_to_standard_output_as_it_is_now(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    _log.info("here")
    assert "here" in capsys.readouterr().out
    assert sys.stdout is not sys.__stdout__
