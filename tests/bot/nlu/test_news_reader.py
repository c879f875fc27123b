"""When news is listened for, and from which probability it is heard."""

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
from bot.nlu.constants import BEHIND_THE_CASE, DETAIL, EMBEDDING, NEWS
from bot.nlu.label_model import Encoded
from bot.nlu.news import QUIET, News, NewsModel
from bot.nlu.news_reader import ASKED_FROM, NewsReader
from bot.safety.levels import CATEGORIES
from bot.safety.protocol import VOICES

ROW = np.ones(4, dtype=np.float32)
CARD = {"utter_action": "utter_crisis_card", "card_category": "abuse_disclosure", "card_speaker": "self"}
KINDS = (QUIET, News.DANGER_NOW.value, News.DANGER_SOON.value)


def model_that_gives(shares: Sequence[float]) -> NewsModel:
    """These probabilities, whatever is said."""
    features = 4 * len(ROW) + len(CATEGORIES) + len(VOICES)
    return NewsModel(KINDS, np.vstack([np.zeros((features, len(KINDS))), np.log(np.maximum(shares, 1e-9))]))


@pytest.fixture(autouse=True)
def without_encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after_card_reader, "encode_with_case", lambda opening, text: Encoded(ROW[None], ROW[None]))


def read(shares: Sequence[float], card: Dict[str, Any] | None = None, text: str = "mum is away") -> Message:
    events = [SessionStarted(), UserUttered("he hurts me"), BotUttered("card", metadata=CARD if card is None else card)]
    tracker = DialogueStateTracker.from_events("c1", [*events, UserUttered(text)], [])
    message = Message({TEXT: text, EMBEDDING: ROW, DETAIL: ROW})
    config = {News.DANGER_NOW.value: 0.7, News.DANGER_SOON.value: 0.5, ASKED_FROM: 0.3}
    storage = cast(ModelStorage, None)
    NewsReader(config, storage, Resource("news"), model_that_gives(shares)).process([message], tracker)
    return message


def test_the_likeliest_news_is_heard_from_its_threshold() -> None:
    assert read([0.3, 0.1, 0.6]).get(NEWS) == {"kind": "danger_soon", "score": 0.6, "sure": True}
    assert read([0.5, 0.1, 0.4]).get(NEWS) is None


def test_danger_that_is_less_likely_is_asked_about() -> None:
    assert read([0.1, 0.8, 0.1]).get(NEWS)["sure"]
    assert read([0.55, 0.35, 0.1]).get(NEWS) == {"kind": "danger_now", "score": 0.35, "sure": False}
    assert read([0.2, 0.35, 0.45]).get(NEWS)["kind"] == "danger_now"


def test_what_was_read_behind_the_case_is_kept_for_others() -> None:
    assert read([1.0, 0.0, 0.0]).get(BEHIND_THE_CASE) is not None


@pytest.mark.parametrize("card", [{}, {**CARD, "response": "utter_crisis_card_es"}])
def test_nothing_is_listened_for_without_a_card_or_after_one_in_another_language(card: Dict[str, Any]) -> None:
    assert read([0.0, 1.0, 0.0], card).get(NEWS) is None
