"""Whether a message belongs to a journey, and which move it is. Pure; safety has decided before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Mapping

from bot.content.journey_composers import JourneyFacts
from bot.content.journeys import Journey, JourneyBook
from bot.learning import engine
from bot.learning.engine import Turn
from bot.learning.readers import READERS, Reader
from bot.learning.reading import asks_for_information, read_choice, read_control, read_exactly
from bot.learning.state import COMPLETED, LEFT, OPEN, PAUSED, JourneyState

#: The intent of every button inside a journey; its entity names `step/choice`, or `_/control`.
ANSWER_INTENT = "journey_answer"
#: Said first where a line was put aside: real things come before the exercise.
FOR_REAL = "shared/for_real"
CONTROL_STEP = "_"
GO_ON, LEAVE, BACK, AGAIN = "go_on", "leave", "back", "again"

#: Nothing in particular was understood.
UNCLEAR_INTENTS = frozenset(("nlu_fallback", "random_noise", "affirm", "deny", "laugh", "something_else", "test_bot"))
#: The person goes elsewhere: they are answered and the prompt does not return by itself.
ELSEWHERE_INTENTS = frozenset(
    (
        *("start", "show_topics", "show_journeys", "restart", "goodbye"),
        *("delete_chat_request", "get_hotline", "take_back"),
        *("barrier_not_believed", "barrier_parents_find_out", "barrier_my_fault", "barrier_police"),
        *("barrier_cannot_talk", "barrier_dont_know_what_to_say", "barrier_cost", "barrier_not_that_bad"),
        *("barrier_their_trouble", "outcome_contacted", "outcome_not_yet", "outcome_no_answer"),
        *("outcome_safe_now", "outcome_going_to"),
        *("ask_keep_secret", "ask_will_police_come", "ask_will_parents_know"),
    )
)
#: "bye" and "my mum would be angry" are answers where free text is read.
_ELSEWHERE_FROM_FREE_TEXT = frozenset(
    ("start", "show_topics", "show_journeys", "restart", "delete_chat_request", "get_hotline")
)
_QUESTION = re.compile(
    r"^\W*(?:what|whats|how|why|who|whos|where|when|which|can you|could you|can i|should i|is it|is there|are there"
    r"|do i|does|tell me|explain)\b",
    re.IGNORECASE,
)
#: "Not sure" may be an answer: when it is one of the choices, the choice counts.
_YIELDING = ("skip", "dont_know")
_CONTROLS = ("leave", "back", "go_on", "again", "repeat", "skip")
#: Where free text is read, "stop it" is said to the other person and "i dont know" is an unsure no.
_CONTROLS_BESIDE_BUTTONS = ("leave_or_refusal", "dont_know")


@dataclass(frozen=True)
class Heard:
    """The newest message.

    Attributes:
        text: As typed, or the payload of a button.
        intent: Its intent, None when unknown.
        chosen: `step/choice` of a button inside a journey, or None.
        is_put_aside: The risk engine found something, and the line was taken as an answer to the exercise.
    """

    text: str
    intent: str | None
    chosen: str | None = None
    is_put_aside: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether the person wrote it."""
        return not self.text.startswith("/")


def decide(
    book: JourneyBook,
    state: JourneyState | None,
    heard: Heard,
    facts: JourneyFacts,
    is_prompt_newest: bool,
    readers: Mapping[str, Reader] = READERS,
) -> Turn | None:
    """The journey's move for a message, or None when the message is for the rest of the assistant.

    Args:
        book: All journeys.
        state: Where the person is, None when no journey was begun in this session.
        heard: The newest message.
        facts: For whom and where.
        is_prompt_newest: The last thing said was the journey's; else a card or something else came between.
        readers: Readers of free text by name.
    """
    begun = book.by_intent(heard.intent)
    if begun is not None:
        return _begin(begun, state, facts, heard)
    if state is None:
        return None
    journey = book.journeys[state.journey]
    if heard.intent == ANSWER_INTENT:
        return _button(journey, state, heard.chosen or "", facts)
    if not heard.is_typed:
        return None
    move = _typed_control(book, journey, state, heard, facts, is_prompt_newest)
    if move is not None:
        return move
    if state.mode == OPEN and is_prompt_newest:
        return _typed_answer(journey, state, heard, facts, readers)
    if state.mode == OPEN:
        choice = read_choice(heard.text, engine.available(journey, state, facts))
        # After a card a stray "1" or "yes" is no answer to the exercise.
        return engine.answer(journey, state, choice, facts) if choice and len(heard.text.split()) > 1 else None
    if state.mode == PAUSED and is_prompt_newest and heard.intent in UNCLEAR_INTENTS:
        if heard.intent == "affirm":
            return engine.resume(journey, state, facts)
        return engine.leave(journey, state)
    return None


