"""Who is asking, when they say so themselves: "im 12", "i'm a mum of two", "I teach year 6". Pure."""

from __future__ import annotations

import re
from typing import Iterable, Match

from bot.content.others import REPORTED, of_oneself
from bot.safety.protocol import ADULT_AGE

CHILD, PARENT, PROFESSIONAL = "child", "parent", "professional"
_YOUNGEST, _OLDEST = 4, 99

_I_AM = REPORTED + r"\b(?:i'?m|i am|im|ima?|me is)\s+(?:only\s+|just\s+|a\s+|an\s+)?"
_NOT_YEARS = r"(?!\s*(?:%|minutes?|mins?|hours?|days?|weeks?|months?|st|nd|rd|th|/|:|\.\d))"
_AGE = re.compile(_I_AM + r"(?P<age>\d{1,2})" + _NOT_YEARS + r"\b")
_OWN_CHILD = r"(?:(?:step|grand|god|foster)[\s-]?)?(?:son|daughter|child|kid|toddler)s?"
_SOMEBODY = rf"(?:{_OWN_CHILD}|(?:step[\s-]?)?(?:sister|brother)|niece|nephew|cousin|friend|girlfriend|boyfriend|gf|bf|"
_SOMEBODY += r"students?|pupils?|clients?|patients?)"
_YEARS = r"(?:yo|y/o|years?[\s-]old|yrs?[\s-]old)"
#: "14f", "14yo here", "14 year old girl, …": of the writer. With other words ("12yo got messaged by a man") it is as
#: often a parent's as a child's, and says nothing.
_TERSE_AGE = re.compile(
    rf"^\s*(?P<age>\d{{1,2}})(?:\s?[mf]\b|[\s-]?{_YEARS}\b"
    r"(?=\s+(?:i|ive|i've|my|help|pls|please)\b|(?:\s+(?:girl|boy|male|female|guy|lad|teen|kid))?"
    r"(?:\s*$|\s*[,.!?;:()\n]|\s+(?:here|im|i'm|and(?! (?:\d+|an?|her|his|their|my)\b))\b)))"
    rf"(?!\W*{_SOMEBODY}\b(?! here\b))"
)
#: "i'm year 8" is a pupil, "i'm a year 8 form tutor" is not.
_ROLE = r"(?! (?:\w+ ){0,2}(?:tutor|teacher|ta|assistant|leader|head|mum|mom|mother|dad|father|parent|coach|nurse)\b)"
_CHILD = re.compile(
    _I_AM + r"(?:foster )?(?:teen(?:ager)?|kid|child|girl|boy|year [4-9]|year 1[0-3]|under 18)\b" + _ROLE
)
PARENT_WORDS = (
    r"(?:(?:(?:step|foster|adoptive)[ -]?)?(?:(?:grand)?(?:mum|mom|mam|mother|dad|father|parent)|carer|guardian"
    r"|grandma|grandpa|gran(?:d?dad|ny)))"
)
_WHOSE = r"(?:(?:his|her|their|single|worried|concerned|new|proud) )*"
_PARENT = re.compile(_I_AM + _WHOSE + PARENT_WORDS + r"\b")
WORKER_WORDS = (
    r"(?:teacher(?!'|s? pet\b)|tutor|nurse|doctor|gp|paediatrician|pediatrician|social worker|(?:school )?counsell?or"
    r"|head[ -]?(?:teacher|master|mistress)|(?:youth|family|support|pastoral|play) worker|(?:youth|scout|cub) leader"
    r"|safeguarding (?:lead|officer)|coach|midwife|teaching assistant|police officer|psychologist|therapist"
    r"|child ?minder|nanny|health visitor|professional)"
)
#: "A maths teacher"; "im scared coach will see" tells of a coach.
_WHAT_KIND = (
    r"(?:(?!(?:afraid|sad|mad|sure|sorry|with|at|by|of|not|near|gonna|(?!retired|trained|qualified|registered)\w+(?:ing|ed))\b)"
    r"\w+ )?"
)
_PROFESSIONAL = re.compile(
    _I_AM + r"(?:(?:his|her|their|the|a|an) )?(?:year \d{1,2} )?" + _WHAT_KIND + WORKER_WORDS + r"\b"
)
_MY_OWN_CHILD = re.compile(rf"\b(?:my|our)\s+{_OWN_CHILD}\b(?!\s+(?:brother|sister|bro|sis)\b)")
_TERSE_CHILD = re.compile(rf"^\s*\d{{1,2}}(?:\s?[mf]|[\s-]?{_YEARS})\W+(?:step[\s-]?|grand)?(?:son|daughter)s?\b")
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
        if any(of_oneself(pattern, plain)):
            return audience, True
    age = find_own_age(plain)
    if (age is None and any(of_oneself(_CHILD, plain))) or (age is not None and age < ADULT_AGE):
        return CHILD, True
    if _MY_CHILD.search(plain) or _TERSE_CHILD.search(plain):
        return PARENT, False
    if _PUPIL.search(plain):
        return PROFESSIONAL, False
    return None, False


def newest_own_age(newest_first: Iterable[str]) -> int | None:
    """The age that a person gave of themselves last, in any of these messages."""
    return next((age for age in map(find_own_age, newest_first) if age is not None), None)


def find_own_age(text: str) -> int | None:
    """The age that a person gives of themselves ("im 13", "15f here"), or None."""
    plain = text.lower().replace("’", "'")
    ages = [int(match["age"]) for match in of_oneself(_AGE, plain) if not _is_made_believe(match)]
    terse = _TERSE_AGE.search(plain)
    # "14yo, sent pics to a man" is of the writer, unless the words go on with "my daughter".
    if terse and not _MY_OWN_CHILD.search(plain):
        ages.append(int(terse["age"]))
    return next((age for age in ages if _YOUNGEST <= age <= _OLDEST), None)


def _is_made_believe(match: Match[str]) -> bool:
    """Whether an adult's age is only what others were told: a child's "i told him im 18"."""
    return bool(match["to_others"]) and int(match["age"]) >= ADULT_AGE
