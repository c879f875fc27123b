"""What is asked in a message, without the greetings, thanks and excuses around it.

"Ok thank you. How do I block someone?" asks what "How do I block someone?" asks, but its vector lies elsewhere: of
held-out questions that are answered outright, every third is not behind such words. The words are in
`data/text/courtesies.yml`. Risk is read in the words as typed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Mapping, Optional, Pattern, Sequence, Tuple

import yaml

from bot.config import DATA_DIR
from bot.safety.answers import is_question
from bot.safety.classifier import SENTENCE_END

PATH = DATA_DIR / "text" / "courtesies.yml"
#: What is left of a message says something by itself from so many words on; "hi there" and "thanks a lot" stay whole.
_LEAST_WORDS = 2
#: And behind "and" or "but": few words hang on what was said before.
_LEAST_AFTER_A_LINK = 6
#: Behind thanks, words that ask nothing are what is meant from so many on.
_LEAST_AFTER_THANKS = 5
#: A question of fewer words ("what now?") asks about the sentences before it.
_LEAST_ASKED = 4
#: More courtesies than this at one end are no courtesy.
_MOST = 6
_END = r"(?=$|[\s,.!?;:…)-])"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_BETWEEN = r"[\s,.!?;:…-]*"


def without_courtesies(text: str) -> str:
    """What is left of a message without what is said around it; the message itself where that would be too little.

    Thanks go only where more than a few words are left: "thanks, he stopped" thanks.

    Args:
        text: A clean text (`bot.text.cleanup`): lower case, single spaces.
    """
    patterns = _patterns()
    linking = (patterns["linking"], _LEAST_AFTER_A_LINK)
    left = _stripped(text, [(patterns["before"], _LEAST_WORDS), linking], patterns["behind"])
    asked = _stripped(left, [(patterns["before_thanks"], _LEAST_WORDS), linking], patterns["behind_thanks"])
    return asked if is_question(asked) or _words(asked) >= _LEAST_AFTER_THANKS else left


def question_among(text: str) -> Optional[str]:
    """The one sentence of several that asks something; None where there is none, or more than one.

    Args:
        text: A clean text.
    """
    sentences = SENTENCE_END.split(text)
    asking = [sentence for sentence in sentences if is_question(sentence)]
    return asking[0] if len(sentences) > 1 and len(asking) == 1 and _words(asking[0]) >= _LEAST_ASKED else None


def _stripped(text: str, before: Sequence[Tuple[Pattern[str], int]], behind: Pattern[str]) -> str:
    """Takes off what the patterns find at both ends, again and again, as long as so many words are left."""
    for _ in range(_MOST):
        ends = (
            match.end()
            for match, least in ((pattern.match(text), least) for pattern, least in before)
            if match is not None and _words(text[match.end() :]) >= least
        )
        end = next(ends, None)
        if end is None:
            break
        text = text[end:]
    for _ in range(_MOST):
        found = behind.search(text)
        if found is None or _words(text[: found.start()]) < _LEAST_WORDS:
            break
        text = text[: found.start()] + found["mark"]
    return text


def _words(text: str) -> int:
    return len(_WORD.findall(text))


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, Pattern[str]]:
    words: Any = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    # A look behind has to be of one width, so there is one for each word.
    asked_with = "".join(rf"(?<!\b{word})" for word in words.pop("asked_with"))
    either = {name: "|".join(f"(?:{row})" for row in rows) for name, rows in words.items()}
    before = f"(?:{either['before']}){_END}{_BETWEEN}"
    praise = f"(?:{either['praise']})\\s*[,.!;:…]+{_BETWEEN}"
    return {
        "before": re.compile(before),
        "linking": re.compile(f"(?:{either['linking']}){_END}{_BETWEEN}"),
        "before_thanks": re.compile(f"{before}|{praise}|(?:{either['thanks']}){_END}{_BETWEEN}"),
        "behind": _at_end(either["behind"], asked_with),
        "behind_thanks": _at_end(f"{either['behind']}|{either['thanks']}", asked_with),
    }


def _at_end(either: str, asked_with: str) -> Pattern[str]:
    # The mark of the question before it stays.
    return re.compile(f"{asked_with}(?P<mark>[?]?)[\\s,.!?;:…-]{{1,5}}(?:{either})[\\s.!?…]*$")
