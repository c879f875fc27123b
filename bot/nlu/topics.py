"""The topic of an answer, and the topics that people ask about after a crisis card."""

import re
from typing import FrozenSet, Iterable, Mapping, Optional, Tuple

from bot.content.responses import get_responses
from bot.nlu.case_messages import asked_for
from bot.nlu.constants import RETRIEVAL_INTENT
from bot.safety import levels

_FAQ_IN_PAYLOAD = re.compile(r'/ask\{"faq": "([a-z_0-9]+)"\}')
_AFTER_ANY_CONTACT = ("evidence_keep", "report_where", "child_disclosed_what_now", "law_and_definitions")
#: What people ask next after a card, by its category.
TOPICS_AFTER_CARD: Mapping[str, FrozenSet[str]] = {
    levels.SELF_HARM: frozenset(
        {"self_harm_support", "mental_wellbeing", "how_to_help_friend", "child_disclosed_what_now"}
    ),
    levels.EXTORTION: frozenset(
        {"sextortion_what_to_do", "image_leaked_what_to_do", "stranger_contact", *_AFTER_ANY_CONTACT}
    ),
    levels.ADULT_INVOLVED: frozenset(
        {
            "grooming_warning_signs", "grooming_techniques", "stranger_contact", "meeting_online_friend",
            "talk_to_child", *_AFTER_ANY_CONTACT,
        }
    ),
    levels.ABUSE_DISCLOSURE: frozenset({"abuse_support", "trauma_informed", *_AFTER_ANY_CONTACT}),
    levels.IMAGE_SHARED: frozenset(
        {"image_leaked_what_to_do", "nudes_pressure", "cyberbullying", *_AFTER_ANY_CONTACT}
    ),
    levels.IMMEDIATE_DANGER: frozenset(
        {"report_where", "meeting_online_friend", "abuse_support", "child_disclosed_what_now"}
    ),
    levels.OFFENDER_CONCERN: frozenset({"offender_worry", "report_where", "evidence_keep", "law_and_definitions"}),
}
#: What somebody is asked about who says of an answer on this topic: "that happened to me".
CATEGORY_OF_TOPIC: Mapping[str, str] = {
    "sextortion_what_to_do": levels.EXTORTION,
    "image_leaked_what_to_do": levels.IMAGE_SHARED,
    "nudes_pressure": levels.IMAGE_SHARED,
    "ai_deepfake_chatbots": levels.IMAGE_SHARED,
    "grooming_what_is": levels.ADULT_INVOLVED,
    "grooming_techniques": levels.ADULT_INVOLVED,
    "grooming_warning_signs": levels.ADULT_INVOLVED,
    "abuse_support": levels.ABUSE_DISCLOSURE,
    "child_disclosed_what_now": levels.ABUSE_DISCLOSURE,
}
#: "Was it my fault", and the cards after which it is asked by or for the one who was harmed.
FAULT = "is_it_my_fault"
WHERE_NOBODY_HARMED_IS_AT_FAULT = frozenset(
    {levels.EXTORTION, levels.ADULT_INVOLVED, levels.ABUSE_DISCLOSURE, levels.IMAGE_SHARED}
)
#: Answers to what a learned score easily takes for a risk of that category. Who watched something for adults and feels
#: bad about it is not asked about children.
HARMLESS_ANSWERS: Mapping[str, FrozenSet[str]] = {
    levels.OFFENDER_CONCERN: frozenset(
        {
            "saw_pornography", "stop_watching_pornography", "is_pornography_real", "my_child_bullies",
            "i_was_mean_online", "saw_a_picture_by_accident", "sexting_law",
        }
    ),
    # Money lost to a false shop or friend is no blackmail with a picture.
    levels.EXTORTION: frozenset(
        {
            "report_scam_or_fake_account", "scam_message", "clicked_bad_link", "identity_theft",
            "bought_from_scam_shop", "spending_in_games", "paid_a_scammer", "game_trading_scam", "fake_account_of_me",
        }
    ),
    # A machine is nobody's boyfriend.
    levels.ADULT_INVOLVED: frozenset(
        {
            "scam_message", "parents_disagree_about_apps", "foster_carers_and_phones", "attached_to_ai_friend",
            "are_ai_companions_safe", "game_trading_scam", "someone_has_my_game_id", "crush_online",
        }
    ),
    # What these answers are about sounds of a picture, or of somebody who hurts.
    levels.IMAGE_SHARED: frozenset(
        {"left_out_of_group", "still_in_mean_group_chat", "fake_account_of_me", "sexting_law"}
    ),
    levels.ABUSE_DISCLOSURE: frozenset(
        {
            "partner_wants_my_password", "left_out_of_group", "still_in_mean_group_chat",
            "consequences_for_broken_rule", "friend_angry_that_i_told",
        }
    ),
}  # fmt: skip
#: From this score on a card is given at once, also in the midst of everyday talk.
SURE_OF_A_CARD = 0.8
#: From this score of any other of those risks on, no answer is harmless: "a man who says he is an AI wants pictures".
_SURELY_AT_RISK, _WHATEVER_THE_SCORE = 0.9, (levels.OFFENDER_CONCERN, levels.EXTORTION)
#: Answers that are given instead of a question of ours, where the words are nearly surely what they were written for:
#: what the question would ask is what is not known ("is he really 15?").
ANSWERED_RATHER_THAN_ASKED: Mapping[str, FrozenSet[str]] = {
    levels.ADULT_INVOLVED: frozenset({"is_this_profile_real", "stranger_friend_request", "safe_conduct_with_children"}),
    levels.SELF_HARM: frozenset({"my_child_wont_talk", "talk_to_teenager", "stop_watching_pornography"}),
    # Who is asked for a picture and does not want to send one has none that somebody could hold.
    levels.IMAGE_SHARED: frozenset(
        {"photos_of_other_people", "posting_photos_of_my_child", "says_it_is_deleted", "say_no_to_nudes"}
    ),
    # "The lead has it now, what do i say to the pupil" comes after the report that we would ask for.
    levels.ABUSE_DISCLOSURE: frozenset(
        {"teacher_humiliates", "after_i_reported_what_to_tell_the_child", "bullied_at_school"}
    ),
}
#: What weighs on somebody who tells it without asking: no income if he goes, too many questions asked of a child.
_HOLDS_BACK = frozenset({"police_or_money_hold_me_back", "what_not_to_say_to_child"})
#: After a card of that category these are due although nothing is asked: who paid has to hear of the bank.
ANSWERED_AS_TOLD: Mapping[str, FrozenSet[str]] = {
    **dict.fromkeys(levels.CATEGORIES, _HOLDS_BACK),
    **{category: _HOLDS_BACK | {FAULT} for category in WHERE_NOBODY_HARMED_IS_AT_FAULT},
    levels.EXTORTION: frozenset({"sextortion_should_i_pay", FAULT}),
}
#: Topics whose answers are offered as a guess only where they are near: a wrong one frightens.
SENSITIVE_TOPICS = frozenset(
    {
        "self_harm_support", "offender_worry", "abuse_support", "image_leaked_what_to_do", "nudes_pressure",
        "sextortion_what_to_do", "pornography_exposure", "mental_wellbeing",
    }
)  # fmt: skip
#: Topics about harm: what is told after their answers may be the writer's own, and no guess leads to them.
GRAVE_TOPICS = SENSITIVE_TOPICS - {"mental_wellbeing"} | {
    "child_disclosed_what_now", "grooming_what_is", "grooming_techniques", "grooming_warning_signs", "evidence_keep",
    "report_where", "how_to_help_friend", "trauma_informed", "meeting_online_friend", "stranger_contact",
}  # fmt: skip
#: Answers for whoever made or passed on a picture, or for their family.
FOR_THE_DOER = ("my_child_shared_someones_picture", "made_a_deepfake")
#: Answers for one country alone, with the words that ask for them from anywhere.
OF_ONE_COUNTRY: Mapping[str, Tuple[str, re.Pattern[str]]] = {
    "report_in_ireland": ("IE", re.compile(r"\b(ireland|irish|tusla|garda\w*|gardaí|guards?|dublin|cork|galway)\b")),
}
#: Topic of what is asked about Kindlight itself ("can you see me").
ABOUT_THIS_PROGRAM = "about_bot_privacy"
#: Answers about calling a helpline: whatever the danger is, they lead to help.
ABOUT_HELPLINES = frozenset(
    {"what_happens_when_i_call", "what_happens_on_a_crisis_line", "helpline_cost_and_privacy", "names_when_i_call"}
)
#: Asked after any card, whatever it was about; in danger the emergency number answers "which one do i call".
ASKED_AFTER_ANY_CARD = ABOUT_HELPLINES | {
    "which_helpline_for_me", "police_or_money_hold_me_back", "whom_to_call_tonight", "what_not_to_say_to_child",
    "after_i_reported_what_to_tell_the_child", "relative_wants_contact", "saw_a_picture_by_accident",
}  # fmt: skip


