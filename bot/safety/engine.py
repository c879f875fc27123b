"""The safety engine: one message, or the last messages of a session, in; a RiskAssessment out.

`get_engine()` gives the one engine of the process. It holds no text between calls and may be used by several threads.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, List, Mapping, Sequence, Tuple

import numpy as np

from bot.safety.answers import (
    behind_thanks,
    is_shown_pornography,
    is_told_in_despair,
    reaches_a_service,
    says_they_are_young,
    speaks_of_dying,
)
from bot.safety.classifier import Evidence, Reading, RiskClassifier, is_long, parts_of, telling_parts
from bot.safety.context import ContextLayer, numbers_of
from bot.safety.cues import Cues, gather_evidence, get_cues, language_of
from bot.safety.decision import Decision, Thresholds, decide
from bot.safety.figures import in_plain_words
from bot.safety.levels import (
    ADULT_INVOLVED,
    CATEGORIES,
    SELF_HARM,
    Finding,
    RiskAssessment,
    RiskLevel,
)
from bot.safety.patterns import tokenize
from bot.safety.plain_words import within_words
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
#: Conversations of which is known that a card is due without a further message.
_REMEMBERED = 1024
#: Sources of findings that are no signal.
CLASSIFIER, FAILURE = "classifier", "failure"
_LEARNED = (CLASSIFIER, FAILURE)
#: Of several messages together, what a card would be about has to be as likely as this.
_LIKELIER_THAN_NOT = 0.5
#: And for an emergency, where the newest by itself is quiet, as likely as this.
_SURELY = 0.9
#: From here on an adult or a stranger is asked about, whatever the messages before were about. Of later messages that
#: the context would pass over, none more is asked about among 277 in long talk and 299 in quiet sessions, 6 among 1,786
#: that the layer was fitted on ("a lady said are you on your own sweetheart"); one more risk of 204 is met.
_ADULT_ASKED_FROM = 0.7


@dataclass(frozen=True)
class _Heard:
    """One text as it was assessed.

    Attributes:
        numbers: What the context layer sees of it; None where it had no words, where only the first reader has read it,
            or after a failure.
        is_surely_quiet: Whether the first reader was sure that several messages together tell of nothing.
    """

    assessment: RiskAssessment
    numbers: np.ndarray | None = None
    is_surely_quiet: bool = False

    @property
    def level(self) -> RiskLevel:
        """Of the assessment."""
        return self.assessment.level

    @property
    def plain_level(self) -> RiskLevel:
        """The highest level for which the words themselves stand (a signal); NONE where only the readers found it."""
        told = any(finding.source not in _LEARNED for finding in self.assessment.findings)
        return self.level if told else RiskLevel.NONE

    @property
    def is_likely_an_adult(self) -> bool:
        """Whether what it may tell of is an adult or a stranger: "also someone on there asked her to meet"."""
        return self.assessment.categories.get(ADULT_INVOLVED, 0.0) >= _ADULT_ASKED_FROM


class _RecentlyDue:
    """Which messages, lately read together, call for a card; by a number of theirs, never their words."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[int, None] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, messages: Sequence[str]) -> bool:
        return hash(tuple(messages)) in self._numbers

    def note(self, messages: Sequence[str]) -> None:
        with self._lock:
            self._numbers[hash(tuple(messages))] = None
            while len(self._numbers) > _REMEMBERED:
                self._numbers.popitem(last=False)


