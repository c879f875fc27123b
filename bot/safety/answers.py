"""Reads a short answer to our own direct question: yes, or no with the joke explained; and what is a question. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Mapping, Pattern

import yaml

from bot.config import DATA_DIR

#: Intents that end a worry; a typed message is believed only where its words say so.
OUTCOMES = ("outcome_contacted", "outcome_safe_now")
#: A longer message tells something of its own and is not read as a mere answer.
MAX_WORDS = 12
#: One word in a script without spaces may be a whole sentence.
_MAX_LETTERS = 16
_ANSWERS = DATA_DIR / "risk" / "words" / "answers.yml"


def read_answer(text: str) -> str | None:
    """The intent an answer stands for: `affirm`, `deny`, or None when the words do not say.

    Args:
        text: The message as typed. A yes anywhere outweighs a no, and a no must be all that is said: fail towards help.
    """
    plain = _plain(text)
    if not plain or len(plain.split()) > MAX_WORDS:
        return None
    patterns = _patterns(_ANSWERS)
    if patterns["affirm"].search(plain):
        return "affirm"
    return "deny" if patterns["deny"].fullmatch(f"{plain} ") else None


def is_question(text: str) -> bool:
    """Whether a message asks something, with its mark or in the way it begins."""
    return "?" in text or bool(_patterns(_ANSWERS)["question"].search(_plain(text)))


def asks_what_now(text: str) -> bool:
    """Whether a message asks for the next step and nothing else: "ok and what do i do now"."""
    return bool(_patterns(_ANSWERS)["what_now"].search(_plain(text)))


def says_outcome(intent: str, text: str, after_an_emergency: bool = False) -> bool:
    """Whether the words themselves say that help was found, or that someone is safe ("i told him" does not).

    Args:
        intent: One of OUTCOMES.
        after_an_emergency: Somebody who took something may seem well, or sleepy: only safety, or people who make safe,
            are believed.
    """
    patterns = _patterns(_ANSWERS)
    # With the digits: "i called 999".
    plain = " ".join(re.findall(r"[a-z0-9&']+", text.lower().replace("’", "'")))
    wanted = patterns["after_an_emergency" if after_an_emergency else intent]
    return bool(wanted.search(plain)) and not patterns["denied"].search(plain)


def is_one_word(text: str) -> bool:
    """Whether nothing can stand beside the answer: a word of any language, or a laughing face."""
    return len(text.strip()) <= _MAX_LETTERS and len(re.findall(r"[^\W\d_]+", text)) <= 1


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower().replace("’", "'")))


@lru_cache(maxsize=2)
def _patterns(path: Path) -> Mapping[str, Pattern[str]]:
    words = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = words["answers"]
    affirm, deny, beside = ("|".join(f"(?:{row})" for row in rows[kind]) for kind in ("affirm", "deny", "beside"))
    whole = f"(?:(?:{beside}) )*(?:{deny}) (?:(?:{deny}|{beside}) )*"
    others = {"question": words["questions"], "what_now": words["what_now"], **words["outcomes"]}
    compiled = {name: re.compile("|".join(f"(?:{row})" for row in rows)) for name, rows in others.items()}
    return {"affirm": re.compile(affirm), "deny": re.compile(whole), **compiled}