def return_after(
    book: JourneyBook, state: JourneyState | None, intent: str | None, was_prompt_newest: bool
) -> Turn | None:
    """What the journey says after something else was answered: the prompt again, one offer, or nothing.

    Args:
        book: All journeys.
        state: As for `decide`.
        intent: Of the message that was answered.
        was_prompt_newest: The journey's prompt was the last thing said before that message.
    """
    if state is None or state.mode != OPEN or intent in ELSEWHERE_INTENTS:
        return None
    if was_prompt_newest:
        return engine.come_back(book.journeys[state.journey], state)
    return engine.offer_after_safety(state)


def _begin(journey: Journey, state: JourneyState | None, facts: JourneyFacts, heard: Heard) -> Turn:
    if state is not None and state.journey == journey.id and state.mode in (OPEN, PAUSED, LEFT) and state.answers:
        return engine.welcome_back(state)
    return engine.start(journey, facts)


def _button(journey: Journey, state: JourneyState, chosen: str, facts: JourneyFacts) -> Turn:
    step, _, choice = chosen.partition("/")
    if step == CONTROL_STEP:
        return _control(journey, state, choice, facts) or engine.resume(journey, state, facts)
    if step not in journey.steps:
        return engine.resume(journey, state, facts)
    return engine.answer(journey, state, choice, facts, step)


def _control(journey: Journey, state: JourneyState, name: str | None, facts: JourneyFacts) -> Turn | None:
    if name in ("leave", "leave_or_refusal"):
        return engine.leave(journey, state)
    if name == AGAIN:
        return engine.start(journey, facts)
    moves = {
        BACK: engine.back,
        GO_ON: engine.resume,
        "repeat": engine.repeat,
        "skip": engine.skip,
        "dont_know": engine.skip,
    }
    return moves[name](journey, state, facts) if name in moves else None


def _typed_control(
    book: JourneyBook,
    journey: Journey,
    state: JourneyState,
    heard: Heard,
    facts: JourneyFacts,
    is_prompt_newest: bool,
) -> Turn | None:
    """A control that was typed; away from the prompt only "go on" counts, since "stop" may be meant for us."""
    phrases = book.shared.phrases
    if not is_prompt_newest or state.mode not in (OPEN, PAUSED):
        far = [name for name, fits in ((GO_ON, state.mode != COMPLETED), (AGAIN, is_prompt_newest)) if fits]
        return _control(journey, state, read_control(heard.text, phrases, far), facts)
    is_free = journey.steps[state.step].reader is not None and state.mode == OPEN
    near = [*_CONTROLS, *(() if is_free else _CONTROLS_BESIDE_BUTTONS)]
    name = read_control(heard.text, phrases, near)
    if name == GO_ON and state.mode == OPEN:
        name = "skip"
    if name in _YIELDING and state.mode == OPEN and read_exactly(heard.text, engine.available(journey, state, facts)):
        return None
    return _control(journey, state, name, facts)


def _typed_answer(
    journey: Journey, state: JourneyState, heard: Heard, facts: JourneyFacts, readers: Mapping[str, Reader]
) -> Turn | None:
    step = journey.steps[state.step]
    # "what is grooming" holds a word of a choice and asks something of its own.
    choice = read_choice(heard.text, engine.available(journey, state, facts), loosely=not _is_question(heard))
    if choice is None and step.fill and heard.intent == "choose_audience":
        choice = facts.audience
    if choice is not None:
        return engine.answer(journey, state, choice, facts)
    if step.reader is None:
        return engine.miss(journey, state, facts) if heard.intent in UNCLEAR_INTENTS else None
    if heard.intent in _ELSEWHERE_FROM_FREE_TEXT or _asks_for_information(heard):
        return None
    read = readers[step.reader](heard.text)
    if read is None and _is_question(heard):
        return None
    turn = engine.answer(journey, state, read, facts) if read else engine.miss(journey, state, facts)
    return replace(turn, say=(FOR_REAL, *turn.say)) if heard.is_put_aside else turn


def _is_question(heard: Heard) -> bool:
    return heard.intent not in UNCLEAR_INTENTS and _QUESTION.search(heard.text) is not None


def _asks_for_information(heard: Heard) -> bool:
    return heard.intent not in UNCLEAR_INTENTS and asks_for_information(heard.text)