class SafetyEngine:
    """Signals and classifier behind one method each for a message and a session."""

    def __init__(
        self,
        classifier: RiskClassifier,
        second_reading: SecondReading,
        context: ContextLayer,
        signals: Sequence[RiskSignal],
        cues: Cues,
        thresholds: Thresholds,
        explanations: Mapping[str, object],
    ) -> None:
        self._classifier = classifier
        self._second_reading = second_reading
        self._context = context
        self._signals = signals
        self._cues = cues
        self._thresholds = thresholds
        self._explanations = explanations
        self._due = _RecentlyDue()

    def assess(self, text: str, embedding: np.ndarray | None = None) -> RiskAssessment:
        """Assesses one message by itself.

        Args:
            text: The message as typed, any length and any characters.
            embedding: Unit row of `clean(text).text` when the caller has it; saves encoding it again.

        Returns:
            Level, named categories with calibrated scores in [0, 1], speaker, stance, language, and findings whose
            spans are in the text as typed. Never raises: when a part fails the level is at least CHECK_IN.
        """
        return self._hear(text, embedding).assessment

    def assess_session(self, texts: Sequence[str]) -> RiskAssessment:
        """Assesses the newest message with the ones before it: the second of what `assess_turn` gives."""
        return self.assess_turn(texts)[1]

    def assess_turn(
        self, texts: Sequence[str], embedding: np.ndarray | None = None
    ) -> Tuple[RiskAssessment, RiskAssessment]:
        """Assesses the newest message in the light of those before it, and with them.

        What the readers hear in the newest message is weighed with what they hear in the last messages as one text: a
        line of a game becomes quiet, a hint may become a card. Plain words (a signal) for a card stand whatever was
        said before; an emergency is at least asked about. The last messages count by themselves only when the newest
        completes something: when the card is due with it and was not without it. A mere question is not asked on that
        ground: on held-out conversations it never found a risk that the messages did not, and it met quiet ones.

        Args:
            texts: Messages of one person, newest last.
            embedding: Unit row of the newest, as in `assess`.

        Returns:
            The newest message, and the higher of that and all together. Spans are given only for findings in the
            newest message.
        """
        if not texts:
            return RiskAssessment(), RiskAssessment()
        recent = [text for text in texts[-SESSION_MESSAGES:] if text.strip()]
        alone = self._hear(texts[-1], embedding) if len(recent) < 2 else self._hear_reply(texts[-1], embedding)
        if len(recent) < 2 or alone.assessment.failed or alone.plain_level >= RiskLevel.ESCALATE:
            return alone.assessment, alone.assessment
        if alone.level is RiskLevel.NONE and recent[:-1] in self._due:
            # The card was due without this message, so a quiet one completes nothing: several are long to read.
            return alone.assessment, alone.assessment
        together = self._hear_together(recent, thoroughly=alone.level > RiskLevel.NONE)
        newest, is_due = self._weighed(alone, together, texts[-1])
        # "Idk" after a question of ours adds nothing to what was asked about; a hint does.
        least = RiskLevel.CHECK_IN if alone.level > RiskLevel.NONE else RiskLevel.ESCALATE
        is_more = together.level >= least and newest.level < RiskLevel.ESCALATE
        # Who is asked in any case gets the card only for something that is likelier than not.
        is_unsure = newest.level is RiskLevel.CHECK_IN and not _is_about_something(together, texts[-1])
        if not (is_due and is_more) or is_unsure or self._hear_together(recent[:-1]).level >= RiskLevel.ESCALATE:
            return newest.assessment, newest.assessment
        return newest.assessment, self._completed(together, newest)

    def read_turn(self, texts: Sequence[str]) -> Tuple[np.ndarray, np.ndarray] | None:
        """What the context layer weighs: the newest message, and the last messages as one text.

        Returns:
            None where there is one message only, or where one of the two was not read by both readers.
        """
        recent = [text for text in texts[-SESSION_MESSAGES:] if text.strip()]
        if len(recent) < 2:
            return None
        alone, together = self._hear(texts[-1]).numbers, self._hear_together(recent, thoroughly=True).numbers
        return None if alone is None or together is None else (alone, together)

    def _weighed(self, alone: _Heard, together: _Heard, text: str) -> Tuple[_Heard, bool]:
        """The newest message in the light of all, and whether all of them call for a card."""
        if alone.numbers is None or together.numbers is None:
            return alone, together.level >= RiskLevel.ESCALATE
        likely = self._context.probability(alone.numbers, together.numbers)
        # "I literally want to die" after a word of exams is asked about, and so is "i feel like giving up", or an older
        # cousin who shows such films: the words name what is feared.
        is_of_dying = speaks_of_dying(text) or is_told_in_despair(text)
        is_named = alone.assessment.main_category == SELF_HARM and is_of_dying
        is_feared = is_named or is_shown_pornography(text) or alone.is_likely_an_adult
        floor = RiskLevel.CHECK_IN if is_feared else RiskLevel.NONE
        return self._in_context(alone, likely, floor), likely >= self._thresholds.context_escalate

    def _in_context(self, alone: _Heard, likely: float, floor: RiskLevel) -> _Heard:
        """What the newest message is, given how likely the whole conversation tells of a risk; at least the floor."""
        level = alone.level
        if likely < self._thresholds.context_check_in:
            # An emergency that the conversation does not bear out is asked about, never passed over.
            level = RiskLevel.CHECK_IN if level is RiskLevel.EMERGENCY else RiskLevel.NONE
        elif likely < self._thresholds.context_escalate and level is RiskLevel.ESCALATE:
            level = RiskLevel.CHECK_IN
        level = max(level, alone.plain_level, min(alone.level, floor))
        told = alone.assessment
        if level is RiskLevel.NONE:
            told = RiskAssessment(speaker=told.speaker, stance=told.stance, language=told.language)
        return replace(alone, assessment=replace(told, level=level))

    def _hear_together(self, messages: Sequence[str], thoroughly: bool = False) -> _Heard:
        # Each was heard as it was written; beside others "coach is gonna kill me" would colour what follows.
        meant = [in_plain_words(message.strip()) for message in messages]
        heard = self._hear(" ".join(meant), messages=meant if len(meant) > 1 else (), thoroughly=thoroughly)
        if heard.level >= RiskLevel.ESCALATE and not heard.is_surely_quiet:
            self._due.note(messages)
        return heard

    def _completed(self, together: _Heard, newest: _Heard) -> RiskAssessment:
        note, told = str(self._explanations["together"]), together.assessment
        findings = tuple(
            Finding(found.category, found.source, 0, 0, f"{found.sentence} {note}") for found in told.findings
        )
        # A quiet message ("she went up to her room, door slammed") makes an emergency of those before it only for sure.
        is_sure = together.plain_level is RiskLevel.EMERGENCY or max(told.categories.values(), default=0.0) >= _SURELY
        is_due = newest.level > RiskLevel.NONE or is_sure
        level = max(told.level, RiskLevel.ESCALATE) if is_due else RiskLevel.ESCALATE
        return replace(told, level=level, findings=findings)

    def _hear(
        self,
        text: str,
        embedding: np.ndarray | None = None,
        messages: Sequence[str] = (),
        thoroughly: bool = True,
    ) -> _Heard:
        try:
            heard = self._assess(clean(text), embedding, messages, thoroughly)
            return heard if heard.level is RiskLevel.NONE else self._without_figures(heard, text)
        except Exception as error:  # noqa: BLE001 - whatever fails, the person is asked kindly instead of ignored
            # The text stays out of the log: only the kind of failure is written.
            logger.error("The safety engine failed on a message (%s); it counts as check_in.", type(error).__name__)
            sentence = str(self._explanations.get("failed", ""))
            failure = Finding("", FAILURE, 0, 0, sentence)
            return _Heard(RiskAssessment(level=RiskLevel.CHECK_IN, failed=True, findings=(failure,)))

    def _hear_reply(self, text: str, embedding: np.ndarray | None) -> _Heard:
        """The same of a message that follows others: thanks for an answer must not hide what is told behind them.

        "Someone on there asked me to meet up" is likely a risk (0.37), and behind "thx. also" hardly one (0.12).
        """
        heard, told = self._hear(text, embedding), behind_thanks(text)
        if heard.level > RiskLevel.NONE or told is None:
            return heard
        behind = self._hear(told)
        return _without_places(behind) if behind.level > RiskLevel.NONE else heard

    def _without_figures(self, heard: _Heard, text: str) -> _Heard:
        """The same where figures of speech mean what they mean: "mum is gonna kill me if i miss the bus"."""
        plain = in_plain_words(text)
        if plain == text:
            return heard
        meant = self._assess(clean(plain), None, (), thoroughly=True)
        if meant.level >= heard.level:
            return heard
        return _without_places(meant)

    def _assess(
        self, cleaned: CleanText, embedding: np.ndarray | None, messages: Sequence[str], thoroughly: bool
    ) -> _Heard:
        """Assesses a text, or `messages` that were joined to it.

        Those are its parts, each read before by itself. Where the first reader is sure that nothing is told by all of
        them the second is left out, unless it is asked for `thoroughly`.
        """
        if not cleaned.text:
            return _Heard(RiskAssessment())
        tokens = tokenize(cleaned)
        evidence = gather_evidence(tokens, self._signals, self._cues)
        language = language_of(cleaned.text, self._cues)
        reading, telling = self._read(_parts(cleaned.text, messages), embedding, evidence)
        in_english = language in (None, "en")
        is_quiet = bool(messages) and reading.levels[RiskLevel.CHECK_IN] < _SURELY_QUIET
        is_read_twice = in_english and (thoroughly or not is_quiet)
        if is_read_twice:
            reading = self._second_reading.joined_with(reading, cleaned.text, telling)
        numbers = numbers_of(reading, cleaned.text) if is_read_twice else None
        decision = decide(reading, evidence, self._thresholds if in_english else self._thresholds.other_languages())
        speaker = max(reading.speakers, key=lambda known: reading.speakers[known])
        # A learned score on "i called childline" mostly repeats why people call.
        good_news = not decision.hits and not messages and reaches_a_service(cleaned.text)
        quiet = RiskAssessment(speaker=speaker, stance=evidence.stance, language=language)
        decision = within_words(decision, reading, speaker, cleaned.text, is_alone=not messages)
        if decision.level is RiskLevel.NONE or good_news:
            return _Heard(quiet, numbers, is_quiet)
        found = replace(
            quiet, level=decision.level, categories=decision.categories, findings=self._findings(decision, cleaned)
        )
        return _Heard(found, numbers, is_quiet)

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
            found.append(Finding(name, CLASSIFIER, 0, 0, sentence))
        return tuple(found)


