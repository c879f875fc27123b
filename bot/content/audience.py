"""Who is asking, when they say so themselves: "im 12", "i'm a mum of two", "I teach year 6". Pure."""

from __future__ import annotations

import re
from typing import Iterable

from bot.safety.protocol import ADULT_AGE

CHILD, PARENT, PROFESSIONAL = "child", "parent", "professional"
_OLDEST = 99

_I_AM = r"\b(?:i'?m|i am|im|ima?|me is)\s+(?:only\s+|just\s+|a\s+|an\s+)?"
_NOT_YEARS = r"(?!\s*(?:%|minutes?|mins?|hours?|days?|weeks?|months?|st|nd|rd|th|/|:|\.\d))"
_AGE = re.compile(_I_AM + r"(?P<age>\d{1,2})" + _NOT_YEARS + r"\b")
_AGE_GENDER = re.compile(r"^\s*(?P<age>\d{1,2})\s?(?:m|f|yo|y/o|years? old|yrs? old)\b")
_CHILD = re.compile(_I_AM + r"(?:teen(?:ager)?|kid|child|girl|boy|year [4-9]|year 1[0-3]|under 18)\b")
_PARENT_WORDS = r"(?:mum|mom|mam|mother|dad|father|parent|carer|guardian|grandparent|grandma|grandad|granny|foster \w+)"
_PARENT = re.compile(_I_AM + r"(?:single |worried |new )?" + _PARENT_WORDS + r"\b")
_PROFESSIONAL = re.compile(
    _I_AM
    + r"(?:\w+ )?(?:teacher|nurse|doctor|gp|paediatrician|pediatrician|social worker|school counsellor|"
    r"school counselor|counsellor|headteacher|head teacher|youth worker|safeguarding lead|coach|midwife|"
    r"teaching assistant|police officer|psychologist|therapist|childminder)\b"
)
_PUPIL = re.compile(r"\b(?:a|one of my|my) (?:pupil|student|patient|client|service user)s?\b")
_MY_CHILD = re.compile(
    r"\bmy (?:\d{1,2}[- ]?(?:yr|year)s?[- ]?old(?:'s)?\s?)?"
    r"(?:son|daughter|kid|kids|child|children|toddler|teen|teenager|grandson|granddaughter|stepson|stepdaughter|"
    r"girls|boys|\d{1,2}[- ]?(?:yr|year)s?[- ]?old)\b"
)


def find_audience(text: str) -> tuple[str | None, bool]:
    """Tells who writes, as far as the words say so.

    Args:
        text: A message, in any case.

    Returns:
        `child`, `parent`, `professional` or None; and whether the person said it of themselves (True), or it
        only follows from whom they write about (False, weaker: "my son").
    """
    plain = text.lower().replace("’", "'")
    for pattern, audience in ((_PROFESSIONAL, PROFESSIONAL), (_PARENT, PARENT)):
        if pattern.search(plain):
            return audience, True
    age = find_own_age(plain)
    if age is not None:
        return (CHILD, True) if age < ADULT_AGE else (None, False)
    if _CHILD.search(plain):
        return CHILD, True
    if _MY_CHILD.search(plain):
        return PARENT, False
    if _PUPIL.search(plain):
        return PROFESSIONAL, False
    return None, False


def newest_own_age(newest_first: Iterable[str]) -> int | None:
    """The age that a person gave of themselves last, in any of these messages."""
    return next((age for age in map(find_own_age, newest_first) if age is not None), None)


def find_own_age(text: str) -> int | None:
    """The age that a person gives of themselves ("im 13", "15f here"), or None."""
    for pattern in (_AGE, _AGE_GENDER):
        match = pattern.search(text.lower().replace("’", "'"))
        if match and 4 <= int(match.group("age")) <= _OLDEST:
            return int(match.group("age"))
    return None
