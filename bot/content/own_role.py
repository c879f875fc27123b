"""Who writes, in words that were understood as saying so. Pure.

"I'm a teacher", "mum of two here", "as a nurse", "parent" and "im 12" say it of the writer. "Hes a photographer", "my
mum is a social worker" and "shes 15 like me" tell of others, and "im a girl" of no role, unless we asked who it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Match, Pattern

from bot.content.audience import CHILD, PARENT, PARENT_WORDS, PROFESSIONAL, WORKER_WORDS, find_audience, find_own_age
from bot.content.others import REPORTED, of_oneself
from bot.safety.protocol import ADULT_AGE

#: A message without a subject ("retired headmistress, now volunteering with a youth club") is not longer than this.
_MOST_WORDS = 12

_NUMBERS = (
    "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
    "sixteen", "seventeen", "eighteen",
)  # fmt: skip
_YEARS = {word: years for years, word in enumerate(_NUMBERS, start=4)}
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(_NUMBERS)})"
_AGE = _NUMBER + r"(?!\s*(?:%|mins?\b|minutes?|hours?|hrs?|days?|weeks?|months?|times?|of\b|/|:))"
_ORDINAL = r"(?:\d{1,2}(?:st|nd|rd|th)|(?:fir|seco|thi)\w+|(?:four|fif|six|seven|eigh|nin|ten)th)"
_PUPIL = (
    rf"(?:kids?|child|children|teens?|teenagers?|minor|freshman|sophomore|sixth[ -]former|{_ORDINAL} grade|under 18"
    rf"|(?:year|yr|grade) {_NUMBER}|(?:primary|secondary|elementary|middle|high) school|sixth form)"
)
_ANYBODY = r"(?:adult|grown[ -]?up|over 18|students?|pupils?|(?:step)?(?:brother|sister)|sis|bro|cousin)"
_ROLES = (
    (f"{WORKER_WORDS}s?", PROFESSIONAL),
    (rf"(?:{PARENT_WORDS}|aunt(?:y|ie)?|uncle|nan|gran)s?", PARENT),
    (_PUPIL, CHILD),
    (_AGE, None),
    (_ANYBODY, None),
)

#: Between "i'm" and the role: no other person, no other tie to one ("im scared of a teacher", "im dating a teacher").
_BETWEEN = (
    r"(?:(?!(?:he|she|they|hes|shes|my|your|not|no|never|of|by|with|to|at|from|for|about|because|cos|coz|than|like|and|but|so"
    r"|scared|afraid|(?!adoptive)\w+ing)\b)[\w'-]+ +){0,4}"
)
#: In a message without a subject: what may stand before the role.
_BEFORE = (
    r"^\W*(?:(?:hi|hello|hey|yes|yeah|ok|okay|so|actually|well|just|only|an?|turned|nearly|almost|retired|single|worried"
    r"|concerned|school|foster|step|adoptive|new|former|primary|secondary|nursery|maths?|football|m|f|male|female|girl|boy)\W+)*"
)
#: With these a message tells of somebody who does something.
_TELLS = re.compile(
    r"\b(?:he|she|they|them|him|his|hers?|theirs?|hes|shes|theyre|my|(?:s?he|they)'\w+|who|that|is|was|are|were|has|had|have|does"
    r"|did|do|says?|said|told|tells?|keeps?|kept|hits?|took|takes?|wants?|asked|asks?|makes?|made|touch\w*|hates?|hurts?|shouts?"
    r"|shouted|yells?|sent|sends?|knows?|knew|saw|found|comes?|came|gets?|got|gives?|gave|calls?|called|likes?|loves?|looks?"
    r"|kissed|will|would|can|could|should|might)\b"
)
#: Of the writer also while something else is talked of: "mum of two here".
_SURELY_OWN = re.compile(r"\bhere\b|^\W*\w+ of (?:an?|one|two|three|four|five|\d|twins)\b")
_GENDER = re.compile(r"\b(?:girl|boy)\b")
#: What no child is called, so that it is no one else's either.
_NEVER_A_CHILD = re.compile(r"\b(?:parents?|carer|guardian|professional)\b")
_LIKE_ME = re.compile(r"\bi(?:'?m| am) one\b(?! of)")
_WORK = re.compile(REPORTED + r"\bi (?:teach|volunteer|coach|work (?:as|with|in|at|for)|run (?:an?|the|our|after))\b")
_SCHOOL = re.compile(REPORTED + rf"\bi (?:go to|attend|am at)\s+(?:an?\s+|the\s+)?{_PUPIL}")


def _own(role: str) -> Pattern[str]:
    """The role, said by the writer: "im a …", "this is his …", "speaking as a …", "her … here"."""
    return re.compile(
        rf"{REPORTED}(?:\b(?:i'?m|i am|ima?|me is|we'?re|we are) +{_BETWEEN}{role}\b"
        rf"|\b(?:this is|it'?s) (?:his|her|their|the) {role}\b(?! (?:who|that|is|was)\b)"
        rf"|(?:^|[.,;!?\n] *|\b(?:speaking|asking|writing|talking) )as (?:an?|his|her|their|the) (?:\w+ )?{role}\b"
        rf"|\b(?:his|her|their) {role} here\b)"
    )


_SAID = tuple((_own(role), audience) for role, audience in _ROLES)
_BARE = tuple((re.compile(rf"{_BEFORE}{role}\b"), audience) for role, audience in _ROLES)


@dataclass(frozen=True)
class RoleReading:
    """Who writes.

    Attributes:
        is_own: The words say who the writer is.
        audience: `child`, `parent` or `professional`, when that is what they say; else None.
    """

    is_own: bool
    audience: str | None = None


def read_role(text: str, known: str | None = None, was_asked: bool = False, is_card_open: bool = False) -> RoleReading:
    """Reads a message that was understood as saying who writes.

    Args:
        known: The audience known before; a role without a subject ("teacher", "15") is taken when it is the same.
        was_asked: We asked who it is just before.
        is_card_open: A crisis card is talked about, so that "a teacher" is as likely the one who did it.
    """
    plain = " ".join(text.lower().replace("’", "'").split())
    said = _said(plain)
    if said is not None:
        return said
    if _TELLS.search(plain) or len(plain.split()) > _MOST_WORDS:
        return RoleReading(False)
    matches = ((pattern.search(plain), audience) for pattern, audience in _BARE)
    bare = next((_reading(match, audience) for match, audience in matches if match), None)
    if was_asked:
        return bare or RoleReading(True, CHILD if _GENDER.search(plain) else None)
    if bare is None or _SURELY_OWN.search(plain):
        return bare or RoleReading(False)
    fits = known in (None, bare.audience) or (known == CHILD and _NEVER_A_CHILD.search(plain) is not None)
    return bare if fits and not is_card_open else RoleReading(False)


def _said(plain: str) -> RoleReading | None:
    """What is said with a subject, or in a form that is always the writer's ("14m")."""
    audience, is_own_word = find_audience(plain)
    if is_own_word and (audience != CHILD or find_own_age(plain) is not None):
        return RoleReading(True, audience)
    for pattern, of_role in _SAID:
        for match in of_oneself(pattern, plain):
            return _reading(match, of_role)
    if find_own_age(plain) is not None or _LIKE_ME.search(plain):
        return RoleReading(True)
    works, learns = (any(True for _ in of_oneself(pattern, plain)) for pattern in (_WORK, _SCHOOL))
    return RoleReading(True, PROFESSIONAL if works else CHILD) if works or learns else None


def _reading(match: Match[str], audience: str | None) -> RoleReading:
    last = re.split(r"\W", match.group())[-1]
    years = int(last) if last.isdecimal() else _YEARS.get(last, ADULT_AGE)
    return RoleReading(True, audience or (CHILD if years < ADULT_AGE else None))
