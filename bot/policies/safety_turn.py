"""What of a message and of the session bears on the safety response, put together by `safety_policy.py`; no Rasa."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import AbstractSet, Mapping

from bot.dialogue.constants import TOLD_INTENT
from bot.dialogue.meaning import Meaning
from bot.safety.levels import EXTORTION, RiskAssessment, RiskLevel
from bot.safety.protocol import ANOTHER_TROUBLE_FROM, is_another_trouble

FAQ_INTENT = "faq"
_FEARS_REVENGE = "told_fear_of_revenge"


@dataclass(frozen=True)
class OpenCard:
    """What the latest card of this session was given for.

    Attributes:
        category: One of `bot.safety.levels.CATEGORIES`.
        speaker: Value of a `Speaker`: whose situation it is.
        is_emergency: Somebody was in danger, and nobody has said since that it is over.
        repeated: So many emergency cards stand at the end, without anything else between them.
        is_from_oneself: The danger is that somebody took something or hurts themselves.
        is_recent: It was among the last few bot messages, and nothing quite different was answered since.
        is_from_own_hand: The writer hurt a child, or is afraid to: help to stop is what it is about.
    """

    category: str
    speaker: str
    is_emergency: bool = False
    repeated: int = 0
    is_recent: bool = False
    is_from_oneself: bool = False
    is_from_own_hand: bool = False


@dataclass(frozen=True)
class Turn:
    """The newest message as it was understood, and what of the session bears on it.

    Attributes:
        risk: Assessment of the newest message together with the earlier ones.
        newest_alone: Level of the newest message by itself.
        intent: Intent of the newest message.
        check_in: Category of a check-in that waits for its answer, or None.
        card_level: Highest level for which a card was given in this session.
        told_plainly: The risk stands in plain words (a signal of `data/risk/`), not only in a learned score.
        cards_given: Categories of the cards already shown in this conversation.
        no_is_plain: Where the intent says no: the words say nothing else (`bot.safety.answers`).
        is_question: The message asks something.
        is_overread: The intent believes that help was found or that all is well, and the words do not say so.
        asks_what_now: The message asks for the next step and nothing else.
        asks_for_steps: It asks for the steps after the newest card, and they were not given yet.
        asks_for_numbers: It asks for the numbers, or who can be reached now, and nothing else.
        open_card: What the card that is talked about was given for, or None.
        is_fragment: No more than three words.
        cries_for_help: "Help me", and nothing else.
        speaks_of_calling: The words name a call, a line or talking to somebody.
        has_answer: A checked answer is near enough to be given, be it with a doubt.
        has_sure_answer: The words by themselves are nearly surely what that answer was written for.
        is_asked_in_case: It was found to be what such a question asks for after such a card, likelier than not.
        is_told_in_case: It was found to be what helps somebody who tells this, and asks nothing, after such a card.
        has_harmless_answer: That answer is about what a learned score easily takes for a risk of this category.
        has_answer_to_question: That answer says what our own question would ask about.
        is_about_card: That answer is one that people ask for after such cards.
        is_about_helplines: That answer says what happens when one calls.
        adds_trouble: The words say that this is something more ("another girl", "there is more").
        asked_before: Category of a check-in of a few messages ago that is still without its yes, or None.
        was_told_again: The newest bot message is a card shown once more.
        meaning: What the words mean because of the open card, where that is not what they say.
        is_answered_as_told: The words tell something that has an answer of its own ("i already paid him").
        speaks_of_dying: The words are of dying or of hurting oneself.
        wants_to_die: They say outright that somebody wants to die.
        others_card: Slots of the card that is due where the newest one took the wrong person.
        hints_at_despair: The words, after the card for another trouble, are such that one asks about dying.
        is_of_the_writer_alone: The words are about the writer and name nobody else.
        denies_what_we_said: Dying is denied right after an answer of ours that spoke of it, and not of the writer.
        is_in_language_of_card: The open card was given in another language than English, and the message is in that
            one, or in none that can be named.
    """

    risk: RiskAssessment
    newest_alone: RiskLevel
    intent: str | None
    check_in: str | None
    card_level: RiskLevel
    told_plainly: bool = True
    cards_given: AbstractSet[str] = frozenset()
    no_is_plain: bool = True
    is_question: bool = True
    is_overread: bool = False
    asks_what_now: bool = False
    asks_for_steps: bool = False
    asks_for_numbers: bool = False
    open_card: OpenCard | None = None
    has_answer: bool = False
    has_sure_answer: bool = False
    is_asked_in_case: bool = False
    is_told_in_case: bool = False
    has_harmless_answer: bool = False
    has_answer_to_question: bool = False
    is_about_card: bool = False
    is_about_helplines: bool = False
    adds_trouble: bool = False
    asked_before: str | None = None
    is_fragment: bool = False
    cries_for_help: bool = False
    speaks_of_calling: bool = False
    was_told_again: bool = False
    meaning: Meaning | None = None
    is_answered_as_told: bool = False
    is_in_language_of_card: bool = False
    others_card: Mapping[str, str] = field(default_factory=dict)
    hints_at_despair: bool = False
    denies_what_we_said: bool = False
    is_of_the_writer_alone: bool = False
    speaks_of_dying: bool = False
    wants_to_die: bool = False

    @property
    def is_after_a_card(self) -> bool:
        """Whether a card was given in this session."""
        return self.card_level >= RiskLevel.ESCALATE

    @property
    def has_recent_card(self) -> bool:
        """Whether a card is what is talked of: see `OpenCard.is_recent`."""
        return self.open_card is not None and self.open_card.is_recent

    @property
    def tells_a_fact(self) -> bool:
        """Whether it tells something about what the card was given for, and there are words for that."""
        return self.has_recent_card and (str(self.intent).startswith(TOLD_INTENT) or self.is_told_in_case)

    @property
    def is_emergency(self) -> bool:
        """Whether this message, with those before it, tells of danger at this moment."""
        return self.risk.level == RiskLevel.EMERGENCY

    @property
    def asks_about_the_card(self) -> bool:
        """Whether a question has an answer, and tells nothing that is at risk in plain words or by itself.

        "Would it not be easier to pay" sounds like despair by itself, and has an answer of the card's own topic.
        """
        is_answerable = self.intent == FAQ_INTENT or self.has_answer
        is_safe = self.newest_alone < RiskLevel.ESCALATE or self.is_about_card
        # "If he puts it on the net how to remove it" tells the card's own trouble plainly, and asks. Who wants to die
        # is met as such, whatever is asked beside it.
        is_of_the_card = self.open_card is not None and self.risk.main_category == self.open_card.category
        is_no_news = self.is_asked_in_case and is_of_the_card and not (self.is_emergency or self.wants_to_die)
        return self.is_question and is_answerable and is_safe and (is_no_news or not self.told_plainly)

    @property
    def is_another_trouble(self) -> bool:
        """Whether the risk is surely none that a card was about; what a trouble is made of is another if so said."""
        named = self.risk.main_category
        if self.intent == _FEARS_REVENGE and named == EXTORTION and not self.told_plainly:
            # "They will know it was me and make me pay" sounds of blackmail to the readers.
            return False
        is_new = self.adds_trouble and named is not None and named not in self.cards_given
        return is_another_trouble(self.risk, self.cards_given) or (is_new and self._is_sure(named))

    def _is_sure(self, category: str | None) -> bool:
        likely = self.risk.categories.get(category or "", 0) >= ANOTHER_TROUBLE_FROM
        return likely and self.risk.level >= RiskLevel.ESCALATE
