"""The learned detector with its calibration: text and signals in, probabilities for levels and categories out.

`KernelMachine` gives raw scores; a logistic layer on top turns them, together with which signals fired and the
stance, into probabilities. The layer is fitted on scores for held-out clusters, so it knows how far to trust each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Mapping, Sequence, Tuple

import numpy as np

from bot.safety.kernel import KernelMachine
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker, Stance
from bot.safety.signals import SignalHit
from bot.text.cleanup import MAX_MESSAGE_CHARS
from bot.text.encoder import MAX_ENCODED_CHARS

LEVELS: Tuple[RiskLevel, ...] = (RiskLevel.CHECK_IN, RiskLevel.ESCALATE, RiskLevel.EMERGENCY)
SPEAKERS: Tuple[Speaker, ...] = tuple(Speaker)
#: Outputs of the kernel machine learned on every example: levels, then categories.
_RISK_OUTPUTS = len(LEVELS) + len(CATEGORIES)
#: Then those learned among examples with a risk: which category it is, and who speaks.
_AMONG = slice(_RISK_OUTPUTS, _RISK_OUTPUTS + len(CATEGORIES))
_SPEAKING = slice(_RISK_OUTPUTS + len(CATEGORIES), _RISK_OUTPUTS + len(CATEGORIES) + len(SPEAKERS))

#: A message of more words than this is also read part by part, so that one sentence is not drowned by the others.
LONG_WORDS = 25
_PART_WORDS = (6, 32)
MAX_PARTS = 10
#: Characters of a part; more only where MAX_PARTS of these do not hold a message.
_PART_CHARS = 200
#: Sentences at either end that stay by themselves where the others are joined: there a disclosure tends to stand.
_ENDS_KEPT = 2
#: A sentence shorter than this, in characters, is not a part by itself where parts are spread over a long text.
_LEAST_CHARS = 20
#: Of these the second reader reads the most telling ones as well; each costs it as much as a short message.
TELLING_PARTS = 2
#: And of a text with at least as many parts: there the whole says little of one sentence in the middle.
TELLING_PARTS_OF_LONG = 4
#: From here on (the whole counts as one) a message is long.
_MANY_PARTS = 3
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
#: The same in every script that the encoder knows; Chinese and Japanese put no space behind.
_ANY_SENTENCE_END = re.compile(r"(?<=[.!?؟])\s+|(?<=[。！？])\s*")


@dataclass(frozen=True)
class Reading:
    """Probabilities for one text, in [0, 1]. Those of categories hold if there is a risk at all."""

    levels: Mapping[RiskLevel, float]
    categories: Mapping[str, float]
    speakers: Mapping[Speaker, float]


@dataclass(frozen=True)
class Evidence:
    """What the rules found in one text, before the learned detector speaks.

    Attributes:
        of_self: The words speak of the writer.
        joking, ambiguous, denied: See `data/risk/words/cues.yml`.
        speaker_cues: Speakers whose cue fits.
    """

    hits: Tuple[SignalHit, ...]
    stance: Stance
    of_self: bool
    joking: bool
    ambiguous: bool = False
    denied: bool = False
    speaker_cues: Tuple[Speaker, ...] = ()


@dataclass(frozen=True)
class Layers:
    """Logistic layers; in each, the last row is the intercept.

    Attributes:
        levels: `float32`, shape `(features + 1, levels)`.
        categories: `float32`, shape `(features + 1, categories)`, fitted among examples with a risk.
        speakers: `float32`, shape `(speaker features + 1, speakers)`, one softmax.
    """

    levels: np.ndarray
    categories: np.ndarray
    speakers: np.ndarray


@dataclass(frozen=True)
class RiskClassifier:
    """Kernel machine and logistic layers."""

    machine: KernelMachine
    layers: Layers

    def read(self, embeddings: np.ndarray, evidence: Evidence) -> Tuple[Reading, np.ndarray]:
        """Reads one text.

        Args:
            embeddings: One unit row for the whole clean text, then one for each of its parts (see `parts_of`).
            evidence: What the rules found in the whole text.

        Returns:
            The reading, and the kernel scores behind it, one row a part.
        """
        scores = self.machine.scores(embeddings)
        return self.reading(self.layers, scores, evidence), scores

    @staticmethod
    def reading(layers: Layers, scores: np.ndarray, evidence: Evidence) -> Reading:
        """The reading of one text from its kernel scores (one row a part)."""
        levels, categories = RiskClassifier.probabilities(layers, scores, evidence)
        speaking = np.exp(_apply(layers.speakers, speaker_features(scores, evidence)))
        return Reading(
            levels=dict(zip(LEVELS, map(float, levels), strict=True)),
            categories=dict(zip(CATEGORIES, map(float, categories), strict=True)),
            speakers=dict(zip(SPEAKERS, map(float, speaking / speaking.sum()), strict=True)),
        )

    @staticmethod
    def probabilities(layers: Layers, scores: np.ndarray, evidence: Evidence) -> Tuple[np.ndarray, np.ndarray]:
        """Levels and categories from kernel scores (one row a part)."""
        features = stack_features(scores, evidence)
        return _sigmoid(_apply(layers.levels, features)), _sigmoid(_apply(layers.categories, features))

    def arrays(self) -> Dict[str, np.ndarray]:
        """Everything needed to load it again, as plain arrays."""
        layers = {f"layer_{name}": getattr(self.layers, name) for name in ("levels", "categories", "speakers")}
        return {**self.machine.arrays(), **layers}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> RiskClassifier:
        """Reads back what `arrays` gave."""
        layers = Layers(arrays["layer_levels"], arrays["layer_categories"], arrays["layer_speakers"])
        return cls(KernelMachine.from_arrays(arrays), layers)


def _apply(layer: np.ndarray, features: np.ndarray) -> np.ndarray:
    return np.clip(features @ layer[:-1] + layer[-1], -30, 30)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logits)))


def stack_features(scores: np.ndarray, evidence: Evidence) -> np.ndarray:
    """What the layers for levels and categories see: `float32`, one dimension.

    Args:
        scores: Kernel scores, one row a part, the whole text first.
    """
    whole, best = scores[0, :_RISK_OUTPUTS], scores[:, :_RISK_OUTPUTS].max(axis=0)
    # The part that speaks most of a risk says which one it is.
    telling = scores[int(scores[:, 0].argmax()), _AMONG]
    long = len(scores) > _MANY_PARTS
    strong = {hit.signal.category for hit in evidence.hits if hit.signal.level >= RiskLevel.ESCALATE}
    weak = {hit.signal.category for hit in evidence.hits if hit.signal.level < RiskLevel.ESCALATE}
    flags = [
        float(bool(strong)),
        float(bool(weak)),
        float(any(hit.signal.level == RiskLevel.EMERGENCY for hit in evidence.hits)),
        float(evidence.stance is Stance.EDUCATIONAL),
        float(evidence.stance is Stance.PAST),
        float(evidence.of_self),
        float(evidence.joking),
        float(len(scores) > 1),
        float(long),
    ]
    named = [float(name in strong) for name in CATEGORIES]
    strongest = [whole[len(LEVELS) :].max(), best[len(LEVELS) :].max()]
    # In a message of many parts the whole is a mean over everything else; its best part weighs by itself.
    in_long = np.concatenate([whole[: len(LEVELS)], best[: len(LEVELS)]]) * long
    groups = [whole, best - whole, scores[0, _AMONG], telling, strongest, flags, named, in_long]
    return np.concatenate(groups).astype(np.float32)


def speaker_features(scores: np.ndarray, evidence: Evidence) -> np.ndarray:
    """What the layer for the speaker sees: `float32`, one dimension."""
    cues = [float(speaker in evidence.speaker_cues) for speaker in SPEAKERS]
    first = [float(evidence.speaker_cues[:1] == (speaker,)) for speaker in SPEAKERS]
    return np.concatenate([scores[0, _SPEAKING], scores[0, _AMONG], cues, first]).astype(np.float32)


def risk_targets(level: RiskLevel, categories: Sequence[str]) -> List[float]:
    """Kernel targets of one example, +1 or -1: levels, then categories."""
    return [1.0 if applies else -1.0 for applies in (*(level >= reached for reached in LEVELS), *_named(categories))]


def among_targets(categories: Sequence[str], speaker: Speaker) -> List[float]:
    """Kernel targets of one example with a risk, +1 or -1: categories, then speakers."""
    speaking = [speaker is known for known in SPEAKERS]
    return [1.0 if applies else -1.0 for applies in (*_named(categories), *speaking)]


def _named(categories: Sequence[str]) -> List[bool]:
    return [name in categories for name in CATEGORIES]


def telling_parts(parts: Sequence[str], scores: np.ndarray) -> List[str]:
    """The parts of a long text that speak most of a risk, most telling first; none of a text that is read whole.

    Args:
        parts: As `parts_of` gave them.
        scores: Kernel scores, one row a part.
    """
    found = len(parts) - 1
    wanted = TELLING_PARTS_OF_LONG if found >= TELLING_PARTS_OF_LONG else TELLING_PARTS
    order = np.argsort(-scores[1:, 0], kind="stable")[:wanted]
    return [parts[1 + int(i)] for i in order]


def is_long(text: str) -> bool:
    """Whether a text is also read part by part: by its words, or by its characters where those are not apart."""
    return len(text.split()) > LONG_WORDS or len(text) > MAX_ENCODED_CHARS


def parts_of(text: str) -> List[str]:
    """The whole text, and for a long one its sentences, short neighbours joined; at most MAX_PARTS parts.

    A text without punctuation is cut every 32 words. Where that gives more than MAX_PARTS, or leaves something that is
    in no part and not in the whole as the encoder reads it, the parts are spread over all of the text instead.
    """
    if not is_long(text):
        return [text]
    parts = _sentences(text)
    is_cut = any(len(part) > _PART_CHARS for part in parts)
    if len(parts) > MAX_PARTS or (is_cut and len(text) > MAX_ENCODED_CHARS):
        parts = _spread(text)
    else:
        # Bounded also when a "word" is hundreds of characters long; the whole holds the rest.
        parts = [part[:_PART_CHARS] for part in parts]
    return [text, *parts] if len(parts) > 1 else [text]


def _sentences(text: str) -> List[str]:
    least, most = _PART_WORDS
    parts: List[str] = []
    for sentence in SENTENCE_END.split(text):
        pieces = sentence.split()
        for start in range(0, len(pieces), most):
            piece = pieces[start : start + most]
            if parts and (len(piece) < least or len(parts[-1].split()) < least):
                parts[-1] += " " + " ".join(piece)
            else:
                parts.append(" ".join(piece))
    return parts


def _spread(text: str) -> List[str]:
    """At most MAX_PARTS parts that hold all of a text: its ends, and between them sentences joined to even lengths.

    Of a text longer than any message is after `clean`, the first and the last pieces are kept.
    """
    cuts = _cuts(text)
    if len(text) > MAX_MESSAGE_CHARS:
        spans = list(zip(cuts, cuts[1:], strict=False))
        spans = [*spans[: MAX_PARTS // 2], *spans[-MAX_PARTS // 2 :]]
    else:
        cuts = _evenly_spread(cuts)
        spans = list(zip(cuts, cuts[1:], strict=False))
    return [text[start:end].strip() for start, end in spans]


def _evenly_spread(cuts: Sequence[int]) -> List[int]:
    """The cuts at both ends, and of those between them the ones nearest to even lengths, for MAX_PARTS parts."""
    if len(cuts) <= MAX_PARTS + 1:
        return list(cuts)
    at_end = _ENDS_KEPT + 1
    chosen, others = [*cuts[:at_end], *cuts[-at_end:]], list(cuts[at_end:-at_end])
    start, end, number = cuts[_ENDS_KEPT], cuts[-at_end], MAX_PARTS - 2 * _ENDS_KEPT
    for part in range(1, number):
        wanted = start + (end - start) * part / number
        nearest = min((abs(cut - wanted), cut) for cut in others)[1]
        others.remove(nearest)
        chosen.append(nearest)
    return sorted(chosen)


def _cuts(text: str) -> List[int]:
    """Where a text may be cut, from 0 to its length: behind sentences, and inside those of more than _PART_CHARS.

    There it is cut between words, or inside one that has no end.
    """
    cuts = [0]
    for end in (*(match.end() for match in _ANY_SENTENCE_END.finditer(text)), len(text)):
        while end - cuts[-1] > _PART_CHARS:
            furthest = cuts[-1] + _PART_CHARS
            space = text.rfind(" ", cuts[-1] + 1, furthest + 1)
            cuts.append(space + 1 if space > 0 else furthest)
        if end - cuts[-1] >= _LEAST_CHARS or cuts[-1] < end == len(text):
            cuts.append(end)
    return cuts