def is_everyday(faq: str) -> bool:
    """Whether the answer with this id is about neither harm nor feelings."""
    topic = topic_of(f"{RETRIEVAL_INTENT}/{faq}")
    return topic is not None and topic not in GRAVE_TOPICS | SENSITIVE_TOPICS


def is_about(faq: str, categories: Iterable[str]) -> bool:
    """Whether the answer with this id is what people ask for after a card of one of these categories."""
    cards = frozenset(categories)
    if faq in ASKED_AFTER_ANY_CARD or (faq == FAULT and cards & WHERE_NOBODY_HARMED_IS_AT_FAULT):
        return True
    topics = frozenset().union(*(TOPICS_AFTER_CARD.get(category, frozenset()) for category in cards))
    return topic_of(f"{RETRIEVAL_INTENT}/{faq}") in topics


def is_asked_for(faq: str, category: str) -> bool:
    """Whether questions after a card of this category ask for the answer with this id: by topic, or as was learned."""
    return is_about(faq, [category]) or faq in asked_for().get(category, ())


def is_of_another_country(faq: str, country: Optional[str], text: str) -> bool:
    """Whether an answer is for one country, the person is in another, and the words do not ask for it.

    Args:
        country: Two-letter code; None when unknown.
        text: The message.
    """
    of_country, named = OF_ONE_COUNTRY.get(faq, (None, None))
    return named is not None and country not in (None, of_country) and not named.search(text.lower())


