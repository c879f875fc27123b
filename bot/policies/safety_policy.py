"""Safety decides before anything else, also inside forms."""

from itertools import takewhile
from typing import Any, Dict, List, Mapping, Optional, Tuple

from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import FULL_RETRIEVAL_INTENT_NAME_KEY

from bot.dialogue.constants import (
    ACTION_SHOW_HOTLINES,
    AUDIENCE,
    CARD_CATEGORY,
    CARD_LEVEL,
    CARD_RESPONSES,
    CARD_SPEAKER,
    CHECK_IN,
    CHILD,
    PARENT,
    PROFESSIONAL,
    SAFETY_RESPONSES,
    TOLD_IT_IS_NOT_ME,
    UTTER_CHECK_IN_NO,
)
from bot.dialogue.facts import (
    answer_of,
    cards_given,
    emergencies_in_a_row,
    is_asked_after_cards,
    is_card_from_own_hand,
    is_card_open,
    is_direct_question,
    is_emergency_from_oneself,
    is_emergency_open,
    is_misreading,
    is_told_plainly,
    is_written_by_a_grown_up,
    language_of_card,
    latest_risk,
    newest_card,
    news_of,
    read_facts,
    session_events,
    spoken_in_session,
)
from bot.dialogue.first_steps import are_steps_asked_for, first_steps
from bot.dialogue.meaning import meaning_of
from bot.nlu.constants import FALLBACK_INTENT, HOTLINE_INTENT, IN_CASE, LIKELY, RETRIEVAL_INTENT, SMALL_INTENT
from bot.nlu.news import News
from bot.nlu.risk_detector import from_dict
from bot.nlu.topics import (
    ABOUT_HELPLINES,
    ABOUT_THIS_PROGRAM,
    ANSWERED_AS_TOLD,
    ANSWERED_RATHER_THAN_ASKED,
    FAULT,
    is_harmless,
    topic_of,
)
from bot.policies.safety_decision import AFTER_CARD_INTENTS, CONTACTED, NO_INTENTS, Decision, decide
from bot.policies.safety_turn import OpenCard, Turn
from bot.safety.answers import (
    AFTER_AN_EMERGENCY,
    AFTER_AN_OVERDOSE,
    OUTCOMES,
    adds_trouble,
    asks_for_numbers,
    asks_what_now,
    begins_with_no,
    cries_for_help,
    denies_dying,
    denies_dying_of_others,
    has_changed_mind,
    is_of_the_writer_alone,
    is_one_word,
    is_question,
    is_told_in_despair,
    read_answer,
    says_outcome,
    speaks_of_calling,
    speaks_of_dying,
    tells_of_paying,
    wants_to_die,
)
from bot.safety.cues import UNDETERMINED
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    EXTORTION,
    IMAGE_SHARED,
    IMMEDIATE_DANGER,
    OFFENDER_CONCERN,
    SELF_HARM,
    RiskAssessment,
    RiskLevel,
    Speaker,
)

