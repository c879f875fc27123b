"""Graph component: which of our questions and intents a message is nearest to."""

from dataclasses import asdict, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterable, List, Optional, Sequence, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import FULL_RETRIEVAL_INTENT_NAME_KEY, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.constants import (
    COUNTRY,
    FAQ_PREFIX,
    TOLD_A_DETAIL,
    TOLD_INTENT,
    TOLD_IS_THE_LEAD,
    TOLD_OF_ANOTHER_CHILD,
    TOLD_SAME_AGE,
    TOLD_SOMETHING_ELSE,
)
from bot.dialogue.facts import answer_of, cards_given, is_card_open, spoken_in_session
from bot.nlu.case_questions import asked_for, load_case_questions
from bot.nlu.case_ranker import Asked, CaseRanker
from bot.nlu.cases import case_told, encode_for_training, encode_with_case, words_of_the_case
from bot.nlu.constants import (
    DETAIL,
    EMBEDDING,
    FALLBACK_INTENT,
    IN_CASE,
    LABEL_RANKING,
    RANKING_LENGTH,
    RETRIEVAL_INTENT,
    RISK,
)
from bot.nlu.context import (
    ELLIPTIC_BELOW,
    Subject,
    Weights,
    in_context,
    read_together,
    subject_of,
    subject_of_risk,
    words_before,
)
from bot.nlu.label_model import Encoded, LabelModel, LabelModelOptions
from bot.nlu.risk_detector import from_dict
from bot.nlu.topics import (
    FOR_THE_DOER,
    GRAVE_TOPICS,
    OF_ONE_COUNTRY,
    SENSITIVE_TOPICS,
    is_about,
    is_of_another_country,
    topic_of,
)
from bot.safety.answers import is_question, is_the_lead, means_another, names_others, says_same_age
from bot.safety.levels import IMAGE_SHARED, RiskLevel
from bot.safety.protocol import OWN_BEHAVIOUR
from bot.text.cleanup import clean
from bot.text.encoder import get_encoder
from bot.text.english import get_english

