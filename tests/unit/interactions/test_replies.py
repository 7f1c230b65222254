import pytest

from functions.interactions import replies


@pytest.mark.parametrize(
    "reply",
    [replies.sentence("@everyone"), replies.panel("@here", "<@1>", [("@everyone", "<@&2>")])],
)
def test_a_message_is_private_and_notifies_nobody(reply: replies.Reply) -> None:
    assert reply["type"] == 4
    assert reply["data"]["flags"] == 64
    assert reply["data"]["allowed_mentions"] == {"parse": []}


def test_a_panel_is_one_embed_with_its_fields_in_order() -> None:
    reply = replies.panel("title", "description", [("a", "1"), ("b", "2")])
    (embed,) = reply["data"]["embeds"]
    assert (embed["title"], embed["description"]) == ("title", "description")
    assert [(field["name"], field["value"]) for field in embed["fields"]] == [
        ("a", "1"),
        ("b", "2"),
    ]


def test_a_ping_and_an_autocompletion_have_answers_of_their_own() -> None:
    assert replies.PONG == {"type": 1}
    assert replies.NO_CHOICES == {"type": 8, "data": {"choices": []}}
