from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import errors, models
from functions.shared.discord import payloads
from functions.shared.models import ChannelId, GuildId

ROUTE = "GET /somewhere"
CHANNEL: dict[str, Any] = {"id": "20", "type": 0, "name": "clips", "guild_id": "10"}
GUILD_ENTRY: dict[str, Any] = {"id": "10", "name": "Arena", "icon": None, "permissions": "0"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_a_channel_is_read_whole() -> None:
    document = CHANNEL | {
        "parent_id": "5",
        "position": 3,
        "nsfw": True,
        "last_message_id": "99",
        "permission_overwrites": [
            {"id": "10", "type": 0, "allow": "0", "deny": "1024"},
            {"id": "77", "type": 1, "allow": "1024", "deny": "0"},
        ],
        "a_key_of_tomorrow": {"x": 1},
    }
    assert payloads.channel(document, ROUTE) == models.Channel(
        id=ChannelId(20),
        guild_id=GuildId(10),
        type="text",
        name="clips",
        parent_id=ChannelId(5),
        position=3,
        is_nsfw=True,
        last_message_id=models.MessageId(99),
        overwrites=(
            models.Overwrite(10, "role", allow=0, deny=1024),
            models.Overwrite(77, "member", allow=1024, deny=0),
        ),
    )


def test_what_is_optional_may_be_null_or_absent() -> None:
    optional = ("parent_id", "position", "nsfw", "last_message_id", "permission_overwrites")
    absent = payloads.channel(CHANNEL, ROUTE)
    assert payloads.channel(CHANNEL | dict.fromkeys(optional), ROUTE) == absent
    assert (absent.parent_id, absent.is_nsfw, absent.overwrites) == (None, False, ())


def test_a_listed_channel_belongs_to_the_guild_that_was_asked() -> None:
    document = {key: value for key, value in CHANNEL.items() if key != "guild_id"}
    assert payloads.channel(document, ROUTE, GuildId(8)).guild_id == 8


@pytest.mark.parametrize(("number", "name"), [(0, "text"), (16, "media"), (99, "type_99")])
def test_a_channel_type_nobody_knows_yet_keeps_its_number(number: int, name: str) -> None:
    assert payloads.channel(CHANNEL | {"type": number}, ROUTE).type == name


def test_an_overwrite_of_an_unknown_kind_is_left_out() -> None:
    overwrite = {"id": "1", "type": 2, "allow": "0", "deny": "0"}
    assert (
        payloads.channel(CHANNEL | {"permission_overwrites": [overwrite]}, ROUTE).overwrites == ()
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("cl\x00ips", "clips"),
        ("a\tb\r\nc\x7f\x85", "abc"),
        ("lone \ud83d surrogate \udc00", "lone  surrogate "),
        ("\N{VIDEO CAMERA} \N{ZERO WIDTH JOINER}\N{NO-BREAK SPACE}é", None),
        ("", None),
    ],
)
def test_a_name_loses_what_postgresql_refuses_and_nothing_else(sent: str, kept: str | None) -> None:
    name = payloads.channel(CHANNEL | {"name": sent}, ROUTE).name
    assert name == (sent if kept is None else kept)


@given(st.text(st.characters(exclude_categories=())))
def test_every_name_can_be_stored(name: str) -> None:
    kept = payloads.channel(CHANNEL | {"name": name}, ROUTE).name
    assert "\x00" not in kept
    kept.encode()


@pytest.mark.parametrize("snowflake", ["20", 20])
def test_a_snowflake_may_be_text_or_a_number(snowflake: object) -> None:
    assert payloads.channel(CHANNEL | {"id": snowflake}, ROUTE).id == 20


@pytest.mark.parametrize(
    "snowflake", [None, "", "x", "-1", -1, 1.5, True, "1_0", "²", " 20", str(1 << 63), "9" * 5_000]
)
def test_what_is_no_snowflake_is_reported(snowflake: object) -> None:
    with pytest.raises(errors.UnexpectedPayload, match="`id`") as caught:
        payloads.channel(CHANNEL | {"id": snowflake}, ROUTE)
    assert caught.value.route == ROUTE


@pytest.mark.parametrize("bits", [0, 8, (1 << 52) | 8, (1 << 300) + 1])
def test_permissions_have_any_size(bits: int) -> None:
    assert payloads.guild_entry(GUILD_ENTRY | {"permissions": str(bits)}, ROUTE).permissions == bits


@pytest.mark.parametrize("bits", [None, "", "0x8", "-8", [], "9" * 5_000])
def test_what_is_no_bitset_is_reported(bits: object) -> None:
    with pytest.raises(errors.UnexpectedPayload, match="`permissions`"):
        payloads.guild_entry(GUILD_ENTRY | {"permissions": bits}, ROUTE)


