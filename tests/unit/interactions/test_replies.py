import pytest

from functions.interactions import replies
from functions.shared import components


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
    assert replies.choices([]) == {"type": 8, "data": {"choices": []}}


def test_long_texts_are_cut_to_what_discord_takes() -> None:
    assert len(replies.sentence("x" * 3_000)["data"]["content"]) == 2000
    (embed,) = replies.panel("t" * 300, "d", [("n", "v" * 2_000)])["data"]["embeds"]
    assert (len(embed["title"]), len(embed["fields"][0]["value"])) == (256, 1024)


def test_a_panel_with_update_replaces_the_message_whose_component_was_used() -> None:
    assert replies.panel("t", "d", [], update=True)["type"] == 7


def test_each_component_of_a_panel_has_a_row_of_its_own() -> None:
    button = components.button("sync:now", "Sync now", components.ButtonStyle.PRIMARY)
    select = components.select("settings:edit:0", "Choose", [("prefix", "prefix", "Prefix")])
    rows = replies.panel("t", "d", [], [select, button])["data"]["components"]
    assert [(row["type"], row["components"]) for row in rows] == [(1, [select]), (1, [button])]


def test_no_more_than_25_suggestions_are_made() -> None:
    made = replies.choices([(f"#channel-{number}", str(number)) for number in range(30)])
    assert len(made["data"]["choices"]) == 25


def test_a_form_has_a_description_only_if_there_is_one() -> None:
    field = {"type": 4, "custom_id": "value", "style": 1}
    with_it = replies.modal("a", "title", "x" * 60, "Leave it empty", field)
    without = replies.modal("a", "title", "label", None, field)
    (label,) = with_it["data"]["components"]
    assert (len(label["label"]), label["description"]) == (45, "Leave it empty")
    assert "description" not in without["data"]["components"][0]
