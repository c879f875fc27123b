"""Cues around a message: who speaks, about when, whether it only asks, and in which language.

Cues are patterns in `data/risk/words/cues.yml` and word lists in `data/risk/words/languages.yml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import FrozenSet, Mapping, Pattern, Sequence, Tuple

from bot.safety.classifier import Evidence
from bot.safety.levels import Speaker, Stance
from bot.safety.patterns import TokenText, compile_patterns
from bot.safety.signals import RISK_DIR, RiskSignal, load_groups, match_signals, read_yaml
from bot.text.vocabulary import get_vocabulary

_FIRST_PERSON = re.compile(r" (?:i|i'm|i've|i'd|i'll|me|my|myself|we|our|us) ")
_WORDS = re.compile(r"[^\W\d_]+")
#: Scripts that settle the language by themselves. Kana before Han: Japanese uses both.
_SCRIPTS: Tuple[Tuple[str, Pattern[str]], ...] = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
_SCRIPT_SHARE = 0.3
#: ISO 639 code for a language that nobody can name.
UNDETERMINED = "und"
#: Up to this share of known English words a text is held to be in another language. Of 49,783 examples 1 % are, most of
#: them rightly.
_MOST_ENGLISH = 0.4
#: A denial in a longer message may stand beside what did happen.
_SHORT_WORDS = 12


@dataclass(frozen=True)
class Cues:
    """Compiled cues. `speakers` is in the order of the file: the first that fits wins.

    Attributes:
        languages: Small words of each language, spelt as a clean text spells them.
        letters: Letters that no other of the languages writes.
    """

    educational: Pattern[str]
    past: Pattern[str]
    joking: Pattern[str]
    ambiguous: Pattern[str]
    denied: Pattern[str]
    denied_except: Pattern[str]
    negation: Pattern[str]
    speakers: Tuple[Tuple[Speaker, Pattern[str]], ...]
    languages: Mapping[str, FrozenSet[str]]
    letters: Mapping[str, FrozenSet[str]]


def load_cues(folder: Path = RISK_DIR) -> Cues:
    """Reads and compiles the cues. Raises ContentError when a file cannot be used."""
    groups = load_groups(folder)
    rows = read_yaml(folder / "words" / "cues.yml")
    words = read_yaml(folder / "words" / "languages.yml")
    # A clean text has a Latin letter for each look-alike ("ı", "ł"): words with such a letter would never be met in it.
    lookalikes = str.maketrans(dict(get_vocabulary().lookalikes))

    def build(kind: str, name: str) -> Pattern[str]:
        return compile_patterns(rows[kind][name], groups, f"cues.yml, {name}")

    return Cues(
        educational=build("stance", "educational"),
        past=build("stance", "past"),
        joking=build("stance", "joking"),
        ambiguous=build("stance", "ambiguous"),
        denied=build("stance", "denied"),
        denied_except=build("stance", "denied_except"),
        negation=build("stance", "negation"),
        speakers=tuple((Speaker(name), build("speaker", name)) for name in rows["speaker"]),
        languages={name: frozenset(known.translate(lookalikes).split()) for name, known in words["languages"].items()},
        letters={name: frozenset(letters.split()) for name, letters in words["letters"].items()},
    )


@lru_cache(maxsize=1)
def get_cues() -> Cues:
    """The cues of this process, read once."""
    return load_cues()


def gather_evidence(text: TokenText, signals: Sequence[RiskSignal], cues: Cues) -> Evidence:
    """What signals and cues find in one text."""
    return Evidence(
        hits=tuple(match_signals(text, signals, cues.negation)),
        stance=stance_of(text, cues),
        of_self=speaks_of_self(text),
        joking=cues.joking.search(text.line) is not None,
        ambiguous=cues.ambiguous.search(text.line) is not None,
        denied=_is_denied(text, cues),
        speaker_cues=tuple(speaker for speaker, pattern in cues.speakers if pattern.search(text.line)),
    )


def _is_denied(text: TokenText, cues: Cues) -> bool:
    if text.line.count(" ") > _SHORT_WORDS or cues.denied_except.search(text.line):
        return False
    return cues.denied.search(text.line) is not None


def stance_of(text: TokenText, cues: Cues) -> Stance:
    """Where the words place the event. A question or lesson counts as educational whatever its tense."""
    if cues.educational.search(text.line):
        return Stance.EDUCATIONAL
    return Stance.PAST if cues.past.search(text.line) else Stance.NOW


def speaks_of_self(text: TokenText) -> bool:
    """Whether the words speak of the writer at all."""
    return _FIRST_PERSON.search(text.line) is not None


def language_of(text: str, cues: Cues) -> str | None:
    """Two-letter language of a clean text, or None when it is too short or too mixed to say.

    A writing system decides alone; Latin letters are decided by each language's most frequent small words, and words
    with a letter that only it writes count as such. Where those say nothing and few words are English ("asante sana"),
    it is UNDETERMINED: the English encoder hears despair in what it does not know.
    """
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return None
    for language, script in _SCRIPTS:
        if sum(1 for char in letters if script.match(char)) > _SCRIPT_SHARE * len(letters):
            return language
    words = _WORDS.findall(text)
    counts = [
        (sum(word in known or not cues.letters.get(name, frozenset()).isdisjoint(word) for word in words), name)
        for name, known in cues.languages.items()
    ]
    (best, language), (second, _) = sorted(counts, reverse=True)[:2]
    if best < 2 or best <= second:
        return UNDETERMINED if _is_hardly_english(text) else None
    # Two small words may be of any language: "go on" is English and Polish.
    return None if len(words) == 2 and second else language


def _is_hardly_english(text: str) -> bool:
    words = _WORDS.findall(text.lower().replace("'", "").replace("’", ""))
    vocabulary = get_vocabulary()
    return len(words) > 1 and sum(map(vocabulary.knows, words)) <= _MOST_ENGLISH * len(words)
