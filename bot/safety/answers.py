"""Reads a short answer to our own direct question: yes, or no with the joke explained. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Mapping, Pattern

import yaml

from bot.config import DATA_DIR

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
    plain = " ".join(re.findall(r"[a-z']+", text.lower().replace("’", "'")))
    if not plain or len(plain.split()) > MAX_WORDS:
        return None
    patterns = _patterns(_ANSWERS)
    if patterns["affirm"].search(plain):
        return "affirm"
    return "deny" if patterns["deny"].fullmatch(f"{plain} ") else None


def is_one_word(text: str) -> bool:
    """Whether nothing can stand beside the answer: a word of any language, or a laughing face."""
    return len(text.strip()) <= _MAX_LETTERS and len(re.findall(r"[^\W\d_]+", text)) <= 1


@lru_cache(maxsize=2)
def _patterns(path: Path) -> Mapping[str, Pattern[str]]:
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]
    affirm, deny, beside = ("|".join(f"(?:{row})" for row in rows[kind]) for kind in ("affirm", "deny", "beside"))
    whole = f"(?:(?:{beside}) )*(?:{deny}) (?:(?:{deny}|{beside}) )*"
    return {"affirm": re.compile(affirm), "deny": re.compile(whole)}
