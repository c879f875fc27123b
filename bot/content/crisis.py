"""The reply to a message at risk, put together from fixed wording and the directory. Pure, in process, no Rasa.

Order of help: care and what to do now; then the helplines of the country, or, when it is not known, help that works
anywhere and only then the question for the country; then honesty about what a program can do; then the question what
might stop the person from making contact. At `emergency` the emergency number comes first and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Tuple

from bot.content.card_words import get_card_words
from bot.content.cards import Card, cards_of, gsm
from bot.content.hotlines import HotlineDirectory, get_directory
from bot.content.responses import ADULT, Button, ResponseBook, get_responses
from bot.content.schema import INTERNATIONAL
from bot.content.selection import Selection, SelectionRequest, select
from bot.content.situations import Situation
from bot.content.telling import CrisisContext, find_situation_told, read_told
from bot.content.variables import helpline_lines, short_line
from bot.safety import levels
from bot.safety.answers import is_of_the_own_home, tells_of_an_attack
from bot.safety.levels import RiskAssessment, RiskLevel, Speaker
from bot.safety.protocol import CHILD, FRIEND, PARENT, PROFESSIONAL, Duty, ReplyKind, audience_of, duty_of, is_grown

#: The question for a parent about what they do themselves.
ASKS_OF_OWN_HAND = "utter_check_in_own_hand_parent"
#: Words in an emergency once help was called.
UTTER_HELP_CALLED = "utter_emergency_help_called"
#: When a card was given before, this many lines are repeated.
REPEATED_LINES = 2
ENGLISH = "en"
#: Languages of the fixed cards that are not written in Latin letters.
_OTHER_SCRIPTS = ("ar", "ja", "ru", "zh")


@dataclass(frozen=True)
class Message:
    """One message to send: its bubbles are separated by a blank line. `response` names the wording it came from."""

    text: str
    buttons: Tuple[Button, ...] = ()
    response: str = ""


@dataclass(frozen=True)
class CrisisReply:
    """What to send.

    Attributes:
        hotlines: Ids of every service shown, the emergency service last unless it leads.
        level: Level of the card.
        category: What it is about, for the next turn's `cards_given`.
        cards: The services as structured data for the widget.
        speaker: Whose situation it is, as the words tell it.
        needs: What helplines the situation called for; empty for those of the category. With `selection.GROWN` the
            words told that an adult writes.
    """

    messages: Tuple[Message, ...]
    hotlines: Tuple[str, ...]
    level: RiskLevel
    category: str
    cards: Tuple[Card, ...] = field(default=())
    speaker: Speaker = Speaker.UNKNOWN
    needs: Tuple[str, ...] = ()


@dataclass(frozen=True)
class _Desk:
    """Everything one composition works with."""

    book: ResponseBook
    duty: Duty
    assessment: RiskAssessment
    context: CrisisContext
    selection: Selection
    values: Mapping[str, Any]
    situation: Situation | None = None

    def message(self, name: str, **values: str) -> Message:
        audience, known = audience_of(self.duty.voice), {**self.values, **values}
        chosen = self.book.choose(name, audience, self.context.channel, known, reader=self._reader(name))
        text = "\n\n".join(_tidy(bubble) for bubble in chosen.text.split("\n\n"))
        # In another script plain characters would leave question marks only; such a card is short enough as it is.
        plain = self.context.channel == "sms" and self.values["language"] not in _OTHER_SCRIPTS
        return Message(gsm(text) if plain else text, chosen.buttons, name)

    def _reader(self, name: str) -> str | None:
        """A grown-up about another grown-up has words of their own where the response has them."""
        is_from_a_grown_up = self.duty.voice == FRIEND and is_grown(self.context.age, self.context.audience)
        return ADULT if is_from_a_grown_up and self.book.is_worded_for(name, ADULT) else None


def compose(
    assessment: RiskAssessment,
    context: CrisisContext,
    directory: HotlineDirectory | None = None,
    book: ResponseBook | None = None,
) -> CrisisReply:
    """Puts the reply together.

    Args:
        assessment: From the safety engine; a level of NONE is answered like an unclear message, with a question.
        directory, book: Those of the process unless given.

    Returns:
        At least one message. For `check_in` one question, or the card where the words told plainly what would be asked;
        for `escalate` the card, shorter when one for the same trouble was given before; for `emergency` the emergency
        number and nothing else.
    """
    directory = directory or get_directory()
    told = read_told(assessment, context)
    assessment, context, level, category = told.assessment, told.context, told.assessment.level, told.category
    duty = duty_of(level, category, assessment.speaker, context.audience, told.cards_given, context.age)
    language = _language(assessment, context, book or get_responses())
    request = SelectionRequest(
        country=context.country,
        category=category,
        level=level,
        speaker=assessment.speaker,
        audience=context.audience,
        age=context.age,
        at=context.at,
        channel=context.channel,
        language=language,
        needs=told.needs,
    )
    selection = select(directory, request)
    values = _values(selection, request, assessment, context)
    desk = _Desk(book or get_responses(), duty, assessment, context, selection, values, told.situation)
    messages = _in_language(desk, language) if language != ENGLISH else _KINDS[duty.kind](desk)
    cards = _cards(desk, category)
    return CrisisReply(tuple(messages), _shown(desk), level, duty.category, cards, assessment.speaker, told.needs)


def _values(
    selection: Selection, request: SelectionRequest, assessment: RiskAssessment, context: CrisisContext
) -> Dict[str, Any]:
    values: Dict[str, Any] = {
        "country": context.country,
        "channel": context.channel,
        "card_category": request.category,
        "card_speaker": assessment.speaker.value,
        "language": request.language,
        "at": context.at,
    }
    values["helplines"] = "\n".join(helpline_lines(selection, values))
    # Chosen anew by its provider, the line would lack the age, and the audience there is that of the wording.
    values["helpline_short"] = short_line(selection)
    return values


def _language(assessment: RiskAssessment, context: CrisisContext, book: ResponseBook) -> str:
    """The language of the words, else of the page, when a card is written in it; else English."""
    for language in (assessment.language, context.language):
        if language == ENGLISH:
            return ENGLISH
        if language and f"utter_crisis_card_{language}" in book:
            return language
    return ENGLISH


def _in_language(desk: _Desk, language: str) -> List[Message]:
    if desk.duty.kind is ReplyKind.QUESTION and f"utter_check_in_{language}" in desk.book:
        return [desk.message(f"utter_check_in_{language}")]
    if desk.duty.kind is ReplyKind.EMERGENCY and f"utter_emergency_card_{language}" in desk.book:
        return [desk.message(f"utter_emergency_card_{language}")]
    # Where only the card is written in this language, a question becomes the card: fail towards help.
    return [desk.message(f"utter_crisis_card_{language}")]


def _question(desk: _Desk) -> List[Message]:
    general = f"utter_check_in_{desk.duty.category}"
    if _is_from_own_hand(desk):
        return [desk.message(ASKS_OF_OWN_HAND)]
    # What was written before may have spoken of dying for another reason ("my gran died"): the newest words count.
    situation = find_situation_told(desk.context.newest_words, desk.duty.category)
    subjects = [general, *([f"utter_check_in_{situation.name}"] if situation else [])]
    own = (f"{subject}_{desk.duty.voice}" for subject in subjects)
    return [desk.message(next((name for name in own if name in desk.book), general))]


def _is_from_own_hand(desk: _Desk) -> bool:
    """Whether a parent may write of what they do to their own child: "is someone hurting you" would be no question."""
    if desk.duty.category != levels.ABUSE_DISCLOSURE or desk.context.audience in (CHILD, PROFESSIONAL):
        return False
    newest = desk.context.newest_words
    situation = find_situation_told(newest, desk.duty.category, is_grown(desk.context.age, desk.context.audience))
    is_guessed = desk.assessment.speaker is Speaker.OWN_BEHAVIOUR and desk.context.audience == PARENT
    return is_guessed or (situation is not None and situation.by_a_parent)


def _card(desk: _Desk) -> List[Message]:
    first = desk.message(_first_words(desk))
    if desk.context.channel == "sms":
        # One text message of two segments; the rest follows when the person answers.
        return [Message(first.text, _first_barrier(desk), first.response)]
    if desk.selection.fallback:
        # A country named but not in the directory gets the same help, without being asked again.
        asked = desk.context.country is None
        closing = "utter_crisis_close_ask_country" if asked else _closing(desk)
        return [first, desk.message("utter_crisis_anywhere"), desk.message(closing)]
    lines = Message(str(desk.values["helplines"]), (), "utter_crisis_helplines")
    return [message for message in (first, lines, desk.message(_closing(desk))) if message.text]


def _first_words(desk: _Desk) -> str:
    """The words for the situation told of, where there are any in this voice; else those of the category."""
    general = f"utter_crisis_{desk.duty.category}_{_voice(desk)}"
    if desk.situation is None:
        return general
    own = f"utter_crisis_{desk.situation.name}_{_voice_in(desk.situation, desk)}"
    return own if own in desk.book else general


def _voice_in(situation: Situation, desk: _Desk) -> str:
    voice = _voice(desk)
    if situation.writer_acts and voice == FRIEND:
        return PARENT if desk.context.audience == "parent" else CHILD
    return voice


def _again(desk: _Desk) -> List[Message]:
    lines = helpline_lines(desk.selection, desk.values, REPEATED_LINES)
    message = desk.message(_again_words(desk), helplines="\n".join(lines))
    # A text message spells its first choice out ("Reply 1 …"), as the first card does.
    first = _first_barrier(desk) if desk.context.channel == "sms" else _next_answer(desk)
    others = tuple(button for button in message.buttons if button not in first)
    return [Message(message.text, (*first, *others), message.response)]


def _again_words(desk: _Desk) -> str:
    """What is told more after the general card for a trouble is received once in words for it.

    A card for a situation of its own (who made a fake, whose child hurts another) knows more than those words.
    """
    category, voice, said = desk.duty.category, desk.duty.voice, desk.context.words_given
    general, own = f"utter_crisis_again_{voice}", f"utter_crisis_again_{category}_{voice}"
    first = {f"utter_crisis_{category}_{voice}", f"utter_check_in_yes_{category}"}
    is_fresh = own in desk.book and own not in said and bool(first.intersection(said))
    return own if is_fresh and desk.context.channel != "sms" else general


def _next_answer(desk: _Desk) -> Tuple[Button, ...]:
    """The answer that fits the situation, as a button, where the wording book has it."""
    name = get_card_words()["next_answer"].get(desk.duty.category)
    if desk.context.channel == "sms" or not name or f"utter_faq/{name['faq']}" not in desk.book:
        return ()
    return (Button(name["title"], f'/ask{{"faq": "{name["faq"]}"}}'),)


def _emergency(desk: _Desk) -> List[Message]:
    kind = _kind_of_danger(desk)
    if desk.context.help_is_called and _is_same_danger(desk, kind):
        # "If it gets worse" is no answer to what has got worse.
        is_worse = desk.context.emergency_told_anew
        worse = "utter_emergency_worse_danger" if kind == "danger" else f"utter_emergency_still_{kind}"
        return [desk.message(worse if is_worse else UTTER_HELP_CALLED)]
    # The same words twice in a row sound as if nobody read; the number stays first.
    if desk.context.emergencies and _is_same_danger(desk, kind):
        return [desk.message(f"utter_emergency_{_how_often(desk, kind)}_{kind}")]
    # Who found somebody that does not wake up is not sent away from them, whoever they are.
    own = f"utter_emergency_{desk.situation.name}" if desk.situation else ""
    if own in desk.book:
        return [desk.message(own)]
    return [desk.message(f"utter_emergency_{kind}_{_voice_in_danger(desk, kind)}")]


def _kind_of_danger(desk: _Desk) -> str:
    """Where the danger comes from; somebody who does not wake up is no danger by another, unless that is told."""
    if desk.assessment.is_danger_from_oneself:
        return "self_harm"
    goes_on = desk.context.emergencies and desk.context.emergency_of_a_collapse
    is_attack = desk.assessment.is_told_plainly or tells_of_an_attack(desk.context.newest_words)
    return "collapsed" if goes_on and not is_attack else "danger"


def _how_often(desk: _Desk, kind: str) -> str:
    """Which words for an emergency that goes on: danger that is told anew gets no "if", and no words twice in a row."""
    is_worse = kind == "danger" and desk.context.emergency_told_anew and desk.context.emergencies % 2
    return "worse" if is_worse else ("still" if desk.context.emergencies > 1 else "again")


def _is_same_danger(desk: _Desk, kind: str) -> bool:
    """Whether the emergency is the one of the card before."""
    if desk.context.emergency_of_a_collapse or kind == "collapsed":
        return kind == "collapsed"
    return desk.context.emergency_from_oneself == (kind == "self_harm")


def _voice_in_danger(desk: _Desk, kind: str) -> str:
    voice = "survivor" if desk.duty.voice == "own_behaviour" else desk.duty.voice
    return CHILD if kind == "danger" and voice == FRIEND and _is_at_home(desk) else voice


def _is_at_home(desk: _Desk) -> bool:
    """Whether a child tells of somebody of their own home: an adult near them may be the one who is dangerous."""
    is_a_child = not is_grown(desk.context.age, desk.context.audience)
    return is_a_child and is_of_the_own_home(desk.context.newest_words)


_KINDS = {
    ReplyKind.QUESTION: _question,
    ReplyKind.CARD: _card,
    ReplyKind.AGAIN: _again,
    ReplyKind.EMERGENCY: _emergency,
}


def _voice(desk: _Desk) -> str:
    """The voice of the first words; only a worry about one's own behaviour has words of its own for that voice."""
    if desk.duty.category == levels.OFFENDER_CONCERN:
        return "own_behaviour" if desk.duty.voice == "survivor" else desk.duty.voice
    return "survivor" if desk.duty.voice == "own_behaviour" else desk.duty.voice


