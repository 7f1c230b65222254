import pytest

from functions.shared.discord import routes


def test_a_path_holds_the_values_and_the_major_parameter_is_among_them() -> None:
    call = routes.GET_MEMBER.compile(guild_id=1, user_id=2)
    assert (call.path, call.major) == ("/guilds/1/members/2", ("1",))


def test_a_webhook_is_limited_by_its_id_and_token_together() -> None:
    call = routes.EDIT_ORIGINAL.compile(application_id=1, interaction_token="aW50")
    assert call.major == ("1", "aW50")


def test_a_value_cannot_leave_its_place_in_the_path() -> None:
    call = routes.EDIT_ORIGINAL.compile(application_id=1, interaction_token="../x?y#z")
    assert call.path == "/webhooks/1/..%2Fx%3Fy%23z/messages/@original"


def test_what_is_shown_of_a_call_never_holds_a_value() -> None:
    call = routes.EDIT_ORIGINAL.compile(application_id=1, interaction_token="aW50")
    assert str(call) == ("PATCH /webhooks/{application_id}/{interaction_token}/messages/@original")
    assert "aW50" not in repr(call)


def test_a_forgotten_parameter_is_an_error() -> None:
    with pytest.raises(KeyError):
        routes.GET_GUILD.compile()


def test_every_guild_or_channel_in_a_template_is_a_major_parameter() -> None:
    declared = [value for value in vars(routes).values() if isinstance(value, routes.Route)]
    assert len(declared) > 10
    for route in declared:
        for name in ("guild_id", "channel_id", "interaction_token"):
            assert (f"{{{name}}}" in route.template) == (name in route.major), str(route)


def test_only_a_post_must_not_be_repeated() -> None:
    assert not routes.Route("POST", "/channels/{channel_id}/messages").is_idempotent
    assert all(routes.Route(m, "/").is_idempotent for m in ("GET", "PUT", "PATCH", "DELETE"))
