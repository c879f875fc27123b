"""Words about other people than the writer, and what they said or were made to believe. Pure.

"He is a teacher", "my friend lives in india", "he said im 12" and "i told him im in america" say nothing of who writes.
"""

from __future__ import annotations

import re
from typing import Iterator, Match, Pattern

#: In front of a pattern. "he said im 12" is what somebody claims, "i told him im 18" what somebody was made to believe.
REPORTED = (
    r"(?P<reported>(?P<by_me>\b(?:i|ive|i've) +(?:\w+ +)?(?=(?:tell|told|say|said|think)\b))?"
    r"\b(?:tells?|told|telling|says?|said|saying|thinks?|thought|claims?|claimed|pretend(?:s|ed)?|lied) +"
    r"(?:to +)?(?:(?:me|us|you) +|(?P<to_others>(?:him|her|them|people|everyone|my \w+) +))?"
    r"(?:that +|like +)?[\"'“‘]?)?"
)
#: Somebody else is spoken of; searched in lower case. "My country" is nobody.
SOMEBODY = re.compile(
    r"\b(?:he|she|they|them|him|his|hers?|theirs?|(?:s?he|they)(?:'s|'re|'ve|'ll|'d)|hes|shes|theyre|theyve|who'?s"
    r"|(?:an?|the|this|that|some|one|these|those|another|any|other)\s+(?:\w+\s+){0,2}(?:m[ae]n|guys?|boys?|girls?|wom[ae]n"
    r"|lads?|blokes?|dudes?|person|kids?|friends?|strangers?|lady|adults?|gamers?|players?|creeps?|mates?)"
    r"|my\s+(?!country|home|house|school|city|town|village|place|area|family|flat|uni|college|job|work)\w+)\b"
)


def of_oneself(pattern: Pattern[str], plain: str) -> Iterator[Match[str]]:
    """Where the writer says it in their own name; what somebody else said is left out.

    Args:
        pattern: Begins with REPORTED.
        plain: Lower case, with straight apostrophes.
    """
    return (match for match in pattern.finditer(plain) if not match["reported"] or match["by_me"])
