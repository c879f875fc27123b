"""A question with an answer must be surer than an intent before it is acted on."""

from __future__ import annotations

import numpy as np
import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.case_messages import Case
from bot.nlu.constants import ASKED, ASKED_TEXT, DETAIL, EMBEDDING, FALLBACK_INTENT, LABEL_RANKING
from bot.nlu.intent_classifier import SemanticIntentClassifier
from bot.nlu.label_model import Encoded


class Ranked:
    """Stands for a label model that is this sure of its first label."""

    def __init__(self, label: str, confidence: float) -> None:
        self.labels, self._row = [label, "other"], [confidence, 1 - confidence]

    def confidences(self, encoded: object) -> np.ndarray:
        return np.array([self._row])


@pytest.mark.parametrize(
    ("label", "confidence", "acted_on"),
    [("greet", 0.6, "greet"), ("faq/first_phone", 0.6, FALLBACK_INTENT), ("faq/first_phone", 0.8, "faq")],
)
def test_an_answer_needs_more_confidence_than_an_intent(label: str, confidence: float, acted_on: str) -> None:
    config = {"threshold": 0.5, "answer_threshold": 0.75}
    component = SemanticIntentClassifier(config, None, None, Ranked(label, confidence))
    message = Message({TEXT: "hello", EMBEDDING: np.zeros(512), DETAIL: np.zeros(384)})
    component.process([message])
    assert message.get(INTENT)["name"] == acted_on
    assert message.get(LABEL_RANKING)[0]["label"] == label


def test_what_was_spoken_of_helps_only_a_message_that_is_not_understood_by_itself() -> None:
    before = DialogueStateTracker.from_events(
        "someone", [UserUttered('/ask{"faq": "account_hacked"}'), BotUttered("words", metadata={"response": "utter_faq/account_hacked"})]
    )
    # Of 0.6 beside 0.4 the subject makes 0.98; an intent that is sure by itself is not touched.
    for confidence, acted_on in ((0.6, "faq"), (0.1, "other")):
        config = {"threshold": 0.5, "answer_threshold": 0.75, "context_weight": 40.0}
        component = SemanticIntentClassifier(config, None, None, Ranked("faq/locked_out_of_account", confidence))
        message = Message({TEXT: "how do i get it back", EMBEDDING: np.zeros(512), DETAIL: np.zeros(384)})
        component.process([message], before)
        assert message.get(INTENT)["name"] == acted_on


def test_what_is_understood_from_the_words_before_only_is_not_said_outright() -> None:
    before = DialogueStateTracker.from_events("someone", [UserUttered("someone hacked my account")])
    for confidence, acted_on in ((0.74, FALLBACK_INTENT), (0.9, "faq")):
        config = {"threshold": 0.5, "answer_threshold": 0.75}
        component = SemanticIntentClassifier(config, None, None, Ranked("faq/locked_out_of_account", confidence))
        message = Message({TEXT: "how do i get it back", EMBEDDING: np.zeros(512), DETAIL: np.zeros(384)})
        component.process([message], before)
        assert message.get(INTENT)["name"] == acted_on


def test_the_answer_just_given_is_not_given_again_to_who_meant_another() -> None:
    before = DialogueStateTracker.from_events(
        "someone", [UserUttered("app"), BotUttered("words", metadata={"response": "utter_faq/locked_out_of_account"})]
    )
    for text, label in (("no not the app, my phone", "other"), ("i mean the phone", "other"), ("no idea, the app again", "faq/locked_out_of_account")):
        component = SemanticIntentClassifier({"threshold": 0.5}, None, None, Ranked("faq/locked_out_of_account", 0.97))
        message = Message({TEXT: text, EMBEDDING: np.zeros(512), DETAIL: np.zeros(384)})
        component.process([message], before)
        assert message.get(LABEL_RANKING)[0]["label"] == label


