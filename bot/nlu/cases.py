"""The case that a conversation tells of: what its newest card was given for, and the words that brought it."""

from __future__ import annotations

from itertools import dropwhile
from typing import List, Sequence, Tuple

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.constants import CARD_CATEGORY, CARD_SPEAKER
from bot.dialogue.facts import is_card_from_own_hand, newest_card, read_facts, session_events
from bot.dialogue.reader import voice_of_reader
from bot.nlu.case_messages import Case, CaseMessage
from bot.nlu.label_model import Encoded
from bot.safety.levels import Speaker
from bot.safety.protocol import OWN_BEHAVIOUR
from bot.text.cleanup import clean
from bot.text.embedding_cache import encode_kept
from bot.text.encoder import get_encoder
from bot.text.english import details as details_encoder
from bot.text.english import get_english

#: Cards for whoever made or passed on a picture, whatever the engine took them for.
_CARDS_FOR_THE_DOER = ("utter_crisis_own_fake", "utter_crisis_someone_elses_image", "utter_crisis_sent_such_material")
#: A shorter message ("yes") did not bring the card by itself; the one before it did.
_TELLS_FROM_WORDS = 4


def case_told(tracker: DialogueStateTracker) -> Case:
    """The case of the newest card; there has to be one."""
    card = newest_card(tracker)
    is_own = card.get(CARD_SPEAKER) == Speaker.OWN_BEHAVIOUR.value or is_card_from_own_hand(tracker)
    if is_own or str(card.get("response") or "").startswith(_CARDS_FOR_THE_DOER):
        return Case(card[CARD_CATEGORY], OWN_BEHAVIOUR)
    return Case(card[CARD_CATEGORY], voice_of_reader(read_facts(tracker, "web")))


def words_of_the_case(tracker: DialogueStateTracker) -> str:
    """What was typed that brought the newest card; empty where only buttons were pressed."""
    before = dropwhile(lambda event: not _is_card(event), session_events(tracker))
    texts = [event.text for event in before if isinstance(event, UserUttered) and event.text]
    typed = [text for text in texts if not text.startswith(INTENT_MESSAGE_PREFIX)]
    return next((text for text in typed if len(text.split()) >= _TELLS_FROM_WORDS), typed[0] if typed else "")


def _is_card(event: object) -> bool:
    return isinstance(event, BotUttered) and bool(event.metadata.get(CARD_CATEGORY))


def encode_with_case(opening: str, text: str) -> Encoded:
    """The words behind those that brought the card: one row."""
    texts = [clean(f"{opening} {text}").text]
    return Encoded(get_encoder().encode(texts), get_english().vectors(texts))


def encode_for_training(messages: Sequence[CaseMessage]) -> Tuple[Encoded, Encoded]:
    """The messages of `data/cases/` alone and behind their openings."""
    pairs = [(message.opening, message.text) for message in messages]
    return encode_pairs(pairs, "case-embeddings.npz", "case-details.npz")


def encode_alone(texts: Sequence[str], meanings: str, details: str) -> Encoded:
    """Texts by themselves; rows of an earlier training are read back.

    Args:
        texts: Training texts.
        meanings, details: Names of the files in which the rows are kept.
    """
    cleaned = [clean(text).text for text in texts]
    return Encoded(encode_kept(cleaned, meanings), encode_kept(cleaned, details, details_encoder()))


def encode_pairs(pairs: Sequence[Tuple[str, str]], meanings: str, details: str) -> Tuple[Encoded, Encoded]:
    """Texts alone and behind their openings; rows of an earlier training are read back.

    Args:
        pairs: Opening and text.
        meanings, details: Names of the files in which the rows are kept.
    """
    alone = [clean(text).text for _, text in pairs]
    together = [clean(f"{opening} {text}").text for opening, text in pairs]
    texts: List[str] = [*alone, *together]
    meaning = encode_kept(texts, meanings)
    detail = encode_kept(texts, details, details_encoder())
    middle = len(alone)
    return Encoded(meaning[:middle], detail[:middle]), Encoded(meaning[middle:], detail[middle:])
