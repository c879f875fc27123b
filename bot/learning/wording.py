"""The words and buttons of a move. Everything comes from `data/journeys/`; nothing is written here. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple

from bot.content.journey_composers import Composed, JourneyFacts
from bot.content.journeys import Journey, JourneyBook, Step, first_fitting
from bot.content.variables import selection_from
from bot.learning import engine
from bot.learning.decision import AGAIN, ANSWER_INTENT, BACK, CONTROL_STEP, GO_ON, LEAVE
from bot.learning.state import COMPLETED, FILLED, LEFT, PAUSED, JourneyState, split_answer

#: Fills placeholders of a text from values, such as `ResponseBook.fill`.
Fill = Callable[[str, Mapping[str, Any]], str]
#: A placeholder that shows services, so that the widget can draw their cards.
_SHOWS_SERVICES = ("{helplines}", "{helpline_short}", "{help_strip}")


@dataclass(frozen=True)
class Worded:
    """What is sent: `text` in bubbles parted by a blank line, `buttons` as (title, payload)."""

    text: str
    buttons: Tuple[Tuple[str, str], ...]
    custom: Mapping[str, Any] | None = None
    hotlines: Tuple[str, ...] = ()


def word(book: JourneyBook, state: JourneyState, say: Sequence[str], facts: JourneyFacts, fill: Fill) -> Worded:
    """Words one move.

    Args:
        book: All journeys.
        state: The state after the move.
        say: What the move says, as `bot.learning.engine` names it.
        facts: For whom and where.
        fill: Fills placeholders.
    """
    return _Speech(book, state, facts, fill).worded(say)


def starting_words(book: JourneyBook, facts: JourneyFacts, fill: Fill) -> Worded:
    """A list of the journeys for this audience, all of them when it is unknown."""
    text = first_fitting(book.shared.texts["none_open"], {"audience": facts.audience})
    fitting = [j for j in book.journeys.values() if facts.audience is None or facts.audience in j.audiences]
    return Worded(fill(text, facts.slots), tuple((journey.title, f"/{journey.intent}") for journey in fitting))


def payload(step: str, choice: str) -> str:
    """The payload of a button inside a journey."""
    return f"/{ANSWER_INTENT}{json.dumps({'choice': f'{step}/{choice}'})}"


class _Speech:
    def __init__(self, book: JourneyBook, state: JourneyState, facts: JourneyFacts, fill: Fill) -> None:
        self.book = book
        self.state = state
        self.facts = facts
        self.fill = fill
        self.journey: Journey = book.journeys[state.journey]
        self.conditions = engine.conditions_from(state, facts)
        self.composed: Composed | None = None
        self.hotlines: List[str] = []

    def worded(self, say: Sequence[str]) -> Worded:
        texts = [text for text in (self._text(name) for name in say) if text]
        custom = self.composed.custom if self.composed else None
        buttons = tuple(self._buttons())
        hotlines = (*self.hotlines, *(self.composed.hotlines if self.composed else ()))
        return Worded("\n\n".join(texts), buttons, custom, tuple(dict.fromkeys(hotlines)))

    def _text(self, name: str) -> str:
        kind, _, rest = name.partition("/")
        if kind == "shared":
            return self._fill(first_fitting(self.book.shared.texts[rest], self.conditions), None)
        step = self.journey.steps[rest.partition("/")[0]]
        if kind == "ask":
            return self._prompt(step)
        if kind == "reply":
            choice_id = rest.partition("/")[2]
            wordings = next((choice.reply for choice in step.choices if choice.id == choice_id), ())
        else:
            wordings = step.more if kind == "more" else step.explain
        return self._fill(first_fitting(wordings, self.conditions), step)

    def _prompt(self, step: Step) -> str:
        lines = "\n".join(self._fill(line.text, step) for line in step.lines if line.fits(self.conditions))
        parts = [self._fill(first_fitting(step.say, self.conditions), step), lines]
        if step.composer:
            self.composed = engine.compose(self.journey, self.state, self.facts)
            parts.append(self.composed.text if self.composed else "")
        parts.append(self._fill(first_fitting(step.close, self.conditions), step))
        return "\n\n".join(part for part in parts if part)

    def _fill(self, text: str, step: Step | None) -> str:
        values = self._values(step)
        if any(name in text for name in _SHOWS_SERVICES):
            self.hotlines += [choice.service.id for choice in selection_from(values).choices]
        return self.fill(text, values)

    def _values(self, step: Step | None) -> Dict[str, Any]:
        result = engine.score(self.journey, self.state)
        category = step.card_category if step else None
        return {
            **self.facts.slots,
            # The risk of an earlier card does not choose the helplines of an exercise.
            "card_category": category,
            "check_in": None,
            "audience": self.facts.audience,
            "country": self.facts.country,
            "channel": self.facts.channel,
            "title": self.journey.title,
            "chosen": self._newest_title(),
            "right_before": result.before,
            "right_after": result.after,
            "asked_before": result.asked["before"],
            "asked_after": result.asked["after"],
        }

    def _newest_title(self) -> str:
        """The button behind the newest answer, for "Ticked: …"; empty when there is none."""
        step_id, choice_id = split_answer(self.state.answers[-1]) if self.state.answers else ("", "")
        step = self.journey.steps.get(step_id)
        return next((choice.title for choice in step.choices if choice.id == choice_id), "") if step else ""

    def _buttons(self) -> List[Tuple[str, str]]:
        titles = self.book.shared.titles
        step = self.journey.steps[self.state.step]
        links = [(link.title, link.payload) for link in (*step.links, *(self.composed.links if self.composed else ()))]
        topics = (titles["topics"], "/show_topics")
        if self.state.mode == PAUSED:
            return [self._control(GO_ON), self._control(LEAVE)]
        if self.state.mode == LEFT:
            return [self._control(GO_ON), self._control(AGAIN), topics]
        if self.state.mode == COMPLETED:
            return [*links, self._control(AGAIN), topics] if not links else [*links, topics]
        choices = engine.available(self.journey, self.state, self.facts)
        shown = [(choice.title, payload(step.id, choice.id)) for choice in choices if not choice.hidden]
        can_change = any(not given.startswith(FILLED) for given in self.state.answers)
        return [*shown, *links, *([self._control(BACK)] if can_change else []), self._control(LEAVE)]

    def _control(self, name: str) -> Tuple[str, str]:
        return self.book.shared.titles[name], payload(CONTROL_STEP, name)
