"""Graph component: which of our questions and intents a message is nearest to."""

import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Callable, Dict, FrozenSet, Iterable, List, Optional, Sequence, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import FULL_RETRIEVAL_INTENT_NAME_KEY, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_limits

from bot.content.small_answers import SMALL_PREFIX, get_small_answers
from bot.dialogue.constants import (
    COUNTRY,
    FAQ_PREFIX,
    TAKE_BACK,
    TOLD_INTENT,
    TOLD_IS_THE_LEAD,
    TOLD_OF_ANOTHER_CHILD,
    TOLD_SAME_AGE,
    TOLD_SOMETHING_ELSE,
    TOLD_WANTS_TO_FIX_IT,
)
from bot.dialogue.facts import (
    answer_of,
    cards_given,
    is_card_open,
    is_told_plainly,
    read_facts,
    spoken_in_session,
    typed_in_session,
)
from bot.nlu.case_messages import Case, CaseMessage, asked_for, load_case_messages
from bot.nlu.case_ranker import NO_ANSWER, TOLD_ELSEWHERE, Asked, CaseRanker, General
from bot.nlu.cases import (
    case_told,
    encode_alone,
    encode_for_training,
    encode_pairs,
    encode_with_case,
    words_of_the_case,
)
from bot.nlu.constants import (
    ASKED,
    ASKED_FIRST,
    ASKED_TEXT,
    BEHIND_THE_CASE,
    DETAIL,
    EMBEDDING,
    EVERYDAY,
    FALLBACK_INTENT,
    IN_CASE,
    LABEL_RANKING,
    RANKING_LENGTH,
    RETRIEVAL_INTENT,
    RISK,
    SMALL,
    SMALL_INTENT,
)
from bot.nlu.context import (
    ELLIPTIC_BELOW,
    Answered,
    Subject,
    Weights,
    answered_before,
    in_context,
    read_together,
    subject_of,
    subject_of_risk,
    words_before,
)
from bot.nlu.courtesies import question_among, without_courtesies
from bot.nlu.everyday_messages import Does, EverydayMessage, load_everyday_messages
from bot.nlu.everyday_reader import EverydayReader, Read, Shelf
from bot.nlu.label_model import Encoded, LabelModel, LabelModelOptions
from bot.nlu.redundant_phrasings import learned_from
from bot.nlu.risk_detector import from_dict
from bot.nlu.small_answer_reader import Following, Known, SmallAnswerReader
from bot.nlu.topics import (
    FOR_THE_DOER,
    GRAVE_TOPICS,
    OF_ONE_COUNTRY,
    SENSITIVE_TOPICS,
    is_about,
    is_everyday,
    is_of_another_country,
    leading_on_from,
    topic_of,
)
from bot.safety.answers import (
    is_question,
    is_the_lead,
    means_another,
    names_others,
    says_same_age,
    speaks_of_other_children,
)
from bot.safety.levels import IMAGE_SHARED, RiskLevel
from bot.safety.protocol import FRIEND, OWN_BEHAVIOUR
from bot.text.cleanup import clean
from bot.text.encoder import get_encoder
from bot.text.english import get_english

