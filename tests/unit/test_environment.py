"""The environment's variables: what is missing or malformed is told at once, and without values."""

import ast
from pathlib import Path
from typing import Any

import pytest

from functions.shared import errors, settings
from functions.shared.settings import from_variables

FUNCTIONS = Path(settings.__file__).parents[1]
COMPLETE = {
    "DISCORD_PUBLIC_KEY": "0" * 64,
    "DISCORD_APPLICATION_ID": "157730590492196864",
    "BOT_TOKEN": "MTk4NjIyNDgzNDcxOTI1MjQ4_Cl2FMQ_ZnCjm1XVW7vRze4b7Cq4se7kKWs".replace("_", "."),
    "DISCORD_CLIENT_SECRET": "cl13nt-s3cr3t",
    "DATABASE_URL": "postgresql://ada:pa%24%24@localhost/clips",
}
MALFORMED = {
    "DISCORD_PUBLIC_KEY": "s3cret-public-key",
    "DISCORD_APPLICATION_ID": "s3cret-application",
    "BOT_TOKEN": "Bot s3cret.token",
    "DATABASE_URL": "mysql://ada:s3cret@db.example/clips",
    "PUBLIC_URL": "s3cret.example",
    "DISCORD_API_URL": "ftp://s3cret",
    "SECRET_ARN": "s3cret",
    "LOG_LEVEL": "s3cret",
    "PAUSED": "s3cret",
}
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:clips-AbCdEf"
PARTS = {
    "POSTGRES_HOST": "localhost",
    "POSTGRES_USER": "ada",
    "POSTGRES_PASSWORD": "s3cret",
    "POSTGRES_DB": "clips",
}


def test_a_complete_environment_is_read_as_it_is() -> None:
    read = from_variables(COMPLETE, required=COMPLETE)
    for name, value in COMPLETE.items():
        assert read.require(name) == value
    assert read.problems == {}


def test_nothing_set_means_the_defaults() -> None:
    read = from_variables({})
    assert (read.bot_token, read.database_url, read.public_url) == (None, None, None)
    assert read.discord_api_url == "https://discord.com/api/v10"
    assert read.discord_cdn_hosts == ("cdn.discordapp.com", "media.discordapp.net")
    assert read.settings_path == settings.DEFAULT_SETTINGS_PATH
    assert (read.log_level, read.on_lambda, read.problems, read.secrets) == ("INFO", False, {}, ())


def test_what_is_set_is_taken() -> None:
    read = from_variables(
        {
            "PUBLIC_URL": "https://clips.example/",
            "DISCORD_API_URL": "http://127.0.0.1:4000/api/v10/",
            "DISCORD_CDN_HOSTS": "127.0.0.1, cdn.example,",
            "DEFAULT_SETTINGS_PATH": "/etc/clips.yml",
            "LOG_LEVEL": "debug",
            "AWS_LAMBDA_FUNCTION_NAME": "sync",
        }
    )
    assert read.public_url == "https://clips.example"
    assert read.discord_api_url == "http://127.0.0.1:4000/api/v10"
    assert read.discord_cdn_hosts == ("127.0.0.1", "cdn.example")
    assert (read.settings_path, read.log_level) == (Path("/etc/clips.yml"), "DEBUG")
    assert read.on_lambda


def test_all_that_is_missing_is_named_at_once() -> None:
    blank = dict.fromkeys(COMPLETE, " \n")
    with pytest.raises(errors.ConfigurationError) as told:
        from_variables(blank, required=COMPLETE)
    for name in COMPLETE:
        assert f"{name} is not set" in str(told.value)


def test_all_that_is_malformed_is_named_at_once_and_nothing_of_it_told() -> None:
    with pytest.raises(errors.ConfigurationError) as told:
        from_variables(MALFORMED, required=("BOT_TOKEN", "DISCORD_CLIENT_SECRET"))
    for name in MALFORMED:
        assert f"{name} must be " in str(told.value)
    assert "DISCORD_CLIENT_SECRET is not set" in str(told.value)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_one_that_is_required_stops(name: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=f"^{name} must be "):
        from_variables(COMPLETE | {name: MALFORMED[name]}, required=(name,))


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_one_that_is_not_required_waits_until_it_is_asked_for(name: str) -> None:
    read = from_variables(COMPLETE | {name: MALFORMED[name]})
    assert read.problems.keys() == {name}
    assert "s3cret" not in read.problems[name]
    if name in COMPLETE:
        with pytest.raises(errors.ConfigurationError, match=f"^{name} must be .*env.example"):
            read.require(name)


