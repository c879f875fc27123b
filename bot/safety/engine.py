"""The safety engine: one message, or the last messages of a session, in; a RiskAssessment out.

`get_engine()` gives the one engine of the process. It holds no text between calls and may be used by several threads.
"""

from __future__ import annotations

import logging
import threading
from functools import lru_cache
from typing import List, Mapping, Sequence, Tuple

import numpy as np

from bot.safety.answers import reaches_a_service
from bot.safety.classifier import Evidence, Reading, RiskClassifier, is_long, parts_of, telling_parts
from bot.safety.cues import Cues, gather_evidence, get_cues, language_of
from bot.safety.decision import Decision, Thresholds, decide
from bot.safety.levels import CATEGORIES, Finding, RiskAssessment, RiskLevel
from bot.safety.patterns import tokenize
from bot.safety.second_reading import SecondReading
from bot.safety.signals import RISK_DIR, RiskSignal, get_signals, read_yaml
from bot.safety.thresholds import load_thresholds
from bot.text.cleanup import CleanText, clean
from bot.text.encoder import get_encoder
from bot.text.english import get_english

logger = logging.getLogger(__name__)

#: How many messages, the newest included, are read together.
SESSION_MESSAGES = 6
#: Below this the first reader's probability of a risk in several messages together ends the matter: each of them was
#: read by both readers when it came, and several together are long to read.
_SURELY_QUIET = 0.2