def _closing(desk: _Desk) -> str:
    category, voice = desk.duty.category, _voice(desk)
    own = f"utter_crisis_close_{category}_{voice}"
    if own not in desk.book and category == levels.IMMEDIATE_DANGER:
        return "utter_crisis_close_immediate_danger"
    return own if own in desk.book else f"utter_crisis_close_{voice}"


def _first_barrier(desk: _Desk) -> Tuple[Button, ...]:
    """The choice that the text message itself spells out as "Reply 1 …"."""
    quiet = _voice(desk) in ("child", "survivor", "own_behaviour")
    name = "barrier_cannot_talk" if quiet else "barrier_dont_know_what_to_say"
    buttons = desk.book.choose(f"utter_crisis_close_{_voice(desk)}", None, "web", desk.values).buttons
    return tuple(button for button in buttons if button.payload == f"/{name}")


def _shown(desk: _Desk) -> Tuple[str, ...]:
    """Ids of the services in the reply."""
    if desk.duty.kind is ReplyKind.QUESTION:
        return ()
    emergency = desk.selection.emergency.id if desk.selection.emergency else f"{INTERNATIONAL.lower()}-112"
    if desk.duty.kind is ReplyKind.EMERGENCY:
        return (emergency,)
    services = [choice.service.id for choice in desk.selection.beside_emergency]
    if desk.duty.kind is ReplyKind.AGAIN:
        services = services[:REPEATED_LINES]
    if desk.context.channel == "sms":
        services = services[:1]
    return (*services, emergency)


def _cards(desk: _Desk, category: str | None) -> Tuple[Card, ...]:
    shown = set(_shown(desk))
    cards = cards_of(desk.selection, category, desk.context.at, str(desk.values["language"]))
    return tuple(card for card in cards if card.id in shown)


def _tidy(bubble: str) -> str:
    """Closes the gap that an empty variable leaves."""
    return "\n".join(" ".join(part.split(" ")).replace("  ", " ").strip() for part in bubble.split("\n"))
