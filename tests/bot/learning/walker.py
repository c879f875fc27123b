"""A learner who does anything: presses, types, asks something else, is interrupted by a card, goes back, stops, returns."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field

from bot.content.journey_composers import JourneyFacts
from bot.content.responses import get_responses
from bot.learning.decision import ANSWER_INTENT, Heard, decide, return_after
from bot.learning.engine import Turn
from bot.learning.state import COMPLETED, LEFT, OPEN, from_slots
from bot.learning.wording import Worded, word

NONSENSE = ("purple monkey dishwasher", "asdf", "???", "7 dwarfs", "")
#: Moves that ask for the prompt again, or give an answer: they begin a new count of how often it was said.
RENEWING = ("press", "type", "number", "back", "go_on", "begin")


@dataclass
class Walk:
    """What happened on one walk."""

    moves: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    mode: str = ""
    step: str = ""
    most_repeated: int = 0
    outcomes: list[str] = field(default_factory=list)
    #: What was sent, and the step that the journey was at afterwards.
    heard: list[tuple[str, str]] = field(default_factory=list)


class Walker:
    """Walks one journey; `seed` decides everything."""

    def __init__(self, book, journey, facts: JourneyFacts, seed: int) -> None:
        self.book, self.journey, self.facts = book, journey, facts
        self.chance = random.Random(seed)
        self.readers = {"refusal": lambda text: self.chance.choice(("firm", "unsure", "giving_in", None))}
        self.state = None
        self.worded: Worded | None = None
        self.prompt_newest = False
        self.said = 0
        self.walk = Walk()

    def run(self, wild_moves: int = 25, most_moves: int = 400) -> Walk:
        """Does anything for a while, then only presses buttons: there must be an end."""
        self.hear("begin", f"/{self.journey.intent}", self.journey.intent)
        for number in range(most_moves):
            if self.state.mode == COMPLETED and number >= wild_moves // 2:
                break
            move = self.chance.choice(self.moves()) if number < wild_moves else "press"
            getattr(self, f"do_{move}")()
            if self.state.mode == LEFT and number >= wild_moves:
                break
        self.walk.mode, self.walk.step = self.state.mode, self.state.step
        return self.walk

    def moves(self):
        return ("press", "press", "press", "press", "type", "number", "nonsense", "aside", "card", "back", "leave", "go_on", "skip")

    def do_press(self):
        inside = [payload for _, payload in self.worded.buttons if payload.startswith(f"/{ANSWER_INTENT}")]
        # Once the wild part is over, the exits are left alone.
        chosen = [p for p in inside if "/leave" not in p and "/back" not in p and "/again" not in p] or inside
        if not chosen:
            return self.do_begin()
        payload = self.chance.choice(chosen)
        choice = json.loads(payload.removeprefix(f"/{ANSWER_INTENT}"))["choice"]
        return self.hear("press", payload, ANSWER_INTENT, choice)

    def do_begin(self):
        self.hear("begin", f"/{self.journey.intent}", self.journey.intent)

    def do_type(self):
        titles = [title for title, _ in self.worded.buttons] or ["go on"]
        self.hear("type", self.chance.choice(titles).upper(), "nlu_fallback")

    def do_number(self):
        self.hear("number", str(self.chance.randint(1, 9)), "nlu_fallback")

    def do_nonsense(self):
        self.hear("nonsense", self.chance.choice(NONSENSE), "nlu_fallback")

    def do_back(self):
        self.hear("back", "go back", "something_else")

    def do_leave(self):
        self.hear("leave", "stop", "deny")

    def do_go_on(self):
        self.hear("go_on", "continue", "tell_me_more")

    def do_skip(self):
        self.hear("skip", "skip this one", "nlu_fallback")

    def do_aside(self):
        """A question of its own: answered elsewhere, then the journey may return."""
        turn = decide(self.book, self.state, Heard("what is grooming", "faq"), self.facts, self.prompt_newest, self.readers)
        assert turn is None, "a question must be answered, not swallowed"
        back = return_after(self.book, self.state, "faq", self.prompt_newest)
        self.prompt_newest = False
        if back:
            self.take("aside", back)

    def do_card(self):
        """SafetyPolicy answers; the journey says nothing."""
        self.walk.moves.append("card")
        self.prompt_newest = False

    def hear(self, move, text, intent, chosen=None):
        heard = Heard(text, intent, chosen)
        turn = decide(self.book, self.state, heard, self.facts, self.prompt_newest, self.readers)
        if turn is not None:
            self.take(move, turn)
            self.walk.heard.append((text, self.state.step))
            return
        # Some other answer of the assistant, after which the journey may return.
        back = return_after(self.book, self.state, intent, self.prompt_newest)
        self.prompt_newest = False
        if back:
            self.take("aside", back)
        return

    def take(self, move, turn: Turn):
        before = self.state
        self.state = from_slots(turn.state.as_slots(turn.say), self.book.journeys)
        assert self.state == turn.state, "what is kept in slots is read back unchanged"
        self.worded = word(self.book, self.state, turn.say, self.facts, get_responses().fill)
        assert self.worded.text.strip(), (self.journey.id, turn)
        assert self.worded.buttons, (self.journey.id, turn)
        assert "{" not in self.worded.text, self.worded.text
        assert all(c == "say" or "/" in c for c in turn.say)
        answered = before is None or self.state.answers != before.answers or self.state.step != before.step
        asks = f"ask/{self.state.step}" in turn.say and self.state.mode == OPEN
        if answered or move in RENEWING:
            self.said = 0
        self.said += asks
        self.walk.most_repeated = max(self.walk.most_repeated, self.said)
        self.walk.moves.append(move)
        self.walk.texts.append(self.worded.text)
        if turn.outcome:
            self.walk.outcomes.append(turn.outcome)
        self.prompt_newest = True
