"""The rules of permissions, by example and against a second, slower telling of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.shared.discord import permissions
from functions.shared.models import (
    CHANNEL_TYPES,
    Channel,
    ChannelId,
    Guild,
    GuildId,
    Member,
    Overwrite,
    Permission,
    Role,
    RoleId,
    UserId,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GUILD_ID = GuildId(1)
OWNER, ANN = UserId(50), UserId(51)
READ = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
SEND = 1 << 11
"""SEND_MESSAGES, which is nothing to the rules."""
BITS = [*Permission, SEND, 1 << 60, 1 << 70]
"""What the rules look at, one that they do not, and two bits that nobody knows yet."""

bitsets = st.lists(st.sampled_from(BITS), unique=True).map(sum)
role_ids = st.sampled_from([1, 2, 3, 4]).map(RoleId)
overwrites = st.lists(
    st.builds(
        Overwrite,
        id=st.sampled_from([1, 2, 3, 4, OWNER, ANN]),
        kind=st.sampled_from(["role", "member"]),
        allow=bitsets,
        deny=bitsets,
    ),
    max_size=5,
    unique_by=lambda overwrite: (overwrite.id, overwrite.kind),
).map(tuple)
guilds = st.lists(
    st.builds(Role, id=role_ids, permissions=bitsets), max_size=4, unique_by=lambda role: role.id
).map(lambda roles: Guild(GUILD_ID, "Arena", None, OWNER, tuple(roles)))
members = st.builds(
    Member,
    user_id=st.sampled_from([OWNER, ANN]),
    role_ids=st.lists(st.sampled_from([2, 3, 4]).map(RoleId), unique=True).map(tuple),
    timed_out_until=st.sampled_from([None, NOW - timedelta(1), NOW, NOW + timedelta(1)]),
)


def channel(kind: str = "text", *rules: Overwrite) -> Channel:
    return Channel(ChannelId(20), GUILD_ID, kind, "clips", overwrites=rules)


channels = st.builds(
    lambda kind, rules: channel(kind, *rules),
    st.sampled_from([*CHANNEL_TYPES.values(), "type_99"]),
    overwrites,
)


def may(bit: int, granted: int) -> bool:
    return bool(granted & bit)


def in_guild(bit: int, guild: Guild, member: Member) -> bool:
    """Whether one permission holds in the guild, told rule by rule."""
    if member.user_id == guild.owner_id:
        return True
    held = [r for r in guild.roles if r.id in {int(guild.id), *member.role_ids}]
    return any(r.permissions & (bit | Permission.ADMINISTRATOR) for r in held)


def by_overwrites(bit: int, guild: Guild, member: Member, source: Channel) -> bool:
    """Whether one permission holds after the overwrites, from the strongest down to the weakest."""

    def rules(kind: str, ids: set[int]) -> list[Overwrite]:
        return [o for o in source.overwrites if o.kind == kind and o.id in ids]

    ranks = [
        rules("member", {int(member.user_id)}),
        rules("role", {int(role) for role in member.role_ids}),
        rules("role", {int(guild.id)}),
    ]
    for rank in ranks:
        if any(o.allow & bit for o in rank):
            return True
        if any(o.deny & bit for o in rank):
            return False
    return in_guild(bit, guild, member)


def in_channel(
    bit: int, guild: Guild, member: Member, place: Channel, parent: Channel | None, *, joined: bool
) -> bool:
    """Whether one permission holds in a channel, all rules considered."""
    if in_guild(Permission.ADMINISTRATOR, guild, member):
        return True
    is_thread = place.type.endswith("_thread")
    source = parent if is_thread else place
    if source is None:
        return False

    def granted(asked: int) -> bool:
        silenced = member.timed_out_until is not None and member.timed_out_until > NOW
        return by_overwrites(asked, guild, member, source) and (
            not silenced or asked in (Permission.VIEW_CHANNEL, Permission.READ_MESSAGE_HISTORY)
        )

    if not granted(Permission.VIEW_CHANNEL):
        return False
    if place.type in ("voice", "stage") and not granted(Permission.CONNECT):
        return bit == Permission.VIEW_CHANNEL
    if place.type == "private_thread" and not (joined or granted(Permission.MANAGE_THREADS)):
        return False
    return granted(bit)


@given(guild=guilds, member=members)
def test_the_guilds_permissions_agree_with_the_reference(guild: Guild, member: Member) -> None:
    base = permissions.base_permissions(guild, member)
    for bit in BITS:
        assert may(bit, base) == in_guild(bit, guild, member)


@given(
    guild=guilds,
    member=members,
    place=channels,
    parent=st.none() | channels,
    joined=st.booleans(),
)
@example(
    guild=Guild(GUILD_ID, "", None, OWNER, (Role(RoleId(1), int(READ | SEND)),)),
    member=Member(ANN, ()),
    place=channel("private_thread"),
    parent=channel(),
    joined=False,
)
def test_a_channels_permissions_agree_with_the_reference(
    guild: Guild,
    member: Member,
    place: Channel,
    parent: Channel | None,
    joined: bool,  # noqa: FBT001 (drawn)
) -> None:
    granted = permissions.channel_permissions(
        permissions.base_permissions(guild, member),
        member,
        place,
        parent,
        now=NOW,
        is_thread_member=joined,
    )
    for bit in BITS:
        assert may(bit, granted) == in_channel(bit, guild, member, place, parent, joined=joined)


def granted_in(
    place: Channel,
    base: int,
    *,
    parent: Channel | None = None,
    member: Member | None = None,
    joined: bool = False,
) -> int:
    return permissions.channel_permissions(
        base, member or Member(ANN, (RoleId(2),)), place, parent, now=NOW, is_thread_member=joined
    )


def test_a_roles_permission_outweighs_another_roles_denial() -> None:
    rules = (
        Overwrite(2, "role", allow=int(READ), deny=0),
        Overwrite(3, "role", allow=0, deny=int(READ)),
    )
    member = Member(ANN, (RoleId(2), RoleId(3)))
    assert granted_in(channel("text", *rules), 0, member=member) == READ


def test_the_members_own_overwrite_has_the_last_word() -> None:
    rules = (
        Overwrite(2, "role", allow=int(READ), deny=0),
        Overwrite(ANN, "member", allow=0, deny=int(Permission.READ_MESSAGE_HISTORY)),
    )
    assert granted_in(channel("text", *rules), 0) == Permission.VIEW_CHANNEL


def test_a_hidden_channel_grants_nothing_at_all() -> None:
    hidden = channel("text", Overwrite(1, "role", allow=0, deny=int(Permission.VIEW_CHANNEL)))
    assert granted_in(hidden, int(READ | SEND)) == 0


def test_an_administrator_passes_every_overwrite() -> None:
    hidden = channel("voice", Overwrite(1, "role", allow=0, deny=int(READ)))
    assert granted_in(hidden, int(Permission.ADMINISTRATOR)) == permissions.ALL


@pytest.mark.parametrize("kind", ["voice", "stage"])
def test_the_chat_of_a_voice_channel_needs_connect(kind: str) -> None:
    assert granted_in(channel(kind), int(READ)) == Permission.VIEW_CHANNEL
    assert granted_in(channel(kind), int(READ | Permission.CONNECT)) == READ | Permission.CONNECT


def test_a_thread_has_its_parents_overwrites_and_not_its_own() -> None:
    closed = Overwrite(1, "role", allow=0, deny=int(READ))
    assert granted_in(channel("public_thread", closed), int(READ), parent=channel()) == READ
    assert granted_in(channel("public_thread"), int(READ), parent=channel("text", closed)) == 0


def test_a_thread_whose_parent_is_unknown_counts_as_closed() -> None:
    assert granted_in(channel("public_thread"), int(READ)) == 0


def test_a_private_thread_needs_membership_or_manage_threads() -> None:
    thread = channel("private_thread")
    assert granted_in(thread, int(READ), parent=channel()) == 0
    assert granted_in(thread, int(READ), parent=channel(), joined=True) == READ
    manager = int(READ | Permission.MANAGE_THREADS)
    assert granted_in(thread, manager, parent=channel()) == manager


def test_a_time_out_leaves_reading_until_it_ends() -> None:
    silenced = Member(ANN, (), timed_out_until=NOW + timedelta(seconds=1))
    freed = Member(ANN, (), timed_out_until=NOW)
    assert granted_in(channel(), int(READ | SEND), member=silenced) == READ
    assert granted_in(channel(), int(READ | SEND), member=freed) == READ | SEND


def test_a_permission_of_tomorrow_passes_through() -> None:
    tomorrow = 1 << 90
    assert granted_in(channel(), int(READ) | tomorrow) == int(READ) | tomorrow
