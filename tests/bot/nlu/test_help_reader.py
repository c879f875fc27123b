"""When help is listened for, and from which probability it is believed."""

from __future__ import annotations

from typing import Any, Dict, Sequence, cast

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import after_card_reader
from bot.nlu.constants import BEHIND_THE_CASE, DETAIL, EMBEDDING, HELP, NEWS
from bot.nlu.help_reader import AS_AN_OUTCOME, HelpReader
from bot.nlu.label_model import Encoded
from bot.nlu.news import QUIET, Help, NewsModel
from bot.nlu.news_messages import load_help
from bot.safety.levels import CATEGORIES
from bot.safety.protocol import VOICES

ROW = np.ones(4, dtype=np.float32)
EMERGENCY = {
    "utter_action": "utter_crisis_card", "card_category": "immediate_danger", "card_speaker": "self", "card_level": "emergency",
}  # fmt: skip
KINDS = (QUIET, Help.HERE.value, Help.CALLED.value)


def model_that_gives(shares: Sequence[float]) -> NewsModel:
    """These probabilities, whatever is said."""
    features = 4 * len(ROW) + len(CATEGORIES) + len(VOICES)
    return NewsModel(KINDS, np.vstack([np.zeros((features, len(KINDS))), np.log(np.maximum(shares, 1e-9))]))


@pytest.fixture(autouse=True)
def without_encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after_card_reader, "encode_with_case", lambda opening, text: Encoded(ROW[None], ROW[None]))


def read(
    shares: Sequence[float],
    card: Dict[str, Any] | None = None,
    text: str = "they are here",
    news: str | None = None,
    is_sure: bool = False,
) -> Message:
    events = [SessionStarted(), UserUttered("he has a knife"), BotUttered("card", metadata=card or EMERGENCY)]
    tracker = DialogueStateTracker.from_events("c1", [*events, UserUttered(text)], [])
    message = Message({TEXT: text, EMBEDDING: ROW, DETAIL: ROW})
    if news is not None:
        message.set(NEWS, {"kind": news, "score": 0.5, "sure": is_sure})
    config = {Help.HERE.value: 0.9, Help.CALLED.value: 0.8, AS_AN_OUTCOME: 0.6}
    HelpReader(config, cast(ModelStorage, None), Resource("help"), model_that_gives(shares)).process([message], tracker)
    return message


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.05, 0.95, 0.0], {"kind": "here", "score": 0.95, "sure": True}),
        ([0.15, 0.85, 0.0], {"kind": "here", "score": 0.85, "sure": False}),
        ([0.15, 0.0, 0.85], {"kind": "called", "score": 0.85, "sure": True}),
        ([0.3, 0.3, 0.4], {"kind": "called", "score": 0.4, "sure": False}),
        ([0.45, 0.35, 0.2], None),
    ],
)
def test_help_is_sure_from_its_threshold_and_hinted_at_from_another(shares: Sequence[float], expected: Dict[str, Any] | None) -> None:
    assert read(shares).get(HELP) == expected


def test_what_was_read_behind_the_case_is_kept_for_others() -> None:
    assert read([1.0, 0.0, 0.0]).get(BEHIND_THE_CASE) is not None


def test_nothing_is_listened_for_while_nobody_is_in_danger() -> None:
    assert read([0.0, 1.0, 0.0], {**EMERGENCY, "card_level": "escalate"}).get(HELP) is None


@pytest.mark.parametrize(
    ("news", "is_sure", "expected"),
    [
        ("danger_now", True, None), ("danger_soon", True, None), ("danger_now", False, False), ("another_child", True, True),
    ],
)  # fmt: skip
def test_where_danger_is_heard_as_well_help_is_not_believed_and_where_it_is_hinted_at_no_more_than_a_hint(
    news: str, is_sure: bool, expected: bool | None
) -> None:
    told = read([0.0, 1.0, 0.0], news=news, is_sure=is_sure).get(HELP)
    assert (told and told["sure"]) is expected


def test_one_word_is_an_answer_to_what_was_said_just_before() -> None:
    assert read([0.0, 1.0, 0.0], text="yes").get(HELP) is None


def test_half_of_what_is_learned_from_tells_of_no_help() -> None:
    kinds = [message.kind for message in load_help()]
    assert {*kinds} == {QUIET, *(one.value for one in Help)} and 0.4 < kinds.count(QUIET) / len(kinds) < 0.6