THRESHOLD = "threshold"
ANSWER_THRESHOLD = "answer_threshold"
CONTEXT_WEIGHT, LEADS_ON_WEIGHT, GRAVE_WEIGHT = "context_weight", "leads_on_weight", "grave_weight"
TOLD_FROM, TOLD_SURE = "told_from", "told_sure"
CASE_THRESHOLD = "case_threshold"
#: What was understood only from the words before is said outright from here on; below it, with a doubt.
IN_CONTEXT_THRESHOLD = 0.95
#: From here on words that ask nothing want an answer rather than words for a fact.
ANSWERED_FROM = 0.9
#: From here on an intent that is no fact and no question is what is meant.
UNDERSTOOD_FROM = 0.5
#: So many labels are weighed by what was spoken of.
_WEIGHED = 80


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SemanticIntentClassifier(GraphComponent):
    """Sets the intent, with LABEL_RANKING for the FAQ selector; below the threshold, `nlu_fallback`."""

    FILE_NAME, CASES_FILE_NAME = "labels.npz", "cases.npz"

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Each option is explained in `bot.nlu.label_model.LabelModelOptions` and set in `config.yml`."""
        defaults = LabelModelOptions()
        return {
            # Below this confidence the message counts as not understood.
            THRESHOLD: 0.3,
            # The same for questions with an answer: a wrong answer costs more than a doubt.
            ANSWER_THRESHOLD: 0.3,
            # How much likelier a question of the subject just spoken of is, for a message not understood by itself.
            CONTEXT_WEIGHT: 4.0,
            # The same of an answer that was offered with the one just given; and of one about harm, after an everyday
            # answer, where the words tell of none.
            LEADS_ON_WEIGHT: 6.0,
            GRAVE_WEIGHT: 0.2,
            # After a card, words that ask nothing tell a fact about it: from so much confidence in all of those facts
            # together, and from such a share of it for one of them.
            TOLD_FROM: 0.1,
            TOLD_SURE: 0.5,
            # After a card, the confidence from which an answer is what a question about its case asks for.
            CASE_THRESHOLD: 0.3,
            **asdict(defaults),
        }

    def __init__(
        self,
        config: Dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: Any = None,
        ranker: Optional[CaseRanker] = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage = storage
        self._resource = resource
        self._model = model
        self._ranker = ranker

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SemanticIntentClassifier":
        """Creates an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SemanticIntentClassifier":
        """Loads a trained component.

        Raises:
            ModelError: The arrays are missing or of another version.
        """
        with model_storage.read_from(resource) as folder:
            model = LabelModel.load(Path(folder) / cls.FILE_NAME)
            ranker = CaseRanker.load(Path(folder) / cls.CASES_FILE_NAME)
        # Read now: the first question after a card must not wait for it.
        asked_for()
        return cls(config, model_storage, resource, model, ranker)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the label model on every example that has words and an intent, then the ranker, and stores both."""
        examples = [example for example in training_data.intent_examples if example.get(EMBEDDING) is not None]
        targets = [example.get_full_intent() for example in examples]
        self._model = LabelModel.train(_encoded(examples), targets, self._options())
        self._ranker = self._train_ranker()
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder) / self.FILE_NAME)
            self._ranker.save(Path(folder) / self.CASES_FILE_NAME)
        return self._resource

    def _train_ranker(self) -> CaseRanker:
        """The ranker for questions after a card, which weighs what the label model makes of them."""
        questions = load_case_questions()
        alone, together = encode_for_training(questions)
        confidences = [self._model.confidences(encoded)[:, self._answers] for encoded in (alone, together)]
        asked = Asked([question.case for question in questions], alone, *confidences)
        names = [self._model.labels[place].partition("/")[2] for place in self._answers]
        return CaseRanker.train(questions, asked, names, lambda faq, category: is_about(faq, [category]))

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        """Ranks the labels for each message that was encoded; a tracker tells what was spoken of just before."""
        for message in messages:
            if message.get(EMBEDDING) is not None:
                self._classify(message, tracker)
        return messages

    def _classify(self, message: Message, tracker: Optional[DialogueStateTracker]) -> None:
        barred = self._barred(message, tracker)
        confidences = _without(self._model.confidences(_encoded([message]))[0], barred)
        fact = self._fact_told(confidences, message, tracker)
        confidences = self._without_facts(confidences)
        in_case = None if fact else self._in_case(message, confidences, tracker, barred)
        if in_case is not None:
            message.set(IN_CASE, True, add_to_output=True)
            self._set_intent(message, in_case, _as_intent(in_case[0], float(self._config[CASE_THRESHOLD])))
            return
        ranking = self._ranking(confidences)
        intent = self._intent_of(ranking)
        is_unclear = intent["name"] == FALLBACK_INTENT or _is_out_of_the_blue(ranking[0], message, tracker)
        if is_unclear and fact is None:
            ranking = self._in_context(message, confidences, tracker)
            intent = self._intent_of(ranking, IN_CONTEXT_THRESHOLD)
        self._set_intent(message, ranking, fact or intent)

    def _set_intent(self, message: Message, ranking: List[Dict[str, Any]], intent: Dict[str, Any]) -> None:
        message.set(LABEL_RANKING, ranking)
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [_as_intent(entry, 0.0) for entry in ranking], add_to_output=True)

    def _in_case(
        self, message: Message, confidences: np.ndarray, tracker: Optional[DialogueStateTracker], barred: List[int]
    ) -> Optional[List[Dict[str, Any]]]:
        """The answers ranked for the case of an open card; None where no question about it is asked.

        Something else that is understood (a helpline asked for, steps in an app, what holds somebody back) stands.
        """
        text, best = message.get(TEXT) or "", int(confidences.argmax())
        is_other = not self._model.labels[best].startswith(RETRIEVAL_INTENT + "/")
        if tracker is None or not is_card_open(tracker) or not is_question(text):
            return None
        if self._ranker is None or (is_other and confidences[best] >= ELLIPTIC_BELOW):
            return None
        case = case_told(tracker)
        if not self._ranker.knows(case):
            return None
        if case.category == IMAGE_SHARED and case.voice != OWN_BEHAVIOUR:
            # "He passed it on" is no word of the writer's own child where the card was for the one in the picture.
            barred = [*barred, *self._places_of(FOR_THE_DOER)]
        together = self._without_facts(self._model.confidences(encode_with_case(words_of_the_case(tracker), text))[0])
        answers = [rows[None, self._answers].astype(np.float32) for rows in (confidences, together)]
        scores = self._ranker.confidences(Asked([case], _encoded([message]), *answers))[0, :-1]
        # Whatever the case's habits are: they know of no country, and of no answer just given.
        scores[np.isin(self._answers, barred)] = 0.0
        best_first = np.argsort(-scores)[:RANKING_LENGTH]
        return [{"label": self._model.labels[self._answers[i]], "score": float(scores[i])} for i in best_first]

    @cached_property
    def _answers(self) -> np.ndarray:
        """Places of the labels that are answers to questions."""
        labels = enumerate(self._model.labels)
        return np.array([place for place, label in labels if label.startswith(RETRIEVAL_INTENT + "/")], dtype=int)

    def _fact_told(
        self, confidences: np.ndarray, message: Message, tracker: Optional[DialogueStateTracker]
    ) -> Optional[Dict[str, Any]]:
        """The intent of a fact that is told about an open card ("hes nice tho"); None where none is, or none is sure.

        Questions about something else than the card count for nothing then: "my dad took my phone" is no question about
        parents who watch. Figures: config.yml, `told_from`.
        """
        text = message.get(TEXT) or ""
        if tracker is None or not is_card_open(tracker) or is_question(text):
            return None
        if is_the_lead(text):
            return {"name": TOLD_IS_THE_LEAD, "confidence": 1.0}
        likely = confidences * self._counts_after(cards_given(tracker))
        all_facts, best = float(likely[self._facts].sum()), self._facts[likely[self._facts].argmax()]
        if all_facts < self._config[TOLD_FROM] * likely.sum() or _is_understood(likely, self._model.labels, message):
            return None
        name, share = self._model.labels[best], float(likely[best]) / all_facts
        is_of_the_same = name == TOLD_OF_ANOTHER_CHILD and not names_others(text)
        if name == TOLD_SOMETHING_ELSE or is_of_the_same or share < self._config[TOLD_SURE]:
            return None
        is_another_age = name == TOLD_SAME_AGE and not says_same_age(text)
        return {"name": TOLD_A_DETAIL if is_another_age else name, "confidence": share}

    def _counts_after(self, cards: FrozenSet[str]) -> np.ndarray:
        """1 for each label that counts after these cards, 0 for questions about something else."""
        if cards not in self._counting:
            about = [_is_of_the_cards(label, cards) for label in self._model.labels]
            self._counting[cards] = np.array(about, dtype=np.float32)
        return self._counting[cards]

    @cached_property
    def _counting(self) -> Dict[FrozenSet[str], np.ndarray]:
        return {}

    def _without_facts(self, confidences: np.ndarray) -> np.ndarray:
        """The confidences of all other labels, as if there were none of what is told after a card."""
        return _without(confidences, self._facts)

    @cached_property
    def _facts(self) -> np.ndarray:
        """Places of the labels of what is told after a card."""
        labels = enumerate(self._model.labels)
        return np.array([place for place, label in labels if label.startswith(TOLD_INTENT)], dtype=int)

    def _barred(self, message: Message, tracker: Optional[DialogueStateTracker]) -> List[int]:
        """Places of answers that cannot be meant: for another country, or the one just given to who meant another."""
        said = tracker.get_slot(COUNTRY) if tracker is not None else None
        country, text = said or (message.get("metadata") or {}).get(COUNTRY), message.get(TEXT) or ""
        barred = [faq for faq in OF_ONE_COUNTRY if is_of_another_country(faq, country, text)]
        newest = next(spoken_in_session(tracker), None) if tracker is not None else None
        given = answer_of(newest) if newest is not None else None
        if given is not None and means_another(text):
            barred.append(given.removeprefix(FAQ_PREFIX))
        return self._places_of(barred)

    def _places_of(self, faqs: Iterable[str]) -> List[int]:
        """Places of the labels of answers; of an answer that was never asked for there is none."""
        labels = (f"{RETRIEVAL_INTENT}/{faq}" for faq in faqs)
        return [self._place_of[label] for label in labels if label in self._place_of]

    @cached_property
    def _place_of(self) -> Dict[str, int]:
        return {label: place for place, label in enumerate(self._model.labels)}

    def _ranking(self, confidences: np.ndarray, length: int = RANKING_LENGTH) -> List[Dict[str, Any]]:
        best = np.argsort(-confidences)[:length]
        return [{"label": self._model.labels[i], "score": float(confidences[i])} for i in best]

    def _in_context(
        self, message: Message, alone: np.ndarray, tracker: Optional[DialogueStateTracker]
    ) -> List[Dict[str, Any]]:
        """The ranking of a message that is not understood by itself, after what was said just before."""
        before, weight = words_before(tracker), float(self._config[CONTEXT_WEIGHT])
        risk = from_dict(message.get(RISK))
        subject = subject_of(tracker) or subject_of_risk(risk)
        if before is not None:
            text = clean(f"{before} {message.get(TEXT)}").text
            together = Encoded(get_encoder().encode([text]), get_english().vectors([text]))
            both = self._without_facts(self._model.confidences(together)[0])
            alone = read_together(alone, both, self._frightening(alone, subject))
            # The words before hold the subject already.
            weight = weight**0.5
        # What leads on from an answer may stand far down by itself.
        ranking = self._ranking(alone, _WEIGHED)
        grave = float(self._config[GRAVE_WEIGHT]) if risk.level is RiskLevel.NONE else 1.0
        weights = Weights(weight, float(self._config[LEADS_ON_WEIGHT]), grave)
        return (in_context(ranking, subject, weights) if subject else ranking)[:RANKING_LENGTH]

    def _frightening(self, alone: np.ndarray, subject: Optional[Subject]) -> np.ndarray:
        """Places of labels that the words before must not lead to: of a sensitive topic that nobody spoke of."""
        spoken_of, nearest = subject.topics if subject else frozenset(), int(alone.argmax())
        places = [place for place, topic in self._sensitive if topic not in spoken_of and place != nearest]
        return np.array(places, dtype=int)

    @cached_property
    def _sensitive(self) -> List[Tuple[int, str]]:
        """Places of the labels of sensitive topics, with their topic; read once."""
        topics = ((place, topic_of(label)) for place, label in enumerate(self._model.labels))
        return [(place, topic) for place, topic in topics if topic in SENSITIVE_TOPICS]

    def _intent_of(self, ranking: List[Dict[str, Any]], least: float = 0.0) -> Dict[str, Any]:
        return _as_intent(ranking[0], max(least, self._threshold(ranking[0]["label"])))

    def _threshold(self, label: str) -> float:
        is_answer = label.startswith(RETRIEVAL_INTENT + "/")
        return float(self._config[ANSWER_THRESHOLD if is_answer else THRESHOLD])

    def _options(self) -> LabelModelOptions:
        return LabelModelOptions(**{field.name: float(self._config[field.name]) for field in fields(LabelModelOptions)})


def _without(confidences: np.ndarray, places: Sequence[int] | np.ndarray) -> np.ndarray:
    """The confidences of the other labels, as if there were none at those places."""
    others = confidences.copy()
    others[np.asarray(places, dtype=int)] = 0.0
    return np.asarray(others / max(others.sum(), 1e-9))


def _is_out_of_the_blue(best: Dict[str, Any], message: Message, tracker: Optional[DialogueStateTracker]) -> bool:
    """Whether an answer about harm, not quite sure, comes right after one about none: "which signs show it"."""
    subject, is_quiet = subject_of(tracker), from_dict(message.get(RISK)).level is RiskLevel.NONE
    is_grave = topic_of(best["label"]) in GRAVE_TOPICS and best["score"] < IN_CONTEXT_THRESHOLD
    return subject is not None and subject.is_everyday and is_quiet and is_grave


def _is_understood(likely: np.ndarray, labels: List[str], message: Message) -> bool:
    """Whether something else than a fact is meant: a barrier or the like, or a question for sure, nothing at risk."""
    best = int(likely.argmax())
    share, label = float(likely[best]) / max(float(likely.sum()), 1e-9), labels[best]
    if label.startswith(RETRIEVAL_INTENT + "/"):
        is_quiet = (message.get(RISK) or {}).get("alone") == RiskLevel.NONE.label
        return is_quiet and share >= ANSWERED_FROM
    return not label.startswith(TOLD_INTENT) and share >= UNDERSTOOD_FROM


def _is_of_the_cards(label: str, cards: FrozenSet[str]) -> bool:
    prefix, _, faq = label.partition("/")
    return prefix != RETRIEVAL_INTENT or is_about(faq, cards)


def _encoded(messages: List[Message]) -> Encoded:
    meanings, details = (np.stack([message.get(key) for message in messages]) for key in (EMBEDDING, DETAIL))
    return Encoded(meanings, details)


def _as_intent(entry: Dict[str, Any], threshold: float) -> Dict[str, Any]:
    label, score = entry["label"], entry["score"]
    if score < threshold:
        return {"name": FALLBACK_INTENT, "confidence": 1.0 - score}
    if label.startswith(RETRIEVAL_INTENT + "/"):
        return {"name": RETRIEVAL_INTENT, FULL_RETRIEVAL_INTENT_NAME_KEY: label, "confidence": score}
    return {"name": label, "confidence": score}
