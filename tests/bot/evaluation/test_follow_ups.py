"""What becomes of everyday follow-ups, judged from results as the assistant gives them."""

from __future__ import annotations

import pytest

from bot.content.responses import get_responses
from bot.errors import InputError
from bot.evaluation.follow_ups import DOES, FollowUp, alarmed, by_kind, helped, judge, load_follow_ups, play

ASKED = FollowUp("and if she does it again", "asks", frozenset({"stop_cyberbullying"}))
TOLD = FollowUp("its my best friend", "tells", frozenset())
SMALL = FollowUp("can she tell", "asks", frozenset(), frozenset({"blocked_person_can_tell"}))


def result(response, *faqs, **more):
    buttons = [{"payload": f'/ask{{"faq": "{faq}"}}'} for faq in faqs]
    return {"replies": [{"response": response, "buttons": buttons}], **more}


@pytest.mark.parametrize(
    ("said", "given", "outcome"),
    [
        (ASKED, result("utter_faq/stop_cyberbullying"), "right"),
        (ASKED, result("utter_faq/no_friends"), "another"),
        (ASKED, result("utter_nearest_answers", "no_friends", "stop_cyberbullying"), "offered"),
        (ASKED, result("utter_nearest_answers", "no_friends"), "missed"),
        (ASKED, result("utter_heard_beside_answer"), "missed"),
        (SMALL, result("utter_small_blocked_person_can_tell"), "right"),
        (SMALL, result("utter_small_unblock_later"), "another"),
        (ASKED, result("utter_small_unblock_later"), "another"),
        (TOLD, result("utter_heard_beside_answer"), "received"),
        (TOLD, result("utter_nearest_answers"), "missed"),
        (TOLD, result("utter_crisis_self_harm_child", card="self_harm"), "alarmed"),
        (TOLD, result("utter_check_in_self_harm", asks="self_harm"), "alarmed"),
        (ASKED, result("utter_check_in_unclear"), "alarmed"),
    ],
)
def test_a_reply_is_sorted_by_what_it_does_for_the_message(said, given, outcome):
    assert judge("fuc-001", said, given).outcome == outcome


def test_the_set_names_answers_that_exist_and_is_as_large_as_its_readme_says():
    conversations = load_follow_ups()
    assert len(conversations) >= 80 and len({one.id for one in conversations}) == len(conversations)
    named = {f"utter_faq/{faq}" for one in conversations for said in one.then for faq in said.fits}
    named |= {f"utter_small_{name}" for one in conversations for said in one.then for name in said.small}
    assert [name for name in sorted(named) if name not in get_responses()] == []


def test_shares_are_of_the_messages_that_do_the_same():
    conversations = load_follow_ups()[:2]
    heard = play(conversations, lambda texts, audience, country: [result("utter_heard_beside_answer")] * len(texts))
    table = by_kind(heard)
    assert set(table) == set(DOES) and table["tells"]["received"].total == sum(one.follow_up.does == "tells" for one in heard)
    assert helped(heard).hits == table["tells"]["received"].hits and alarmed(heard).hits == 0


def test_an_unknown_kind_of_message_is_named(tmp_path):
    broken = tmp_path / "follow_ups.jsonl"
    broken.write_text('{"id": "x-1", "audience": "child", "opening": "hi", "then": [{"says": "a", "does": "sings", "fits": []}]}')
    with pytest.raises(InputError, match="x-1"):
        load_follow_ups(broken)