class Facts:
    """Stands for a label model that has seen facts told after a card."""

    labels = ["told_they_are_nice", "told_same_age", "told_something_else", "faq/first_phone", "faq/asked_to_keep_it_secret", "greet"]

    def __init__(self, *row: float) -> None:
        self._row = row

    def confidences(self, encoded: object) -> np.ndarray:
        return np.array([self._row])


CARD = BotUttered("card", metadata={"utter_action": "utter_crisis_card", "card_category": "adult_involved", "response": "utter_crisis_adult_involved_child"})


UNNAMED = BotUttered("card", metadata={"utter_action": "utter_crisis_card", "card_category": "unclear", "response": "utter_crisis_child"})


class Cases:
    """Stands for a ranker of answers in a case: remembers what it was asked, and chooses the second answer."""

    asked = None

    def __init__(self, *row: float) -> None:
        self._row = row

    def knows(self, case: Case) -> bool:
        return case.category == "adult_involved"

    def confidences(self, asked: object) -> np.ndarray:
        self.asked = asked
        return np.array([self._row])


def in_case(text: str, model: Facts, ranker: Cases, *events: object) -> Message:
    tracker = DialogueStateTracker.from_events("someone", [UserUttered("he is 34 and my coach"), *events])
    message = Message({TEXT: text, EMBEDDING: np.zeros(512), DETAIL: np.zeros(384), "risk": {"alone": "none", "level": "none"}})
    config = {"threshold": 0.5, "answer_threshold": 0.85, "case_threshold": 0.35}
    SemanticIntentClassifier(config, None, None, model, ranker).process([message], tracker)
    return message


def test_a_question_after_a_card_is_ranked_for_its_case() -> None:
    ranker = Cases(0.1, 0.6, 0.3)
    message = in_case("is it ok to go?", Facts(0.0, 0.0, 0.0, 0.5, 0.4, 0.1), ranker, CARD)
    assert message.get(INTENT)["name"] == "faq"
    assert message.get(LABEL_RANKING)[0] == {"label": "faq/asked_to_keep_it_secret", "score": pytest.approx(0.6)}
    assert message.get("in_case") is True
    assert ranker.asked.cases[0].category == "adult_involved"


def test_where_no_answer_fits_the_case_the_nearest_are_kept_as_choices() -> None:
    message = in_case("is it ok to go?", Facts(0.0, 0.0, 0.0, 0.9, 0.05, 0.05), Cases(0.05, 0.15, 0.8), CARD)
    assert message.get(INTENT)["name"] == FALLBACK_INTENT
    assert [entry["label"] for entry in message.get(LABEL_RANKING)][0] == "faq/asked_to_keep_it_secret"


@pytest.mark.parametrize(
    ("text", "row", "events"),
    [
        ("is it ok to go?", (0.0, 0.0, 0.0, 0.5, 0.4, 0.1), ()),  # no card
        ("he is nice", (0.0, 0.0, 0.0, 0.5, 0.4, 0.1), (CARD,)),  # nothing is asked, and no ranker knows what is told
        ("is it ok to go?", (0.0, 0.0, 0.0, 0.5, 0.4, 0.1), (UNNAMED,)),  # the card was about no category that is named
        ("hello there?", (0.0, 0.0, 0.0, 0.2, 0.1, 0.7), (CARD,)),  # something else is understood
    ],
)
def test_the_case_is_left_out_where_there_is_none_or_nothing_about_it_is_asked(text, row, events) -> None:
    message = in_case(text, Facts(*row), Cases(0.1, 0.6, 0.3), *events)
    assert message.get("in_case") is None


