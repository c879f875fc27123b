# ruff: noqa: E501 - an expression is easier to check on one line
"""Finds schools, teams and shirt numbers: a proper name beside a word such as "academy" or "rovers"."""

from __future__ import annotations

from typing import List, Optional, Sequence

import regex
from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from bot.redaction.chat_text import Word
from bot.redaction.constants import REGEX_TIMEOUT_SECONDS, SCHOOL, TEAM
from bot.redaction.lexicon import Lexicon, word_set
from bot.redaction.names import KEPT, KNOWN, ORDINARY, UNKNOWN, WORD_NAME, classify
from bot.redaction.recognizers import ChatRecognizer

_SCHOOL_KINDS = word_set(
    "school academy college high primary elementary secondary grammar comprehensive university uni prep nursery "
    "kindergarten middle preschool institute junior juniors infants sixth polytechnic comp madrasa montessori gymnasium"
)
_CLEAR_SCHOOL = word_set(
    "academy primary elementary grammar comprehensive secondary middle prep montessori infants comp"
)
_TEAM_KINDS = word_set(
    "fc afc united rovers rangers wanderers athletic albion hotspurs tigers lions eagles hawks bears wolves panthers "
    "warriors rockets sharks dragons falcons wildcats bulldogs cobras raiders knights spartans titans giants jets "
    "juniors colts harriers swimmers gymnasts rugby netball cheer hc cc sc rfc club u8s u9s u10s u11s u12s u13s u14s u15s "
    "u16s under-12s under-13s under-14s under-15s under-16s"
)
#: In front of a kind of school these say which kind, not which school.
_GENERIC = word_set(
    "high primary secondary middle elementary public private boarding grammar comprehensive junior senior special "
    "summer online home local old new big small state catholic church international community sunday language music "
    "art dance nursery prep after before during same whole entire girls boys different another mainstream sixth form "
    "medical law technical faith free independent day night night-school village uk american british year first my "
    "rugby football swim swimming basketball hockey cricket netball youth cheer soccer baseball dog driving driver "
    "acting drama sports sport secondary-school police fire community start starting starts started finish finished "
    "skip skipping skipped hate hates love loves leave leaving left attend attends attended missed miss missing go "
    "goes going went feel feels get gets getting got so too very super that how kinda pretty really sky aim fly time "
    "once"
)
_SHIRT = regex.compile(
    r"\b(?:(?:kit|bib|back)\s*(?:number|no\.?|#)|(?:jersey|shirt|squad|vest)\s*(?:number|no\.?|num|#)?)\s*(?:is|was|:|says)?\s*(?:number|no\.?|#)?\s*(?P<x>\d{1,3})\b"
    r"|\b(?:wear|wears|wearing|wore|play|plays|playing)\s+(?:number|no\.?|#|jersey|shirt)\s*(?P<x>\d{1,3})\b"
    r"|(?:\b(?:number|no\.?)\s*|#)(?P<x>\d{1,3})\s+(?:shirt|jersey|on (?:the|my|his|her|our) (?:team|squad|shirt|jersey|back)|for (?:the|my|his|her|our) (?:team|squad))",
    regex.IGNORECASE | regex.V0,
)
#: "plays for x", "my team is x", "team called x", "in the x team".
_TEAM_CUE = regex.compile(
    r"\b(?:plays?|playing|played|coach(?:es)?|train(?:s|ing)?|swims?|runs?|signed|trials?)\s+(?:\w+\s+)?(?:for|with|at)\s+(?:the\s+)?(?P<x>[^\W\d_][\w'’&.\-]*(?:\s+[^\W\d_][\w'’&.\-]*){0,3})"
    r"|\b(?:team|club|squad)(?:'s)?\s+(?:(?:is|are|was|called|named|name is|:)\s+)?(?:(?:called|the)\s+)?(?P<x>[^\W\d_][\w'’&.\-]*(?:\s+[^\W\d_][\w'’&.\-]*){0,3})",
    regex.IGNORECASE | regex.V0,
)
_SCHOOL_CUE = regex.compile(
    r"\b(?:school|college|academy|nursery|uni|university)(?:'s)?(?:\s+(?:name|that|i|he|she|we|they|go|goes|to|attend|attends))*\s+(?:is|was|called|named|=|:)(?:\s+(?:called|named))?\s*:?\s*"
    r"(?P<x>[^\W\d_][\w'’&.\-]*(?:\s+[^\W\d_][\w'’&.\-]*){0,3})"
    r"|\b(?:go|goes|attend|attends|attended|attending|study|studies|studying|(?:pupil|student)(?=\s+(?:to|at|from|in|of)\b)|enrolled|year\s+\d{1,2}|grade\s+\d{1,2}|\d{1,2}th grade|y\d{1,2}|yr\s?\d{1,2})\s+(?:school\s+)?(?:to|at|from|in|of)?\s*"
    r"(?P<x>[^\W\d_][\w'’&.\-]*(?:\s+[^\W\d_][\w'’&.\-]*){0,3})",
    regex.IGNORECASE | regex.V0,
)
_SAINT = regex.compile(
    r"\b(?:st\.?|saint|our lady(?:\s+of)?|holy|sacred)\s+(?:[^\W\d_][\w'’\-]*)(?:\s+(?:and|&)\s+(?:st\.?\s+)?[^\W\d_][\w'’\-]*)?"
    r"(?:\s+(?:catholic|ce|rc|c\s?of\s?e|church of england))?(?:\s+(?:primary|junior|infant|secondary|high|school|academy|college|prep|grammar|girls|boys))*",
    regex.IGNORECASE | regex.V0,
)
_AGE_GROUP = regex.compile(r"\s+(?:u|under)[\s\-]?\d{1,2}'?s\b", regex.IGNORECASE | regex.V0)
_NUMBERED = regex.compile(
    r"\b(?:p\.?s\.?|i\.?s\.?|m\.?s\.?|school no\.?|school number)\s*#?\s?\d{1,3}\b(?!\s*[.:]\d)",
    regex.IGNORECASE | regex.V0,
)