def test_a_malformed_address_of_discord_never_becomes_the_real_one() -> None:
    assert from_variables({"DISCORD_API_URL": "ftp://s3cret"}).discord_api_url == "ftp://s3cret"


def test_what_is_not_set_is_told_when_it_is_asked_for() -> None:
    with pytest.raises(errors.ConfigurationError, match="BOT_TOKEN is not set"):
        from_variables({}).require("BOT_TOKEN")


def test_the_parts_stand_for_the_url() -> None:
    read = from_variables(PARTS, required=("DATABASE_URL",))
    assert read.database_url == "postgresql://ada:s3cret@localhost:5432/clips"


def test_the_url_wins_over_the_parts() -> None:
    read = from_variables(PARTS | COMPLETE | {"POSTGRES_PORT": "none at all"})
    assert read.database_url == COMPLETE["DATABASE_URL"]
    assert read.problems == {}


@pytest.mark.parametrize("missing", PARTS)
def test_a_missing_part_is_named(missing: str) -> None:
    given = {name: value for name, value in PARTS.items() if name != missing}
    with pytest.raises(errors.ConfigurationError, match=f"^{missing} is not set"):
        from_variables(given, required=("DATABASE_URL",))


def test_missing_parts_are_no_matter_where_no_database_is_needed() -> None:
    read = from_variables({"POSTGRES_USER": "ada"})
    assert read.problems["DATABASE_URL"] == (
        "POSTGRES_HOST is not set; POSTGRES_PASSWORD is not set; POSTGRES_DB is not set"
    )


@pytest.mark.parametrize("port", ["0x10", "70000"])
def test_an_impossible_port_is_told_without_the_password(port: str) -> None:
    with pytest.raises(errors.ConfigurationError, match="POSTGRES_PORT") as told:
        from_variables(PARTS | {"POSTGRES_PORT": port}, required=("DATABASE_URL",))
    assert "s3cret" not in str(told.value)


def test_a_database_elsewhere_is_verified_however_it_is_given() -> None:
    elsewhere = from_variables(PARTS | {"POSTGRES_HOST": "db.example"}).database_url
    assert elsewhere is not None
    assert "sslmode=verify-full" in elsewhere
    url = "postgresql://ada:s3cret@db.example/clips"
    assert "sslmode=verify-full" in (from_variables({"DATABASE_URL": url}).database_url or "")
    with pytest.raises(errors.ConfigurationError, match="DATABASE_URL has sslmode=disable"):
        from_variables({"DATABASE_URL": f"{url}?sslmode=disable"}, required=("DATABASE_URL",))


def test_blanks_around_a_value_are_not_part_of_it_except_in_a_password() -> None:
    pasted = {name: f" {value}\n" for name, value in COMPLETE.items()}
    assert from_variables(pasted).bot_token == COMPLETE["BOT_TOKEN"]
    read = from_variables(PARTS | {"POSTGRES_PASSWORD": " "})
    assert read.database_url == "postgresql://ada:%20@localhost:5432/clips"


def test_secrets_are_known_in_all_their_forms_and_shown_in_none() -> None:
    read = from_variables(COMPLETE)
    assert set(read.secrets) == {
        COMPLETE["BOT_TOKEN"],
        COMPLETE["DISCORD_CLIENT_SECRET"],
        COMPLETE["DATABASE_URL"],
        "pa%24%24",
        "pa$$",
    }
    for secret in read.secrets:
        assert secret not in repr(read)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_a_secret_is_known_by_its_arn(partition: str) -> None:
    arn = ARN.replace(":aws:", f":{partition}:")
    assert from_variables({"SECRET_ARN": arn}).secret_arn == arn


@pytest.mark.parametrize("name", COMPLETE)
def test_the_environment_wins_over_the_secret(name: str) -> None:
    own = {"SECRET_ARN": ARN, name: COMPLETE[name]}
    other = {
        "DISCORD_PUBLIC_KEY": "2" * 64,
        "DISCORD_APPLICATION_ID": "22",
        "BOT_TOKEN": "other-token",
        "DISCORD_CLIENT_SECRET": "other-secret",
        "DATABASE_URL": "postgresql://eve@localhost/x",
    }
    read = from_variables(own, secret=other)
    for each in COMPLETE:
        assert read.value(each) == (COMPLETE[name] if each == name else other[each])
    assert read.given == own