THRESHOLD = "threshold"
ANSWER_THRESHOLD = "answer_threshold"
CONTEXT_WEIGHT, LEADS_ON_WEIGHT, GRAVE_WEIGHT = "context_weight", "leads_on_weight", "grave_weight"
CASE_THRESHOLD, TOLD_THRESHOLD = "case_threshold", "told_threshold"
TOLD_FROM, TOLD_SURE = "told_from", "told_sure"
EVERYDAY_THRESHOLD, UNDERSTOOD_ALONE = "everyday_threshold", "understood_alone"
SMALL_THRESHOLD, SMALL_OBJECTED, SMALL_SURE = "small_threshold", "small_objected", "small_sure"
#: What was understood only from the words before is said outright from here on; below it, with a doubt.
IN_CONTEXT_THRESHOLD = 0.95
#: From here on words that ask nothing want an answer rather than words for a fact.
ANSWERED_FROM = 0.9
#: From here on an intent that is no fact and no question is what is meant.
UNDERSTOOD_FROM = 0.5
#: How the labels begin of what is told after a card: facts, what holds somebody back, how it went.
_BARRIER = "barrier_"
_TOLD = (TOLD_INTENT, _BARRIER, "outcome_", TAKE_BACK)
#: Facts that take a trouble for less; "he sees no way on" is none of them, however it is read.
_MAKE_LIGHT = ["told_only_a_joke", "told_it_went_well", "told_small_kindness"]
#: So many phrasings of each are known in every case.
_PHRASINGS_KNOWN = 60
#: From here on words may ask for steps in an app that was named before ("how do i make her account private").
OF_AN_APP_FROM = 0.02
#: Intents about steps in an app or on a device.
_OF_APPS = frozenset({"ask_privacy_setting", "ask_which_platform_next"})
#: From which probability a small answer is given, by what a message does; of the others from the surest on.
_SMALL_FROM = {Does.ASKS: SMALL_THRESHOLD, Does.OBJECTION: SMALL_OBJECTED, Does.SETBACK: SMALL_OBJECTED}
#: Words understood by themselves are read once more behind an answer from this likeness to a way of asking on.
NEAR_A_SMALL_ANSWER = 0.6
#: So many labels are weighed by what was spoken of.
_WEIGHED = 80


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SemanticIntentClassifier(GraphComponent):
    """Sets the intent, with LABEL_RANKING for the FAQ selector; below the threshold, `nlu_fallback`."""

    FILE_NAME, ASKED_FILE_NAME, TOLD_FILE_NAME = "labels.npz", "asked.npz", "told.npz"
    EVERYDAY_FILE_NAME, SMALL_FILE_NAME = "everyday.npz", "small.npz"

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
            # After a card, the confidence from which an answer is what a question about its case asks for.
            CASE_THRESHOLD: 0.3,
            # The same of the reply to what is told about its case.
            TOLD_THRESHOLD: 0.3,
            # Where none reaches it, a fact in words much like its phrasings is told: from so much confidence in all
            # facts together, and from such a share of it for one of them.
            TOLD_FROM: 0.1,
            TOLD_SURE: 0.5,
            # After an everyday answer, the confidence from which another one is what serves next; and the one from
            # which a message is understood by itself, so that what was said before is not asked.
            EVERYDAY_THRESHOLD: 0.4,
            UNDERSTOOD_ALONE: 0.8,
            # After an answer, the probability from which a small one is what is asked for; the same of what is objected
            # or did not work; and of anything else that is told, of words understood by themselves, and where a learned
            # score would ask about a risk ("is it really gone", after an answer on deleting).
            SMALL_THRESHOLD: 0.6,
            SMALL_OBJECTED: 0.7,
            SMALL_SURE: 0.9,
            **asdict(defaults),
        }

    def __init__(
        self,
        config: Dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: Any = None,
        asked: Optional[CaseRanker] = None,
        told: Optional[CaseRanker] = None,
        everyday: Optional[EverydayReader] = None,
        small: Optional[SmallAnswerReader] = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage = storage
        self._resource = resource
        self._model = model
        self._asked, self._told = asked, told
        self._everyday, self._small = everyday, small

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
            asked = CaseRanker.load(Path(folder) / cls.ASKED_FILE_NAME)
            told = CaseRanker.load(Path(folder) / cls.TOLD_FILE_NAME)
            shelf = _shelf(model.labels)
            everyday = EverydayReader.load(Path(folder) / cls.EVERYDAY_FILE_NAME, shelf)
            small_answers = list(get_small_answers().values())
            small = SmallAnswerReader.load(Path(folder) / cls.SMALL_FILE_NAME, small_answers, shelf)
        # Read now: the first question after a card must not wait for it.
        asked_for()
        return cls(config, model_storage, resource, model, asked, told, everyday, small)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the label model on the phrasings of intents that add something, then the rankers, and stores all."""
        labels, texts, encoded = phrasings_of(training_data)
        learned = learned_from(labels, texts)
        options = self.options_of(self._config)
        self._model = LabelModel.train(encoded.of(learned), [labels[place] for place in learned], options)
        # Answering uses one thread a message; training has the machine to itself.
        with threadpool_limits(limits=os.cpu_count(), user_api="blas"):
            self._asked, self._told = self._train_rankers(encoded, labels)
            self._everyday, self._small = self._train_everyday()
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder) / self.FILE_NAME)
            self._asked.save(Path(folder) / self.ASKED_FILE_NAME)
            self._told.save(Path(folder) / self.TOLD_FILE_NAME)
            self._everyday.save(Path(folder) / self.EVERYDAY_FILE_NAME)
            self._small.save(Path(folder) / self.SMALL_FILE_NAME)
        return self._resource

    def _train_rankers(self, encoded: Encoded, labels: Sequence[str]) -> Tuple[CaseRanker, CaseRanker]:
        """The rankers for what is asked and what is told after a card; they weigh what the label model makes of it.

        Args:
            encoded, labels: The phrasings of all intents; those of what is told are known in every case.
        """
        messages = load_case_messages()
        asked = [message for message in messages if not message.is_told]
        told = [message for message in messages if message.is_told]
        of_questions = self._train_ranker(asked, self._answers)
        general = self._told_in_general(encoded, labels)
        return of_questions, self._train_ranker(told, self._replies, elsewhere=TOLD_ELSEWHERE, general=general)

    def _told_in_general(self, encoded: Encoded, labels: Sequence[str]) -> General:
        """Phrasings of what is told, so many of each intent; of what is none of it, for no reply."""
        of_each: Dict[str, List[int]] = defaultdict(list)
        for place, label in enumerate(labels):
            if label.startswith(_TOLD) and len(of_each[label]) < _PHRASINGS_KNOWN:
                of_each[label].append(place)
        places = [place for found in of_each.values() for place in found]
        answers = [NO_ANSWER if labels[place] == TOLD_SOMETHING_ELSE else labels[place] for place in places]
        return General(encoded.of(places), answers)

    def _train_ranker(self, messages: Sequence[CaseMessage], choices: np.ndarray, **options: Any) -> CaseRanker:
        alone, together = encode_for_training(messages)
        with ThreadPoolExecutor(2) as threads:
            confidences = [found[:, choices] for found in threads.map(self._model.confidences, (alone, together))]
        asked = Asked([message.case for message in messages], alone, *confidences)
        names = [self._model.labels[place].removeprefix(f"{RETRIEVAL_INTENT}/") for place in choices]
        return CaseRanker.train(messages, asked, names, self._is_about, **options)

    def _train_everyday(self) -> Tuple[EverydayReader, SmallAnswerReader]:
        """What everyday messages do that follow an answer, and which answer, long or small, serves them."""
        messages, shelf = load_everyday_messages(), _shelf(self._model.labels)
        pairs = [(message.opening, message.text) for message in messages]
        alone, together = encode_pairs(pairs, "everyday-embeddings.npz", "everyday-details.npz")
        likely = [self._model.confidences(rows)[:, self._answers].astype(np.float32) for rows in (alone, together)]
        read = Read([message.answered for message in messages], alone, together, *likely)
        everyday, held_out = EverydayReader.train(messages, read, shelf)
        audiences = [message.audience for message in messages]
        serves = _serves(held_out.answers, read.answered, shelf)
        following = Following(read.answered, audiences, alone, held_out.does, serves)
        return everyday, self._train_small(messages, following, shelf)

    def _train_small(
        self, messages: Sequence[EverydayMessage], following: Following, shelf: Shelf
    ) -> SmallAnswerReader:
        """Learns from the ways of asking that were written for each, and from the messages that each serves."""
        answers = list(get_small_answers().values())
        place_of = {answer.id: place for place, answer in enumerate(answers)}
        asked = [(place, text) for place, answer in enumerate(answers) for text in answer.asked]
        written = encode_alone([text for _, text in asked], "small-embeddings.npz", "small-details.npz")
        rows = [row for row, message in enumerate(messages) if message.small[:1] and message.small[0] in place_of]
        known = Known.of(
            written.joined_to(following.encoded.of(rows)),
            [*(place for place, _ in asked), *(place_of[messages[row].small[0]] for row in rows)],
            [*(-1 for _ in asked), *(messages[row].story for row in rows)],
        )
        wanted, stories = [message.small for message in messages], [message.story for message in messages]
        return SmallAnswerReader.train(answers, shelf, known, following, wanted, stories)

    def _is_about(self, name: str, category: str) -> bool:
        """Whether people speak of it after such a card; words for what is told are made for that."""
        return f"{RETRIEVAL_INTENT}/{name}" not in self._place_of or is_about(name, [category])

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        """Ranks the labels for each message that was encoded; a tracker tells what was spoken of just before."""
        for message in messages:
            if message.get(EMBEDDING) is not None:
                self._classify(message, tracker)
        return messages

    def _classify(self, message: Message, tracker: Optional[DialogueStateTracker]) -> None:
        barred = self._barred(message, tracker)
        confidences = _without(self._model.confidences(_asked(message))[0], barred)
        in_case = self._in_case(message, confidences, tracker, barred)
        if in_case is not None:
            message.set(IN_CASE, True, add_to_output=True)
            self._set_intent(message, in_case, self._intent_in_case(in_case, message.get(TEXT) or ""))
            return
        confidences = self._without_facts(confidences)
        if self._in_everyday_talk(message, confidences, tracker, barred):
            return
        ranking = self._ranking(confidences)
        intent = self._intent_of(ranking)
        if intent["name"] == FALLBACK_INTENT:
            ranking = self._ranking(self._of_the_question(message, confidences, barred))
            intent = self._intent_of(ranking, IN_CONTEXT_THRESHOLD)
            if intent["name"] == FALLBACK_INTENT:
                # "What should we do?" hangs on what stands before it: the whole says more.
                ranking = self._ranking(confidences)
        if intent["name"] == FALLBACK_INTENT or _is_out_of_the_blue(ranking[0], message, tracker):
            ranking = self._in_context(message, confidences, tracker)
            intent = self._intent_of(ranking, IN_CONTEXT_THRESHOLD)
        self._set_intent(message, ranking, intent)

    def _in_everyday_talk(
        self, message: Message, alone: np.ndarray, tracker: Optional[DialogueStateTracker], barred: List[int]
    ) -> bool:
        """Sets what serves a message that follows an everyday answer, long or small, and what the message does.

        False where no answer was given, or where the words are understood by themselves.
        """
        answered, risk = answered_before(tracker), message.get(RISK) or {}
        is_quiet = from_dict(risk).level is RiskLevel.NONE
        if self._everyday is None or answered is None or not (is_quiet or _may_be_overheard(risk, answered, tracker)):
            return False
        if _asked_text(message).strip().lower() in {text.strip().lower() for text in typed_in_session(tracker)}:
            # Who writes the same words again wants the same answer again.
            return False
        hangs = is_quiet and self._hangs_on_what_was_said(alone, answered.faq)
        audience = read_facts(tracker, "web").audience
        if not hangs and not self._may_be_small(message, alone, answered.faq, audience):
            return False
        read = self._read_behind(message, alone, answered, barred)
        does, scores = self._everyday.does(read), self._everyday.answers(read)
        kind = list(Does)[int(does[0].argmax())]
        least = float(self._config[_SMALL_FROM.get(kind, SMALL_SURE) if hangs else SMALL_SURE])
        serves, said = _serves(scores, read.answered, self._shelf), _small_said(tracker)
        small = self._small_answer(Following(read.answered, [audience], read.alone, does, serves, said), least)
        if small is None and not hangs:
            return False
        self._set_everyday(message, does[0], scores[0, :-1], small)
        return True

    def _set_everyday(
        self, message: Message, does: np.ndarray, scores: np.ndarray, small: Optional[Tuple[str, float]]
    ) -> None:
        """Sets what a message does, the answers that serve it, best first, and the small one where there is one."""
        kind = list(Does)[int(does.argmax())]
        message.set(EVERYDAY, {"does": kind.value, "score": round(float(does.max()), 4)}, add_to_output=True)
        best_first = np.argsort(-scores)[:RANKING_LENGTH]
        ranking = [{"label": self._model.labels[self._answers[i]], "score": float(scores[i])} for i in best_first]
        intent = _as_intent(ranking[0], float(self._config[EVERYDAY_THRESHOLD]))
        if small is not None:
            message.set(SMALL, {"id": small[0], "score": round(small[1], 4)}, add_to_output=True)
            intent = {"name": SMALL_INTENT, "confidence": small[1]}
        self._set_intent(message, ranking, intent)

    def _read_behind(self, message: Message, alone: np.ndarray, answered: Answered, barred: List[int]) -> Read:
        """The message by itself and behind the one that was answered: one row."""
        text = clean(f"{without_courtesies(clean(answered.opening).text)} {_asked_text(message)}").text
        together = Encoded(get_encoder().encode([text]), get_english().vectors([text]))
        both = _without(self._model.confidences(together)[0], barred)
        likely = [row[None, self._answers].astype(np.float32) for row in (alone, both)]
        return Read([answered.faq], _asked(message), together, *likely)

    def _small_answer(self, following: Following, least: float) -> Optional[Tuple[str, float]]:
        """The small answer that is asked for, with its probability; None where none has the least that is wanted."""
        chosen = self._small.choose(following) if self._small is not None else None
        return chosen if chosen is not None and chosen[1] >= least else None

    def _hangs_on_what_was_said(self, alone: np.ndarray, answered: str) -> bool:
        """Whether a quiet message has its meaning from the answer before it, as far as its own words show."""
        best = int(alone.argmax())
        label, score = self._model.labels[best], float(alone[best])
        if not label.startswith(RETRIEVAL_INTENT + "/"):
            # "And on tiktok?" is about steps in an app, however little it says.
            return label not in _OF_APPS and score < self._config[THRESHOLD]
        if any(alone[self._place_of[name]] >= OF_AN_APP_FROM for name in _OF_APPS if name in self._place_of):
            return False
        is_sudden = topic_of(label) in GRAVE_TOPICS and topic_of(f"{RETRIEVAL_INTENT}/{answered}") not in GRAVE_TOPICS
        least = IN_CONTEXT_THRESHOLD if is_sudden else self._config[UNDERSTOOD_ALONE]
        return score < least or label == f"{RETRIEVAL_INTENT}/{answered}"

    def _of_the_question(self, message: Message, whole: np.ndarray, barred: List[int]) -> np.ndarray:
        """The confidences of the one sentence that asks, in the light of the others: "I am a mum of two. How do I"."""
        question = question_among(clean(_asked_text(message)).text)
        if question is None:
            return whole
        row = Encoded(get_encoder().encode([question]), get_english().vectors([question]))
        alone = self._without_facts(_without(self._model.confidences(row)[0], barred))
        return read_together(alone, whole)

    def _set_intent(self, message: Message, ranking: List[Dict[str, Any]], intent: Dict[str, Any]) -> None:
        message.set(LABEL_RANKING, ranking)
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [_as_intent(entry, 0.0) for entry in ranking], add_to_output=True)

    def _in_case(
        self, message: Message, confidences: np.ndarray, tracker: Optional[DialogueStateTracker], barred: List[int]
    ) -> Optional[List[Dict[str, Any]]]:
        """What fits a question or words about the case of an open card, ranked; None where it is about something else.

        What is understood otherwise (a helpline asked for, steps in an app, thanks) stands.
        """
        if tracker is None or not is_card_open(tracker):
            return None
        text, case = message.get(TEXT) or "", case_told(tracker)
        is_asked = is_question(text)
        if not is_asked and is_the_lead(text):
            return [{"label": TOLD_IS_THE_LEAD, "score": 1.0}]
        ranker, choices = (self._asked, self._answers) if is_asked else (self._told, self._replies)
        confidences = self._without_facts(confidences) if is_asked else confidences
        if ranker is None or not ranker.knows(case) or self._is_something_else(confidences, choices, is_asked):
            return None
        behind = None if message.get(ASKED) else message.get(BEHIND_THE_CASE)
        behind = behind or encode_with_case(words_of_the_case(tracker), _asked_text(message))
        together = self._model.confidences(behind)[0]
        rows = [row[None, choices].astype(np.float32) for row in (confidences, together)]
        scores = ranker.confidences(Asked([case], _asked(message), *rows))[0, :-1]
        # Whatever the case's habits are: they know of no country, and of no answer just given.
        unfit = self._unfit(case, message)
        scores[np.isin(choices, [*barred, *unfit])] = 0.0
        best_first = np.argsort(-scores)[:RANKING_LENGTH]
        ranking = [{"label": self._model.labels[choices[i]], "score": float(scores[i])} for i in best_first]
        if is_asked or ranking[0]["score"] >= self._config[TOLD_THRESHOLD]:
            return ranking
        plain = self._plainly_told(_without(confidences, unfit), message, tracker)
        return [*plain, *ranking] if plain else ranking

    def _plainly_told(
        self, confidences: np.ndarray, message: Message, tracker: DialogueStateTracker
    ) -> List[Dict[str, Any]]:
        """The fact that is told in words much like its phrasings, whatever the case; empty where none surely is.

        Questions about something else than the card count for nothing then. Figures: config.yml, `told_from`.
        """
        likely = confidences * self._counts_after(cards_given(tracker))
        all_facts, best = float(likely[self._facts].sum()), self._facts[likely[self._facts].argmax()]
        if all_facts < self._config[TOLD_FROM] * likely.sum() or _is_understood(likely, self._model.labels, message):
            return []
        name, share = self._model.labels[best], float(likely[best]) / max(all_facts, 1e-9)
        is_sure = share >= self._config[TOLD_SURE] and name != TOLD_SOMETHING_ELSE
        return [{"label": name, "score": share}] if is_sure else []

    def _counts_after(self, cards: FrozenSet[str]) -> np.ndarray:
        """1 for each label that counts after these cards, 0 for questions about something else."""
        if cards not in self._counting:
            about = [_is_of_the_cards(label, cards) for label in self._model.labels]
            self._counting[cards] = np.array(about, dtype=np.float32)
        return self._counting[cards]

    @cached_property
    def _counting(self) -> Dict[FrozenSet[str], np.ndarray]:
        return {}

    def _is_something_else(self, confidences: np.ndarray, choices: np.ndarray, is_asked: bool) -> bool:
        """Whether another intent is understood than what is asked or told of a case."""
        best = int(confidences.argmax())
        return best not in choices and bool(confidences[best] >= (ELLIPTIC_BELOW if is_asked else UNDERSTOOD_FROM))

    def _unfit(self, case: Case, message: Message) -> List[int]:
        """Places of replies that the case or the words rule out."""
        text, unfit = message.get(TEXT) or "", []
        if case.category == IMAGE_SHARED and case.voice != OWN_BEHAVIOUR:
            # "He passed it on" is no word of the writer's own child where the card was for the one in the picture.
            unfit += self._places_of(FOR_THE_DOER)
        # "Her uncle hit my friend again" names two, and no other child.
        names_another = names_others(text) and (case.voice != FRIEND or speaks_of_other_children(text))
        facts = [TOLD_OF_ANOTHER_CHILD] * (not names_another) + [TOLD_SAME_AGE] * (not says_same_age(text))
        # Who is the lead says so in words of its own, which were looked for before.
        facts.append(TOLD_IS_THE_LEAD)
        alone = RiskLevel.from_label((message.get(RISK) or {}).get("alone", "none"))
        if alone > RiskLevel.NONE:
            facts += _MAKE_LIGHT
        if alone >= RiskLevel.ESCALATE:
            # "I will kill him" is more than wanting to put it right.
            facts.append(TOLD_WANTS_TO_FIX_IT)
        return unfit + [self._place_of[name] for name in facts if name in self._place_of]

    def _intent_in_case(self, ranking: List[Dict[str, Any]], text: str) -> Dict[str, Any]:
        return _as_intent(ranking[0], float(self._config[CASE_THRESHOLD if is_question(text) else TOLD_THRESHOLD]))

    def _may_be_small(self, message: Message, alone: np.ndarray, answered: str, audience: Optional[str]) -> bool:
        """Whether words that are understood by themselves are also much like what a small answer is asked for with.

        "What do i say to them" is a barrier to telling after a card, and a wish for words after an everyday answer.
        """
        label = self._model.labels[int(alone.argmax())]
        if self._small is None or not label.startswith((RETRIEVAL_INTENT + "/", _BARRIER)):
            return False
        return self._small.nearness(answered, audience, _asked(message)) >= NEAR_A_SMALL_ANSWER

    @cached_property
    def _shelf(self) -> Shelf:
        return _shelf(self._model.labels)

    @cached_property
    def _answers(self) -> np.ndarray:
        """Places of the labels that are answers to questions."""
        return self._places_where(lambda label: label.startswith(RETRIEVAL_INTENT + "/"))

    @cached_property
    def _replies(self) -> np.ndarray:
        """Places of the labels of all that may be replied to what is told after a card."""
        begins = (RETRIEVAL_INTENT + "/", *_TOLD)
        return self._places_where(lambda label: label.startswith(begins) and label != TOLD_SOMETHING_ELSE)

    def _places_where(self, is_meant: Callable[[str], bool]) -> np.ndarray:
        return np.array([place for place, label in enumerate(self._model.labels) if is_meant(label)], dtype=int)

    def _without_facts(self, confidences: np.ndarray) -> np.ndarray:
        """The confidences of all other labels, as if there were none of what is told after a card."""
        return _without(confidences, self._facts)

    @cached_property
    def _facts(self) -> np.ndarray:
        """Places of the labels of facts that are told after a card."""
        return self._places_where(lambda label: label.startswith(TOLD_INTENT))

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
            text = clean(f"{without_courtesies(clean(before).text)} {_asked_text(message)}").text
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

    @staticmethod
    def options_of(config: Dict[str, Any]) -> LabelModelOptions:
        """The options of the label model among those of the component."""
        return LabelModelOptions(**{field.name: float(config[field.name]) for field in fields(LabelModelOptions)})


def _shelf(labels: Sequence[str]) -> Shelf:
    """The answers among the labels, in their order, and how they stand to each other."""
    named = [label for label in labels if label.startswith(RETRIEVAL_INTENT + "/")]
    faqs = [label.removeprefix(f"{RETRIEVAL_INTENT}/") for label in named]
    topics = [topic_of(label) or "" for label in named]
    leads_on = {
        faq: frozenset(other.removeprefix(f"{RETRIEVAL_INTENT}/") for other in leading_on_from(label))
        for faq, label in zip(faqs, named, strict=True)
    }
    return Shelf(faqs, topics, leads_on, GRAVE_TOPICS)


def _serves(scores: np.ndarray, answered: Sequence[str], shelf: Shelf) -> np.ndarray:
    """Confidence of the best other answer than the one just given, of that one, and of none: `(messages, 3)`."""
    found = np.zeros((len(scores), 3), dtype=np.float32)
    for row, (name, likely) in enumerate(zip(answered, scores, strict=True)):
        place = shelf.place_of.get(name)
        given = float(likely[place]) if place is not None else 0.0
        others = likely[:-1] if place is None else np.delete(likely[:-1], place)
        found[row] = others.max(), given, likely[-1]
    return found


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


def _small_said(tracker: Optional[DialogueStateTracker]) -> FrozenSet[str]:
    """Ids of the small answers given in this session."""
    spoken = spoken_in_session(tracker) if tracker is not None else ()
    names = (str(event.metadata.get("response") or "") for event in spoken)
    return frozenset(name.removeprefix(SMALL_PREFIX) for name in names if name.startswith(SMALL_PREFIX))


def _may_be_overheard(risk: Dict[str, Any], answered: Answered, tracker: Optional[DialogueStateTracker]) -> bool:
    """Whether a score alone would ask about a risk, after an everyday answer, where no card was given.

    Never after answers on feelings or on harm, and never for what is told in plain words or brings a card.
    """
    is_asked = RiskLevel.from_label(risk["level"]) is RiskLevel.CHECK_IN and not risk.get(ASKED_FIRST)
    is_a_guess = is_asked and not is_told_plainly(risk) and not risk.get("failed")
    return is_a_guess and is_everyday(answered.faq) and tracker is not None and not cards_given(tracker)


def _is_of_the_cards(label: str, cards: FrozenSet[str]) -> bool:
    prefix, _, faq = label.partition("/")
    return prefix != RETRIEVAL_INTENT or is_about(faq, cards)


def _asked(message: Message) -> Encoded:
    """What is asked in a message: without the courtesies around it, where there are any."""
    return message.get(ASKED) or _encoded([message])


def _asked_text(message: Message) -> str:
    return str(message.get(ASKED_TEXT) or message.get(TEXT) or "")


def phrasings_of(training_data: TrainingData) -> Tuple[List[str], List[str], Encoded]:
    """Labels, texts and embeddings of every example that has words and an intent."""
    examples = [example for example in training_data.intent_examples if example.get(EMBEDDING) is not None]
    labels = [example.get_full_intent() for example in examples]
    return labels, [example.get(TEXT) for example in examples], _encoded(examples)


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
