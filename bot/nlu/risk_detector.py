"""Graph component: puts the safety engine's assessment on every message."""

import logging
from dataclasses import replace
from typing import Any, Dict, FrozenSet, List, Optional, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.situations import OWN_THOUGHTS, OWN_THOUGHTS_SAID, read_writer
from bot.dialogue.constants import (
    CARD_CATEGORY,
    CARD_RESPONSES,
    CARD_SPEAKER,
    UTTER_DANGER_GOES_ON,
    UTTER_UNTIL_HELP_COMES,
)
from bot.dialogue.facts import (
    ENDS_AN_EMERGENCY,
    answer_of,
    cards_given,
    is_direct_question,
    is_emergency_open,
    is_misreading,
    newest_card,
    session_events,
    spoken_in_session,
    typed_in_session,
    was_asked_lately,
)
from bot.dialogue.journeys import waits_for_free_text
from bot.learning.practice import answers_exercise
from bot.nlu.constants import ASKED_FIRST, EMBEDDING, NEWS, RISK
from bot.nlu.context import answered_before
from bot.nlu.news import NEWS_SOURCE, Heard, News, assessed_with
from bot.nlu.topics import CATEGORY_OF_TOPIC, is_a_guess, is_everyday, topic_of
from bot.safety.answers import (
    begins_with_no,
    carries_out,
    comes_near,
    denies_dying,
    is_theirs,
    names_deadline,
    speaks_of_dying,
    takes_leave,
    tells_of_safety,
)
from bot.safety.engine import explanation, get_engine
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    EXTORTION,
    IMAGE_SHARED,
    IMMEDIATE_DANGER,
    OFFENDER_CONCERN,
    SELF_HARM,
    Finding,
    RiskAssessment,
    RiskLevel,
    Speaker,
    Stance,
)
from bot.safety.speaker_memory import carried_speaker

logger = logging.getLogger(__name__)

MEMORY_MESSAGES = "memory_messages"
#: How likely the trouble is that was explained, where somebody says that it happened to them.
_SAID_OF_AN_ANSWER = 0.6
#: From here on a score alone says that somebody writes of what they themselves may do.
_ACCUSED_FROM = 0.97
#: What others do to the one who writes.
_DONE_TO_ONE = (ABUSE_DISCLOSURE, ADULT_INVOLVED, EXTORTION, IMAGE_SHARED)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RiskDetector(GraphComponent):
    """Adapts `bot.safety.engine` to Rasa's graph; an exception in it counts as `check_in`, never as quiet."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """How many earlier messages of the conversation are assessed together with the newest."""
        return {MEMORY_MESSAGES: 5}

    def __init__(self, config: Dict[str, Any]) -> None:
        self._config = {**self.get_default_config(), **config}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "RiskDetector":
        """Creates the component; the engine is shared by the process and loaded here, before the first message."""
        get_engine()
        return cls(config)

    def process(self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None) -> List[Message]:
        """Sets RISK on each message that carries a person's words."""
        for message in messages:
            text = message.get(TEXT)
            if text and not text.startswith(INTENT_MESSAGE_PREFIX):
                heard = Heard.from_dict(message.get(NEWS))
                message.set(RISK, self._assess(text, message.get(EMBEDDING), tracker, heard), add_to_output=True)
        return messages

    def _assess(
        self, text: str, embedding: Any, tracker: Optional[DialogueStateTracker], heard: Optional[Heard] = None
    ) -> Dict[str, Any]:
        earlier = self._earlier_texts(tracker)
        alone, together = assess_safely(earlier, text, embedding)
        if tracker is not None and waits_for_free_text(tracker) and answers_exercise(text, alone):
            return {**as_dict(RiskAssessment()), "alone": RiskLevel.NONE.label, **_as_practice(alone)}
        if alone.level == RiskLevel.NONE and (together.level == RiskLevel.CHECK_IN or takes_leave(text)):
            # What was unclear before had its question or its answer then; "and what do I do next?" asks nothing new.
            # Behind talk about anything else "thank you. goodbye" is no last farewell.
            together = alone
        if together.level == RiskLevel.NONE and is_theirs(text):
            together = _of_what_was_explained(tracker)
        together = _without_haste(together, text, cards_given(tracker) if tracker is not None else frozenset())
        alone, together = (_without_what_is_denied(one, text, tracker) for one in (alone, together))
        alone, together = (_without_accusation(one, text, tracker) for one in (alone, together))
        speaker = carried_speaker(together.speaker, text, self._speaker_before(tracker))
        together = replace(together, speaker=speaker)
        if heard is not None and tracker is not None:
            alone, together = (_with_news(heard, one, text, tracker) for one in (alone, together))
        if tracker is not None and _is_asked_first(together, tracker):
            alone, together = (replace(one, level=min(one.level, RiskLevel.CHECK_IN)) for one in (alone, together))
            return {**as_dict(together), "alone": alone.level.label, ASKED_FIRST: True}
        return {**as_dict(together), "alone": alone.level.label}

    def _speaker_before(self, tracker: Optional[DialogueStateTracker]) -> Optional[Speaker]:
        """Speaker of this session's last message that told of a risk."""
        for event in session_events(tracker) if tracker is not None else ():
            risk = ((event.parse_data or {}).get(RISK) or {}) if isinstance(event, UserUttered) else {}
            if RiskLevel.from_label(risk.get("level", "none")) > RiskLevel.NONE:
                return Speaker(risk["speaker"])
        return None

    def _earlier_texts(self, tracker: Optional[DialogueStateTracker]) -> List[str]:
        if tracker is None:
            return []
        texts: List[str] = []
        for event in session_events(tracker):
            # What was told before a card was answered by that card; it must not bring the card again.
            if len(texts) == self._config[MEMORY_MESSAGES] or _is_card(event) or is_misreading(event):
                break
            if isinstance(event, UserUttered) and _tells_something(event) and not _is_mere_denial(event):
                texts.append(event.text)
        return texts[::-1]


