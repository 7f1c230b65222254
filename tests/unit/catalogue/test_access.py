"""What a member may see: by hostile example, and against a second, slower telling of the rules."""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.catalogue import access
from functions.shared.catalogue.access import Snapshot, Viewer
from functions.shared.models import (
    Channel,
    ChannelId,
    Guild,
    GuildId,
    Member,
    Overwrite,
    Permission,
    Role,
    RoleId,
    StoredThread,
    UserId,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = GuildId(1)
MODS = RoleId(2)
OWNER, ANN = UserId(50), UserId(51)
VIEW, HISTORY = int(Permission.VIEW_CHANNEL), int(Permission.READ_MESSAGE_HISTORY)
CONNECT, MANAGE = int(Permission.CONNECT), int(Permission.MANAGE_THREADS)
ADMINISTRATOR = int(Permission.ADMINISTRATOR)
READ = VIEW | HISTORY
BITS = [VIEW, HISTORY, CONNECT, MANAGE, ADMINISTRATOR]
CLIPS, THREAD = ChannelId(20), ChannelId(40)
CHANNEL_IDS = [ChannelId(number) for number in (20, 21, 22)]


def channel(
    number: int = CLIPS, kind: str = "text", *rules: Overwrite, is_nsfw: bool = False
) -> Channel:
    return Channel(ChannelId(number), HERE, kind, "clips", is_nsfw=is_nsfw, overwrites=rules)


def guild(everyone: int = READ, mods: int = 0, nsfw_level: int | None = 0) -> Guild:
    roles = (Role(RoleId(HERE), everyone), Role(MODS, mods))
    return Guild(HERE, "Arcade", None, OWNER, roles, nsfw_level)


def snapshot(there: Guild, *channels: Channel) -> Snapshot:
    return Snapshot(there, {each.id: each for each in channels})


def seen(
    there: Snapshot,
    *threads: StoredThread,
    roles: tuple[RoleId, ...] = (),
    user_id: UserId = ANN,
    place: int | None = CLIPS,
    timed_out_until: datetime | None = None,
) -> access.Access:
    member = Member(user_id, roles, timed_out_until)
    viewer = Viewer(member, None if place is None else ChannelId(place))
    return access.of_viewer(there, viewer, threads, NOW)


def deny(target: int, bits: int, kind: str = "role") -> Overwrite:
    return Overwrite(target, "member" if kind == "member" else "role", 0, bits)


def allow(target: int, bits: int, kind: str = "role") -> Overwrite:
    return Overwrite(target, "member" if kind == "member" else "role", bits, 0)


def thread(kind: str = "public_thread", parent: int | None = CLIPS) -> StoredThread:
    return StoredThread(THREAD, kind, None if parent is None else ChannelId(parent))


@pytest.mark.parametrize("missing", [VIEW, HISTORY])
def test_a_channel_takes_both_viewing_and_history(missing: int) -> None:
    closed = snapshot(guild(), channel(CLIPS, "text", deny(HERE, missing)))
    assert seen(closed, thread()) == access.Access()
    assert seen(snapshot(guild(READ & ~missing), channel()), thread()) == access.Access()


@pytest.mark.parametrize("kind", ["voice", "stage"])
def test_the_chat_of_a_voice_channel_takes_connect_too(kind: str) -> None:
    assert not seen(snapshot(guild(), channel(CLIPS, kind))).open_ids
    assert seen(snapshot(guild(READ | CONNECT), channel(CLIPS, kind))).open_ids == {CLIPS}


def test_a_voice_channel_closes_in_a_time_out_and_a_text_channel_does_not() -> None:
    there = snapshot(guild(READ | CONNECT), channel(CLIPS), channel(21, "voice"))
    until = NOW + timedelta(minutes=1)
    assert seen(there, timed_out_until=until).open_ids == {CLIPS}
    assert seen(there, timed_out_until=NOW).open_ids == {CLIPS, 21}


def test_a_members_own_overwrite_outweighs_those_of_the_roles() -> None:
    rules = deny(HERE, VIEW), allow(ANN, VIEW, "member")
    assert seen(snapshot(guild(), channel(CLIPS, "text", *rules))).open_ids == {CLIPS}
    rules = allow(MODS, READ), deny(ANN, VIEW, "member")
    there = snapshot(guild(), channel(CLIPS, "text", *rules))
    assert not seen(there, roles=(MODS,)).open_ids


def test_a_role_that_was_deleted_grants_nothing() -> None:
    secret = snapshot(guild(everyone=0), channel(CLIPS))
    assert not seen(secret, roles=(RoleId(99),)).open_ids


def test_a_role_without_overwrite_of_its_own_opens_nothing_that_everyone_is_denied() -> None:
    secret = snapshot(guild(mods=READ), channel(CLIPS, "text", deny(HERE, VIEW)))
    assert not seen(secret, roles=(MODS,)).open_ids


def test_the_owner_and_administrators_see_everything_in_the_list_and_private_threads() -> None:
    secret = snapshot(
        guild(everyone=0, mods=ADMINISTRATOR), channel(CLIPS, "text", deny(HERE, READ))
    )
    everything = {CLIPS, THREAD}
    assert seen(secret, thread("private_thread"), user_id=OWNER).open_ids == everything
    assert seen(secret, thread("private_thread"), roles=(MODS,)).open_ids == everything


def test_a_thread_is_as_open_as_its_channel_whatever_the_thread_itself_says() -> None:
    forum = channel(21, "forum", deny(HERE, VIEW))
    there = snapshot(guild(), channel(), forum)
    assert seen(there, thread()).open_ids == {CLIPS, THREAD}
    assert seen(there, thread(parent=21)).open_ids == {CLIPS}


@pytest.mark.parametrize("parent", [None, 99, THREAD])
def test_a_thread_whose_channel_is_not_known_is_closed_even_to_the_owner(
    parent: int | None,
) -> None:
    there = snapshot(guild(), channel())
    assert seen(there, thread(parent=parent), user_id=OWNER).all_ids == [CLIPS]


@pytest.mark.parametrize("kind", ["text", "type_99", "", "forum"])
def test_what_the_database_knows_and_discord_does_not_list_is_closed(kind: str) -> None:
    there = snapshot(guild(), channel())
    assert seen(there, thread(kind), user_id=OWNER).all_ids == [CLIPS]


def test_a_private_thread_hangs_on_membership_unless_the_viewer_manages_threads() -> None:
    private = thread("private_thread")
    there = snapshot(guild(mods=MANAGE), channel())
    assert seen(there, private) == access.Access(frozenset({CLIPS}), frozenset({THREAD}))
    assert seen(there, private, roles=(MODS,)).open_ids == {CLIPS, THREAD}
    # In a time-out nobody manages threads.
    until = NOW + timedelta(minutes=1)
    assert seen(there, private, roles=(MODS,), timed_out_until=until).private_ids == {THREAD}


def test_members_of_a_private_thread_below_a_closed_channel_do_not_see_it() -> None:
    there = snapshot(guild(), channel(CLIPS, "text", deny(HERE, VIEW)))
    assert seen(there, thread("private_thread")) == access.Access()


def test_age_restricted_channels_and_their_threads_show_only_in_such_a_channel() -> None:
    there = snapshot(guild(), channel(CLIPS), channel(21, is_nsfw=True))
    below = thread(parent=21)
    assert seen(there, below, place=CLIPS).all_ids == [CLIPS]
    assert seen(there, below, place=None).all_ids == [CLIPS]
    assert seen(there, below, place=99).all_ids == [CLIPS]
    assert seen(there, below, place=21).all_ids == [CLIPS, 21, THREAD]
    assert seen(there, below, place=CLIPS, user_id=OWNER).all_ids == [CLIPS]


@pytest.mark.parametrize("level", [1, 3])
def test_an_age_restricted_guild_shows_everything_in_its_channels(level: int) -> None:
    there = snapshot(guild(nsfw_level=level), channel(CLIPS), channel(21, is_nsfw=True))
    assert seen(there, place=CLIPS).all_ids == [CLIPS, 21]
    assert seen(there, place=None).all_ids == []


def test_where_the_guilds_level_is_not_told_every_channel_counts_as_age_restricted() -> None:
    there = snapshot(guild(nsfw_level=None), channel(CLIPS), channel(21, is_nsfw=True))
    assert seen(there, place=CLIPS).all_ids == []
    assert seen(there, place=21).all_ids == [CLIPS, 21]


def test_a_channel_holds_its_threads_and_a_category_its_channels_with_theirs() -> None:
    inside = dataclasses.replace(channel(21), parent_id=ChannelId(30))
    there = snapshot(guild(), channel(30, "category"), inside, channel(CLIPS))
    threads = [thread(parent=21), StoredThread(ChannelId(41), "public_thread", CLIPS)]
    assert access.within(there, threads, 30) == {30, 21, THREAD}
    assert access.within(there, threads, 21) == {21, THREAD}
    assert access.within(there, threads, CLIPS) == {CLIPS, 41}
    assert access.within(there, threads, THREAD) == {THREAD}
    assert access.within(there, threads, 0) == {0}


bitsets = st.lists(st.sampled_from(BITS), unique=True).map(sum)
overwrites = st.lists(
    st.builds(
        Overwrite,
        id=st.sampled_from([1, 2, 3, 4, OWNER, ANN]),
        kind=st.sampled_from(["role", "member"]),
        allow=bitsets,
        deny=bitsets,
    ),
    max_size=4,
    unique_by=lambda overwrite: (overwrite.id, overwrite.kind),
).map(tuple)
guilds = st.builds(
    lambda roles, level: Guild(HERE, "Arcade", None, OWNER, tuple(roles), level),
    st.lists(
        st.builds(Role, id=st.sampled_from([1, 2, 3]).map(RoleId), permissions=bitsets),
        max_size=3,
        unique_by=lambda role: role.id,
    ),
    st.sampled_from([0, 0, 2, 1, 3, None]),
)
channel_lists = st.lists(
    st.builds(
        lambda number, kind, rules, nsfw: channel(number, kind, *rules, is_nsfw=nsfw),
        st.sampled_from(CHANNEL_IDS),
        st.sampled_from(["text", "voice", "forum", "type_99"]),
        overwrites,
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda each: each.id,
)
thread_lists = st.lists(
    st.builds(
        StoredThread,
        channel_id=st.sampled_from([40, 41, 42]).map(ChannelId),
        type=st.sampled_from(
            ["public_thread", "announcement_thread", "private_thread", "private_thread", "text"]
        ),
        parent_id=st.sampled_from([None, *CHANNEL_IDS]),
    ),
    max_size=4,
    unique_by=lambda each: each.channel_id,
)
members = st.builds(
    Member,
    user_id=st.sampled_from([ANN, ANN, OWNER]),
    role_ids=st.lists(st.sampled_from([2, 3, 4]).map(RoleId), unique=True).map(tuple),
    timed_out_until=st.sampled_from([None, NOW - timedelta(1), NOW, NOW + timedelta(1)]),
)


def granted(bit: int, there: Guild, member: Member, rules: Iterable[Overwrite]) -> bool:
    """Whether one permission holds, told from the strongest rule down to the weakest."""
    if member.user_id == there.owner_id:
        return True
    held = {int(there.id), *member.role_ids}
    roles = [role for role in there.roles if role.id in held]
    if any(role.permissions & ADMINISTRATOR for role in roles):
        return True
    silenced = member.timed_out_until is not None and member.timed_out_until > NOW
    if silenced and bit not in (VIEW, HISTORY):
        return False
    own = [o for o in rules if o.kind == "member" and o.id == member.user_id]
    of_roles = [o for o in rules if o.kind == "role" and o.id in member.role_ids]
    of_everyone = [o for o in rules if o.kind == "role" and o.id == there.id]
    for rank in (own, of_roles, of_everyone):
        if any(o.allow & bit for o in rank):
            return True
        if any(o.deny & bit for o in rank):
            return False
    return any(role.permissions & bit for role in roles)


def shown(
    there: Snapshot,
    member: Member,
    place: ChannelId | None,
    threads: list[StoredThread],
    asked: int,
) -> str:
    """`open`, `private` or `closed`: one channel or thread, with every rule spelt out."""
    rules = there.channels.get(ChannelId(asked))
    found = [each for each in threads if each.channel_id == asked]
    kind = rules.type if rules else ""
    if rules is None and found and found[0].parent_id and found[0].type.endswith("_thread"):
        rules, kind = there.channels.get(found[0].parent_id), found[0].type
    if rules is None:
        return "closed"
    level = there.guild.nsfw_level
    standing = there.channels.get(place) if place else None
    among_adults = standing is not None and (standing.is_nsfw or level in (1, 3))
    if not among_adults and (rules.is_nsfw or level not in (0, 2)):
        return "closed"
    wanted = [VIEW, HISTORY] + [CONNECT] * (kind in ("voice", "stage"))
    if not all(granted(bit, there.guild, member, rules.overwrites) for bit in wanted):
        return "closed"
    if kind != "private_thread" or granted(MANAGE, there.guild, member, rules.overwrites):
        return "open"
    return "private"


@given(
    there=st.builds(lambda each, listed: snapshot(each, *listed), guilds, channel_lists),
    member=members,
    place=st.none() | st.sampled_from(CHANNEL_IDS),
    threads=thread_lists,
)
def test_it_agrees_with_a_slower_telling_of_the_rules(
    there: Snapshot, member: Member, place: ChannelId | None, threads: list[StoredThread]
) -> None:
    decided = access.of_viewer(there, Viewer(member, place), threads, NOW)
    told = {asked: shown(there, member, place, threads, asked) for asked in range(20, 45)}
    assert decided.open_ids == {asked for asked, verdict in told.items() if verdict == "open"}
    assert decided.private_ids == {asked for asked, verdict in told.items() if verdict == "private"}
