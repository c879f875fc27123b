"""Moves of a journey, on a small one made here."""

from __future__ import annotations

import pytest

from bot.content.journey_composers import JourneyFacts
from bot.content.journeys import JourneyBook, SharedWords, get_journeys, read_journey
from bot.errors import ContentError
from bot.learning import engine
from bot.learning.decision import Heard, decide, return_after
from bot.learning.state import COMPLETED, LEFT, OPEN, PAUSED, JourneyState, from_slots

METADATA = {"topic": "t", "source": ["s"], "written": "2026-11-24", "review": "draft"}
FACTS = JourneyFacts("child", "GB", "web")


def made(**changes):
    document = {
        "journey": "small",
        "intent": "take_quiz",
        "title": "Small",
        "for": ["child"],
        "metadata": METADATA,
        "first": "who",
        "steps": {
            "who": {
                "say": "Who?",
                "fill": "audience",
                "group": True,
                "choices": [{"id": "child", "title": "A child", "next": "one"}, {"id": "parent", "title": "A parent", "next": "two"}],
            },
            "one": {
                "say": "One?",
                "measure": "before",
                "choices": [{"id": "a", "title": "Apple", "right": True, "reply": "Yes."}, {"id": "b", "title": "Banana"}],
                "explain": "It is an apple.",
                "next": "ticks",
            },
            "ticks": {
                "say": "Which?",
                "more": "More?",
                "several": True,
                "choices": [{"id": "x", "title": "Ex"}, {"id": "y", "title": "Why"}, {"id": "done", "title": "That's all", "done": True}],
                "next": "two",
            },
            "two": {"say": "Way?", "choices": [{"id": "l", "title": "Left way", "next": "end"}, {"id": "r", "title": "Right way", "next": "one"}]},
            "end": {"say": "Done.", "end": "completed"},
        },
    }
    document.update(changes)
    return read_journey(document, "small")


JOURNEY = made()
BOOK = JourneyBook({"small": JOURNEY}, get_journeys().shared)


def at(step, *answers, asked=1, mode=OPEN):
    return JourneyState("small", step, answers, mode, asked)


def test_a_slot_that_is_known_answers_its_step():
    turn = engine.start(JOURNEY, FACTS)
    assert (turn.state.step, turn.state.answers, turn.say) == ("one", ("+who/child",), ("ask/one",))
    assert turn.outcome == "small/child/started/0/0/0"


def test_an_unknown_slot_is_asked():
    assert engine.start(JOURNEY, JourneyFacts()).say == ("ask/who",)


def test_an_answer_is_replied_to_and_explained_and_the_next_step_asked():
    turn = engine.answer(JOURNEY, at("one"), "a", FACTS)
    assert turn.say == ("reply/one/a", "explain/one", "ask/ticks")
    assert engine.score(JOURNEY, turn.state).before == 1


def test_ticks_are_kept_until_the_person_is_done_and_leave_the_list():
    first = engine.answer(JOURNEY, at("ticks"), "x", FACTS)
    assert first.say == ("more/ticks",)
    assert [choice.id for choice in engine.available(JOURNEY, first.state, FACTS)] == ["y", "done"]
    assert engine.answer(JOURNEY, first.state, "done", FACTS).state.step == "two"
    assert engine.answer(JOURNEY, first.state, "y", FACTS).say == ("ask/two",), "nothing is left to tick"


def test_going_back_takes_the_last_answer_away_and_never_a_filled_one():
    state = at("ticks", "+who/child", "one/b")
    back = engine.back(JOURNEY, state, FACTS)
    assert (back.state.step, back.state.answers) == ("one", ("+who/child",))
    again = engine.back(JOURNEY, back.state, FACTS)
    assert again.say == ("shared/nothing_to_change", "ask/one")


def test_a_button_of_an_earlier_step_corrects_its_answer():
    turn = engine.answer(JOURNEY, at("two", "+who/child", "one/b", "ticks/x"), "a", FACTS, "one")
    assert turn.state.answers == ("+who/child", "one/a")


def test_leaving_keeps_the_place_and_going_on_returns_to_it():
    left = engine.leave(JOURNEY, at("ticks", "one/a"))
    assert (left.state.mode, left.say, left.outcome) == (LEFT, ("shared/left",), "small/_/left/1/0/1")
    assert engine.resume(JOURNEY, left.state, FACTS).say == ("shared/going_on", "ask/ticks")


def test_what_is_not_understood_is_asked_once_more_and_then_left_out():
    once = engine.miss(JOURNEY, at("one"), FACTS)
    assert once.say == ("shared/not_understood", "ask/one")
    twice = engine.miss(JOURNEY, once.state, FACTS)
    assert twice.say == ("shared/moving_on", "explain/one", "ask/ticks")
    assert engine.score(JOURNEY, twice.state).asked["before"] == 1, "a question left out counts as asked"


def test_where_the_way_depends_on_the_answer_it_is_offered_to_stop_and_then_stopped():
    once = engine.miss(JOURNEY, at("two"), FACTS)
    offered = engine.miss(JOURNEY, once.state, FACTS)
    assert (offered.state.mode, offered.say) == (PAUSED, ("shared/offer",))
    assert engine.miss(JOURNEY, offered.state, FACTS).state.mode == LEFT


def test_a_button_pressed_after_the_end_says_that_it_is_finished():
    assert engine.answer(JOURNEY, at("end", mode=COMPLETED), "a", FACTS).say == ("shared/finished",)