def is_harmless(faq: Optional[str], category: Optional[str], score: float) -> bool:
    """Whether the answer with this id is about what a learned score easily takes for a risk of that category.

    Args:
        category: What leads the assessment.
        score: Its probability, in [0, 1].
    """
    is_unsure = category in _WHATEVER_THE_SCORE or score < _SURELY_AT_RISK
    return faq in HARMLESS_ANSWERS.get(category or "", ()) and is_unsure


def is_a_guess(assessment: levels.RiskAssessment) -> bool:
    """Whether only a score calls for a card, and none that is sure: after an everyday answer it is asked about first.

    Of 70 messages at risk after such an answer 5 are asked about that way and of 7 false cards 4 (decision 0018).
    """
    surest = max(assessment.categories.values(), default=1.0)
    is_a_card = assessment.level is levels.RiskLevel.ESCALATE and not assessment.failed
    return is_a_card and not assessment.is_told_plainly and surest < SURE_OF_A_CARD


def leading_on_from(label: str) -> FrozenSet[str]:
    """Labels of the answers that an answer offers as its buttons, in any of its wordings."""
    book, name = get_responses(), f"utter_{label}"
    if name not in book:
        return frozenset()
    payloads = (button.payload for variation in book.variations(name) for button in variation.buttons)
    named = (_FAQ_IN_PAYLOAD.fullmatch(payload) for payload in payloads)
    return frozenset(f"{RETRIEVAL_INTENT}/{found.group(1)}" for found in named if found)


def topic_of(label: str) -> Optional[str]:
    """The topic of a label, from the metadata of its response; None for intents that only drive dialogue."""
    book, name = get_responses(), f"utter_{label}"
    if name not in book:
        return None
    return next((v.metadata["topic"] for v in book.variations(name) if "topic" in v.metadata), None)