class PlaceRecognizer(ChatRecognizer):
    """See the module docstring."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon, [SCHOOL, TEAM], "schools_and_teams")

    def analyze(
        self, text: str, entities: List[str], nlp_artifacts: Optional[NlpArtifacts] = None
    ) -> List[RecognizerResult]:
        """Every school, team and shirt number; "my primary school" has no name and stays."""
        words = self.words(text, nlp_artifacts)
        found: List[RecognizerResult] = []
        for index, word in enumerate(words):
            if word.lower in _SCHOOL_KINDS:
                self._named_kind(found, text, words, index, SCHOOL)
            if word.lower in _TEAM_KINDS:
                self._named_kind(found, text, words, index, TEAM)
        for match in _SHIRT.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            for start, end in match.spans("x"):
                found.append(self.result(TEAM, start, end, 0.8, "shirt number"))
        for expression, entity in ((_TEAM_CUE, TEAM), (_SCHOOL_CUE, SCHOOL)):
            for match in expression.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
                for start, end in match.spans("x"):
                    self._after_cue(found, text, words, start, end, entity)
        self._saints(found, text)
        return found

    def _saints(self, found: List[RecognizerResult], text: str) -> None:
        for match in _SAINT.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            tokens = match.group().replace(".", " ").split()
            kind = classify(tokens[1].lower().rstrip("s").rstrip("'"), self.lexicon) if len(tokens) > 1 else KEPT
            named = kind != KEPT and (kind != ORDINARY or tokens[1][0].isupper())
            saint = tokens[0].lower() in ("st", "saint", "our", "sacred") or tokens[-1].lower() in _SCHOOL_KINDS
            if saint and (named or tokens[0].lower() == "our"):
                found.append(self.result(SCHOOL, match.start(), match.end(), 0.8, "saint's name"))
        for match in _NUMBERED.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
            if (
                match.group()[:1].isupper()
                and match.group()[1:2].strip(".").isupper()
                or "school" in match.group().lower()
            ):
                found.append(self.result(SCHOOL, match.start(), match.end(), 0.7, "numbered school"))

    def _named_kind(
        self, found: List[RecognizerResult], text: str, words: Sequence[Word], index: int, entity: str
    ) -> None:
        """Looks left of "academy" or "rovers" for up to four words of a proper name."""
        end = index
        while (
            end + 1 < len(words)
            and words[end + 1].lower in _SCHOOL_KINDS
            and entity == SCHOOL
            and self._near(text, words, end)
        ):
            end += 1
        first = index
        while first > 0 and index - first < 4 and self._near(text, words, first - 1):
            before = words[first - 1]
            if (
                self._is_proper(before)
                or (before.lower in _GENERIC and before.capital and first - 1 > 0)
                or before.lower in ("of", "the", "and", "&", "de")
                and first >= 2
                and words[first - 2].capital
            ):
                first -= 1
            else:
                break
        long_name = index - first >= 2 and words[first - 1 if first else 0].lower in ("at", "to", "attend", "attends")
        if first == index or not (long_name or any(self._names_it(words, at, entity) for at in range(first, index))):
            return
        vague = words[index].lower in ("high", "junior", "sixth", "middle") and end == index
        strong = any(words[at].capital or self._kind(words[at]) in (KNOWN, UNKNOWN) for at in range(first, index))
        lead = words[first - 1].lower if first else ""
        if vague and not strong and not (index - first >= 2 and lead in ("at", "to", "from")):
            return
        found.append(self.result(entity, words[first].start, words[end].end, 0.8, f"named {entity.lower()}"))

    def _near(self, text: str, words: Sequence[Word], index: int) -> bool:
        between = text[words[index].end : words[index + 1].start]
        return (
            len(between) <= 2
            and between.strip(" .&'’") == ""
            and not ("." in between and words[index].lower not in ("st",))
        )

    def _kind(self, word: Word) -> str:
        return classify(word.lower.removesuffix("'s"), self.lexicon)

    def _is_proper(self, word: Word) -> bool:
        """May stand in a proper name: a capital, a name, an unknown word, or a plain noun without other use."""
        if word.lower in _GENERIC or word.lower in self.lexicon.function_words or word.lower in self.lexicon.relations:
            return word.capital and word.lower not in self.lexicon.function_words and word.lower not in _GENERIC
        kind = self._kind(word)
        if kind == KEPT:
            return word.written_capital
        return True

    def _names_it(self, words: Sequence[Word], index: int, entity: str) -> bool:
        """Strong enough to carry the name: a lower-case plain noun only beside a clear kind of school."""
        word = words[index]
        if word.lower in self.lexicon.kept.words:
            # "Delhi Public School", but not "in Leeds for school".
            return word.capital and any(w.lower in _SCHOOL_KINDS and w.capital for w in words[index + 1 : index + 4])
        if word.lower in _GENERIC:
            return False
        if word.capital or self._kind(word) in (KNOWN, UNKNOWN):
            return True
        if self._kind(word) == WORD_NAME:
            return True
        following = words[index + 1].lower
        lead = words[index - 1].lower if index else ""
        if entity == TEAM:
            return lead in ("for", "the") and following in ("fc", "afc", "united", "rovers", "rangers", "wanderers")
        return following in _CLEAR_SCHOOL and lead in ("at", "to", "from", "attend", "attends", "in", "called", "is")

    def _after_cue(
        self, found: List[RecognizerResult], text: str, words: Sequence[Word], start: int, end: int, entity: str
    ) -> None:
        """Keeps the leading words after "goes to", "plays for" that read like a proper name."""
        inside = [word for word in words if start <= word.start and word.end <= end]
        taken: List[Word] = []
        for word in inside:
            if taken and not self._near_words(text, taken[-1], word):
                break
            proper = (
                word.capital
                or self._kind(word) in (KNOWN, UNKNOWN)
                or (taken and word.lower in _SCHOOL_KINDS | _TEAM_KINDS)
            )
            place = word.lower in self.lexicon.kept.words and (not taken or entity == TEAM)
            if word.lower in self.lexicon.function_words or place or not (proper or taken):
                break
            if not taken and word.lower in _GENERIC | _SCHOOL_KINDS | self.lexicon.relations:
                break
            taken.append(word)
        if taken and not (len(taken) == 1 and len(taken[0].lower) < 4 and not taken[0].capital):
            found.append(
                self.result(
                    entity, taken[0].start, _with_age_group(text, taken[-1].end), 0.7, f"after a {entity.lower()} cue"
                )
            )

    def _near_words(self, text: str, left: Word, right: Word) -> bool:
        between = text[left.end : right.start]
        return len(between) <= 2 and not between.strip(" .'’&")


def _with_age_group(text: str, end: int) -> int:
    """ "hartley hornets under 13s": the age group belongs to the team's name."""
    match = _AGE_GROUP.match(text, end)
    return match.end() if match else end
