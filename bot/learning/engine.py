"""What each move in a journey leads to. Pure: a state and a move in, a new state and what to say out.

What is said is named, not worded (`bot.learning.wording` has the words):
`ask/<step>`, `more/<step>`, `explain/<step>`, `reply/<step>/<choice>` and `shared/<name>`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Dict, Mapping, Tuple

from bot.content.journey_composers import COMPOSERS, Composed, JourneyFacts
from bot.content.journeys import MEASURES, Choice, Journey, Step, fits
from bot.errors import ContentError
from bot.learning.state import (
    COMPLETED,
    FILLED,
    LEFT,
    OPEN,
    PAUSED,
    SKIPPED,
    JourneyState,
    answers_of,
    split_answer,
)

#: A prompt is said once and, when it was not understood or something else came between, once more.
MOST_ASKED = 2
STARTED = "started"


@dataclass(frozen=True)
class Turn:
    """One move's result.

    Attributes:
        state: The new state.
        say: What to say, in order.
        outcome: For the figures: `journey/group/event/before/after/asked` (see `outcome_of`), or None.
    """

    state: JourneyState
    say: Tuple[str, ...]
    outcome: str | None = None


@dataclass(frozen=True)
class Score:
    """Right answers of a quiz before and after, each of `asked` questions."""

    before: int = 0
    after: int = 0
    asked: Mapping[str, int] = field(default_factory=dict)


# --- moves -----------------------------------------------------------------------------------------------------------


def start(journey: Journey, facts: JourneyFacts) -> Turn:
    """The journey from its first step."""
    turn = _enter(journey, JourneyState(journey.id, journey.first), journey.first, (), facts)
    # Counted as started and nothing else: a journey of one page is complete at once.
    return turn if turn.outcome else replace(turn, outcome=outcome_of(journey, turn.state, STARTED))


def answer(journey: Journey, state: JourneyState, choice_id: str, facts: JourneyFacts, step_id: str = "") -> Turn:
    """The person chose; `step_id` names an earlier step when they pressed one of its buttons again.

    A choice that the step does not have counts as not understood.
    """
    state = _at(state, step_id) if step_id and step_id != state.step else replace(state, mode=OPEN)
    step = journey.steps[state.step]
    if step.end is not None:
        return Turn(replace(state, mode=COMPLETED), ("shared/finished",))
    choice = next((one for one in available(journey, state, facts) if one.id == choice_id), None)
    if choice is None:
        return miss(journey, state, facts)
    if step.several and choice.done:
        return _enter(journey, state, choice.next or _next(step), _after(step, choice), facts)
    answered = replace(state.with_answer(step.id, choice.id), asked=1)
    if step.several and _has_open_ticks(journey, answered, facts):
        return Turn(answered, (*_reply(step, choice), f"more/{step.id}"))
    if step.composer and not choice.next:
        # The composer says by itself when it has nothing more to ask.
        return _enter(journey, answered, step.id, (), facts)
    return _enter(journey, answered, choice.next or _next(step), _after(step, choice), facts)


def back(journey: Journey, state: JourneyState, facts: JourneyFacts) -> Turn:
    """The last answer is taken back and its question asked again."""
    answers = list(state.answers)
    while answers and answers[-1].startswith(FILLED):
        answers.pop()
    if not answers:
        return _repeat(journey, replace(state, mode=OPEN), ("shared/nothing_to_change",), facts)
    step_id, _ = split_answer(answers.pop())
    changed = JourneyState(state.journey, step_id, tuple(answers), OPEN, 1)
    return Turn(changed, ("shared/changed", f"ask/{step_id}"))


def leave(journey: Journey, state: JourneyState) -> Turn:
    """The person stops; the place is kept."""
    return Turn(replace(state, mode=LEFT, asked=0), ("shared/left",), outcome_of(journey, state, LEFT))


def resume(journey: Journey, state: JourneyState, facts: JourneyFacts) -> Turn:
    """Goes on where the person was."""
    if state.mode == COMPLETED:
        return Turn(state, ("shared/finished",))
    return Turn(replace(state, mode=OPEN, asked=1), ("shared/going_on", f"ask/{state.step}"))


def welcome_back(state: JourneyState) -> Turn:
    """Somebody starts what they left in the middle: go on, or from the start?"""
    return Turn(replace(state, mode=LEFT), ("shared/welcome_back",))


def skip(journey: Journey, state: JourneyState, facts: JourneyFacts) -> Turn:
    """The person leaves this step out; where the way depends on the answer, it is offered to go on or stop."""
    return _give_up(journey, state, facts)


def repeat(journey: Journey, state: JourneyState, facts: JourneyFacts) -> Turn:
    """The person wants to hear the question again."""
    return _repeat(journey, state, (), facts)


def miss(journey: Journey, state: JourneyState, facts: JourneyFacts) -> Turn:
    """Nothing here fits what was written: asked once more, then left out, or offered to go on or stop."""
    if state.mode == PAUSED:
        return leave(journey, state)
    step = journey.steps[state.step]
    name = "not_understood_free" if step.reader else "not_understood"
    return _repeat(journey, state, (f"shared/{name}",), facts)


def come_back(journey: Journey, state: JourneyState) -> Turn:
    """Something else was answered in between; the prompt returns, the second time as an offer."""
    if state.asked < MOST_ASKED:
        return Turn(replace(state, asked=state.asked + 1), ("shared/back_to", f"ask/{state.step}"))
    return Turn(replace(state, mode=PAUSED, asked=1), ("shared/offer",))


def offer_after_safety(state: JourneyState) -> Turn:
    """Said once, after a card or a check-in and something ordinary since."""
    return Turn(replace(state, mode=PAUSED, asked=1), ("shared/after_safety",))


# --- what a step offers ----------------------------------------------------------------------------------------------


def conditions_from(state: JourneyState, facts: JourneyFacts) -> Dict[str, Any]:
    """What `when` and `unless` are held against."""
    known = {"audience": facts.audience, "country": facts.country, "channel": facts.channel}
    return {**known, **answers_of(state)}


def available(journey: Journey, state: JourneyState, facts: JourneyFacts) -> Tuple[Choice, ...]:
    """The choices of the current step, hidden ones too: conditions hold, ticks made are gone."""
    step = journey.steps[state.step]
    if step.composer:
        composed = compose(journey, state, facts)
        return composed.choices if composed else ()
    values = conditions_from(state, facts)
    ticked = answers_of(state).get(step.id, ()) if step.several else ()
    return tuple(c for c in step.choices if c.id not in ticked and fits(c.when, c.unless, values))


def compose(journey: Journey, state: JourneyState, facts: JourneyFacts) -> Composed | None:
    """What the composer of the current step makes of the answers; None when it has nothing more to ask.

    Raises:
        ContentError: There is no composer of that name.
    """
    name = journey.steps[state.step].composer
    composer = COMPOSERS.get(str(name))
    if composer is None:
        raise ContentError(f"Journey '{journey.id}' names composer '{name}', which bot/content does not have.")
    return composer(answers_of(state), facts)


# --- figures ---------------------------------------------------------------------------------------------------------


def score(journey: Journey, state: JourneyState) -> Score:
    """Right answers so far; a question left out counts as asked."""
    right = dict.fromkeys(MEASURES, 0)
    asked = dict.fromkeys(MEASURES, 0)
    for given in state.answers:
        step_id, choice_id = split_answer(given)
        step = journey.steps[step_id]
        if step.measure:
            asked[step.measure] += 1
            right[step.measure] += any(choice.id == choice_id and choice.right for choice in step.choices)
    return Score(right["before"], right["after"], asked)


def outcome_of(journey: Journey, state: JourneyState, event: str) -> str:
    """`journey/group/event/before/after/asked`: the group is `_` when unknown, figures are 0 without a quiz."""
    given = answers_of(state)
    groups = [given[step.id][-1] for step in journey.steps.values() if step.group and step.id in given]
    result = score(journey, state)
    asked = max(result.asked.values())
    return f"{journey.id}/{groups[-1] if groups else '_'}/{event}/{result.before}/{result.after}/{asked}"


# --- inside ----------------------------------------------------------------------------------------------------------


def _enter(journey: Journey, state: JourneyState, step_id: str, say: Tuple[str, ...], facts: JourneyFacts) -> Turn:
    """Goes to a step, and on through steps that ask nothing, until one waits or the journey ends."""
    for _ in range(len(journey.steps) + 1):
        step = journey.steps[step_id]
        state = replace(state, step=step_id, mode=OPEN, asked=1)
        filled = _filled(step, facts)
        if filled is not None:
            state = state.with_answer(step.id, filled.id, filled=True)
            step_id = filled.next or _next(step)
            continue
        if step.end is not None:
            state = replace(state, mode=COMPLETED)
            return Turn(state, (*say, f"ask/{step_id}"), outcome_of(journey, state, COMPLETED))
        if step.waits and _shown(journey, state, facts):
            return Turn(state, (*say, f"ask/{step_id}"))
        if not step.waits:
            say = (*say, f"ask/{step_id}")
        step_id = _next(step)
    raise ContentError(f"Journey '{journey.id}' goes round in a circle at step '{step_id}' without asking anything.")


def _shown(journey: Journey, state: JourneyState, facts: JourneyFacts) -> bool:
    return any(not choice.hidden for choice in available(journey, state, facts))


def _filled(step: Step, facts: JourneyFacts) -> Choice | None:
    known = {**facts.slots, "audience": facts.audience, "country": facts.country}
    value = known.get(step.fill) if step.fill else None
    return next((choice for choice in step.choices if choice.id == value), None)


def _has_open_ticks(journey: Journey, state: JourneyState, facts: JourneyFacts) -> bool:
    return any(not choice.done for choice in available(journey, state, facts))


def _next(step: Step) -> str:
    assert step.next is not None  # `journey_problems` has seen to it
    return step.next


def _reply(step: Step, choice: Choice) -> Tuple[str, ...]:
    return (f"reply/{step.id}/{choice.id}",) if choice.reply else ()


def _after(step: Step, choice: Choice) -> Tuple[str, ...]:
    return (*_reply(step, choice), *((f"explain/{step.id}",) if step.explain else ()))


def _at(state: JourneyState, step_id: str) -> JourneyState:
    """Back at an earlier step, with the answers before it; unchanged when the step was never answered."""
    places = [place for place, given in enumerate(state.answers) if split_answer(given)[0] == step_id]
    if not places:
        return replace(state, mode=OPEN)
    return JourneyState(state.journey, step_id, state.answers[: places[0]], OPEN, 1)


def _repeat(journey: Journey, state: JourneyState, say: Tuple[str, ...], facts: JourneyFacts) -> Turn:
    if state.mode == COMPLETED:
        return Turn(state, ("shared/finished",))
    if state.asked < MOST_ASKED:
        return Turn(replace(state, asked=state.asked + 1, mode=OPEN), (*say, f"ask/{state.step}"))
    return _give_up(journey, state, facts)


def _give_up(journey: Journey, state: JourneyState, facts: JourneyFacts) -> Turn:
    step = journey.steps[state.step]
    if step.next is None or step.composer:
        return Turn(replace(state, mode=PAUSED, asked=1), ("shared/offer",))
    explained = (f"explain/{step.id}",) if step.explain else ()
    left_out = state.with_answer(step.id, SKIPPED)
    return _enter(journey, left_out, step.next, ("shared/moving_on", *explained), facts)