def told(text: str, row: tuple, *events: object, model: Facts = Facts(0.1, 0.1, 0.4, 0.2, 0.1, 0.1)) -> Message:
    """As it is understood where the ranker of what is told gives these confidences: nice, same age, phone, secret, nothing."""
    tracker = DialogueStateTracker.from_events("someone", [UserUttered("he is 34 and my coach"), *events])
    message = Message({TEXT: text, EMBEDDING: np.zeros(512), DETAIL: np.zeros(384), "risk": {"alone": "none", "level": "none"}})
    config = {"threshold": 0.5, "answer_threshold": 0.85, "told_threshold": 0.35}
    SemanticIntentClassifier(config, None, None, model, Cases(0.1, 0.6, 0.3), Cases(*row)).process([message], tracker)
    return message


def test_what_is_told_after_a_card_gets_the_words_or_the_answer_that_fit_its_case() -> None:
    fact = told("hes nice tho", (0.6, 0.1, 0.1, 0.1, 0.1), CARD)
    assert fact.get(INTENT) == {"name": "told_they_are_nice", "confidence": pytest.approx(0.6)}
    assert fact.get("in_case") is True
    assert told("i must not tell", (0.1, 0.1, 0.1, 0.6, 0.1), CARD).get(INTENT)["name"] == "faq"
    assert told("i had pasta", (0.2, 0.1, 0.1, 0.1, 0.5), CARD).get(INTENT)["name"] == FALLBACK_INTENT


def test_a_fact_counts_only_while_a_card_is_talked_of_and_only_where_nothing_is_asked() -> None:
    assert told("hes nice tho", (0.6, 0.1, 0.1, 0.1, 0.1)).get("in_case") is None
    assert told("is he nice?", (0.6, 0.1, 0.1, 0.1, 0.1), CARD).get(LABEL_RANKING)[0]["label"] == "faq/asked_to_keep_it_secret"
    greets = Facts(0.1, 0.1, 0.0, 0.1, 0.0, 0.7)
    assert told("hello there", (0.6, 0.1, 0.1, 0.1, 0.1), CARD, model=greets).get(INTENT)["name"] == "greet"


def test_a_fact_in_words_much_like_its_phrasings_is_told_whatever_the_case() -> None:
    nothing = (0.1, 0.1, 0.1, 0.1, 0.6)
    assert told("hes nice tho", nothing, CARD, model=Facts(0.6, 0.05, 0.1, 0.2, 0.05, 0.0)).get(INTENT)["name"] == "told_they_are_nice"
    # Questions about something else count for nothing then, and one about the card for sure is what is meant.
    assert told("my dad took it", nothing, CARD, model=Facts(0.02, 0.0, 0.0, 0.97, 0.0, 0.01)).get(INTENT)["name"] == "told_they_are_nice"
    sure = Facts(0.02, 0.0, 0.0, 0.01, 0.96, 0.01)
    assert told("i must not tell", nothing, CARD, model=sure).get(INTENT)["name"] == FALLBACK_INTENT


def test_nothing_that_is_heard_as_grave_is_taken_for_less() -> None:
    class Lighter(Facts):
        labels = ["told_only_a_joke", *Facts.labels[1:]]

    tracker = DialogueStateTracker.from_events("someone", [UserUttered("he is 34 and my coach"), CARD])
    for alone, acted_on in (("none", "told_only_a_joke"), ("check_in", FALLBACK_INTENT)):
        risk = {"alone": alone, "level": alone}
        message = Message({TEXT: "he sees no way on", EMBEDDING: np.zeros(512), DETAIL: np.zeros(384), "risk": risk})
        model, ranker = Lighter(0.1, 0.1, 0.4, 0.2, 0.1, 0.1), Cases(0.8, 0.05, 0.05, 0.05, 0.05)
        SemanticIntentClassifier({}, None, None, model, None, ranker).process([message], tracker)
        assert message.get(INTENT)["name"] == acted_on