_FRAGMENT_WORDS = 3
#: By the news of whose trouble it is: for those who came by these pages, who they really are.
_WRITES: Mapping[News, Tuple[Tuple[Tuple[Optional[str], ...], str], ...]] = {
    News.SELF: (((PROFESSIONAL,), CHILD),),
    News.FRIEND: (((PROFESSIONAL,), CHILD),),
    News.ABOUT_CHILD: (((None, CHILD, PROFESSIONAL), PARENT),),
    News.PROFESSIONAL: (((None, CHILD, PARENT), PROFESSIONAL),),
    # A grown-up who writes of themselves.
    News.SURVIVOR: (((CHILD, PROFESSIONAL), PARENT),),
    News.OWN_BEHAVIOUR: (),
}
#: Troubles of pictures: who passed one on is told how to put that right.
_OF_PICTURES = (IMAGE_SHARED, EXTORTION)
#: Whose trouble was told by another.
_OF_OTHERS = (Speaker.ABOUT_CHILD.value, Speaker.FRIEND.value, Speaker.PROFESSIONAL.value)
#: Topic of the answers on self-harm and dying.
_OF_DYING = "self_harm_support"
#: Confidence from which words that only tell something are what an answer was written for ("i'm scared i'm wrong").
SURELY_MEANT_FROM = 0.9
#: From this confidence it is believed that help was found, without such words, where nobody is in danger.
FOUND_FROM = 0.65
#: Confidence of an answer ranked for a case, from which it is what the question asks for.
ASKED_IN_CASE_FROM = 0.5
#: So many bot messages after our own question a late yes is still its answer ("idk", then "well yes").
STILL_ASKED = 3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class SafetyPolicy(Policy):
    """Predicts the safety responses with a flag that outranks every other policy.

    An active form predicts itself with `is_no_user_prediction=True`, which outranks every prediction without
    that flag. This policy answers with the same flag, confidence 1.0 and a higher priority; see the conversation
    test `test_disclosure_inside_form_is_answered_first`.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`priority` is above RulePolicy's, so that safety wins where both are certain."""
        return {"priority": 10}

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SafetyPolicy":
        """Creates the policy; nothing was learned, so nothing is read."""
        return cls(config, model_storage, resource, execution_context)

    def train(
        self,
        training_trackers: List[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Learns nothing: the decisions are in `bot.policies.safety_decision`."""
        with self._model_storage.write_to(self._resource):
            return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The safety response for the newest message, listening after one was given, or no opinion."""
        if _just_gave_safety_response(tracker):
            return self._certain(ACTION_LISTEN_NAME, domain, [])
        if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.latest_message is None:
            return self._prediction(self._default_predictions(domain))
        decision = self._decide(tracker)
        if decision is None:
            return self._prediction(self._default_predictions(domain))
        return self._certain(decision.response, domain, [SlotSet(*pair) for pair in decision.slots.items()])

    def _decide(self, tracker: DialogueStateTracker) -> Optional[Decision]:
        message = tracker.latest_message
        if message is None:
            return None
        risk = latest_risk(tracker)
        check_in = _waiting_check_in(tracker)
        text, answer = message.text or "", _answer_near(message, tracker)
        asked_before, by_a_grown_up = _asked_before(tracker, text), is_written_by_a_grown_up(tracker)
        taken_back = asked_before is not None and has_changed_mind(text)
        assessment = from_dict(risk)
        main_category = assessment.asked_category or assessment.main_category
        turn = Turn(
            risk=assessment,
            newest_alone=RiskLevel.from_label((risk or {}).get("alone", "none")),
            intent="affirm" if taken_back else _answer_intent(message, check_in, by_a_grown_up),
            check_in=check_in,
            card_level=_card_level(tracker),
            told_plainly=is_told_plainly(risk or {}),
            cards_given=cards_given(tracker),
            no_is_plain=_is_plain(text, check_in, by_a_grown_up),
            is_question=is_question(text),
            asks_what_now=asks_what_now(text),
            asks_for_steps=_gets_steps(tracker),
            asks_for_numbers=_asks_plainly_for_numbers(tracker),
            is_overread=_is_overread(message, tracker),
            open_card=_open_card(tracker),
            has_answer=answer is not None,
            has_sure_answer=_is_surely_meant(message),
            is_asked_in_case=is_question(text) and _is_ranked_in_case(message, ASKED_IN_CASE_FROM),
            is_told_in_case=not is_question(text) and _is_ranked_in_case(message) and _is_mild(risk),
            is_about_card=_is_about_card(message, answer, tracker),
            is_about_helplines=answer in ABOUT_HELPLINES,
            adds_trouble=adds_trouble(text),
            has_harmless_answer=_has_small_answer(message)
            or _is_harmless(answer, main_category, assessment, risk or {}),
            has_answer_to_question=answer in ANSWERED_RATHER_THAN_ASKED.get(main_category or "", ()),
            asked_before=asked_before,
            cries_for_help=cries_for_help(text),
            is_fragment=len(text.split()) <= _FRAGMENT_WORDS,
            speaks_of_calling=speaks_of_calling(text),
            was_told_again=_was_told_again(tracker),
            meaning=meaning_of(tracker),
            is_answered_as_told=_is_answered_as_told(answer, text, tracker),
            others_card=_put_right(tracker) or _others_card(tracker, by_a_grown_up),
            hints_at_despair=_brings(News.DESPAIR, tracker) or is_told_in_despair(text),
            is_of_the_writer_alone=is_of_the_writer_alone(text),
            denies_what_we_said=_denies_what_we_said(tracker, text),
            speaks_of_dying=speaks_of_dying(text),
            wants_to_die=wants_to_die(text),
            is_in_language_of_card=_is_in_language_of_card(assessment.language, text, tracker),
        )
        return decide(turn)

    def _certain(self, action: str, domain: Domain, events: List[Event]) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities, optional_events=events, is_no_user_prediction=True)


def _answer_intent(message: UserUttered, asked: Optional[str], by_a_grown_up: bool = False) -> Optional[str]:
    """The intent; where it says nothing by itself, plain words of yes or no, as an answer to our own question.

    Laughing says nothing either: "haha im not joking" is a yes. When we asked, plain words are the answer, whatever
    they sound like ("not like that lol just tired"); taking back without them ("forget it") is none, and after a card
    it is an intent of its own. A no may be a call for help: "no please help me".
    """
    intent, text = message.intent.get("name"), message.text or ""
    if asked == SELF_HARM and (denies_dying(text) or begins_with_no(text)):
        return "deny"
    if asked is not None and not text.startswith(INTENT_MESSAGE_PREFIX):
        answered = read_answer(text, asked, by_a_grown_up)
        if answered != read_answer(text):
            # Only this question makes it an answer: "hes in my class", "just my face".
            return answered
    if intent in (FALLBACK_INTENT, "faq", "laugh") or (asked and intent in {*NO_INTENTS, *AFTER_CARD_INTENTS}):
        return read_answer(text) or intent
    return intent


def _is_overread(message: UserUttered, tracker: DialogueStateTracker) -> bool:
    """Whether "i told him" was read as help found, or "shes asleep now" as safety; a button is always believed."""
    intent, text = message.intent.get("name"), message.text or ""
    if intent not in OUTCOMES or text.startswith(INTENT_MESSAGE_PREFIX):
        return False
    after = None
    if is_emergency_open(tracker):
        after = AFTER_AN_OVERDOSE if is_emergency_from_oneself(tracker) else AFTER_AN_EMERGENCY
    return not (says_outcome(intent, text, after) or (after is None and _is_surely_found(message)))


def _is_surely_found(message: UserUttered) -> bool:
    """Whether it is understood, however it is put, that help was found ("gp saw her and has rung social services")."""
    text = message.text or ""
    # "I did", after a card, may be anything.
    is_told = len(text.split()) > _FRAGMENT_WORDS and not is_question(text)
    is_found = is_told and message.intent.get("name") == CONTACTED
    return is_found and float(message.intent.get("confidence") or 0) >= FOUND_FROM


def _open_card(tracker: DialogueStateTracker) -> Optional[OpenCard]:
    card = newest_card(tracker)
    if not card:
        return None
    speaker = card.get(CARD_SPEAKER) or Speaker.UNKNOWN.value
    in_a_row = emergencies_in_a_row(tracker)
    return OpenCard(
        card[CARD_CATEGORY],
        speaker,
        is_emergency=is_emergency_open(tracker),
        repeated=in_a_row,
        is_recent=is_card_open(tracker),
        is_from_oneself=is_emergency_from_oneself(tracker),
        is_from_own_hand=is_card_from_own_hand(tracker),
    )


def _answer_near(message: UserUttered, tracker: DialogueStateTracker) -> Optional[str]:
    """The faq id of the answer that is meant, or seems to be and is about the cards; None when none is near enough."""
    parsed = message.parse_data or {}
    prefix, _, faq = (message.intent.get(FULL_RETRIEVAL_INTENT_NAME_KEY) or "").partition("/")
    if prefix == RETRIEVAL_INTENT and faq:
        return faq
    likely = parsed.get(LIKELY)
    return likely if likely and is_asked_after_cards(tracker, likely) else None


def _is_answered_as_told(answer: Optional[str], text: str, tracker: DialogueStateTracker) -> bool:
    """Whether what is told has an answer that is due: a blackmailer who was paid."""
    category = newest_card(tracker).get(CARD_CATEGORY) or ""
    is_due = answer in ANSWERED_AS_TOLD.get(category, ()) and is_asked_after_cards(tracker, answer or "")
    return is_due and (category != EXTORTION or answer == FAULT or tells_of_paying(text))


def _is_harmless(
    answer: Optional[str], category: Optional[str], assessment: RiskAssessment, risk: Mapping[str, Any]
) -> bool:
    """Whether the answer is about what a score takes for that risk, or a quiet question is about this program."""
    is_quiet = RiskLevel.from_label(risk.get("alone", "none")) < RiskLevel.ESCALATE
    is_about_us = answer is not None and topic_of(f"{RETRIEVAL_INTENT}/{answer}") == ABOUT_THIS_PROGRAM
    score = assessment.categories.get(category or "", 0.0)
    return is_harmless(answer, category, score) or (is_quiet and is_about_us)


def _has_small_answer(message: UserUttered) -> bool:
    """Whether it surely asks for a small answer to what was answered just before; of no card that is believed."""
    return message.intent.get("name") == SMALL_INTENT


def _is_surely_meant(message: UserUttered) -> bool:
    """Whether the words by themselves are nearly surely what an answer was written for."""
    is_answer = message.intent.get("name") == RETRIEVAL_INTENT
    return is_answer and float(message.intent.get("confidence") or 0) >= SURELY_MEANT_FROM


def _is_ranked_in_case(message: UserUttered, least: float = 0.0) -> bool:
    """Whether the answer was ranked for the case of the open card, with at least this confidence."""
    is_answer = message.intent.get("name") == RETRIEVAL_INTENT and bool((message.parse_data or {}).get(IN_CASE))
    return is_answer and float(message.intent.get("confidence") or 0) >= least


def _is_mild(risk: Optional[Mapping[str, Any]]) -> bool:
    """Whether the words by themselves are no disclosure: "he raped me for years" gets no lesson after a card either."""
    return RiskLevel.from_label((risk or {}).get("alone", "none")) < RiskLevel.ESCALATE


def _is_about_card(message: UserUttered, answer: Optional[str], tracker: DialogueStateTracker) -> bool:
    """Whether people ask after such cards for what was ranked for the case, or for the answer that is near."""
    is_asked_after = answer is not None and is_asked_after_cards(tracker, answer)
    return is_asked_after or _is_ranked_in_case(message, ASKED_IN_CASE_FROM)


def _is_in_language_of_card(language: Optional[str], text: str, tracker: DialogueStateTracker) -> bool:
    """Whether somebody who was shown a card in another language goes on in it, or in one that nobody can name."""
    of_card = language_of_card(tracker) if is_card_open(tracker) else None
    is_typed = not text.startswith(INTENT_MESSAGE_PREFIX)
    return is_typed and of_card is not None and language in (of_card, UNDETERMINED)


def _is_plain(text: str, asked: Optional[str], by_a_grown_up: bool = False) -> bool:
    """Whether a no is pressed as a button or is all that the words say."""
    is_pressed = text.startswith(INTENT_MESSAGE_PREFIX)
    # "No i told you i dont want to die, i just dont want people to see" is a no, whatever more it says.
    is_denied = asked == SELF_HARM and denies_dying(text)
    return is_pressed or is_denied or is_one_word(text) or read_answer(text, asked, by_a_grown_up) == "deny"


def _card_level(tracker: DialogueStateTracker) -> RiskLevel:
    """The highest level of this session's cards; the slot is carried over, but talk of today is about no older card."""
    events = takewhile(lambda event: not is_misreading(event), session_events(tracker))
    spoken = (event.action_name for event in events if isinstance(event, ActionExecuted))
    if not any(name in CARD_RESPONSES for name in spoken):
        return RiskLevel.NONE
    return RiskLevel.from_label(tracker.get_slot(CARD_LEVEL) or "none")


def _waiting_check_in(tracker: DialogueStateTracker) -> Optional[str]:
    """The category of a check-in whose answer this message is; a question of an earlier session no longer counts."""
    spoken = next((event for event in session_events(tracker) if isinstance(event, BotUttered)), None)
    if spoken is None or not is_direct_question(spoken):
        return None
    return spoken.metadata.get(CHECK_IN) or tracker.get_slot(CHECK_IN)


def _gets_steps(tracker: DialogueStateTracker) -> bool:
    """Whether the newest message asks for the steps after the card, and there are some for it."""
    return are_steps_asked_for(tracker) and first_steps(tracker, read_facts(tracker, "web")) is not None


def _asked_before(tracker: DialogueStateTracker, text: str) -> Optional[str]:
    """The category of a check-in that was asked a few messages ago and neither answered with yes nor by a card.

    After a no, or once something else was asked and answered, only words that take it back count: a bare yes may answer
    what was said since ("ok did that").
    """
    for number, spoken in enumerate(spoken_in_session(tracker)):
        if number > STILL_ASKED or spoken.metadata.get(CARD_CATEGORY):
            return None
        if is_direct_question(spoken):
            return spoken.metadata.get(CHECK_IN) if number else None
        is_over = str(spoken.metadata.get("response") or "").startswith(UTTER_CHECK_IN_NO) or answer_of(spoken)
        if is_over and not has_changed_mind(text):
            return None
    return None


def _brings(news: News, tracker: DialogueStateTracker) -> bool:
    """Whether the newest message was heard to bring this news."""
    heard = news_of(tracker)
    return heard is not None and heard.news is news


def _put_right(tracker: DialogueStateTracker) -> Optional[Mapping[str, str]]:
    """Slots of the card for the person whose trouble it is, where they said so after another's card.

    Who says that they are the mother, or the pupil, is believed against the page that they came by.
    """
    heard = news_of(tracker)
    speaker = heard.news.speaker if heard is not None else None
    is_denied = speaker is Speaker.SELF and _intent_name(tracker) == TOLD_IT_IS_NOT_ME
    if heard is None or speaker is None or is_denied:
        return None
    # What was told first is theirs; "not tonight", said to a question of ours since, is the writer's own.
    given = [event.metadata.get(CARD_CATEGORY) for event in spoken_in_session(tracker)]
    lasting = [category for category in given if category not in (None, IMMEDIATE_DANGER)]
    category = lasting[-1] if lasting else newest_card(tracker).get(CARD_CATEGORY) or ""
    came_as = read_facts(tracker, "web").audience
    if speaker is Speaker.OWN_BEHAVIOUR:
        # What a young person can still put right has words for them; a grown-up is told of help to stop.
        is_young = came_as in (None, CHILD)
        category = IMAGE_SHARED if category in _OF_PICTURES and is_young else OFFENDER_CONCERN
    elif category == OFFENDER_CONCERN and speaker is Speaker.SELF:
        # Who was taken for the one who did it had it done to them.
        category = ABUSE_DISCLOSURE
    said = {CARD_CATEGORY: category, CARD_SPEAKER: speaker.value}
    writes = next((who for pages, who in _WRITES.get(heard.news, ()) if came_as in pages), None)
    return {**said, AUDIENCE: writes} if writes is not None else said


def _intent_name(tracker: DialogueStateTracker) -> Optional[str]:
    return tracker.latest_message.intent.get("name") if tracker.latest_message else None


def _others_card(tracker: DialogueStateTracker, by_a_grown_up: bool) -> Mapping[str, str]:
    """Slots of a card about somebody else than the writer.

    Those of an earlier card that was about another ("it is my husband", then a card for a survivor), else the newest
    card's trouble, told by a parent of a child, by a professional, or by a friend.
    """
    cards = [event.metadata for event in spoken_in_session(tracker) if event.metadata.get(CARD_CATEGORY)]
    of_others = (card for card in cards if card.get(CARD_SPEAKER) in _OF_OTHERS)
    found = next(of_others, None)
    if found is not None:
        return {CARD_CATEGORY: found[CARD_CATEGORY], CARD_SPEAKER: found[CARD_SPEAKER]}
    whose = Speaker.ABOUT_CHILD if by_a_grown_up else Speaker.FRIEND
    return {CARD_CATEGORY: cards[0][CARD_CATEGORY] if cards else "", CARD_SPEAKER: whose.value}


def _denies_what_we_said(tracker: DialogueStateTracker, text: str) -> bool:
    """ "I'm not suicidal", right after an answer of ours on that; "nobody is suicidal" after any card."""
    if denies_dying_of_others(text) and cards_given(tracker):
        return True
    before = next(spoken_in_session(tracker), None)
    answer = answer_of(before) if before is not None else None
    return answer is not None and topic_of(answer.removeprefix("utter_")) == _OF_DYING and denies_dying(text)


def _was_told_again(tracker: DialogueStateTracker) -> bool:
    """Whether the newest bot message is a card shown once more."""
    newest = next(spoken_in_session(tracker), None)
    return newest is not None and str(newest.metadata.get("response") or "").startswith("utter_crisis_again")


def _just_gave_safety_response(tracker: DialogueStateTracker) -> bool:
    last = next((event for event in reversed(tracker.events) if isinstance(event, ActionExecuted)), None)
    is_list = last is not None and last.action_name == ACTION_SHOW_HOTLINES and _asks_plainly_for_numbers(tracker)
    return is_list or (last is not None and last.action_name in SAFETY_RESPONSES)


def _asks_plainly_for_numbers(tracker: DialogueStateTracker) -> bool:
    """Whether the newest message asks for the numbers in words that are not understood as that anyway."""
    message = tracker.latest_message
    return message is not None and message.intent.get("name") != HOTLINE_INTENT and asks_for_numbers(message.text or "")
