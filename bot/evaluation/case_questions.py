"""What becomes of what is asked or told about the case of a card, on `tests/evaluation/case_*.jsonl`.

Each message is sent right after the one that brings the card. Independent of Rasa: it is given a function that
plays a conversation. Nothing that is read here is written to disk.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from bot.commands.ask import read_json_lines
from bot.dialogue.constants import TOLD_A_DETAIL
from bot.errors import InputError
from bot.evaluation.after_card import Play
from bot.evaluation.held_out import HELD_OUT_DIR
from bot.evaluation.metrics import Proportion
from bot.evaluation.replies import answer_in, answers_offered, intents_in
from bot.safety.levels import CATEGORIES

CASE_QUESTIONS_FILE = HELD_OUT_DIR / "case_questions.jsonl"
CASE_STATEMENTS_FILE = HELD_OUT_DIR / "case_statements.jsonl"
#: An answer that fits; one as a choice; another answer; the card or the emergency number again; neither.
OUTCOMES = ("right", "offered", "another", "card", "not answered")
#: Words that fit what is told; other words or an answer; received without words of its own; the card again.
TOLD_OUTCOMES = ("right", "another", "received", "card")
WITH, WITHOUT = "there is an answer", "there is none"
_COUNTRY = "GB"
#: Who writes; an adult about themselves.
AUDIENCES = ("child", "parent", "professional", "adult")
_ADULT = "adult"


@dataclass(frozen=True)
class Asked:
    """One question or statement after an opening that is plainly at risk.

    Attributes:
        audience: child, parent, professional, or adult about themselves.
        answers: Faq ids of the answers that fit, best first, and of a statement intents as well; empty where none does.
    """

    id: str
    audience: str
    opening: str
    text: str
    answers: Tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """A question and what became of it, one of `OUTCOMES`."""

    asked: Asked
    outcome: str


def load_case_questions(path: Path = CASE_QUESTIONS_FILE) -> List[Asked]:
    """Reads the questions.

    Raises:
        InputError: A value is unknown or missing; the message names the story.
    """
    return [asked for row in read_json_lines(path) for asked in _questions(row)]


def _questions(row: Mapping[str, Any]) -> List[Asked]:
    if row.get("category") not in CATEGORIES or row.get("audience") not in AUDIENCES or not row.get("then"):
        raise InputError(f"Story {row.get('id')}: its category, audience or what is asked is not known.")
    said = ((one["says"], tuple(one["answers"])) for one in row["then"])
    return [Asked(row["id"], row["audience"], row["opening"], text, answers) for text, answers in said]


def load_case_statements(path: Path = CASE_STATEMENTS_FILE) -> List[Asked]:
    """Reads the statements; as `load_case_questions`."""
    return load_case_questions(path)


def play(questions: Sequence[Asked], converse: Play) -> List[Outcome]:
    """Asks every question in a conversation of its own."""
    return [Outcome(asked, judge(asked, _reply(asked, converse))) for asked in questions]


def play_told(statements: Sequence[Asked], converse: Play) -> List[Outcome]:
    """Tells every statement in a conversation of its own."""
    return [Outcome(told, judge_told(told, _reply(told, converse))) for told in statements]


def _reply(asked: Asked, converse: Play) -> Mapping[str, Any]:
    return converse_about(asked.opening, asked.text, asked.audience, converse)[1]


def converse_about(opening: str, text: str, audience: str, converse: Play) -> Sequence[Mapping[str, Any]]:
    """Results for an opening and for what follows it; an adult who writes of themselves comes by no page."""
    return converse([opening, text], "" if audience == _ADULT else audience, _COUNTRY)


def judge_told(told: Asked, result: Mapping[str, Any]) -> str:
    """What became of a statement, from a result of `Assistant.converse`; a plain detail wants to be received."""
    answer = answer_in(result)
    given = intents_in(result) | ({answer} if answer else set())
    if given:
        return "right" if given.intersection(told.answers) else "another"
    if result.get("card"):
        return "card"
    return "right" if TOLD_A_DETAIL in told.answers else "received"


def judge(asked: Asked, result: Mapping[str, Any]) -> str:
    """What became of a question, from a result of `Assistant.converse`."""
    given = answer_in(result)
    if given is not None:
        return "right" if given in asked.answers else "another"
    if result.get("card"):
        return "card"
    return "offered" if answers_offered(result).intersection(asked.answers) else "not answered"


def by_answer(outcomes: Sequence[Outcome], names: Sequence[str] = OUTCOMES) -> Dict[str, Dict[str, Proportion]]:
    """The share of every outcome, where something of ours fits and where nothing does."""
    table = {}
    for name, has_answer in ((WITH, True), (WITHOUT, False)):
        counted = Counter(one.outcome for one in outcomes if bool(one.asked.answers) is has_answer)
        table[name] = {outcome: Proportion(counted[outcome], sum(counted.values())) for outcome in names}
    return table