def test_the_slots_hold_ids_only_and_are_read_back():
    state = at("ticks", "+who/child", "one/a")
    assert from_slots(state.as_slots(("ask/ticks",)), BOOK.journeys) == state


@pytest.mark.parametrize("slots", [{}, {"journey": "gone"}, {"journey": "small", "journey_step": "no/open/1"}, {"journey": "small", "journey_step": "one/odd/1"}, {"journey": "small", "journey_step": "one/open/1", "journey_answers": ["gone/x"]}])
def test_a_state_that_no_longer_fits_the_data_is_none(slots):
    assert from_slots(slots, BOOK.journeys) is None


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ({"who": {"say": "Hm?", "choices": [{"id": "a", "title": "A"}]}}, "leads nowhere"),
        ({"who": {"say": "Hm?", "next": "gone"}}, "unknown steps"),
        ({"who": {"say": "Hm?", "next": "who"}}, "end: completed"),
        ({"who": {"say": "Hm?", "end": "completed"}, "lost": {"say": "x", "end": "completed"}}, "never reached"),
        ({"who": {"end": "completed"}}, "nothing is said"),
        ({"who": {"say": [{"text": "x", "when": {"audience": "child"}}], "end": "completed"}}, "without conditions"),
        ({"who": {"say": [{"text": "x", "when": {"gone": "a"}}, "y"], "end": "completed"}}, "conditions name unknown"),
        ({"who": {"say": "x", "odd": 1, "end": "completed"}}, "unknown"),
        ({"who": {"say": "x", "choices": [{"title": "A"}]}}, "needs `id`"),
        ({"who": ["x"]}, "names and values"),
    ],
)
def test_a_broken_journey_says_what_to_mend(steps, problem):
    with pytest.raises(ContentError, match="data/journeys/small.yml") as raised:
        made(steps=steps)
    assert problem in str(raised.value)


# --- decisions --------------------------------------------------------------------------------------------------------


def heard(text, intent="nlu_fallback", chosen=None):
    return Heard(text, intent, chosen)


def moved(state, message, newest=True):
    return decide(BOOK, state, message, FACTS, newest)


def test_typed_words_answer_like_a_button():
    for text in ("Apple", "apple!", "1", "the first one", "aple", "a"):
        assert moved(at("one"), heard(text)).state.answers == ("one/a",), text


def test_a_question_is_left_to_the_rest_of_the_assistant_and_the_prompt_returns_once_then_as_an_offer():
    state = at("one")
    assert moved(state, heard("what is grooming", "faq")) is None
    first = return_after(BOOK, state, "faq", True)
    assert first.say == ("shared/back_to", "ask/one")
    second = return_after(BOOK, first.state, "faq", True)
    assert second.say == ("shared/offer",)
    assert return_after(BOOK, second.state, "faq", True) is None


def test_after_a_card_nothing_is_pushed_and_one_offer_is_made_later():
    state = at("one")
    assert moved(state, heard("1"), newest=False) is None
    assert return_after(BOOK, state, "barrier_my_fault", False) is None
    assert return_after(BOOK, state, "get_hotline", False) is None
    offer = return_after(BOOK, state, "thank", False)
    assert offer.say == ("shared/after_safety",)
    assert return_after(BOOK, offer.state, "thank", False) is None
    assert moved(offer.state, heard("/journey_answer", "journey_answer", "_/go_on"), newest=False).state.mode == OPEN


@pytest.mark.parametrize(("text", "mode"), [("stop", LEFT), ("I want to leave.", LEFT), ("enough", LEFT)])
def test_the_way_out_is_open_at_every_prompt(text, mode):
    for step in ("one", "ticks", "two"):
        assert moved(at(step), heard(text, "deny")).state.mode == mode


def test_a_way_out_said_elsewhere_is_not_taken_for_the_journey():
    assert moved(at("one"), heard("stop", "deny"), newest=False) is None


def test_starting_what_was_left_asks_whether_to_go_on():
    assert moved(at("ticks", "one/a", mode=LEFT), heard("quiz", "take_quiz")).say == ("shared/welcome_back",)
    assert moved(None, heard("quiz", "take_quiz")).say == ("ask/one",)


def test_where_free_text_is_read_a_refusal_is_no_way_out():
    book = get_journeys()
    state = JourneyState("refusal_practice", "photo", ("intro/ready",), OPEN, 1)
    readers = {"refusal": lambda text: "firm"}
    turn = decide(book, state, heard("stop it"), FACTS, True, readers)
    assert turn.state.answers[-1] == "photo/firm"
    assert decide(book, state, heard("stop"), FACTS, True, readers).state.mode == LEFT
    assert decide(book, state, heard("what is grooming", "faq"), FACTS, True, readers) is None


def test_a_line_that_was_put_aside_is_answered_with_the_word_that_real_things_come_first():
    state = JourneyState("refusal_practice", "photo", ("intro/ready",), OPEN, 1)
    message = Heard("no i wont", "nlu_fallback", None, is_put_aside=True)
    turn = decide(get_journeys(), state, message, FACTS, True, {"refusal": lambda text: "firm"})
    assert turn.say[0] == "shared/for_real"


def test_every_shared_text_is_there():
    shared: SharedWords = get_journeys().shared
    needed = {
        *("left", "welcome_back", "going_on", "changed", "nothing_to_change", "not_understood", "not_understood_free"),
        *("moving_on", "offer", "back_to", "after_safety", "for_real", "finished", "none_open"),
    }
    assert needed <= set(shared.texts)
    assert {"go_on", "leave", "back", "again", "topics"} <= set(shared.titles)