class SafetyEngine:
    """Signals and classifier behind one method each for a message and a session."""

    def __init__(
        self,
        classifier: RiskClassifier,
        second_reading: SecondReading,
        signals: Sequence[RiskSignal],
        cues: Cues,
        thresholds: Thresholds,
        explanations: Mapping[str, object],
    ) -> None:
        self._classifier = classifier
        self._second_reading = second_reading
        self._signals = signals
        self._cues = cues
        self._thresholds = thresholds
        self._explanations = explanations

    def assess(self, text: str, embedding: np.ndarray | None = None) -> RiskAssessment:
        """Assesses one message by itself.

        Args:
            text: The message as typed, any length and any characters.
            embedding: Unit row of `clean(text).text` when the caller has it; saves encoding it again.

        Returns:
            Level, named categories with calibrated scores in [0, 1], speaker, stance, language, and findings whose
            spans are in the text as typed. Never raises: when a part fails the level is at least CHECK_IN.
        """
        return self._assess_guarded(text, embedding)

    def _assess_guarded(
        self, text: str, embedding: np.ndarray | None = None, messages: Sequence[str] = ()
    ) -> RiskAssessment:
        try:
            return self._assess(clean(text), embedding, messages)
        except Exception as error:  # noqa: BLE001 - whatever fails, the person is asked kindly instead of ignored
            # The text stays out of the log: only the kind of failure is written.
            logger.error("The safety engine failed on a message (%s); it counts as check_in.", type(error).__name__)
            sentence = str(self._explanations.get("failed", ""))
            failure = Finding("", "failure", 0, 0, sentence)
            return RiskAssessment(level=RiskLevel.CHECK_IN, failed=True, findings=(failure,))

    def assess_session(self, texts: Sequence[str]) -> RiskAssessment:
        """Assesses the newest message with the ones before it: the second of what `assess_turn` gives."""
        return self.assess_turn(texts)[1]

    def assess_turn(
        self, texts: Sequence[str], embedding: np.ndarray | None = None
    ) -> Tuple[RiskAssessment, RiskAssessment]:
        """Assesses the newest message by itself and with the ones before it.

        The newest message counts by itself. Read together, the last messages count only when the newest one completes
        something: when the card is due with it and was not without it. A mere question is not asked on that ground: on
        held-out conversations it never found a risk that the messages by themselves did not, and it met quiet ones.

        Args:
            texts: Messages of one person, newest last.
            embedding: Unit row of the newest, as in `assess`.

        Returns:
            The newest by itself, and the higher of that and all together. Spans are given only for findings in the
            newest message.
        """
        if not texts:
            return RiskAssessment(), RiskAssessment()
        alone = self._assess_guarded(texts[-1], embedding)
        recent = [text for text in texts[-SESSION_MESSAGES:] if text.strip()]
        if len(recent) < 2 or alone.level is RiskLevel.EMERGENCY:
            return alone, alone
        together = self._together(recent)
        if together.level < RiskLevel.ESCALATE or together.level <= max(alone.level, self._level_before(recent[:-1])):
            return alone, alone
        return alone, self._completed(together)

    def _together(self, messages: Sequence[str]) -> RiskAssessment:
        text = " ".join(message.strip() for message in messages)
        return self._assess_guarded(text, messages=messages if len(messages) > 1 else ())

    def _level_before(self, earlier: Sequence[str]) -> RiskLevel:
        return self._together(earlier).level

    def _completed(self, together: RiskAssessment) -> RiskAssessment:
        note = str(self._explanations["together"])
        findings = tuple(
            Finding(found.category, found.source, 0, 0, f"{found.sentence} {note}") for found in together.findings
        )
        return RiskAssessment(
            together.level,
            together.categories,
            together.speaker,
            together.stance,
            findings,
            together.failed,
            together.language,
        )

    def _assess(self, cleaned: CleanText, embedding: np.ndarray | None, messages: Sequence[str]) -> RiskAssessment:
        """Assesses a text, or `messages` that were joined to it.

        Those are its parts, each read before by itself. Where the first reader is sure that nothing is told by all of
        them the second is left out.
        """
        if not cleaned.text:
            return RiskAssessment()
        tokens = tokenize(cleaned)
        evidence = gather_evidence(tokens, self._signals, self._cues)
        language = language_of(cleaned.text, self._cues)
        reading, telling = self._read(_parts(cleaned.text, messages), embedding, evidence)
        in_english = language in (None, "en")
        if in_english and not (messages and reading.levels[RiskLevel.CHECK_IN] < _SURELY_QUIET):
            reading = self._second_reading.joined_with(reading, cleaned.text, telling)
        decision = decide(reading, evidence, self._thresholds if in_english else self._thresholds.other_languages())
        speaker = max(reading.speakers, key=lambda known: reading.speakers[known])
        # A learned score on "i called childline" mostly repeats why people call.
        good_news = not decision.hits and not messages and reaches_a_service(cleaned.text)
        if decision.level is RiskLevel.NONE or good_news:
            return RiskAssessment(speaker=speaker, stance=evidence.stance, language=language)
        return RiskAssessment(
            level=decision.level,
            categories=decision.categories,
            speaker=speaker,
            stance=evidence.stance,
            findings=self._findings(decision, cleaned),
            language=language,
        )

    def _read(
        self, parts: Sequence[str], embedding: np.ndarray | None, evidence: Evidence
    ) -> Tuple[Reading, List[str]]:
        """The first reading of a text (the first part) and of its parts, and those that it found most telling."""
        if embedding is None:
            rows = get_encoder().encode(parts)
        elif len(parts) == 1:
            rows = np.asarray(embedding, dtype=np.float32).reshape(1, -1)
        else:
            rows = np.vstack([np.asarray(embedding, dtype=np.float32), get_encoder().encode(parts[1:])])
        reading, scores = self._classifier.read(rows, evidence)
        return reading, telling_parts(parts, scores)

    def _findings(self, decision: Decision, cleaned: CleanText) -> Tuple[Finding, ...]:
        """Signals first, then the classifier for each category, strongest first."""
        found = [
            Finding(hit.signal.category, hit.signal.id, *cleaned.span(hit.start, hit.end), hit.signal.sentence)
            for hit in sorted(decision.hits, key=lambda hit: -hit.signal.level)
        ]
        sentences = self._explanations["classifier"]
        assert isinstance(sentences, dict)
        for name, score in sorted(decision.categories.items(), key=lambda item: -item[1]):
            sentence = sentences[name].format(share=round(100 * score))
            found.append(Finding(name, "classifier", 0, 0, sentence))
        return tuple(found)


def _parts(text: str, messages: Sequence[str]) -> List[str]:
    """The whole text and its parts: the messages it was joined from, else its sentences."""
    if not messages or not is_long(text):
        return parts_of(text)
    return [text, *(part for part in (clean(message).text for message in messages) if part)]


_BUILD_LOCK = threading.Lock()


@lru_cache(maxsize=1)
def _build() -> SafetyEngine:
    from bot.safety.training import load_or_train

    explanations = read_yaml(RISK_DIR / "words" / "explanations.yml")
    missing = [name for name in CATEGORIES if name not in explanations["classifier"]]
    assert not missing, f"explanations.yml lacks {missing}"
    classifier, second_reading = load_or_train(), SecondReading.load()
    engine = SafetyEngine(classifier, second_reading, get_signals(), get_cues(), load_thresholds(), explanations)
    # The first message must not wait for the encoders.
    get_english()
    engine.assess("warm up")
    return engine


def get_engine() -> SafetyEngine:
    """The engine of this process; built at the first call, trained when the stored model is missing or stale."""
    with _BUILD_LOCK:
        return _build()
