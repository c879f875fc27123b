"""What there is to answer: who writes, in which situation, as the words tell it. Pure.

The safety engine says how grave it is and guesses whose situation it is; here the person's last messages are read for
what that guess easily gets wrong, before `bot.content.crisis` puts the reply together.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Collection, Tuple

from bot.content.selection import (
    GROWN,
    NEEDS,
    OF_THEMSELVES,
    PURPOSES,
    as_grown,
    as_of_themselves,
    may_be_grown,
    person_of,
)
from bot.content.situations import (
    A_CHILD,
    ABOUT_ONESELF,
    ALWAYS,
    AT_WORK,
    CARER_AT_HOME,
    OF_A_CHARGE,
    OF_A_FRIEND,
    OF_A_GROWN_UP,
    OF_ANOTHERS_DEATH,
    ONCE,
    OWN_CHILD,
    OWN_CHILD_HURT,
    OWN_TEACHER,
    OWN_THOUGHTS,
    OWN_THOUGHTS_SAID,
    SOMEBODY_ELSE,
    STAFF_THEMSELVES,
    TO_A_GROWN_UP,
    TOLD_AS_AN_ADULT,
    VIOLENCE_ALONE,
    Situation,
    find_situation,
    is_of_oneself,
    read_writer,
    situation_named,
)
from bot.errors import ContentError
from bot.safety import levels
from bot.safety.levels import RiskAssessment, RiskLevel, Speaker
from bot.safety.protocol import CHILD, PARENT, PROFESSIONAL, is_grown

logger = logging.getLogger(__name__)

#: The engine may report "escalate" without a category only when a detector failed: then help for anything.
_UNNAMED_CATEGORY = levels.ABUSE_DISCLOSURE


@dataclass(frozen=True)
class CrisisContext:
    """What is known of the person and the moment.

    Attributes:
        country: ISO code or None.
        audience: child, parent, professional or None.
        channel: web, telegram, whatsapp, sms or plain.
        language: Two-letter code of the page, or None for English.
        cards_given: Categories of the cards already shown in this conversation.
        at: An aware time for opening hours, or None.
        age: Years, when the person said it.
        words: The person's last messages, one a line, newest last; they choose between fitting first words, and say
            who writes and whose situation it is where the learned guess is easily wrong (`bot.content.situations`).
        needs: What helplines the newest card showed for its situation, so that they are shown again; empty for those of
            the category. With `selection.GROWN` the words before that card told that an adult writes.
        emergencies: How many emergency cards were shown just before, without anything else between them.
        of_a_friend: The newest card was about somebody who is no child of the writer, as "she said it again" is.
        of_a_child: The newest card was about a child whom a parent told of, as "he's out with the man now" is.
        words_given: Response names of the cards of this session, so that the words for a situation are not said twice.
        situation: Name of the situation, where more than the words told it: "it's me" after a card about another.
        whose_is_said: The assessment's speaker is who the person said it is, and no guess.
        emergency_from_oneself: The newest of them was about somebody who took something or hurts themselves.
        emergency_told_anew: The newest message tells of danger at this moment by itself.
        emergency_of_a_collapse: It was about somebody who does not wake up.
        help_is_called: It was said since that help was called.
    """

    country: str | None = None
    audience: str | None = None
    channel: str = "web"
    language: str | None = None
    cards_given: Collection[str] = ()
    at: datetime | None = None
    age: int | None = None
    words: str = ""
    needs: Tuple[str, ...] = ()
    emergencies: int = 0
    emergency_from_oneself: bool = False
    emergency_of_a_collapse: bool = False
    emergency_told_anew: bool = False
    help_is_called: bool = False
    of_a_friend: bool = False
    of_a_child: bool = False
    words_given: Collection[str] = ()
    situation: str | None = None
    whose_is_said: bool = False

    @property
    def newest_words(self) -> str:
        """The newest of the messages in `words`."""
        return self.words.rpartition("\n")[2]


@dataclass(frozen=True)
class Told:
    """What there is to answer, once the words have been read.

    Attributes:
        assessment: With the level that is answered and whose situation it is.
        context: With the age and the audience that the words tell.
        category: What the reply is about; None for a question about an unnamed worry.
        situation: Whose wording is used where it has one.
        cards_given: Categories for which the shorter card is enough.
        needs: As in `CrisisReply`.
    """

    assessment: RiskAssessment
    context: CrisisContext
    category: str | None
    situation: Situation | None
    cards_given: Collection[str]
    needs: Tuple[str, ...]


def read_told(assessment: RiskAssessment, context: CrisisContext) -> Told:
    """Reads the last messages for who writes and for the situation.

    Args:
        assessment: From the safety engine; a level of NONE is met like an unclear message.

    Returns:
        A question is left as it is, unless the newest words tell a situation so plainly that the card is due. In an
        emergency the words may say who somebody is, and never what it is about.
    """
    level = max(assessment.level, RiskLevel.CHECK_IN)
    plain = _plainly_told(assessment, context) if level is RiskLevel.CHECK_IN else None
    assessment = replace(assessment, level=level if plain is None else RiskLevel.ESCALATE)
    assessment, context, of_themselves = _staff_about_themselves(assessment, context)
    assessment = assessment if context.whose_is_said else _whose_it_is(assessment, context)
    if assessment.level is RiskLevel.CHECK_IN:
        return Told(assessment, context, assessment.asked_category, None, context.cards_given, ())
    category = assessment.main_category or _UNNAMED_CATEGORY
    writer = _read_writer(context.words, category)
    told_as_an_adult = _is_told_as_an_adult(writer, context)
    situation = plain or _situation_told(context, category, told_as_an_adult)
    unknown = may_be_grown(context.audience, context.age, context.channel)
    told_as_an_adult = told_as_an_adult or (situation is not None and situation.grown and unknown)
    assessment, context = _as_they_write(writer, told_as_an_adult, assessment, context)
    if situation is not None:
        assessment = _as_told(situation, writer, assessment, context)
    if situation is not None and assessment.level is RiskLevel.ESCALATE and situation.category not in (None, category):
        # What was told before must not swallow another trouble of the newest words: "i want to die".
        is_newest = _situation_told(_newest_words(context), category, told_as_an_adult) == situation
        category, situation = (situation.category or category, situation) if is_newest else (category, None)
    kept = tuple(need for need in context.needs if need in PURPOSES)
    needs = _needs(situation, assessment, context) or _without_sexual_violence(writer, category, assessment, context)
    # Another trouble inside the same category is met with its words; what it needs stays with its card.
    is_anew = situation is not None and _is_said_anew(situation, context, told_as_an_adult)
    cards_given = () if is_anew else context.cards_given
    needs = needs or (kept if category in cards_given else ())
    if told_as_an_adult:
        needs = (*needs, GROWN)
    if of_themselves:
        needs = (*needs, OF_THEMSELVES)
    return Told(assessment, context, category, situation, cards_given, needs)


def _is_said_anew(situation: Situation, context: CrisisContext, told_as_an_adult: bool) -> bool:
    """Whether its words are due after a card for the same trouble: told in the newest message, and not said yet."""
    if situation.anew != ONCE:
        return situation.anew == ALWAYS
    was_said = any(name.startswith(f"utter_crisis_{situation.name}_") for name in context.words_given)
    in_newest = _situation_told(_newest_words(context), situation.categories[0], told_as_an_adult)
    return not was_said and in_newest == situation


def _staff_about_themselves(
    assessment: RiskAssessment, context: CrisisContext
) -> Tuple[RiskAssessment, CrisisContext, bool]:
    """A professional who writes of themselves ("i'm a nurse and i want to die") is answered as an adult in need.

    Returns:
        What is answered, for whom, and whether it is so.
    """
    is_staff = context.audience == PROFESSIONAL or assessment.speaker is Speaker.PROFESSIONAL
    if context.audience == CHILD:
        return assessment, context, False
    category = assessment.asked_category or assessment.main_category or _UNNAMED_CATEGORY
    newest = _read_writer(_newest_words(context).words, category)
    # It stays so while they go on without a word of a child.
    goes_on = OF_THEMSELVES in context.needs and OF_A_CHARGE not in newest
    if not is_staff or not (STAFF_THEMSELVES in newest or goes_on):
        return assessment, context, False
    audience, age = as_of_themselves(context.age)
    return replace(assessment, speaker=Speaker.SELF), replace(context, audience=audience, age=age), True


def _whose_it_is(assessment: RiskAssessment, context: CrisisContext) -> RiskAssessment:
    """Whose situation a grown-up tells, where the learned guess of a short message ("they still have it up") is wrong.

    A parent who spoke of their child, and in the newest words neither of themselves nor of a friend, goes on about that
    child. A worry about somebody else's doings is no confession, whoever tells it.
    """
    category = assessment.asked_category or assessment.main_category
    if category == levels.OFFENDER_CONCERN:
        return _of_whose_doings(assessment, context)
    writer = _read_writer(context.words, category or _UNNAMED_CATEGORY)
    newest = _read_writer(_newest_words(context).words, category or _UNNAMED_CATEGORY)
    is_theirs = context.audience == PARENT or _is_told_as_an_adult(writer, context)
    guessed = assessment.speaker in (Speaker.SELF, Speaker.FRIEND, Speaker.UNKNOWN)
    is_of_a_grown_up = TO_A_GROWN_UP in newest and A_CHILD not in newest
    is_of_others = is_of_a_grown_up or bool({ABOUT_ONESELF, OF_A_FRIEND}.intersection(newest))
    goes_on_about_it = (OWN_CHILD in writer or context.of_a_child) and not is_of_others
    # "I work in a shop, I'm her aunt": the page says that a parent writes, and no word says that they are staff.
    is_no_staff = CARER_AT_HOME in writer or AT_WORK not in writer
    is_called_staff = assessment.speaker is Speaker.PROFESSIONAL and context.audience == PARENT and is_no_staff
    if is_called_staff or _goes_on_about_the_child(assessment, context, newest):
        return replace(assessment, speaker=Speaker.ABOUT_CHILD)
    is_guessed_own = assessment.speaker in (Speaker.SELF, Speaker.OWN_BEHAVIOUR, Speaker.UNKNOWN)
    if OF_ANOTHERS_DEATH in newest and is_guessed_own:
        whose = Speaker.ABOUT_CHILD if context.audience == PARENT and TO_A_GROWN_UP not in newest else Speaker.FRIEND
        return replace(assessment, speaker=whose)
    is_called_a_friend = assessment.speaker is Speaker.FRIEND and context.audience == PARENT
    if is_theirs and guessed and (goes_on_about_it or (is_called_a_friend and _is_of_another(newest, context))):
        return replace(assessment, speaker=Speaker.ABOUT_CHILD)
    return assessment


def _goes_on_about_the_child(
    assessment: RiskAssessment, context: CrisisContext, newest: Collection[str]
) -> bool:
    """Whether a parent goes on about the child of the card before, which a learned guess takes for somebody else's.

    "She will do something to herself, my wife is crying" is about no friend, and "the caseworker is not answering"
    makes nobody a colleague.
    """
    guessed = assessment.speaker in (Speaker.FRIEND, Speaker.PROFESSIONAL, Speaker.UNKNOWN)
    names_another = bool({OF_A_FRIEND, TO_A_GROWN_UP}.intersection(newest))
    return context.audience == PARENT and context.of_a_child and guessed and not names_another


def _is_of_another(newest: Collection[str], context: CrisisContext) -> bool:
    """Whether somebody who came as a parent tells of a child, though the learned guess says a friend.

    "The children next door" and "he told her" are nobody's friends, where no other words say so.
    """
    names_a_grown_up = context.of_a_friend or {OF_A_FRIEND, OF_A_GROWN_UP, TO_A_GROWN_UP}.intersection(newest)
    return is_grown(context.age, context.audience) and (not names_a_grown_up or A_CHILD in newest)


def _of_whose_doings(assessment: RiskAssessment, context: CrisisContext) -> RiskAssessment:
    writer = _read_writer(context.words, levels.OFFENDER_CONCERN)
    if context.audience == PROFESSIONAL:
        # Staff who write of others stay staff; a teacher's own thoughts get the words and the line for those.
        is_own = OWN_THOUGHTS_SAID in writer or (OWN_THOUGHTS in writer and SOMEBODY_ELSE not in writer)
        is_guessed = assessment.speaker is Speaker.OWN_BEHAVIOUR
        return replace(assessment, speaker=Speaker.PROFESSIONAL) if is_guessed and not is_own else assessment
    guessed = assessment.speaker in (Speaker.OWN_BEHAVIOUR, Speaker.SELF, Speaker.UNKNOWN)
    is_about_others = SOMEBODY_ELSE in writer and OWN_THOUGHTS not in writer
    if context.audience == PARENT and assessment.speaker is Speaker.PROFESSIONAL and is_about_others:
        # The page says that a parent writes; "a volunteer at our church" makes nobody a colleague.
        return replace(assessment, speaker=Speaker.ABOUT_CHILD)
    if context.audience != CHILD and guessed and SOMEBODY_ELSE in writer and OWN_THOUGHTS not in writer:
        return replace(assessment, speaker=Speaker.ABOUT_CHILD)
    return assessment


def _needs(situation: Situation | None, assessment: RiskAssessment, context: CrisisContext) -> Tuple[str, ...]:
    # An emergency shows its number alone; of the people in it only a violent partner calls for other lines afterwards.
    if situation is None or (assessment.level is RiskLevel.EMERGENCY and not situation.grown):
        return ()
    return situation.needs_of(person_of(assessment.speaker, context.audience, context.age))


def _without_sexual_violence(
    writer: Collection[str], category: str, assessment: RiskAssessment, context: CrisisContext
) -> Tuple[str, ...]:
    """What a child who is hit needs, or who tells of one: a line for sexual violence is no answer to blows alone."""
    person = person_of(assessment.speaker, context.audience, context.age)
    is_due = category == levels.ABUSE_DISCLOSURE and VIOLENCE_ALONE in writer and assessment.level is RiskLevel.ESCALATE
    if not is_due or person == "adult":
        return ()
    return tuple(need for need in NEEDS[category][person] if need != "sexual_violence")


def _plainly_told(assessment: RiskAssessment, context: CrisisContext) -> Situation | None:
    """The situation that the newest words tell so plainly that a question would ask what has been said."""
    category = assessment.main_category
    if category is None:
        return None
    told_as_an_adult = _is_told_as_an_adult(_read_writer(context.words, category), context)
    # What was written before may have raised another question: the newest words count.
    situation = _situation_told(_newest_words(context), category, told_as_an_adult)
    return situation if situation is not None and situation.plain else None


def _newest_words(context: CrisisContext) -> CrisisContext:
    return replace(context, words=context.newest_words)


def _situation_told(context: CrisisContext, category: str, told_as_an_adult: bool) -> Situation | None:
    by_a_grown_up: bool | None = told_as_an_adult or is_grown(context.age, context.audience) or None
    is_a_childs_page = context.audience == CHILD and not by_a_grown_up
    if is_a_childs_page or (context.age is not None and not by_a_grown_up):
        by_a_grown_up = False
    if context.situation is not None:
        situation = situation_named(context.situation, context.words)
    else:
        situation = find_situation_told(context.words, category, by_a_grown_up)
    # A child tells of a small brother; a child page never gets a parent's words and lines.
    return None if situation and situation.by_a_parent and is_a_childs_page else situation


def _is_told_as_an_adult(writer: Collection[str], context: CrisisContext) -> bool:
    """Whether the words, of these messages or before the newest card, tell that an adult writes."""
    told = TOLD_AS_AN_ADULT in writer or GROWN in context.needs
    return told and may_be_grown(context.audience, context.age, context.channel)


def _as_they_write(
    writer: Collection[str], told_as_an_adult: bool, assessment: RiskAssessment, context: CrisisContext
) -> Tuple[RiskAssessment, CrisisContext]:
    """What the words say of the one who writes, where the learned guess is easily wrong."""
    if assessment.speaker is Speaker.PROFESSIONAL and OWN_TEACHER in writer and context.audience in (None, CHILD):
        assessment = replace(assessment, speaker=Speaker.SELF)
    if not told_as_an_adult:
        return assessment, context
    if OWN_CHILD_HURT in writer and assessment.speaker in (Speaker.FRIEND, Speaker.UNKNOWN):
        assessment = replace(assessment, speaker=Speaker.ABOUT_CHILD)
    audience, age = as_grown(context.audience)
    return assessment, replace(context, audience=audience, age=age)


def _as_told(
    situation: Situation, writer: Collection[str], assessment: RiskAssessment, context: CrisisContext
) -> RiskAssessment:
    """What the situation says of the people in it, where the learned guess is easily wrong."""
    speaker = assessment.speaker
    if situation.by_a_parent and speaker is not Speaker.PROFESSIONAL:
        # A parent who hit a child is neither a survivor nor somebody with sexual thoughts.
        return replace(assessment, speaker=Speaker.ABOUT_CHILD)
    if situation.about_a_grown_up and speaker is not Speaker.PROFESSIONAL:
        # A sister or a friend who is hit by her husband is no child of the writer.
        return replace(assessment, speaker=Speaker.FRIEND)
    if situation.of_the_writer and speaker in (Speaker.FRIEND, Speaker.UNKNOWN):
        return replace(assessment, speaker=Speaker.SELF)
    # In an emergency the one who writes may be the one in danger: "he is at the door, I'll kill him".
    words_are_said = assessment.level is RiskLevel.ESCALATE or not situation.of_a_deed
    if situation.about_children and words_are_said and _is_of_a_child(situation, writer, speaker, context):
        return replace(assessment, speaker=Speaker.ABOUT_CHILD)
    if situation.about_children and speaker is Speaker.OWN_BEHAVIOUR:
        return replace(assessment, speaker=Speaker.SELF)
    is_grown_up = is_grown(context.age, context.audience)
    of_another = speaker in (Speaker.SELF, Speaker.UNKNOWN) or (is_grown_up and speaker is Speaker.FRIEND)
    return replace(assessment, speaker=Speaker.ABOUT_CHILD) if situation.about_another and of_another else assessment


def _is_of_a_child(situation: Situation, writer: Collection[str], speaker: Speaker, context: CrisisContext) -> bool:
    """Whether a grown-up tells of a child, though the words may sound like the writer's own matter."""
    if speaker not in (Speaker.SELF, Speaker.UNKNOWN, Speaker.OWN_BEHAVIOUR) or is_of_oneself(situation, context.words):
        return False
    # Who gave an age under 18 is no parent, whatever page it is.
    return is_grown(context.age, context.audience) and (context.audience == PARENT or OWN_CHILD in writer)


def find_situation_told(words: str, category: str, by_a_grown_up: bool | None = None) -> Situation | None:
    try:
        return find_situation(words, category, by_a_grown_up)
    except ContentError as error:
        # A card must go out even when the file with the situations is broken.
        logger.error("Situations cannot be read (%s); the general words are used.", error)
        return None


def _read_writer(words: str, category: str) -> Collection[str]:
    try:
        return read_writer(words, category)
    except ContentError as error:
        logger.error("What tells who writes cannot be read (%s); the learned guess is used.", error)
        return frozenset()
