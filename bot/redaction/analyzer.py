"""Presidio's analyzer with our recognizers, and spaCy asked only when a name may hide in the message.

spaCy's tagger, parser and lemmatizer are left out: only named entities are wanted, and they cost most of the
time of a message. Its lemma tables serve as the dictionary that tells an unknown word from a known one.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import replace
from typing import Any, Iterable, Iterator, List, Sequence, Tuple

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from bot.errors import ModelError
from bot.redaction.chat_text import Word, find_words
from bot.redaction.constants import LANGUAGE
from bot.redaction.handles import HandleRecognizer
from bot.redaction.lexicon import Lexicon, load_lexicon
from bot.redaction.names import UNKNOWN, WORD_NAME, NameRecognizer, classify, is_english
from bot.redaction.patterns import SHAPES
from bot.redaction.places import PlaceRecognizer
from bot.redaction.recognizers import ChatArtifacts, ChatRecognizer, ShapeRecognizer

# Presidio logs at debug level what it matched; nothing of a person's words may reach a log.
logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)
logging.getLogger("presidio-anonymizer").setLevel(logging.WARNING)

_SLOW_PARTS = ["tagger", "parser", "attribute_ruler"]


def load_model(name: str) -> Tuple[Any, frozenset[str]]:
    """Loads spaCy's entity recognizer and the dictionary inside the model.

    Returns:
        The pipeline, and every lower-case base form and irregular form it knows (about 85,000).

    Raises:
        ModelError: The model is not installed; the message names the setting.
    """
    import spacy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            nlp = spacy.load(name, exclude=_SLOW_PARTS)
        except OSError:
            raise ModelError(
                f"The spaCy model '{name}' is not installed; install it or set KINDLIGHT_SPACY_MODEL to one that is."
            ) from None
    words: set[str] = set()
    if nlp.has_pipe("lemmatizer"):
        lemmatizer: Any = nlp.get_pipe("lemmatizer")
        lookups = lemmatizer.lookups
        for table in ("lemma_index", "lemma_exc"):
            if lookups.has_table(table):
                for forms in lookups.get_table(table).values():
                    words.update(forms)
        nlp.remove_pipe("lemmatizer")
    return nlp, frozenset(word for word in words if word.isalpha() and word == word.lower())


class ChatNlpEngine(NlpEngine):
    """Gives Presidio the words of a message, and spaCy's people when a name may hide there."""

    def __init__(self, model: Any, lexicon: Lexicon) -> None:
        self.model = model
        self.lexicon = lexicon

    def load(self) -> None:
        """The model is given."""

    def is_loaded(self) -> bool:
        """Always: the model is given."""
        return self.model is not None

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Words, and people where they may hide."""
        words = find_words(text)
        return ChatArtifacts(words, self._people(text, words))

    def _people(self, text: str, words: Sequence[Word]) -> List[Tuple[int, int]]:
        kinds = [classify(word.lower.removesuffix("'s"), self.lexicon) for word in words]
        # Typing in lower case hides names from spaCy: show it the doubtful words with a capital.
        doubtful = [
            word
            for word, kind in zip(words, kinds, strict=True)
            if not word.glued
            and len(word.lower) > 2
            and (kind == UNKNOWN or kind == WORD_NAME and word.written_capital)
        ]
        if not doubtful or not is_english(kinds):
            return []
        shown = list(text)
        for word in doubtful:
            capital = text[word.start].upper()
            if len(capital) == 1:
                shown[word.start] = capital
        doc = self.model("".join(shown))
        return [(entity.start_char, entity.end_char) for entity in doc.ents if entity.label_ == "PERSON"]

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
    ) -> Iterator[Tuple[str, NlpArtifacts]]:
        """One after the other: messages are short."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        """Not used: no recognizer of ours asks for context words."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Not used, see `is_stopword`."""
        return False

    def get_supported_entities(self) -> List[str]:
        """None by itself: the name recognizer reads `ChatArtifacts.people`."""
        return []

    def get_supported_languages(self) -> List[str]:
        """One label for all: our recognizers know other languages by their words."""
        return [LANGUAGE]


class NoContext(ContextAwareEnhancer):
    """Our recognizers look at neighbours themselves, so the scores stay as they are."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(
        self, text: str, raw_results: list, nlp_artifacts: Any, recognizers: list, context: Any = None
    ) -> list:  # noqa: E501
        """Returns the results unchanged."""
        return raw_results


def build_recognizers(lexicon: Lexicon) -> List[ChatRecognizer]:
    """One recognizer for each entity with a shape, and those for handles, places and names."""
    entities = list(dict.fromkeys(shape.entity for shape in SHAPES))
    shaped: List[ChatRecognizer] = [
        ShapeRecognizer(lexicon, entity, [shape for shape in SHAPES if shape.entity == entity]) for entity in entities
    ]
    return [*shaped, HandleRecognizer(lexicon), PlaceRecognizer(lexicon), NameRecognizer(lexicon)]


def build_analyzer(model_name: str) -> Tuple[AnalyzerEngine, Lexicon]:
    """Loads the model and the lists and builds the engine; about two seconds."""
    model, dictionary = load_model(model_name)
    lexicon = load_lexicon()
    # A dictionary word that is a frequent name stays in the names: the lists were made that way.
    lexicon = replace(lexicon, dictionary=dictionary - lexicon.names)
    registry = RecognizerRegistry(recognizers=build_recognizers(lexicon), supported_languages=[LANGUAGE])
    engine = AnalyzerEngine(
        registry=registry,
        nlp_engine=ChatNlpEngine(model, lexicon),
        supported_languages=[LANGUAGE],
        context_aware_enhancer=NoContext(),
    )
    return engine, lexicon