def test_a_malformed_variable_of_the_environment_wins_as_well_and_is_told() -> None:
    read = from_variables({"BOT_TOKEN": "two words", "SECRET_ARN": ARN}, secret=COMPLETE)
    assert read.problems.keys() == {"BOT_TOKEN"}
    assert read.bot_token is None


def test_a_blank_variable_leaves_the_secret_its_say() -> None:
    assert from_variables({"BOT_TOKEN": " "}, secret=COMPLETE).bot_token == COMPLETE["BOT_TOKEN"]


@pytest.mark.parametrize("kept", PARTS)
def test_the_parts_of_a_database_may_come_from_both(kept: str) -> None:
    own = {name: value for name, value in PARTS.items() if name != kept} | {"SECRET_ARN": ARN}
    before = from_variables(own)
    assert (before.database_url, before.problems) == (None, {})
    read = from_variables(own, secret={kept: PARTS[kept], "POSTGRES_PORT": "6432"})
    assert read.database_url == "postgresql://ada:s3cret@localhost:6432/clips"


def test_a_database_that_the_environment_names_in_parts_wins_over_a_url_of_the_secret() -> None:
    read = from_variables(PARTS, secret=COMPLETE)
    assert read.database_url == "postgresql://ada:s3cret@localhost:5432/clips"


def test_what_the_secret_lacks_is_named_with_all_the_rest() -> None:
    with pytest.raises(errors.ConfigurationError) as told:
        from_variables(
            {"SECRET_ARN": ARN, "POSTGRES_HOST": "localhost"},
            secret={"BOT_TOKEN": "a b", "POSTGRES_USER": "ada"},
            required=COMPLETE,
        )
    assert str(told.value).startswith(
        "DISCORD_PUBLIC_KEY is not set, nor in the secret of SECRET_ARN; "
        "DISCORD_APPLICATION_ID is not set, nor in the secret of SECRET_ARN; "
        "BOT_TOKEN must be one word of ASCII characters; "
        "DISCORD_CLIENT_SECRET is not set, nor in the secret of SECRET_ARN; "
        "POSTGRES_PASSWORD is not set; POSTGRES_DB is not set"
    )


def test_a_password_of_the_secret_keeps_its_blanks() -> None:
    own = {name: value for name, value in PARTS.items() if name != "POSTGRES_PASSWORD"}
    read = from_variables(own, secret={"POSTGRES_PASSWORD": " "})
    assert read.database_url == "postgresql://ada:%20@localhost:5432/clips"


def test_values_of_the_secret_are_secrets_shown_by_nobody() -> None:
    read = from_variables({}, secret=COMPLETE)
    assert set(read.secrets) == set(from_variables(COMPLETE).secrets)
    assert not [value for value in read.secrets if value in repr(read)]


def reads_environment(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv"):
            return True
        case ast.ImportFrom(module="os", names=names):
            return any(name.name in {"environ", "environb", "getenv"} for name in names)
    return False


def test_nothing_else_in_the_functions_reads_the_environment() -> None:
    reading = {
        path.relative_to(FUNCTIONS).as_posix()
        for path in FUNCTIONS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if reads_environment(node)
    }
    assert reading == {"shared/settings.py"}


@pytest.mark.parametrize("source", ["os.environ['A']", "os.getenv('A')", "from os import environ"])
def test_reading_the_environment_would_be_noticed(source: str) -> None:
    nodes: Any = ast.walk(ast.parse(source))
    assert any(map(reads_environment, nodes))


@pytest.mark.parametrize(
    ("given", "paused"),
    [
        ("true", True),
        ("TRUE", True),
        ("true since 2026-11-24T03:40:00Z", True),
        ("false", False),
        ("false since 2026-11-24T03:45:00Z", False),
        ("", False),
        ("1", True),
        ("Yes", True),
        ("0", False),
        ("NO", False),
    ],
)
def test_a_pause_is_known_by_its_first_word(given: str, *, paused: bool) -> None:
    read = from_variables({"PAUSED": given})
    assert (read.paused, read.problems) == (paused, {})
    if paused:
        with pytest.raises(errors.Paused, match="clipsaver resume"):
            read.require_running()
    else:
        read.require_running()


@pytest.mark.parametrize("given", ["on", "falsely", "truesince", "2", "no way"])
def test_a_pause_that_is_misspelled_is_one_and_says_so(given: str) -> None:
    read = from_variables({"PAUSED": given})
    assert read.paused
    assert read.problems == {"PAUSED": "PAUSED must be true or false"}
    with pytest.raises(errors.Paused, match="PAUSED must be true or false"):
        read.require_running()
