"""Presidio recognizers of ours: they share the words found once a message and run under a time bound."""

from __future__ import annotations

from typing import Any, Iterable, List, Optional, Sequence, cast

import regex
from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from bot.redaction.chat_text import Word, find_words
from bot.redaction.constants import LANGUAGE, REGEX_TIMEOUT_SECONDS
from bot.redaction.identifiers import CHECKS
from bot.redaction.lexicon import Lexicon
from bot.redaction.shape import Shape

_FLAGS = regex.IGNORECASE | regex.V0


class ChatArtifacts(NlpArtifacts):
    """Presidio's carrier of language features, with the words of the message and spaCy's people.

    Attributes:
        words: From `chat_text.find_words`.
        people: `[start, end)` spans that spaCy takes for people; empty when it was not asked.
    """

    def __init__(self, words: Sequence[Word], people: Sequence[tuple[int, int]]) -> None:
        super().__init__(
            entities=[], tokens=cast(Any, []), tokens_indices=[], lemmas=[], nlp_engine=None, language=LANGUAGE
        )
        self.words = list(words)
        self.people = list(people)


class ChatRecognizer(EntityRecognizer):
    """Base: turns spans into Presidio results that say who found them and why."""

    def __init__(self, lexicon: Lexicon, entities: Sequence[str], name: str) -> None:
        self.lexicon = lexicon
        self.name: str
        super().__init__(supported_entities=list(entities), name=name, supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to load: the lexicon is given."""

    def words(self, text: str, nlp_artifacts: Optional[NlpArtifacts]) -> List[Word]:
        """The words found for this message, or found now when used outside the engine."""
        return nlp_artifacts.words if isinstance(nlp_artifacts, ChatArtifacts) else find_words(text)

    def result(self, entity: str, start: int, end: int, score: float, why: str) -> RecognizerResult:
        """One finding with its explanation; the sentence never holds the found text."""
        explanation = AnalysisExplanation(
            recognizer=self.name, original_score=score, pattern_name=why, textual_explanation=f"{self.name}: {why}"
        )
        return RecognizerResult(entity, start, end, score, explanation)


class ShapeRecognizer(ChatRecognizer):
    """Finds the shapes of `patterns.SHAPES` for one entity."""

    def __init__(self, lexicon: Lexicon, entity: str, shapes: Iterable[Shape]) -> None:
        self.shapes = [(shape, regex.compile(shape.expression, _FLAGS)) for shape in shapes]
        super().__init__(lexicon, [entity], f"{entity.lower()}_shapes")

    def analyze(
        self, text: str, entities: List[str], nlp_artifacts: Optional[NlpArtifacts] = None
    ) -> List[RecognizerResult]:
        """All matches of all shapes.

        Raises:
            TimeoutError: An expression ran longer than REGEX_TIMEOUT_SECONDS; the text is then withheld.
        """
        results: List[RecognizerResult] = []
        for shape, expression in self.shapes:
            for match in expression.finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
                start, end = match.span("x") if "x" in expression.groupindex else match.span()
                while end > start and text[end - 1] in " .,;:!?)":
                    end -= 1
                check = CHECKS.get(shape.check)
                if end > start and (check is None or check(text, start, end, self.lexicon)):
                    results.append(self.result(shape.entity, start, end, shape.score, shape.name))
        return results