@pytest.mark.parametrize(
    ("label", "alone", "is_told"),
    [
        ("told_is_the_lead", "none", False),  # that is said in words of its own
        ("told_wants_to_fix_it", "none", True),
        ("told_wants_to_fix_it", "escalate", False),  # "i will kill him"
    ],
)
def test_what_is_more_than_a_fact_or_said_otherwise_is_none(label: str, alone: str, is_told: bool) -> None:
    class Of(Facts):
        labels = [label, *Facts.labels[1:]]

    tracker = DialogueStateTracker.from_events("someone", [UserUttered("he is 34 and my coach"), CARD])
    risk = {"alone": alone, "level": alone}
    message = Message({TEXT: "i mean it", EMBEDDING: np.zeros(512), DETAIL: np.zeros(384), "risk": risk})
    model, ranker = Of(0.1, 0.1, 0.4, 0.2, 0.1, 0.1), Cases(0.8, 0.05, 0.05, 0.05, 0.05)
    SemanticIntentClassifier({}, None, None, model, None, ranker).process([message], tracker)
    assert (message.get(INTENT)["name"] == label) is is_told


def test_an_age_alone_is_not_the_same_age() -> None:
    row = (0.1, 0.6, 0.1, 0.1, 0.1)
    assert told("hes 14 too", row, CARD).get(INTENT)["name"] == "told_same_age"
    assert told("shes 16 im 10", row, CARD).get(INTENT)["name"] == FALLBACK_INTENT


def test_who_is_the_lead_is_not_sent_to_the_lead_whatever_is_ranked() -> None:
    assert told("I am the safeguarding lead", (0.6, 0.1, 0.1, 0.1, 0.1), CARD).get(INTENT)["name"] == "told_is_the_lead"


class OfCountries(Facts):
    labels = ["told_they_are_nice", "told_same_age", "told_something_else", "faq/report_in_ireland", "faq/asked_to_keep_it_secret", "greet"]


@pytest.mark.parametrize(
    ("country", "text", "first"),
    [
        ("AU", "who do i ring here?", "faq/asked_to_keep_it_secret"),
        ("IE", "who do i ring here?", "faq/report_in_ireland"),
        ("AU", "is Tusla who i ring?", "faq/report_in_ireland"),
    ],
)
def test_no_habit_of_a_case_brings_an_answer_for_another_country(country: str, text: str, first: str) -> None:
    tracker = DialogueStateTracker.from_events("someone", [UserUttered("he is 34 and my coach"), CARD])
    message = Message({TEXT: text, EMBEDDING: np.zeros(512), DETAIL: np.zeros(384), "metadata": {"country": country}})
    model = OfCountries(0.0, 0.0, 0.0, 0.5, 0.4, 0.1)
    SemanticIntentClassifier({}, None, None, model, Cases(0.6, 0.3, 0.1)).process([message], tracker)
    assert message.get(LABEL_RANKING)[0]["label"] == first


def test_the_answer_just_given_is_barred_in_a_case_too() -> None:
    given = BotUttered("words", metadata={"response": "utter_faq/asked_to_keep_it_secret"})
    message = in_case("no i mean the phone, is it ok?", Facts(0.0, 0.0, 0.0, 0.5, 0.4, 0.1), Cases(0.3, 0.6, 0.1), CARD, given)
    assert message.get(LABEL_RANKING)[0]["label"] == "faq/first_phone"


def test_what_is_asked_is_read_without_the_thanks_before_it() -> None:
    class Heard(Ranked):
        def confidences(self, encoded: Encoded) -> np.ndarray:
            heard.append(encoded.meaning[0, 0])
            return super().confidences(encoded)

    heard: list[float] = []
    message = Message({TEXT: "thank you. how do i block him?", EMBEDDING: np.zeros(512), DETAIL: np.zeros(384)})
    message.set(ASKED_TEXT, "how do i block him?")
    message.set(ASKED, Encoded(np.ones((1, 512)), np.ones((1, 384))))
    SemanticIntentClassifier({}, None, None, Heard("faq/block_someone", 0.9)).process([message])
    assert heard == [1.0] and message.get(INTENT)["name"] == "faq"
