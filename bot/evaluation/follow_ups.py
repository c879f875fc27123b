"""What becomes of everyday messages that follow an answer, on `tests/evaluation/follow_ups.jsonl`.

Nobody is at risk there: a card or a question of ours is an alarm for nothing. Independent of Rasa: it is given a
function that plays a conversation. Nothing that is read here is written to disk.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Mapping, Sequence, Tuple

from bot.commands.ask import read_json_lines
from bot.content.small_answers import SMALL_PREFIX
from bot.errors import InputError
from bot.evaluation.after_card import Play
from bot.evaluation.held_out import HELD_OUT_DIR
from bot.evaluation.metrics import Proportion
from bot.evaluation.replies import answer_in, answers_offered, response_of

FOLLOW_UPS_FILE = HELD_OUT_DIR / "follow_ups.jsonl"
#: What a follow-up does: it depends on what went before and asks, or tells something and asks nothing.
DOES = ("asks", "tells")
#: An answer that helps; one offered as a choice; what was told is received; another answer; a way on without one; a
#: card or a question about a risk.
OUTCOMES = ("right", "offered", "received", "another", "missed", "alarmed")
#: These leave somebody better off than before.
HELPS = ("right", "offered", "received")
_COUNTRY = "GB"
_AUDIENCES = ("child", "parent", "professional")
_RECEIVED = ("utter_heard_", "utter_audience_chosen", "utter_share_news", "utter_answer_for_you")
_ALARMS = ("utter_check_in", "utter_crisis", "utter_emergency")


@dataclass(frozen=True)
class FollowUp:
    """One message after an answer.

    Attributes:
        does: One of `DOES`.
        fits: Faq ids whose answer helps; empty where none is needed or none exists.
        small: Ids of the small answers that help.
    """

    text: str
    does: str
    fits: FrozenSet[str]
    small: FrozenSet[str] = frozenset()


@dataclass(frozen=True)
class Conversation:
    """An everyday question, and what follows its answer."""

    id: str
    audience: str
    opening: str
    then: Tuple[FollowUp, ...]


@dataclass(frozen=True)
class Followed:
    """A follow-up and what became of it, one of `OUTCOMES`."""

    conversation: str
    follow_up: FollowUp
    response: str
    outcome: str


def load_follow_ups(path: Path = FOLLOW_UPS_FILE) -> List[Conversation]:
    """Reads the conversations.

    Raises:
        InputError: A value is unknown or missing; the message names the conversation.
    """
    return [_conversation(row) for row in read_json_lines(path)]


def _conversation(row: Mapping[str, Any]) -> Conversation:
    is_known = row["audience"] in _AUDIENCES and row["then"] and all(one["does"] in DOES for one in row["then"])
    if not is_known:
        raise InputError(f"Conversation {row['id']}: its audience, or what a message does, is not known.")
    then = tuple(_follow_up(one) for one in row["then"])
    return Conversation(row["id"], row["audience"], row["opening"], then)


def _follow_up(row: Mapping[str, Any]) -> FollowUp:
    return FollowUp(row["says"], row["does"], frozenset(row["fits"]), frozenset(row.get("small", ())))


def play(conversations: Sequence[Conversation], converse: Play) -> List[Followed]:
    """Plays every conversation and sorts each reply after the first."""
    found = []
    for one in conversations:
        results = converse([one.opening, *(said.text for said in one.then)], one.audience, _COUNTRY)[1:]
        found += [judge(one.id, said, result) for said, result in zip(one.then, results, strict=True)]
    return found


def judge(conversation: str, said: FollowUp, result: Mapping[str, Any]) -> Followed:
    """What became of one message, from a result of `Assistant.converse`."""
    response = response_of(result)
    return Followed(conversation, said, response, _outcome(said, response, result))


def _outcome(said: FollowUp, response: str, result: Mapping[str, Any]) -> str:
    if result.get("card") or result.get("asks") or response.startswith(_ALARMS):
        return "alarmed"
    if response.startswith(SMALL_PREFIX):
        return "right" if response.removeprefix(SMALL_PREFIX) in said.small else "another"
    given = answer_in(result)
    if given is not None:
        return "right" if given in said.fits else "another"
    if said.fits.intersection(answers_offered(result)):
        return "offered"
    return "received" if said.does == "tells" and response.startswith(_RECEIVED) else "missed"


def by_kind(followed: Sequence[Followed]) -> Dict[str, Dict[str, Proportion]]:
    """For each of `DOES` the share of every outcome."""
    table = {}
    for does in DOES:
        counted = Counter(one.outcome for one in followed if one.follow_up.does == does)
        table[does] = {outcome: Proportion(counted[outcome], sum(counted.values())) for outcome in OUTCOMES}
    return table


def helped(followed: Sequence[Followed]) -> Proportion:
    """Share of follow-ups whose reply helps: see `HELPS`."""
    return Proportion(sum(one.outcome in HELPS for one in followed), len(followed))


def alarmed(followed: Sequence[Followed]) -> Proportion:
    """Share of follow-ups that met a card or a question about a risk."""
    return Proportion(sum(one.outcome == "alarmed" for one in followed), len(followed))


def is_unread(conversation: str) -> bool:
    """Whether nobody looked at this conversation while the weights were chosen: those with an even number."""
    return int(conversation.rpartition("-")[2]) % 2 == 0
