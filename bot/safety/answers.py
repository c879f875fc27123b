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


def read_answer(text: str) -> str | None:
    """The intent an answer stands for: `affirm`, `deny`, or None when the words do not say.

    Args:
        text: The message as typed. A yes anywhere outweighs a no: fail towards help.
    """
    plain = " ".join(re.findall(r"[a-z']+", text.lower().replace("’", "'")))
    if not plain or len(plain.split()) > MAX_WORDS:
        return None
    patterns = _patterns(DATA_DIR / "risk" / "words" / "answers.yml")
    return next((intent for intent in ("affirm", "deny") if patterns[intent].search(plain)), None)


@lru_cache(maxsize=2)
def _patterns(path: Path) -> Mapping[str, Pattern[str]]:
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]
    return {intent: re.compile("|".join(f"(?:{row})" for row in rows[intent])) for intent in ("affirm", "deny")}