def _is_asked_first(assessment: RiskAssessment, tracker: DialogueStateTracker) -> bool:
    """Whether an unsure score calls for a card in the midst of everyday talk, where nothing was asked or met so far."""
    answered = answered_before(tracker)
    if answered is None or answered.is_offered or not is_everyday(answered.faq) or cards_given(tracker):
        return False
    was_asked = any(map(is_direct_question, spoken_in_session(tracker)))
    return is_a_guess(assessment) and not was_asked


def _of_what_was_explained(tracker: Optional[DialogueStateTracker]) -> RiskAssessment:
    """ "That kinda happened to me", right after what sextortion is: asked about, and only there."""
    spoken = next(spoken_in_session(tracker), None) if tracker is not None else None
    name = answer_of(spoken) if spoken is not None else None
    category = CATEGORY_OF_TOPIC.get(topic_of(name.removeprefix("utter_")) or "") if name else None
    if category is None:
        return RiskAssessment()
    reason = Finding(category, "answered", 0, 0, explanation("answered"))
    return RiskAssessment(RiskLevel.CHECK_IN, {category: _SAID_OF_AN_ANSWER}, findings=(reason,))


def _with_news(heard: Heard, assessment: RiskAssessment, text: str, tracker: DialogueStateTracker) -> RiskAssessment:
    """The assessment with the news that the open card makes of the words.

    Danger that is known already has words of its own, plain words of safety are believed, and what was asked just now
    is not asked again.
    """
    is_known = heard.news is News.DANGER_NOW and _is_danger_understood(assessment, text, tracker)
    if is_known or (heard.news is News.DESPAIR and was_asked_lately(tracker, SELF_HARM)):
        return assessment
    card = newest_card(tracker)
    whose = Speaker(card.get(CARD_SPEAKER) or Speaker.UNKNOWN)
    return assessed_with(heard, assessment, card[CARD_CATEGORY], whose, explanation(NEWS_SOURCE))


def _is_danger_understood(assessment: RiskAssessment, text: str, tracker: DialogueStateTracker) -> bool:
    """Whether plain words say what there is to know of a danger: what is told, done, feared, or over."""
    typed = list(typed_in_session(tracker))
    is_meant = carries_out(text, is_about_dying=True) or comes_near(text, typed)
    return is_emergency_open(tracker) or assessment.is_told_plainly or is_meant or tells_of_safety(text, typed)


def _as_practice(alone: RiskAssessment) -> Dict[str, Any]:
    """Marks a line of an exercise; `put_aside` names the level that was not acted on."""
    put_aside = alone.level.label if alone.level > RiskLevel.NONE else None
    return {"practised": True, "put_aside": put_aside}


def _without_haste(assessment: RiskAssessment, text: str, cards: FrozenSet[str]) -> RiskAssessment:
    """ "10 minutes left" is how blackmail presses, and no danger to life: a learned score takes it for one."""
    if assessment.level < RiskLevel.ESCALATE or EXTORTION not in {*cards, *assessment.categories}:
        return assessment
    if assessment.is_told_plainly or not names_deadline(text):
        return assessment
    others = {name: score for name, score in assessment.categories.items() if name != IMMEDIATE_DANGER}
    surest = max(assessment.categories.values(), default=1.0)
    return replace(assessment, level=RiskLevel.ESCALATE, categories={**others, EXTORTION: surest})


def _without_accusation(
    assessment: RiskAssessment, text: str, tracker: Optional[DialogueStateTracker]
) -> RiskAssessment:
    """Asked first, before somebody is spoken to as who may harm a child, where only a score makes them so.

    "I'm an aunt, something has been bugging me" is a worry about another, and "how do I tell the club" after the card
    for a survivor is one, too. Our question names both.
    """
    is_accused = assessment.main_category == OFFENDER_CONCERN and assessment.speaker is Speaker.OWN_BEHAVIOUR
    if not is_accused or assessment.level is not RiskLevel.ESCALATE or assessment.is_told_plainly or assessment.failed:
        return assessment
    told = read_writer(text, OFFENDER_CONCERN)
    is_sure = assessment.categories[OFFENDER_CONCERN] >= _ACCUSED_FROM
    was_harmed = tracker is not None and _was_card_of_ones_own(tracker) and OWN_THOUGHTS_SAID not in told
    if was_harmed or not (is_sure or OWN_THOUGHTS in told or OWN_THOUGHTS_SAID in told):
        return replace(assessment, level=RiskLevel.CHECK_IN, speaker=Speaker.ABOUT_CHILD)
    return assessment


