"""The wording book chooses as Rasa would, and never shows a brace."""

from __future__ import annotations

import pytest

from bot.content.responses import Button, ResponseBook, Variation, get_responses, load_responses
from bot.errors import ContentError


def book(*variations: Variation, **providers) -> ResponseBook:
    return ResponseBook({"utter_x": variations}, providers)


PLAIN = Variation("plain")
CHILD = Variation("child", conditions=(("audience", "child"),))
SMS = Variation("sms", channel="sms")
CHILD_SMS = Variation("child sms", channel="sms", conditions=(("audience", "Child"),))


@pytest.mark.parametrize(
    ("variations", "audience", "channel", "expected"),
    [
        ((PLAIN, CHILD), "child", "web", "child"),
        ((PLAIN, CHILD), "parent", "web", "plain"),
        ((PLAIN, CHILD), None, "web", "plain"),
        # A channel variation without a condition outranks an audience variation without a channel, as in Rasa.
        ((PLAIN, CHILD, SMS), "child", "sms", "sms"),
        ((PLAIN, CHILD, SMS, CHILD_SMS), "child", "sms", "child sms"),
        ((PLAIN, SMS), None, "telegram", "plain"),
    ],
)
def test_the_wording_chosen_is_the_one_rasa_would_choose(variations, audience, channel, expected):
    assert book(*variations).choose("utter_x", audience, channel).text == expected


def test_the_choice_is_the_same_as_in_rasas_own_filter():
    from rasa.core.nlg.generator import ResponseVariationFilter

    raw = [
        {"text": "plain"},
        {"text": "child", "condition": [{"type": "slot", "name": "audience", "value": "child"}]},
        {"text": "sms", "channel": "sms"},
        {"text": "child sms", "channel": "sms", "condition": [{"type": "slot", "name": "audience", "value": "child"}]},
    ]
    rasa = ResponseVariationFilter({"utter_x": raw})
    ours = book(PLAIN, CHILD, SMS, CHILD_SMS)
    for audience in (None, "child", "parent"):
        for channel in ("web", "sms", "telegram"):
            theirs = rasa.responses_for_utter_action("utter_x", channel, {"audience": audience})
            assert ours.choose("utter_x", audience, channel).text == theirs[0]["text"]


def test_several_fitting_wordings_are_taken_in_turn_not_at_random():
    two = book(Variation("one"), Variation("two"))
    assert [two.choose("utter_x", turn=turn).text for turn in range(3)] == ["one", "two", "one"]


def test_placeholders_take_the_given_value_then_the_provider_and_never_stay():
    found = book(Variation("{a} {b} {c}.", buttons=(Button("{a}", "/x"),)), b=lambda slots: "from provider")
    chosen = found.choose("utter_x", slots={"a": "given"})
    assert chosen.text == "given from provider ."
    assert chosen.buttons[0].title == "given"


def test_an_unknown_placeholder_stops_the_start():
    with pytest.raises(ContentError, match="nope"):
        book(Variation("{nope}")).check()
    book(Variation("{steps}", metadata={"variables": ["steps"]})).check()


def test_a_response_without_a_default_stops_the_start():
    with pytest.raises(ContentError, match="fits everybody"):
        book(CHILD).check()


def test_broken_files_are_named(tmp_path):
    (tmp_path / "bad.yml").write_text("responses:\n  utter_x:\n    text: no list\n", encoding="utf-8")
    with pytest.raises(ContentError, match="bad.yml"):
        load_responses(tmp_path)


def test_all_wording_of_the_project_is_complete():
    get_responses().check()
