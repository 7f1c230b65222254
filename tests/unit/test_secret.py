"""The text of a secret: what it may be, and that nothing of it is ever told."""

import json
import logging
import traceback
from typing import Any

import pytest

from functions.shared import errors, secret, settings

VALUE = "s3cret"


def test_each_variable_that_a_secret_may_hold_is_taken_as_it_stands() -> None:
    content = {name: f" {name} \n" for name in settings.SECRET_VARIABLES}
    assert secret.parse(json.dumps(content)) == content


@pytest.mark.parametrize(
    "text",
    [
        "", VALUE, f'"{VALUE}"', f'["{VALUE}"]', f'{{"BOT_TOKEN": "{VALUE}"', "null", "1",
        f"BOT_TOKEN={VALUE}", "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_told_without_its_text(text: str) -> None:
    with pytest.raises(errors.ConfigurationError, match="one JSON object of texts") as told:
        secret.parse(text)
    assert VALUE not in "".join(traceback.format_exception(told.value))


@pytest.mark.parametrize("value", [None, 5432, 1.5, True, [VALUE], {"value": VALUE}])
def test_values_that_are_no_text_are_named_at_once_and_not_shown(value: Any) -> None:
    content = {"POSTGRES_PORT": value, "BOT_TOKEN": value, "DISCORD_CLIENT_SECRET": VALUE}
    with pytest.raises(errors.ConfigurationError) as told:
        secret.parse(json.dumps(content))
    assert str(told.value) == (
        "The secret: BOT_TOKEN must be text, in quotes; POSTGRES_PORT must be text, in quotes"
    )


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("BOT_TOKN", "; did you mean BOT_TOKEN?"),
        ("database_url", "; did you mean DATABASE_URL?"),
        ("PUBLIC_URL", ""),
        ("SECRET_ARN", ""),
    ],
)
def test_an_unknown_key_warns_with_the_nearest_name_and_counts_for_nothing(
    key: str, hint: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert secret.parse(json.dumps({key: VALUE})) == {}
    (record,) = caplog.records
    assert record.getMessage() == f"The secret: unknown key {key} is ignored{hint}"