def _was_card_of_ones_own(tracker: DialogueStateTracker) -> bool:
    """Whether the newest card was for something that was done to the writer."""
    card = newest_card(tracker)
    return card.get(CARD_SPEAKER) == Speaker.SELF.value and card.get(CARD_CATEGORY) in _DONE_TO_ONE


def _without_what_is_denied(
    assessment: RiskAssessment, text: str, tracker: Optional[DialogueStateTracker]
) -> RiskAssessment:
    """ "I don't want to hurt myself": asked about by itself, and believed after words of ours about that.

    A no to our question goes on about something else ("no just bored and tired of everything"). Nothing is taken back
    that was told in plain words before.
    """
    if assessment.main_category != SELF_HARM or assessment.level is RiskLevel.EMERGENCY or assessment.failed:
        return assessment
    asked = next(spoken_in_session(tracker), None) if tracker is not None else None
    is_asked = asked is not None and speaks_of_dying(asked.text or "")
    is_a_no = is_asked and is_direct_question(asked) and begins_with_no(text) and not assessment.is_told_plainly
    before = list(typed_in_session(tracker)) if tracker is not None else []
    was_told = any(speaks_of_dying(earlier) and not denies_dying(earlier) for earlier in before)
    if was_told or not (is_a_no or denies_dying(text)):
        return assessment
    others = {name: score for name, score in assessment.categories.items() if name != SELF_HARM}
    if is_asked and not others:
        return RiskAssessment(speaker=assessment.speaker, stance=assessment.stance, language=assessment.language)
    level = min(assessment.level, RiskLevel.CHECK_IN)
    return replace(assessment, level=level, categories=others if is_asked else assessment.categories)


def _tells_something(event: UserUttered) -> bool:
    """Typed, and no line of an exercise: those say nothing about the person."""
    practised = ((event.parse_data or {}).get(RISK) or {}).get("practised")
    return bool(event.text) and not event.text.startswith(INTENT_MESSAGE_PREFIX) and not practised


def _is_mere_denial(event: UserUttered) -> bool:
    """ "No i dont want to die" tells of nothing by itself; "i dont want her to see it" after it sounded like dying."""
    risk = (event.parse_data or {}).get(RISK) or {}
    return risk.get("alone") == RiskLevel.NONE.label and denies_dying(event.text or "")


def _is_card(event: Any) -> bool:
    """Whether it answered what was told before: with numbers, with the first of them, or because help was found."""
    if not isinstance(event, BotUttered):
        return False
    is_of_help = str(event.metadata.get("response") or "").startswith((UTTER_UNTIL_HELP_COMES, *ENDS_AN_EMERGENCY))
    return is_of_help or event.metadata.get("utter_action") in (*CARD_RESPONSES, UTTER_DANGER_GOES_ON)


def assess_safely(earlier: List[str], text: str, embedding: Any = None) -> Tuple[RiskAssessment, RiskAssessment]:
    """Assesses the newest message by itself, and together with the earlier ones; fails towards help."""
    try:
        return get_engine().assess_turn([*earlier, text], embedding)
    except Exception as error:  # noqa: BLE001 - any failure here must still lead to a kind question
        # The text stays out of the log: only the kind of failure is written.
        logger.error("The safety engine failed (%s); the message counts as check_in.", type(error).__name__)
        failed = RiskAssessment(level=RiskLevel.CHECK_IN, failed=True)
        return failed, failed


def as_dict(assessment: RiskAssessment) -> Dict[str, Any]:
    """A JSON-ready form of an assessment, without any of the person's words."""
    return {
        "level": assessment.level.label,
        "categories": {name: round(float(score), 4) for name, score in assessment.categories.items()},
        "speaker": assessment.speaker.value,
        "stance": assessment.stance.value,
        "language": assessment.language,
        "failed": assessment.failed,
        "findings": [
            {
                "category": finding.category,
                "source": finding.source,
                "start": finding.start,
                "end": finding.end,
                "sentence": finding.sentence,
            }
            for finding in assessment.findings
        ],
    }


def from_dict(risk: Optional[Dict[str, Any]]) -> RiskAssessment:
    """Reads back what `as_dict` wrote, without the findings; None gives a quiet assessment."""
    if not risk:
        return RiskAssessment()
    return RiskAssessment(
        level=RiskLevel.from_label(risk["level"]),
        categories=risk.get("categories", {}),
        speaker=Speaker(risk.get("speaker", "unknown")),
        stance=Stance(risk.get("stance", "now")),
        failed=bool(risk.get("failed")),
        language=risk.get("language"),
    )
