"""Holds a learned score within what plain words say: what they deny, how old they say somebody is, what they are about.

Every rule is here, and each is about words (`data/risk/words/answers.yml`) that scores take for something else. A rule
lowers only what no signal stands for, but for a wish to die that the words deny, and never below a question where
anybody may be harmed. One rule raises: whoever may be older and shows pornography is asked about. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from bot.safety.answers import (
    asks_about_death,
    asks_to_stop_an_insult,
    comes_upon_pornography,
    denies_dying,
    is_pushed_among_pupils,
    is_shown_pornography,
    mourns_and_asks_about_death,
    only_covers_scars,
    says_they_are_young,
    sees_pornography_of_peers,
    takes_leave,
    was_told_to_die,
)
from bot.safety.classifier import Reading, is_long
from bot.safety.decision import Decision
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    IMAGE_SHARED,
    OFFENDER_CONCERN,
    SELF_HARM,
    RiskLevel,
    Speaker,
)

#: What is asked about on the ground of words alone.
_AS_LIKELY_AS_NOT = 0.5
#: Of 50 short lines about pornography at risk 37 stand above it (the others name who shows it), of 176 quiet ones 5.
_NEARLY_SURE = 0.75


def within_words(decision: Decision, reading: Reading, speaker: Speaker, text: str, is_alone: bool) -> Decision:
    """A decision as far as the words bear it out.

    Args:
        decision: What signals and scores came to.
        reading: The scores themselves.
        speaker: Who is most likely spoken of.
        text: The cleaned text.
        is_alone: One message, not several joined: what a few words are about says little of a conversation.

    Returns:
        The same decision, or one with another level; where a question follows from the words alone, with its category.
    """
    limits = [_most_of_one_age(decision, speaker, text)]
    if is_alone:
        limits += [_most_of_a_denial(decision, text), _most_of_few_words(decision, reading, text)]
        limits += [_most_of_an_insult(decision, text), _most_of_mourning(decision, text)]
        limits.append(_most_of_a_push(decision, text))
    decision = replace(decision, level=min(decision.level, *limits))
    return _asking_who_shows_it(decision, text) if is_alone else decision


def _most_of_one_age(decision: Decision, speaker: Speaker, text: str) -> RiskLevel:
    """A question where a score hears an adult, and only that, and a child names a child's age: it may be true."""
    is_heard_only = not decision.hits and set(decision.categories) == {ADULT_INVOLVED}
    is_due = decision.level is RiskLevel.ESCALATE and speaker is Speaker.SELF
    return RiskLevel.CHECK_IN if is_heard_only and is_due and says_they_are_young(text) else RiskLevel.EMERGENCY


def _most_of_a_denial(decision: Decision, text: str) -> RiskLevel:
    """A question where a wish to die was heard, and nothing else in plain words, and is what the words deny."""
    is_heard = decision.level is RiskLevel.ESCALATE and decision.leading == SELF_HARM
    is_it_alone = all(hit.signal.category == SELF_HARM for hit in decision.hits)
    return RiskLevel.CHECK_IN if is_heard and is_it_alone and denies_dying(text) else RiskLevel.EMERGENCY


def _most_of_an_insult(decision: Decision, text: str) -> RiskLevel:
    """A question where somebody was told to die by another; none where nothing but a score hears it and they ask how to
    have it stopped. Its answer holds the words for whoever begins to believe it."""
    is_heard = decision.level <= RiskLevel.ESCALATE and decision.leading == SELF_HARM
    is_it_alone = all(hit.signal.category == SELF_HARM for hit in decision.hits)
    # A long message tells more than an insult; nothing in it is held down.
    if is_long(text) or not (is_heard and is_it_alone and was_told_to_die(text)):
        return RiskLevel.EMERGENCY
    is_about_stopping = not decision.hits and asks_to_stop_an_insult(text)
    return RiskLevel.NONE if is_about_stopping else RiskLevel.CHECK_IN


def _most_of_mourning(decision: Decision, text: str) -> RiskLevel:
    """Nothing where a score alone hears a wish to die, and a child who mourns asks about death; else a question."""
    is_heard_only = decision.leading == SELF_HARM and not decision.hits and decision.level <= RiskLevel.ESCALATE
    if is_long(text) or not (is_heard_only and asks_about_death(text)):
        return RiskLevel.EMERGENCY
    return RiskLevel.NONE if mourns_and_asks_about_death(text) else RiskLevel.CHECK_IN


def _most_of_a_push(decision: Decision, text: str) -> RiskLevel:
    """Nothing where a score alone hears harm in pushing among pupils: bullying has an answer, with whom to tell."""
    is_heard_only = not decision.hits and set(decision.categories) <= {ABUSE_DISCLOSURE}
    is_held = is_heard_only and decision.level <= RiskLevel.ESCALATE and not is_long(text)
    return RiskLevel.NONE if is_held and is_pushed_among_pupils(text) else RiskLevel.EMERGENCY


def _most_of_few_words(decision: Decision, reading: Reading, text: str) -> RiskLevel:
    """Less than a card for a few words that tell of nothing more, unless a score is nearly sure. None for leave-taking.

    Of pornography the scores hear pictures of somebody or an offender, of old scars a new wound. What a child came
    upon brings its answer; what goes round among pupils, and what covers scars at swimming, is asked about.
    """
    is_told = decision.hits or is_long(text) or reading.levels[RiskLevel.ESCALATE] >= _NEARLY_SURE
    if not decision.hits and takes_leave(text):
        # A score hears a last farewell, however sure it is: "thank you. goodbye".
        return RiskLevel.NONE
    if decision.level is RiskLevel.NONE or is_told:
        return RiskLevel.EMERGENCY
    heard = decision.leading or IMAGE_SHARED
    if heard in (IMAGE_SHARED, OFFENDER_CONCERN) and comes_upon_pornography(text):
        return RiskLevel.NONE
    is_asked = heard == IMAGE_SHARED and sees_pornography_of_peers(text)
    return RiskLevel.CHECK_IN if is_asked or only_covers_scars(text) else RiskLevel.EMERGENCY


def _asking_who_shows_it(decision: Decision, text: str) -> Decision:
    """Whoever shows pornography may be grown up: the question is whether somebody harms the child, not of pictures."""
    if decision.hits or decision.level > RiskLevel.CHECK_IN or not is_shown_pornography(text):
        return decision
    is_of_pictures = decision.level is RiskLevel.NONE or decision.leading == IMAGE_SHARED
    likely = max(decision.categories.values(), default=_AS_LIKELY_AS_NOT)
    categories = {ABUSE_DISCLOSURE: likely} if is_of_pictures else decision.categories
    return replace(decision, level=RiskLevel.CHECK_IN, categories=categories)
