"""Messages composed from examples: a risk said in one sentence among ordinary ones, or after half of one, or no risk.

They teach the layers how much one sentence weighs in a long message, and that half a thought, sent too early as
children do, tells nothing by itself. The kernel machine does not keep them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import List, Sequence, Tuple

import numpy as np

from bot.safety.classifier import SENTENCE_END
from bot.safety.examples import RiskExample
from bot.safety.levels import RiskLevel, Speaker

#: Stands before the situation of a composed message.
COMPOSED = "composed "
#: Composed messages a fold: half with one risky sentence, half without.
A_FOLD = 300
_SENTENCES_AROUND = (2, 8)
_SHORT_CHARS = 220
#: Words of an ordinary message into which a sentence is put.
_HOST_WORDS = (45, 110)
#: Words of an ordinary message that is cut in two.
_CUT_WORDS = (6, 30)
#: How often a half is drawn for each that is wanted.
_TRIES = 4
#: A half with one of these may be worrying where the whole is not ("i want to die" … "of laughter"): nobody read it, so
#: it gets no label.
_STRONG = re.compile(
    r"\b(die|dying|died|dead|death|kill(ed|ing|er)?|hurt(s|ing)?|touch(ed|es|ing)?|hit(s|ting)?|beat(s|en)?|cut(s|ting)?"
    r"|raped?|suicid(e|al)|naked|nudes?|blackmail(ed)?|threat(s|ened|ening)?|abus(e|ed|ing)|harm(ed)?|knife|gun"
    r"|stab(bed)?|shoot|blood|scared)\b",
    re.I,
)
_SEED = 7


def compose_long(examples: Sequence[RiskExample], folds: np.ndarray) -> Tuple[List[RiskExample], np.ndarray]:
    """Joins short examples of one fold into long messages.

    Args:
        examples: Labelled messages.
        folds: Fold of each; a composed message stays in the fold of its sentences.

    Returns:
        The composed messages and the fold of each.
    """
    random = np.random.default_rng(_SEED)
    composed: List[RiskExample] = []
    for fold in np.unique(folds):
        short = [e for e, f in zip(examples, folds, strict=True) if f == fold and len(e.text) <= _SHORT_CHARS]
        quiet = [e for e in short if e.level is RiskLevel.NONE]
        risky = [e for e in short if e.level >= RiskLevel.ESCALATE]
        if not quiet or not risky:
            continue
        for number in range(A_FOLD):
            around = [quiet[i] for i in random.integers(0, len(quiet), random.integers(*_SENTENCES_AROUND))]
            told = _one_of(risky, random) if number % 2 else around[0]
            composed.append(_compose(told, around, int(random.integers(0, len(around) + 1))))
    folds_of = [fold for fold in np.unique(folds) for _ in range(A_FOLD)]
    return composed, np.asarray(folds_of[: len(composed)], dtype=int)


def hide_in_long(examples: Sequence[RiskExample], number: int, seed: int = _SEED) -> List[RiskExample]:
    """Puts short examples into long ordinary ones, at the end of a sentence: half of them tell a risk, half do not.

    Args:
        examples: Labelled messages; told sentences and the ordinary ones around them come from here.
        number: How many are made. None are when the examples hold no ordinary long message.

    Returns:
        Messages with level, categories, speaker and situation of the sentence that was put in.
    """
    random = np.random.default_rng(seed)
    least, most = _HOST_WORDS
    short = [example for example in examples if len(example.text) <= _SHORT_CHARS]
    risky = [example for example in short if example.categories]
    # Questions of the FAQ are too easy to teach what a near-miss is.
    quiet = [example for example in short if not example.categories and "/" not in example.cluster]
    hosts = [e for e in examples if not e.categories and least <= len(e.text.split()) <= most]
    if not (hosts and risky and quiet):
        return []
    by_speaker = {speaker: [host for host in hosts if host.speaker is speaker] for speaker in Speaker}
    found = []
    for turn in range(number):
        told = _one_of(risky if turn % 2 else quiet, random)
        host = _one_of(by_speaker[told.speaker] or hosts, random)
        sentences = SENTENCE_END.split(host.text)
        ordinary = [replace(told, text=sentence) for sentence in sentences]
        found.append(_compose(told, ordinary, int(random.integers(0, len(ordinary) + 1))))
    return found


def cut_in_two(examples: Sequence[RiskExample], number: int, seed: int = _SEED) -> List[RiskExample]:
    """Halves of ordinary messages: two of three by themselves, the third before a risk that comes as a whole message.

    Args:
        examples: Labelled messages.
        number: How many are wanted; fewer are made when most halves could be worrying, and none when the examples hold
            no ordinary message to cut, or no risk.

    Returns:
        Halves as quiet messages of their own; before a risk, with its level, categories, speaker and situation.
    """
    random = np.random.default_rng(seed)
    least, most = _CUT_WORDS
    # Letters of English alone: half a message of one language before one of another teaches nothing.
    known = [example for example in examples if example.text.isascii() and "/" not in example.cluster]
    risky = [example for example in known if example.categories and len(example.text) <= _SHORT_CHARS]
    quiet = [example for example in known if not example.categories and least <= len(example.text.split()) <= most]
    if not (risky and quiet):
        return []
    found: List[RiskExample] = []
    for _ in range(_TRIES * number):
        if len(found) == number:
            break
        whole = _one_of(quiet, random)
        half = _half_of(whole.text, random)
        if len(found) % 3 == 2:
            told = _one_of(risky, random)
            found.append(_as_composed(told, f"{half} {told.text}"))
        elif not _STRONG.search(half):
            found.append(_as_composed(whole, half))
    return found


def _half_of(text: str, random: np.random.Generator) -> str:
    """The beginning or the rest of a text, cut in its middle third."""
    words = text.split()
    at = int(random.integers(len(words) // 3, len(words) - len(words) // 3 + 1))
    return " ".join(words[:at] if random.integers(0, 2) else words[at:])


def _as_composed(told: RiskExample, text: str) -> RiskExample:
    return replace(told, text=text, cluster=f"{COMPOSED}{told.cluster}")


def _one_of(examples: Sequence[RiskExample], random: np.random.Generator) -> RiskExample:
    return examples[int(random.integers(0, len(examples)))]


def _compose(told: RiskExample, around: Sequence[RiskExample], place: int) -> RiskExample:
    texts = [example.text for example in around if example is not told]
    texts.insert(place, told.text)
    ended = [text if text.rstrip()[-1:] in ".!?" else f"{text.rstrip()}." for text in texts if text.strip()]
    return _as_composed(told, " ".join(ended))