def _without_places(heard: _Heard) -> _Heard:
    """The same where other words were read than those that were written: places in them mean nothing."""
    findings = tuple(replace(found, start=0, end=0) for found in heard.assessment.findings)
    return replace(heard, assessment=replace(heard.assessment, findings=findings))


def _is_about_something(together: _Heard, text: str) -> bool:
    """Whether one category is likelier than not: "i keep thinking about it" after a sad film may be many things.

    Nor is an adult meant for sure where all of it calls for a question only, and the newest words name a child's age.
    """
    is_of_an_adult = together.level is RiskLevel.CHECK_IN and set(together.assessment.categories) == {ADULT_INVOLVED}
    if is_of_an_adult and says_they_are_young(text):
        return False
    likely = max(together.assessment.categories.values(), default=0.0)
    return together.plain_level >= RiskLevel.ESCALATE or likely >= _LIKELIER_THAN_NOT


def _parts(text: str, messages: Sequence[str]) -> List[str]:
    """The whole text and its parts: the messages it was joined from, else its sentences."""
    if not messages or not is_long(text):
        return parts_of(text)
    return [text, *(part for part in (clean(message).text for message in messages) if part)]


def explanation(name: str) -> str:
    """The sentence for staff of that name, such as `together`. Raises KeyError for any other name."""
    return str(_explanations()[name])


@lru_cache(maxsize=1)
def _explanations() -> Mapping[str, Any]:
    return read_yaml(RISK_DIR / "words" / "explanations.yml")


_BUILD_LOCK = threading.Lock()


@lru_cache(maxsize=1)
def _build() -> SafetyEngine:
    from bot.safety.training import load_or_train

    explanations = _explanations()
    missing = [name for name in CATEGORIES if name not in explanations["classifier"]]
    assert not missing, f"explanations.yml lacks {missing}"
    classifier, second_reading = load_or_train(), SecondReading.load()
    readers = (classifier, second_reading, ContextLayer.load())
    engine = SafetyEngine(*readers, get_signals(), get_cues(), load_thresholds(), explanations)
    # The first message must not wait for the encoders.
    get_english()
    engine.assess("warm up")
    return engine


def get_engine() -> SafetyEngine:
    """The engine of this process; built at the first call, trained when the stored model is missing or stale."""
    with _BUILD_LOCK:
        return _build()