@pytest.mark.parametrize("key", ["id", "type", "name", "guild_id"])
def test_what_a_channel_must_have_is_missed(key: str) -> None:
    document = {name: value for name, value in CHANNEL.items() if name != key}
    with pytest.raises(errors.UnexpectedPayload, match=f"`{key}`"):
        payloads.channel(document, ROUTE)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", 1),
        ("type", "0"),
        ("type", True),
        ("position", "1"),
        ("permission_overwrites", {}),
        ("permission_overwrites", [None]),
        ("permission_overwrites", [{"id": "1", "type": 0, "allow": "0"}]),
        ("parent_id", []),
    ],
)
def test_a_field_of_the_wrong_type_is_reported(key: str, value: object) -> None:
    with pytest.raises(errors.UnexpectedPayload):
        payloads.channel(CHANNEL | {key: value}, ROUTE)


def test_a_guild_is_read_with_its_roles() -> None:
    document = {
        "id": "10",
        "name": "Arena",
        "icon": "a_1",
        "owner_id": "1",
        "roles": [{"id": "10", "permissions": "1024"}, {"id": "11", "permissions": "8"}],
    }
    guild = payloads.guild(document, ROUTE)
    assert (guild.id, guild.name, guild.icon, guild.owner_id) == (10, "Arena", "a_1", 1)
    assert [(role.id, role.permissions) for role in guild.roles] == [(10, 1024), (11, 8)]


def test_active_threads_are_channels_of_their_guild() -> None:
    thread = {"id": "30", "type": 11, "name": "post", "parent_id": "20", "guild_id": "10"}
    (read,) = payloads.active_threads({"threads": [thread], "members": []}, ROUTE, GuildId(10))
    assert (read.is_thread, read.parent_id, read.guild_id) == (True, 20, 10)


@pytest.mark.parametrize("document", [[], None, {}, {"threads": None}, {"threads": [1]}])
def test_a_thread_list_of_another_shape_is_reported(document: object) -> None:
    with pytest.raises(errors.UnexpectedPayload):
        payloads.active_threads(document, ROUTE, GuildId(10))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (None, None),
        ("2026-11-23T14:42:53.064000+00:00", datetime(2026, 11, 23, 14, 42, 53, 64000, UTC)),
        ("2026-11-23T14:42:53Z", datetime(2026, 11, 23, 14, 42, 53, tzinfo=UTC)),
        ("2026-11-23T14:42:53", datetime(2026, 11, 23, 14, 42, 53, tzinfo=UTC)),
    ],
)
def test_a_member_may_be_timed_out(sent: str | None, expected: datetime | None) -> None:
    document = {
        "user": {"id": "7"},
        "roles": ["11", "12"],
        "communication_disabled_until": sent,
    }
    member = payloads.member(document, ROUTE)
    assert (member.user_id, member.role_ids, member.timed_out_until) == (7, (11, 12), expected)


@pytest.mark.parametrize(
    "change",
    [
        {"user": None},
        {"user": {}},
        {"roles": None},
        {"roles": [None]},
        {"communication_disabled_until": "soon"},
        {"communication_disabled_until": 1},
    ],
)
def test_a_member_of_another_shape_is_reported(change: dict[str, object]) -> None:
    with pytest.raises(errors.UnexpectedPayload):
        payloads.member({"user": {"id": "7"}, "roles": []} | change, ROUTE)


def test_a_user_is_read() -> None:
    document = {"id": "7", "username": "ann", "global_name": None, "avatar": "h", "bot": True}
    assert payloads.user(document, ROUTE) == models.User(
        models.UserId(7), username="ann", global_name=None, avatar="h"
    )


def test_an_application_is_read_with_or_without_its_optional_parts() -> None:
    minimal = payloads.application({"id": "1", "name": "Clip Saver"}, ROUTE)
    assert (minimal.flags, minimal.bot_user_id, minimal.redirect_uris) == (0, None, ())
    full = payloads.application(
        {
            "id": "1",
            "name": "Clip Saver",
            "flags": 1 << 18,
            "bot": {"id": "7"},
            "interactions_endpoint_url": "https://a.example/interactions",
            "event_webhooks_url": None,
            "event_webhooks_status": 2,
            "redirect_uris": ["https://a.example/install/callback"],
        },
        ROUTE,
    )
    assert (full.flags, full.bot_user_id, full.event_webhooks_status) == (1 << 18, 7, 2)
    assert full.redirect_uris == ("https://a.example/install/callback",)


READERS = [
    payloads.guild_entry,
    payloads.guild,
    payloads.channel,
    payloads.member,
    payloads.user,
    payloads.application,
    payloads.items,
    payloads.command,
]


@pytest.mark.parametrize("reader", READERS)
@given(document=JSON)
def test_no_document_breaks_a_reader_in_another_way(reader: Any, document: object) -> None:
    try:
        reader(document, ROUTE)
    except errors.UnexpectedPayload as error:
        assert error.route == ROUTE  # noqa: PT017 (most documents raise, some need not)


@given(
    changes=st.dictionaries(
        st.sampled_from(
            ["id", "type", "name", "guild_id", "parent_id", "position", "permission_overwrites"]
        ),
        JSON,
    )
)
def test_no_value_of_a_known_field_breaks_it_either(changes: dict[str, object]) -> None:
    try:
        channel = payloads.channel(CHANNEL | changes, ROUTE)
    except errors.UnexpectedPayload:
        return
    assert 0 <= channel.id < 1 << 63
