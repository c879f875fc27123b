"""The table of safety responses, with near-misses beside the cases that act."""

import pytest

from bot.dialogue.constants import (
    CARD_CATEGORY,
    CARD_LEVEL,
    CARD_SPEAKER,
    CHECK_IN,
    UTTER_CHECK_IN,
    UTTER_CHECK_IN_NO,
    UTTER_CHECK_IN_YES,
    UTTER_CRISIS_ANSWER,
    UTTER_CRISIS_CARD,
    UTTER_CRISIS_MEANT,
    UTTER_DANGER_GOES_ON,
    UTTER_NEAREST_ANSWERS,
)
from bot.dialogue.meaning import Meaning
from bot.policies import safety_decision
from bot.policies.safety_decision import UNNAMED, Decision
from bot.policies.safety_turn import OpenCard, Turn
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    EXTORTION,
    IMAGE_SHARED,
    IMMEDIATE_DANGER,
    OFFENDER_CONCERN,
    SELF_HARM,
    RiskAssessment,
    RiskLevel,
    Speaker,
)

NONE, ASK, CARD, NOW = RiskLevel


def decide(*what_is_known, **more):
    return safety_decision.decide(Turn(*what_is_known, **more))


def risk(level, category=SELF_HARM):
    return RiskAssessment(level=level, categories={category: 0.9} if level else {})


@pytest.mark.parametrize(
    ("level", "alone", "intent", "check_in", "expected"),
    [
        (CARD, CARD, "faq", None, UTTER_CRISIS_CARD),
        (NOW, NOW, None, None, UTTER_CRISIS_CARD),
        (CARD, NONE, "faq", None, UTTER_CRISIS_CARD),  # completed by earlier messages
        (ASK, ASK, "faq", None, UTTER_CHECK_IN),
        (NONE, NONE, "affirm", SELF_HARM, UTTER_CHECK_IN_YES),
        (ASK, ASK, "nlu_fallback", SELF_HARM, UTTER_CHECK_IN_YES),
        (ASK, ASK, "deny", SELF_HARM, UTTER_CHECK_IN_NO),
        (CARD, NONE, "laugh", SELF_HARM, UTTER_CHECK_IN_NO),  # "lol no its homework" after "im gonna kms"
        (CARD, CARD, "deny", SELF_HARM, UTTER_CRISIS_CARD),  # "no, he hurts me"
        (NONE, NONE, "affirm", None, None),
        (NONE, NONE, "faq", SELF_HARM, None),
        (NONE, NONE, "faq", None, None),
    ],
)
def test_decision(level, alone, intent, check_in, expected):
    decision = decide(risk(level), alone, intent, check_in, NONE)
    assert (decision.response if decision else None) == expected


def test_the_card_level_never_falls():
    assert decide(risk(CARD), CARD, None, None, NOW).slots[CARD_LEVEL] == "emergency"


def test_a_check_in_remembers_what_it_asks_about():
    assert decide(risk(ASK, EXTORTION), ASK, None, None, NONE).slots[CHECK_IN] == EXTORTION


@pytest.mark.parametrize(("asked", "kept"), [(EXTORTION, EXTORTION), (UNNAMED, SELF_HARM)])
def test_a_yes_keeps_what_was_asked_about_for_the_talk_that_follows(asked, kept):
    slots = decide(risk(NONE), NONE, "affirm", asked, NONE).slots
    assert slots == {CARD_LEVEL: "escalate", CARD_CATEGORY: kept, CHECK_IN: None}


def test_an_offer_to_show_a_picture_is_refused_and_not_asked_about():
    assert decide(risk(ASK, IMAGE_SHARED), ASK, "ask_image_look", None, NONE) is None
    # Scars are something else to ask about, and a card is always given.
    assert decide(risk(ASK, SELF_HARM), ASK, "ask_image_look", None, NONE).response == UTTER_CHECK_IN
    assert decide(risk(CARD, IMAGE_SHARED), CARD, "ask_image_look", None, NONE).response == UTTER_CRISIS_CARD


def test_a_failed_engine_still_asks():
    failed = RiskAssessment(level=ASK, failed=True)
    assert decide(failed, ASK, None, None, NONE).response == UTTER_CHECK_IN


@pytest.mark.parametrize("intent", ["barrier_not_believed", "outcome_safe_now", "insult", "lost_for_words"])
def test_after_a_card_talk_about_the_card_is_answered_and_not_taken_for_a_new_risk(intent):
    for level in (CARD, ASK):
        assert decide(risk(level), level, intent, None, CARD, False, frozenset({SELF_HARM})) is None


@pytest.mark.parametrize(
    ("level", "intent", "given", "told_plainly"),
    [
        (CARD, "barrier_not_believed", NONE, False),  # no card was given yet
        (CARD, "faq", CARD, False),
        (NOW, "barrier_cannot_talk", CARD, False),
        (CARD, "barrier_my_fault", CARD, True),  # said in plain words
    ],
)
def test_a_new_risk_after_a_card_is_never_taken_for_talk_about_it(level, intent, given, told_plainly):
    assert decide(risk(level), level, intent, None, given, told_plainly).response == UTTER_CRISIS_CARD


@pytest.mark.parametrize("intent", ["barrier_not_believed", "take_back", "insult", "lost_for_words"])
def test_surely_another_trouble_after_a_card_is_never_taken_for_talk_about_it(intent):
    """ "nobody would believe me, he comes in at night" after a card about a picture."""
    other = risk(CARD, ABUSE_DISCLOSURE)
    assert decide(other, CARD, intent, None, CARD, False, frozenset({IMAGE_SHARED})).response == UTTER_CRISIS_CARD
    assert decide(other, CARD, intent, None, CARD, False, frozenset({ABUSE_DISCLOSURE})) is None


def test_talk_that_only_sounds_like_another_trouble_is_talk_about_the_card():
    """ "my parents will kill me if they find out i called", and "i sent it" after a card about blackmail."""
    echo = RiskAssessment(CARD, {ABUSE_DISCLOSURE: 0.7})
    given = frozenset({EXTORTION})
    assert decide(echo, CARD, "barrier_parents_find_out", None, CARD, False, given) is None
    assert decide(risk(CARD, IMAGE_SHARED), CARD, "barrier_my_fault", None, CARD, False, given) is None


@pytest.mark.parametrize("intent", ["deny", "laugh"])
def test_a_no_that_says_more_closes_only_what_the_engine_finds_quiet(intent):
    def answered(level, alone):
        decision = decide(risk(level), alone, intent, SELF_HARM, NONE, no_is_plain=False)
        return decision.response

    assert answered(NONE, NONE) == UTTER_CHECK_IN_NO
    assert answered(ASK, ASK) == UTTER_CHECK_IN_YES  # "no point in anything"
    assert answered(CARD, NONE) == UTTER_CRISIS_CARD  # completed by the message before


def test_being_safe_closes_only_what_the_engine_finds_quiet():
    assert decide(risk(NONE), NONE, "outcome_safe_now", SELF_HARM, NONE).response == UTTER_CHECK_IN_NO
    assert decide(risk(ASK), ASK, "outcome_safe_now", SELF_HARM, NONE).response == UTTER_CHECK_IN_YES


def test_a_failed_engine_and_an_emergency_are_not_closed_by_a_no():
    failed = RiskAssessment(level=ASK, failed=True)
    assert decide(failed, ASK, "deny", SELF_HARM, NONE).response == UTTER_CHECK_IN_YES
    assert decide(risk(NOW), NONE, "deny", SELF_HARM, NONE).response == UTTER_CRISIS_CARD


def test_a_failed_engine_after_a_card_still_asks():
    failed = RiskAssessment(level=ASK, failed=True)
    assert decide(failed, ASK, "insult", None, CARD, told_plainly=False).response == UTTER_CHECK_IN


def test_what_a_card_has_answered_is_not_carded_again_for_a_quiet_message():
    """ "how do i get the video taken down" after a card about blackmail wants its answer."""
    told_before, given = risk(CARD, EXTORTION), frozenset({EXTORTION})
    assert decide(told_before, NONE, "faq", None, CARD, False, given) is None
    # Another trouble completed by this message, a message that tells something itself, and danger now are met.
    assert decide(told_before, NONE, "faq", None, CARD, False, frozenset({SELF_HARM})).response == UTTER_CRISIS_CARD
    opened = OpenCard(EXTORTION, "self")
    assert decide(told_before, CARD, "faq", None, CARD, False, given, open_card=opened).response == UTTER_CRISIS_CARD
    assert decide(risk(NOW), NONE, "faq", None, CARD, False, frozenset({SELF_HARM})).response == UTTER_CRISIS_CARD


def test_after_a_card_a_doubt_that_is_hardly_one_is_not_asked_about():
    given = frozenset({EXTORTION})
    weak = RiskAssessment(level=ASK, categories={ABUSE_DISCLOSURE: 0.45})
    assert decide(weak, ASK, "faq", None, CARD, told_plainly=False, cards_given=given) is None
    assert decide(weak, ASK, "faq", None, CARD, told_plainly=True, cards_given=given).response == UTTER_CHECK_IN
    assert decide(weak, ASK, "faq", None, NONE, told_plainly=False).response == UTTER_CHECK_IN
    failed = RiskAssessment(level=ASK, failed=True)
    assert decide(failed, ASK, "faq", None, CARD, told_plainly=False, cards_given=given).response == UTTER_CHECK_IN


def test_nobody_is_asked_what_a_card_has_already_met():
    """ "should we pay?" after a card about blackmail gets its answer; unclear words get the helplines once more."""
    given, opened = frozenset({EXTORTION}), OpenCard(EXTORTION, "about_child")
    doubt = risk(ASK, EXTORTION)
    asked = decide(doubt, ASK, "faq", None, CARD, told_plainly=False, cards_given=given, open_card=opened)
    assert asked.response == UTTER_CRISIS_ANSWER
    for says_nothing in (None, "nlu_fallback", "affirm"):
        once_more = decide(doubt, ASK, says_nothing, None, CARD, False, given, open_card=opened, is_question=False)
        slots = {CARD_LEVEL: "escalate", CHECK_IN: None, CARD_CATEGORY: EXTORTION, CARD_SPEAKER: "about_child"}
        assert once_more == Decision(UTTER_CRISIS_CARD, slots)
    # A disclosure that begins like a question is no question; a card of an earlier session is no card of today.
    assert decide(doubt, ASK, "faq", None, CARD, True, given, open_card=opened).response == UTTER_CRISIS_CARD
    assert decide(doubt, ASK, "faq", None, NONE, cards_given=given).response == UTTER_CHECK_IN
    failed = RiskAssessment(ASK, failed=True)
    assert decide(failed, ASK, "faq", None, CARD, cards_given=given, open_card=opened).response == UTTER_CHECK_IN


def test_after_a_card_only_what_is_surely_another_trouble_is_asked_about():
    """ "im scared" after a card about an adult is about that adult; "i hate myself" is asked about."""
    given, opened = frozenset({EXTORTION}), OpenCard(EXTORTION, "self")
    scared, hates = (RiskAssessment(ASK, {SELF_HARM: score}) for score in (0.57, 0.98))

    def said(doubt, intent, plainly=False, **more):
        return decide(doubt, ASK, intent, None, CARD, plainly, given, open_card=opened, **more).response

    assert said(scared, None, is_question=False) == UTTER_CRISIS_CARD
    assert said(scared, "faq", is_question=True) == UTTER_CRISIS_ANSWER
    assert said(scared, "faq", is_question=False) == UTTER_CRISIS_CARD
    assert said(scared, None, plainly=True) == UTTER_CHECK_IN
    assert said(hates, None) == UTTER_CHECK_IN
    # Unclear again after our question is a yes, as ever.
    assert decide(scared, ASK, None, SELF_HARM, CARD, False, given, open_card=opened).response == UTTER_CHECK_IN_YES


def test_a_wish_to_die_after_a_card_about_blackmail_gets_its_own_card_even_if_there_was_one_before():
    given, opened = frozenset({SELF_HARM, EXTORTION}), OpenCard(EXTORTION, "friend")
    wants_to_die = RiskAssessment(CARD, {SELF_HARM: 0.97}, Speaker.SELF)
    for plainly in (True, False):
        card = decide(wants_to_die, CARD, None, None, CARD, plainly, given, open_card=opened)
        assert (card.slots[CARD_CATEGORY], card.slots[CARD_SPEAKER]) == (SELF_HARM, "self")
    # The same trouble, told plainly of oneself after a card about a friend, is one's own.
    again = decide(wants_to_die, CARD, None, None, CARD, True, given, open_card=OpenCard(SELF_HARM, "friend"))
    assert again.slots[CARD_SPEAKER] == "self"


def test_an_overread_outcome_hides_no_new_risk_no_failure_and_no_question():
    opened = OpenCard(EXTORTION, "self")
    told = RiskAssessment(CARD, {SELF_HARM: 0.97})
    card = decide(told, CARD, "outcome_contacted", None, CARD, True, frozenset({EXTORTION}), is_overread=True, open_card=opened)
    assert card.slots[CARD_CATEGORY] == SELF_HARM
    failed = RiskAssessment(ASK, failed=True)
    asked = decide(failed, ASK, "outcome_contacted", None, CARD, is_overread=True, open_card=opened)
    assert asked.response == UTTER_CHECK_IN


def test_a_card_about_another_trouble_needs_plain_words_or_near_certainty_and_keeps_whom_it_is_about():
    """ "do i take the knives away" after a card about self-harm brings no card about a missing child."""
    given, opened = frozenset({SELF_HARM}), OpenCard(SELF_HARM, "about_child")
    unsure, sure = (RiskAssessment(CARD, {EXTORTION: score}) for score in (0.5, 0.95))
    again = decide(unsure, CARD, None, None, CARD, False, given, open_card=opened)
    assert again.response == UTTER_CRISIS_CARD
    assert (again.slots[CARD_CATEGORY], again.slots[CARD_SPEAKER]) == (SELF_HARM, "about_child")
    for other in (decide(sure, CARD, None, None, CARD, False, given), decide(unsure, CARD, None, None, CARD, True, given)):
        assert other.slots[CARD_CATEGORY] == EXTORTION
    now = decide(RiskAssessment(NOW, {SELF_HARM: 0.6}), NOW, None, None, CARD, False, given, open_card=opened)
    assert now.slots[CARD_SPEAKER] == "about_child"
    taken = RiskAssessment(NOW, {SELF_HARM: 0.85}, Speaker.SELF)
    of_a_friend = OpenCard(EXTORTION, "friend")
    own = decide(taken, NOW, None, None, CARD, False, frozenset({EXTORTION}), open_card=of_a_friend)
    assert (own.slots[CARD_CATEGORY], own.slots[CARD_SPEAKER]) == (SELF_HARM, "self")


@pytest.mark.parametrize(
    ("level", "speaks_of_calling", "is_received"), [(CARD, True, True), (CARD, False, False), (NOW, True, False)]
)
def test_a_call_that_was_made_is_no_danger_because_police_are_named(level, speaks_of_calling, is_received):
    heard = RiskAssessment(level=level, categories={IMMEDIATE_DANGER: 0.91})
    given = {"told_plainly": False, "cards_given": frozenset({ADULT_INVOLVED}), "speaks_of_calling": speaks_of_calling}
    assert (decide(heard, level, "outcome_contacted", None, CARD, **given) is None) is is_received


def test_help_found_and_safety_are_believed_only_where_the_words_say_so():
    """ "i told him" and "shes asleep now" are received with the helplines beneath, no praise."""
    opened = OpenCard(SELF_HARM, "about_child")
    overread = decide(risk(NONE), NONE, "outcome_contacted", None, CARD, False, is_overread=True, open_card=opened)
    assert overread == Decision(UTTER_NEAREST_ANSWERS)
    in_danger = OpenCard(SELF_HARM, "self", is_emergency=True)
    again = decide(risk(NONE), NONE, "outcome_safe_now", None, NOW, False, is_overread=True, open_card=in_danger)
    assert again.response == UTTER_CRISIS_CARD
    assert decide(risk(NONE), NONE, "outcome_contacted", None, CARD, False) is None
    assert decide(risk(NONE), NONE, "outcome_contacted", None, NONE, False, is_overread=True) is None


def test_what_is_told_and_not_asked_after_a_card_gets_no_lesson():
    """ "we broke up in september" after a card about blackmail."""
    opened = OpenCard(EXTORTION, "self", is_recent=True)
    told = decide(risk(NONE), NONE, "faq", None, CARD, False, is_question=False, open_card=opened)
    assert told == Decision(UTTER_NEAREST_ANSWERS)
    assert decide(risk(NONE), NONE, "faq", None, CARD, False, is_question=True, open_card=opened) is None
    long_ago = OpenCard(EXTORTION, "self")
    assert decide(risk(NONE), NONE, "faq", None, CARD, False, is_question=False, open_card=long_ago) is None


def test_a_question_about_the_card_is_answered_though_it_sounds_like_despair():
    """ "would it not be easier to pay and be done" """
    given, opened = frozenset({EXTORTION}), OpenCard(EXTORTION, "about_child")
    sounds = RiskAssessment(CARD, {SELF_HARM: 0.87, EXTORTION: 0.9})

    def said(**more):
        return decide(sounds, CARD, "faq", None, CARD, False, given, open_card=opened, **more).response

    assert said(is_about_card=True) == UTTER_CRISIS_ANSWER
    assert said(is_about_card=False) == UTTER_CRISIS_CARD
    assert said(is_about_card=True, is_question=False) == UTTER_CRISIS_CARD
    surely = RiskAssessment(CARD, {SELF_HARM: 0.97})
    card = decide(surely, CARD, "faq", None, CARD, False, given, open_card=opened, is_about_card=True)
    assert card.slots[CARD_CATEGORY] == SELF_HARM


def test_what_a_trouble_is_made_of_is_no_other_trouble_unless_the_words_add_one():
    """ "he said i made it up" after a card about an adult, and "another girl says it too"."""
    given, opened = frozenset({ADULT_INVOLVED}), OpenCard(ADULT_INVOLVED, "self")
    sounds = RiskAssessment(CARD, {ABUSE_DISCLOSURE: 0.95})
    again = decide(sounds, CARD, None, None, CARD, False, given, open_card=opened)
    assert again.slots[CARD_CATEGORY] == ADULT_INVOLVED
    added = decide(sounds, CARD, None, None, CARD, False, given, open_card=opened, adds_trouble=True)
    assert added.slots[CARD_CATEGORY] == ABUSE_DISCLOSURE
    plainly = decide(sounds, CARD, None, None, CARD, True, given, open_card=opened)
    assert plainly.slots[CARD_CATEGORY] == ABUSE_DISCLOSURE


def test_the_same_card_is_not_shown_three_times_in_a_row():
    opened = OpenCard(EXTORTION, "self")
    sounds, given = RiskAssessment(CARD, {EXTORTION: 0.8}), frozenset({EXTORTION})
    told = decide(sounds, CARD, None, None, CARD, False, given, open_card=opened, was_told_again=True)
    assert told == Decision(UTTER_NEAREST_ANSWERS)
    plainly = decide(sounds, CARD, None, None, CARD, True, given, open_card=opened, was_told_again=True)
    assert plainly.response == UTTER_CRISIS_CARD


def test_a_question_without_an_answer_near_enough_brings_choices_and_not_the_card_once_more():
    opened = OpenCard(SELF_HARM, "self")
    for doubted, alone, told_plainly, response in (
        (ASK, ASK, False, UTTER_NEAREST_ANSWERS),
        (ASK, ASK, True, UTTER_CRISIS_CARD),
        (CARD, CARD, False, UTTER_CRISIS_CARD),
    ):
        asked = decide(risk(doubted), alone, "nlu_fallback", None, CARD, told_plainly, open_card=opened, is_question=True)
        assert asked.response == response


def test_a_late_yes_is_still_the_answer_to_our_question():
    late = decide(risk(NONE), NONE, "affirm", None, NONE, asked_before=SELF_HARM)
    assert late.response == UTTER_CHECK_IN_YES and late.slots[CARD_CATEGORY] == SELF_HARM
    assert decide(risk(NONE), NONE, "faq", None, NONE, asked_before=SELF_HARM) is None


def test_a_question_about_calling_is_answered_in_an_emergency():
    opened = OpenCard(SELF_HARM, "self", is_emergency=True)
    asked = decide(risk(NONE), NONE, "faq", None, NOW, False, open_card=opened, is_about_helplines=True)
    assert asked.response == UTTER_CRISIS_ANSWER
    told = decide(risk(NONE), NONE, "faq", None, NOW, False, open_card=opened, is_about_helplines=True, is_question=False)
    assert told.response == UTTER_CRISIS_CARD


def test_an_emergency_goes_on_until_words_say_that_it_is_over():
    """ "only a few" after an overdose brings the emergency number again, no mood tips."""
    opened = OpenCard(SELF_HARM, "self", is_emergency=True)
    for intent, is_question in (("nlu_fallback", True), ("deny", False), ("faq", False)):
        again = decide(risk(NONE), NONE, intent, None, NOW, False, is_question=is_question, open_card=opened)
        assert again.response == UTTER_CRISIS_CARD and again.slots[CARD_LEVEL] == "emergency"
    # A question is answered only when the number has been heard three times, and then with the number beneath.
    assert decide(risk(NONE), NONE, "faq", None, NOW, False, open_card=opened).response == UTTER_CRISIS_CARD
    heard = OpenCard(SELF_HARM, "self", is_emergency=True, repeated=3)
    assert decide(risk(NONE), NONE, "faq", None, NOW, False, open_card=heard).response == UTTER_CRISIS_ANSWER
    assert decide(risk(NONE), NONE, "outcome_safe_now", None, NOW, False, open_card=opened) is None
    assert decide(risk(NONE), NONE, "thank", None, NOW, False, open_card=opened) is None


def test_what_now_after_a_card_is_answered_with_the_next_step():
    opened = OpenCard(EXTORTION, "self")
    assert decide(risk(NONE), NONE, "nlu_fallback", None, CARD, asks_what_now=True, open_card=opened).response == (
        UTTER_CRISIS_ANSWER
    )
    assert decide(risk(NONE), NONE, "nlu_fallback", None, NONE, asks_what_now=True) is None


def test_earlier_words_make_a_quiet_message_another_trouble_only_when_that_is_nearly_sure():
    """ "she begs me not to tell anyone" after a card about an adult is no blackmail."""
    given = frozenset({ABUSE_DISCLOSURE})
    unsure, sure = (RiskAssessment(CARD, {EXTORTION: score}) for score in (0.5, 0.95))
    assert decide(unsure, NONE, "faq", None, CARD, False, given) is None
    assert decide(sure, NONE, "faq", None, CARD, False, given).response == UTTER_CRISIS_CARD
    assert decide(unsure, NONE, "faq", None, NONE, False, given).response == UTTER_CRISIS_CARD


def test_another_unclear_trouble_gets_a_question_of_its_own():
    decision = decide(risk(ASK, SELF_HARM), ASK, "faq", EXTORTION, NONE)
    assert decision.response == UTTER_CHECK_IN and decision.slots[CHECK_IN] == SELF_HARM
    assert decide(risk(ASK, SELF_HARM), ASK, "faq", UNNAMED, NONE).response == UTTER_CHECK_IN_YES


def test_what_is_taken_back_is_not_answered_with_what_was_written_before():
    assert decide(risk(CARD), NONE, "take_back", SELF_HARM, NONE) is None
    assert decide(risk(CARD), CARD, "take_back", SELF_HARM, NONE).response == UTTER_CRISIS_CARD
    assert decide(risk(NOW), NONE, "take_back", SELF_HARM, NONE).response == UTTER_CRISIS_CARD


def test_thanks_and_goodbye_after_an_overdose_repeat_the_number():
    taken = OpenCard(SELF_HARM, "self", is_emergency=True, is_from_oneself=True)
    for intent in ("thank", "goodbye", "take_back", "barrier_cost"):
        again = decide(risk(NONE), NONE, intent, None, NOW, False, open_card=taken)
        assert again.response == UTTER_CRISIS_CARD and again.slots[CARD_LEVEL] == "emergency"
    attacked = OpenCard(ABUSE_DISCLOSURE, "self", is_emergency=True)
    assert decide(risk(NONE), NONE, "thank", None, NOW, False, open_card=attacked) is None


def test_plain_words_of_dying_in_another_danger_get_their_own_card():
    attacked = OpenCard(ABUSE_DISCLOSURE, "self", is_emergency=True)
    card = decide(risk(CARD), CARD, None, None, NOW, True, frozenset({ABUSE_DISCLOSURE}), open_card=attacked)
    assert card.slots[CARD_CATEGORY] == SELF_HARM


def test_despair_after_another_trouble_s_card_is_met_as_despair():
    given, opened = frozenset({EXTORTION}), OpenCard(EXTORTION, "self")
    sure, unsure = (RiskAssessment(CARD, {SELF_HARM: score}) for score in (0.88, 0.57))
    assert decide(sure, CARD, None, None, CARD, False, given, open_card=opened).slots[CARD_CATEGORY] == SELF_HARM
    assert decide(unsure, CARD, None, None, CARD, False, given, open_card=opened).slots[CARD_CATEGORY] == EXTORTION


def test_a_card_gives_words_another_meaning():
    """No money is for the blackmailer, "on insta" says where it happened; words about a call, or a question, are neither."""
    opened = OpenCard(EXTORTION, "self", is_recent=True)

    def said(intent, **more):
        known = {"open_card": opened, "is_question": False, "told_plainly": False, **more}
        decision = decide(risk(NONE), NONE, intent, None, CARD, **known)
        return decision and decision.response

    assert said("barrier_cost") == UTTER_CRISIS_ANSWER
    assert said("barrier_cost", speaks_of_calling=True) is None
    assert said("ask_privacy_setting", is_fragment=True) == UTTER_NEAREST_ANSWERS
    assert said("ask_privacy_setting") is None
    assert said("ask_privacy_setting", is_fragment=True, is_question=True) is None


def test_an_answer_of_the_cards_own_topics_keeps_its_helplines():
    opened = OpenCard(EXTORTION, "self", is_recent=True)
    asked = decide(risk(NONE), NONE, "faq", None, CARD, False, open_card=opened, has_answer=True, is_about_card=True)
    assert asked.response == UTTER_CRISIS_ANSWER
    other = decide(risk(NONE), NONE, "faq", None, CARD, False, open_card=opened, has_answer=True)
    assert other is None


def test_likely_danger_is_met_after_another_troubles_card_and_a_blackmailers_haste_is_not():
    danger = RiskAssessment(CARD, {"immediate_danger": 0.8, ADULT_INVOLVED: 0.7})
    unsure = RiskAssessment(CARD, {"immediate_danger": 0.5, ADULT_INVOLVED: 0.7})
    for assessed, category, met in ((danger, ADULT_INVOLVED, "immediate_danger"), (unsure, ADULT_INVOLVED, ADULT_INVOLVED), (danger, EXTORTION, EXTORTION)):
        card = decide(assessed, CARD, None, None, CARD, False, frozenset({category}), is_question=False, open_card=OpenCard(category, "self"))
        assert card.slots[CARD_CATEGORY] == met


def test_a_known_question_after_a_card_is_no_new_disclosure():
    """ "what if my husband forbids me to report it" after a card about self-harm"""
    opened, given = OpenCard(SELF_HARM, "about_child", is_recent=True), frozenset({SELF_HARM})
    sounds = RiskAssessment(CARD, {ABUSE_DISCLOSURE: 0.95})
    known = decide(sounds, CARD, "faq", None, CARD, False, given, open_card=opened, is_about_card=True)
    assert known.response == UTTER_CRISIS_ANSWER
    plainly = decide(sounds, CARD, "faq", None, CARD, True, given, open_card=opened, is_about_card=True)
    assert plainly.slots[CARD_CATEGORY] == ABUSE_DISCLOSURE
    danger = RiskAssessment(CARD, {"immediate_danger": 0.95})
    assert decide(danger, CARD, "faq", None, CARD, False, given, open_card=opened, is_about_card=True).response == UTTER_CRISIS_CARD


def after_a_card(category=ADULT_INVOLVED, **card):
    """A turn after a card that is what is talked of."""
    return {"card_level": CARD, "cards_given": {category}, "open_card": OpenCard(category, "self", is_recent=True, **card)}


def test_what_is_told_after_a_card_gets_the_answer_that_it_surely_is_for():
    known = {"has_answer": True, "has_sure_answer": True, "is_about_card": True, "is_question": False}
    found = decide(risk(NONE), NONE, "faq", None, told_plainly=False, **after_a_card(), **known)
    assert found.response == UTTER_CRISIS_ANSWER
    unsure = decide(risk(NONE), NONE, "faq", None, told_plainly=False, **after_a_card(), **{**known, "has_sure_answer": False})
    assert unsure.response == UTTER_NEAREST_ANSWERS


def test_a_question_of_who_hears_danger_next_door_is_answered_after_the_first_number():
    known = {"has_answer": True, "has_sure_answer": True, "is_about_card": True}
    card = after_a_card("immediate_danger", is_emergency=True, repeated=1)
    assert decide(risk(NONE), NONE, "faq", None, told_plainly=False, **card, **known).response == UTTER_CRISIS_ANSWER
    of_oneself = after_a_card("immediate_danger", is_emergency=True, repeated=1, is_from_oneself=True)
    again = decide(risk(NONE), NONE, "faq", None, told_plainly=False, **of_oneself, **known)
    assert again.response == UTTER_CRISIS_CARD


def test_an_age_told_after_our_question_is_no_confession():
    assert decide(risk(CARD, "offender_concern"), ASK, "choose_audience", SELF_HARM, NONE, told_plainly=False) is None
    plainly = decide(risk(CARD, EXTORTION), CARD, "choose_audience", None, NONE, told_plainly=True)
    assert plainly.response == UTTER_CRISIS_CARD


def test_the_friend_who_is_the_writer_gets_a_card_of_their_own():
    found = decide(risk(NONE), NONE, "greet", None, told_plainly=False, meaning=Meaning.IT_IS_ME, **after_a_card(ABUSE_DISCLOSURE))
    assert found.response == UTTER_CRISIS_CARD and found.slots[CARD_SPEAKER] == Speaker.SELF.value


def test_a_parent_who_says_it_is_them_gets_the_card_for_that_and_a_wish_to_die_is_met_as_such():
    after = {"meaning": Meaning.OWN_HAND, **after_a_card(ABUSE_DISCLOSURE)}
    for heard in (risk(NONE), risk(ASK, ABUSE_DISCLOSURE), risk(CARD, ABUSE_DISCLOSURE)):
        found = decide(heard, heard.level, "told_it_is_me", None, **after)
        assert found.response == UTTER_CRISIS_CARD and found.slots[CARD_CATEGORY] == ABUSE_DISCLOSURE
        assert found.slots[CARD_SPEAKER] == Speaker.ABOUT_CHILD.value
    dying = decide(risk(CARD, SELF_HARM), CARD, "told_it_is_me", None, **after)
    assert dying.response == UTTER_CRISIS_CARD and dying.slots[CARD_CATEGORY] == SELF_HARM


def test_who_says_that_it_is_another_gets_the_card_for_that_one():
    wrong = OpenCard(ABUSE_DISCLOSURE, Speaker.SELF.value, is_recent=True)
    known = {"card_level": CARD, "cards_given": frozenset({ABUSE_DISCLOSURE}), "told_plainly": False}
    known |= {"open_card": wrong, "meaning": Meaning.NOT_ME, "others_card": {CARD_CATEGORY: "offender_concern", CARD_SPEAKER: "about_child"}}
    found = decide(risk(NONE), NONE, "told_it_is_not_me", None, **known)
    assert found.response == UTTER_CRISIS_CARD
    assert (found.slots[CARD_CATEGORY], found.slots[CARD_SPEAKER]) == ("offender_concern", "about_child")
    assert decide(risk(NOW, ABUSE_DISCLOSURE), NOW, "told_it_is_not_me", None, **known).slots[CARD_CATEGORY] == ABUSE_DISCLOSURE


def test_what_to_do_until_help_comes_is_answered_and_a_danger_told_anew_is_not_swallowed():
    card = after_a_card("immediate_danger", is_emergency=True, repeated=1)
    asked = {"meaning": Meaning.HELP_IS_CALLED, "told_plainly": False, **card}
    assert decide(risk(NONE), NONE, "faq", None, **asked).response == UTTER_CRISIS_MEANT
    assert decide(risk(NOW, "immediate_danger"), NOW, "faq", None, **asked).response == UTTER_CRISIS_CARD


def test_help_that_has_come_is_believed_although_it_sounds_of_the_danger_and_not_beside_plain_words_of_it():
    card = after_a_card("immediate_danger", is_emergency=True, repeated=1)
    told = {"meaning": Meaning.HELP_IS_HERE, "told_plainly": False, **card}
    assert decide(risk(NONE), NONE, "faq", None, **told).response == UTTER_CRISIS_MEANT
    assert decide(risk(NOW, "immediate_danger"), NOW, "faq", None, **told).response == UTTER_CRISIS_MEANT
    plainly = {**told, "told_plainly": True}
    assert decide(risk(NOW, "immediate_danger"), NOW, "faq", None, **plainly).response == UTTER_CRISIS_CARD


@pytest.mark.parametrize("meaning", [Meaning.MUST_NOT_GO, Meaning.NO_WAITING])
def test_what_cannot_wait_is_answered_however_grave_it_sounds_unless_dying_is_told(meaning):
    card = after_a_card("immediate_danger", is_emergency=True, repeated=1)
    told = {"meaning": meaning, "told_plainly": True, **card}
    assert decide(risk(NOW, "immediate_danger"), NOW, "faq", None, **told).response == UTTER_CRISIS_MEANT
    assert decide(risk(NOW, SELF_HARM), NOW, "faq", None, **told).response == UTTER_CRISIS_CARD


def test_who_is_kept_away_ends_the_danger_that_is_heard_and_none_that_is_told_or_open():
    told = {"meaning": Meaning.KEPT_AWAY, "told_plainly": False, **after_a_card("abuse_disclosure")}
    heard = risk(NOW, "immediate_danger")
    assert decide(heard, NOW, "outcome_safe_now", None, **told).response == UTTER_CRISIS_MEANT
    assert decide(heard, NOW, "outcome_safe_now", None, **{**told, "told_plainly": True}).response == UTTER_CRISIS_CARD
    open_danger = {**told, **after_a_card("immediate_danger", is_emergency=True, repeated=1)}
    assert decide(heard, NOW, "outcome_safe_now", None, **open_danger).response == UTTER_CRISIS_CARD


def test_despair_that_resembles_anger_is_asked_about_after_another_trouble():
    card = after_a_card("abuse_disclosure")
    despair = RiskAssessment(RiskLevel.CHECK_IN, {SELF_HARM: 0.95})
    assert decide(despair, RiskLevel.CHECK_IN, "insult", None, told_plainly=False, **card).response == UTTER_CHECK_IN
    unsure = RiskAssessment(RiskLevel.CHECK_IN, {SELF_HARM: 0.55})
    assert decide(unsure, RiskLevel.CHECK_IN, "insult", None, told_plainly=False, **card) is None


def test_who_cannot_speak_is_helped_to_call_unless_dying_is_told():
    card = after_a_card("immediate_danger", is_emergency=True, repeated=1)
    told = {"meaning": Meaning.CANNOT_SPEAK, "told_plainly": True, **card}
    assert decide(risk(NOW, "immediate_danger"), NOW, "barrier_cannot_talk", None, **told).response == UTTER_CRISIS_MEANT
    assert decide(risk(NOW, SELF_HARM), NOW, "barrier_cannot_talk", None, **told).response == UTTER_CRISIS_CARD


def test_dying_denied_right_after_our_answer_on_it_is_not_asked_about():
    heard = {"card_level": NONE, "told_plainly": False}
    assert decide(risk(ASK), ASK, "nlu_fallback", None, denies_what_we_said=True, **heard) is None
    assert decide(risk(ASK), ASK, "nlu_fallback", None, **heard).response == UTTER_CHECK_IN
    assert decide(risk(CARD), CARD, "nlu_fallback", None, denies_what_we_said=True, **heard).response == UTTER_CRISIS_CARD


def test_harm_heard_in_the_words_of_who_told_of_another_is_part_of_that():
    heard = RiskAssessment(level=CARD, categories={ABUSE_DISCLOSURE: 0.97}, speaker=Speaker.SELF)
    of_another = OpenCard("offender_concern", Speaker.ABOUT_CHILD.value, is_recent=True)
    known = {"card_level": CARD, "cards_given": frozenset({"offender_concern"}), "told_plainly": False, "is_question": False}
    found = decide(heard, CARD, "nlu_fallback", None, open_card=of_another, **known)
    assert found.slots[CARD_CATEGORY] == "offender_concern" and found.slots[CARD_SPEAKER] == "about_child"
    # Who told of their own thoughts and now of being hurt is met with that.
    of_oneself = OpenCard("offender_concern", Speaker.SELF.value, is_recent=True)
    assert decide(heard, CARD, "nlu_fallback", None, open_card=of_oneself, **known).slots[CARD_CATEGORY] == ABUSE_DISCLOSURE


def test_after_a_card_about_a_friend_words_of_dying_about_the_writer_alone_are_the_writers():
    of_a_friend = OpenCard(SELF_HARM, Speaker.FRIEND.value, is_recent=True)
    known = {"card_level": CARD, "cards_given": frozenset({SELF_HARM}), "open_card": of_a_friend, "is_question": False}
    heard = RiskAssessment(level=CARD, categories={SELF_HARM: 0.97}, speaker=Speaker.SELF)
    own = decide(heard, CARD, "nlu_fallback", None, told_plainly=False, is_of_the_writer_alone=True, **known)
    assert own.response == UTTER_CRISIS_CARD and own.slots[CARD_SPEAKER] == Speaker.SELF.value
    hers = decide(heard, CARD, "nlu_fallback", None, told_plainly=False, **known)
    assert hers.slots[CARD_SPEAKER] == Speaker.FRIEND.value


def test_a_danger_that_is_over_is_believed_although_it_sounds_of_it_and_another_trouble_is_not():
    card = after_a_card("immediate_danger", is_emergency=True, repeated=1)
    over = {"told_plainly": False, "meaning": Meaning.CALLED_OFF, **card}
    assert decide(risk(CARD, "immediate_danger"), CARD, "told_contact_is_over", None, **over).response == UTTER_CRISIS_MEANT
    assert decide(risk(NONE), NONE, "outcome_safe_now", None, **over).response == UTTER_CRISIS_MEANT
    assert decide(risk(CARD, SELF_HARM), CARD, "outcome_safe_now", None, **over).response == UTTER_CRISIS_CARD
    assert decide(risk(NOW, "immediate_danger"), NOW, "outcome_safe_now", None, **over).response == UTTER_CRISIS_CARD
    plainly = {**over, "told_plainly": True}
    assert decide(risk(CARD, "immediate_danger"), CARD, "outcome_safe_now", None, **plainly).response == UTTER_CRISIS_CARD


def test_words_in_the_language_of_the_card_get_that_card_and_thanks_do_not():
    known = {"told_plainly": False, "is_in_language_of_card": True}
    assert decide(risk(NONE), NONE, "nlu_fallback", None, **known, **after_a_card()).response == UTTER_CRISIS_CARD
    assert decide(risk(NONE), NONE, "thank", None, **known, **after_a_card()) is None


def test_what_is_not_known_is_answered_rather_than_asked():
    known = {"told_plainly": False, "has_answer": True, "has_sure_answer": True, "has_answer_to_question": True}
    assert decide(risk(ASK, ADULT_INVOLVED), ASK, "faq", None, NONE, **known) is None
    assert decide(risk(ASK, ADULT_INVOLVED), ASK, "faq", None, NONE, **{**known, "has_sure_answer": False}).response == UTTER_CHECK_IN
    assert decide(risk(CARD, ADULT_INVOLVED), CARD, "faq", None, NONE, **known).response == UTTER_CRISIS_CARD


def told_a_fact(assessment, alone=NONE, card=ADULT_INVOLVED, **more):
    known = {"cards_given": frozenset({card}), "open_card": OpenCard(card, "self", is_recent=True), **more}
    return decide(assessment, alone, "told_to_keep_it_secret", None, CARD, is_question=False, **known)


def test_a_fact_about_the_trouble_of_the_card_gets_its_own_words_however_it_sounds():
    assert told_a_fact(RiskAssessment()) is None
    assert told_a_fact(risk(CARD, ADULT_INVOLVED), CARD, told_plainly=True) is None


def test_a_fact_that_tells_of_danger_of_dying_or_of_another_trouble_is_met_as_that():
    for assessment in (risk(NOW, ADULT_INVOLVED), risk(CARD, SELF_HARM), RiskAssessment(level=ASK, failed=True)):
        assert told_a_fact(assessment, assessment.level) is not None
    assert told_a_fact(risk(CARD, ABUSE_DISCLOSURE), CARD, told_plainly=True).response == UTTER_CRISIS_CARD


def test_without_a_card_that_is_talked_of_nothing_is_a_fact_about_it():
    decision = told_a_fact(risk(CARD, ADULT_INVOLVED), CARD, open_card=None, cards_given=frozenset())
    assert decision.response == UTTER_CRISIS_CARD


def test_words_of_dying_after_another_card_are_met_from_a_lower_score():
    told = RiskAssessment(CARD, {EXTORTION: 0.99, SELF_HARM: 0.54})
    known = {"cards_given": frozenset({EXTORTION}), "open_card": OpenCard(EXTORTION, "self", is_recent=True)}
    of_dying = decide(told, CARD, None, None, CARD, is_question=False, told_plainly=False, speaks_of_dying=True, **known)
    assert of_dying.slots[CARD_CATEGORY] == SELF_HARM
    other = decide(told, CARD, None, None, CARD, is_question=False, told_plainly=False, **known)
    assert other.slots[CARD_CATEGORY] == EXTORTION


def test_while_somebody_is_in_danger_a_fact_or_a_plan_put_off_leaves_the_number_first():
    card = OpenCard(ADULT_INVOLVED, "self", is_emergency=True, is_recent=True, repeated=1)
    for intent in ("told_still_near", "outcome_not_yet"):
        decision = decide(RiskAssessment(), NONE, intent, None, CARD, is_question=False, open_card=card)
        assert decision.response == UTTER_CRISIS_CARD


def test_a_known_question_is_answered_after_the_first_emergency_card():
    card = OpenCard(ADULT_INVOLVED, "self", is_emergency=True, is_recent=True, repeated=1)
    known = {"has_sure_answer": True, "has_answer": True, "told_plainly": False}
    assert decide(RiskAssessment(), NONE, "faq", None, CARD, open_card=card, **known).response == UTTER_CRISIS_ANSWER
    from_oneself = OpenCard(SELF_HARM, "self", is_emergency=True, is_recent=True, repeated=1, is_from_oneself=True)
    assert decide(RiskAssessment(), NONE, "faq", None, CARD, open_card=from_oneself, **known).response == UTTER_CRISIS_CARD


def test_what_keeps_somebody_from_calling_is_answered_while_danger_goes_on():
    """ "Will i be taken away from home if i call" only sounds of abuse; a card that is due for its words goes first."""
    card = OpenCard("immediate_danger", "self", is_emergency=True, is_recent=True, repeated=1)
    asked = {"has_sure_answer": True, "has_answer": True, "is_about_card": True}
    sounding, told = RiskAssessment(ASK, {ABUSE_DISCLOSURE: 0.64}), RiskAssessment(CARD, {ABUSE_DISCLOSURE: 0.9})
    known = {"open_card": card, "told_plainly": False, **asked}
    assert decide(sounding, ASK, "faq", None, CARD, **known).response == UTTER_CRISIS_ANSWER
    assert decide(told, CARD, "faq", None, CARD, **known).response == UTTER_CRISIS_CARD
    assert decide(RiskAssessment(ASK, {SELF_HARM: 0.6}), ASK, "faq", None, CARD, **known).response == UTTER_CRISIS_CARD


def test_despair_is_no_fact_after_its_own_card_nor_after_another():
    despair = RiskAssessment(CARD, {SELF_HARM: 0.85})
    assert told_a_fact(despair, CARD, card=ADULT_INVOLVED, told_plainly=False).slots[CARD_CATEGORY] == SELF_HARM
    assert told_a_fact(despair, CARD, card=SELF_HARM, told_plainly=False).response == UTTER_CRISIS_CARD
    # A low score that only repeats how bad it feels is none.
    assert told_a_fact(RiskAssessment(CARD, {SELF_HARM: 0.32}), CARD, told_plainly=False) is None


def test_a_card_that_was_a_misreading_is_taken_back_unless_something_else_is_heard():
    card = OpenCard(IMAGE_SHARED, "self", is_recent=True)
    known = {"open_card": card, "meaning": Meaning.MISREAD, "cards_given": {IMAGE_SHARED}}
    taken_back = Decision(UTTER_CRISIS_MEANT)
    assert decide(risk(NONE), NONE, None, None, CARD, **known) == taken_back
    assert decide(risk(CARD, IMAGE_SHARED), CARD, None, None, CARD, **known) == taken_back
    assert decide(risk(CARD, SELF_HARM), CARD, None, None, CARD, **known) != taken_back
    assert decide(risk(NOW, IMAGE_SHARED), NOW, None, None, CARD, **known) != taken_back


def test_who_wants_to_die_of_shame_after_blackmail_gets_the_card_about_that():
    known = {"cards_given": {EXTORTION}, "wants_to_die": True, "told_plainly": False}
    card = OpenCard(EXTORTION, "self", is_recent=True)
    found = decide(risk(CARD, IMAGE_SHARED), CARD, None, None, CARD, open_card=card, **known)
    assert found.response == UTTER_CRISIS_CARD and found.slots[CARD_CATEGORY] == SELF_HARM
    assert found.slots[CARD_LEVEL] == "escalate"
    # Where it is heard as that already, or after another card, nothing is changed.
    assert decide(risk(CARD, SELF_HARM), CARD, None, None, CARD, open_card=card, **known).slots[CARD_CATEGORY] == SELF_HARM
    other = OpenCard(ABUSE_DISCLOSURE, "self", is_recent=True)
    found = decide(risk(CARD, IMAGE_SHARED), CARD, None, None, CARD, open_card=other, **known)
    assert found is None or found.slots.get(CARD_CATEGORY) != SELF_HARM


def test_a_question_that_tells_the_cards_own_trouble_plainly_is_answered_where_the_case_knows_it():
    card = OpenCard(IMAGE_SHARED, "self", is_recent=True)
    known = {"open_card": card, "card_level": CARD, "told_plainly": True, "cards_given": {IMAGE_SHARED}, "is_about_card": True}
    asked = (risk(CARD, IMAGE_SHARED), CARD, "faq", None)
    assert decide(*asked, **known, is_asked_in_case=True) == Decision(UTTER_CRISIS_ANSWER)
    assert decide(*asked, **known, is_asked_in_case=False).response == UTTER_CRISIS_CARD
    # Another trouble told in a question brings its own card.
    assert decide(risk(CARD, SELF_HARM), CARD, "faq", None, **known, is_asked_in_case=True).response == UTTER_CRISIS_CARD
    assert decide(risk(NOW, IMAGE_SHARED), NOW, "faq", None, **known, is_asked_in_case=True).response == UTTER_CRISIS_CARD


def test_in_danger_a_question_that_the_case_knows_is_answered_once_the_number_was_given():
    card = OpenCard("immediate_danger", "about_child", is_emergency=True, is_recent=True, repeated=1)
    asked = (risk(NONE), NONE, "faq", None)
    assert decide(*asked, open_card=card, card_level=CARD, is_asked_in_case=True) == Decision(UTTER_CRISIS_ANSWER)
    assert decide(*asked, open_card=card, card_level=CARD).response == UTTER_CRISIS_CARD
    of_oneself = OpenCard(SELF_HARM, "self", is_emergency=True, is_recent=True, repeated=1, is_from_oneself=True)
    assert decide(*asked, open_card=of_oneself, card_level=CARD, is_asked_in_case=True).response == UTTER_CRISIS_CARD


def test_who_wants_to_die_is_met_as_such_whatever_the_case_knows_to_answer():
    card = OpenCard(SELF_HARM, "self", is_recent=True)
    known = {"open_card": card, "card_level": CARD, "told_plainly": True, "cards_given": {SELF_HARM}, "is_about_card": True}
    asked = (risk(CARD), CARD, "faq", None)
    assert decide(*asked, **known, is_asked_in_case=True) == Decision(UTTER_CRISIS_ANSWER)
    assert decide(*asked, **known, is_asked_in_case=True, wants_to_die=True).response == UTTER_CRISIS_CARD


def test_another_trouble_told_for_sure_in_a_question_brings_its_card_although_the_case_knows_an_answer():
    card = OpenCard(EXTORTION, "self", is_recent=True)
    known = {"open_card": card, "card_level": CARD, "told_plainly": False, "cards_given": {EXTORTION}, "is_about_card": True}
    sure = RiskAssessment(level=CARD, categories={ABUSE_DISCLOSURE: 0.95})
    unsure = RiskAssessment(level=CARD, categories={ABUSE_DISCLOSURE: 0.6})
    assert decide(sure, CARD, "faq", None, **known, is_asked_in_case=True).response == UTTER_CRISIS_CARD
    assert decide(unsure, CARD, "faq", None, **known, is_asked_in_case=True) == Decision(UTTER_CRISIS_ANSWER)


def test_what_is_told_gets_the_answer_that_the_case_knows_unless_it_is_more_than_that():
    card = OpenCard(EXTORTION, "self", is_recent=True)
    known = {"open_card": card, "card_level": CARD, "cards_given": {EXTORTION}, "is_question": False, "told_plainly": False}
    told = {"is_told_in_case": True}
    assert decide(risk(NONE), NONE, "faq", None, **known, **told) == Decision(UTTER_CRISIS_ANSWER)
    assert decide(risk(NONE), NONE, "faq", None, **known).response == UTTER_NEAREST_ANSWERS
    assert decide(risk(CARD, EXTORTION), CARD, "faq", None, **known, **told) == Decision(UTTER_CRISIS_ANSWER)
    # Despair, danger and another trouble for sure are met as such.
    assert decide(risk(CARD, SELF_HARM), CARD, "faq", None, **known, **told).response == UTTER_CRISIS_CARD
    assert decide(risk(NOW, EXTORTION), NOW, "faq", None, **known, **told).response == UTTER_CRISIS_CARD
    assert decide(risk(CARD, ABUSE_DISCLOSURE), CARD, "faq", None, **known, **told).response == UTTER_CRISIS_CARD


def test_who_hides_hears_what_to_do_there_and_who_took_something_the_number_again():
    card = OpenCard("immediate_danger", "self", is_emergency=True, is_recent=True, repeated=1)
    quiet = (risk(NONE), NONE, "told_danger_goes_on", None)
    assert decide(*quiet, open_card=card, card_level=CARD, is_question=False) == Decision(UTTER_DANGER_GOES_ON)
    worse = (risk(NOW, "immediate_danger"), NOW, "told_danger_goes_on", None)
    assert decide(*worse, open_card=card, card_level=CARD, is_question=False).response == UTTER_CRISIS_CARD
    of_oneself = OpenCard(SELF_HARM, "self", is_emergency=True, is_recent=True, repeated=1, is_from_oneself=True)
    assert decide(*quiet, open_card=of_oneself, card_level=CARD, is_question=False).response == UTTER_CRISIS_CARD


def test_despair_after_another_trouble_is_asked_about_sooner_than_it_brings_a_card():
    card = OpenCard(ABUSE_DISCLOSURE, "self", is_recent=True)
    known = {"open_card": card, "card_level": CARD, "cards_given": {ABUSE_DISCLOSURE}, "is_question": False, "told_plainly": False}
    for score, expected in ((0.7, UTTER_CHECK_IN), (0.55, UTTER_CRISIS_CARD)):
        heard = RiskAssessment(level=ASK, categories={SELF_HARM: score})
        assert decide(heard, ASK, "nlu_fallback", None, **known).response == expected
    # A question with an answer of the card's topics ("would it be easier to give in") keeps its own way.
    asked = {**known, "is_question": True}
    heard = RiskAssessment(level=ASK, categories={SELF_HARM: 0.7})
    assert decide(heard, ASK, "nlu_fallback", None, **asked).response != UTTER_CHECK_IN


def test_despair_that_is_hinted_at_is_asked_about_whatever_it_resembles():
    opened = OpenCard(EXTORTION, "self", is_recent=True)
    heard = RiskAssessment(level=ASK, categories={SELF_HARM: 0.5})
    told = (heard, ASK, "told_loses_friends", None, CARD, False, frozenset({EXTORTION}))
    asked = decide(*told, is_question=False, open_card=opened, hints_at_despair=True)
    assert asked.response == UTTER_CHECK_IN and asked.slots[CHECK_IN] == SELF_HARM
    # Without the hint it is talk about the card, and a question whose answer is known gets that.
    assert decide(*told, is_question=False, open_card=opened) != asked
    known = decide(*told, is_question=True, is_asked_in_case=True, has_answer=True, open_card=opened, hints_at_despair=True)
    assert known != asked
    # What somebody answers to a question of ours is that answer.
    answered = decide(risk(ASK), ASK, "affirm", SELF_HARM, CARD, False, open_card=opened, hints_at_despair=True)
    assert answered.response == UTTER_CHECK_IN_YES


@pytest.mark.parametrize("meaning", [Meaning.DANGER_AHEAD, Meaning.WENT_ON, Meaning.MAYBE_NOW, Meaning.MORE_OF_DYING])
def test_hints_are_met_unless_the_words_tell_something_graver(meaning):
    opened = OpenCard(ABUSE_DISCLOSURE, "self", is_recent=True)
    known = {"is_question": False, "open_card": opened, "meaning": meaning, "told_plainly": False}
    quiet = (risk(NONE), NONE, None, None, CARD)
    assert decide(*quiet, **known, cards_given=frozenset({ABUSE_DISCLOSURE})).response == UTTER_CRISIS_MEANT
    wants_to_die = decide(risk(CARD), CARD, None, None, CARD, **known, cards_given=frozenset({ABUSE_DISCLOSURE}))
    assert wants_to_die.response == UTTER_CRISIS_CARD and wants_to_die.slots[CARD_CATEGORY] == SELF_HARM


def test_a_card_for_the_wrong_person_is_given_for_the_right_one():
    opened = OpenCard(IMAGE_SHARED, "self", is_recent=True)
    known = {"is_question": False, "told_plainly": False, "open_card": opened, "meaning": Meaning.PUT_RIGHT}
    known |= {"others_card": {CARD_CATEGORY: IMAGE_SHARED, CARD_SPEAKER: "own_behaviour"}}
    found = decide(risk(NONE), NONE, None, None, CARD, **known)
    assert found.response == UTTER_CRISIS_CARD
    assert (found.slots[CARD_CATEGORY], found.slots[CARD_SPEAKER]) == (IMAGE_SHARED, "own_behaviour")


def test_danger_goes_before_an_open_question_about_dying():
    opened = OpenCard(OFFENDER_CONCERN, "own_behaviour", is_recent=True)
    known = {"is_question": False, "told_plainly": False, "open_card": opened, "meaning": Meaning.MAYBE_NOW}
    assert decide(risk(NONE), NONE, None, SELF_HARM, CARD, **known).response == UTTER_CRISIS_MEANT
    # What may be an answer to it is one.
    assert decide(risk(ASK), ASK, "nlu_fallback", SELF_HARM, CARD, **known).response == UTTER_CHECK_IN_YES


def test_who_puts_right_whose_trouble_it_is_need_not_answer_our_question_first():
    opened = OpenCard(SELF_HARM, "about_child", is_recent=True)
    known = {"is_question": False, "told_plainly": False, "open_card": opened, "meaning": Meaning.PUT_RIGHT}
    known |= {"others_card": {CARD_CATEGORY: SELF_HARM, CARD_SPEAKER: "professional"}}
    found = decide(risk(NONE), NONE, None, SELF_HARM, CARD, **known)
    assert found.response == UTTER_CRISIS_CARD and found.slots[CARD_SPEAKER] == "professional"
    assert decide(risk(ASK), ASK, "nlu_fallback", SELF_HARM, CARD, **known).response == UTTER_CHECK_IN_YES


def test_a_known_question_about_another_matter_is_answered_while_an_emergency_is_open():
    """ "How do i get it taken down", once the number was given, is answered with it beneath; danger and dying are not."""
    opened = OpenCard(IMMEDIATE_DANGER, "about_child", is_emergency=True, repeated=1, is_recent=True)
    picture, dying = RiskAssessment(CARD, {IMAGE_SHARED: 0.97}), RiskAssessment(CARD, {SELF_HARM: 0.6})

    def said(risk, **more):
        known = {"has_sure_answer": True, "is_question": True, "open_card": opened, "told_plainly": False, **more}
        return decide(risk, CARD, "faq", None, NOW, cards_given=frozenset({IMMEDIATE_DANGER}), **known).response

    assert said(picture) == UTTER_CRISIS_ANSWER
    assert said(picture, has_sure_answer=False) == UTTER_CRISIS_CARD
    assert said(picture, is_question=False) == UTTER_CRISIS_CARD
    assert said(picture, speaks_of_dying=True) == UTTER_CRISIS_CARD
    assert said(dying) == UTTER_CRISIS_CARD


def of_another_language(**more):
    return decide(RiskAssessment(), NONE, is_in_language_of_card=True, check_in=None, card_level=CARD, **more)


def test_after_a_card_in_another_language_what_is_understood_and_quiet_is_answered_and_the_rest_gets_the_card_again():
    card = OpenCard(SELF_HARM, "self", is_recent=True)
    assert of_another_language(intent="nlu_fallback", open_card=card).response == UTTER_CRISIS_CARD
    assert of_another_language(intent="ask_privacy_setting", open_card=card) is None
    answered = of_another_language(intent="faq", has_sure_answer=True, open_card=card)
    assert answered is None or answered.response != UTTER_CRISIS_CARD


@pytest.mark.parametrize(
    ("card", "more", "is_met"),
    [
        (OpenCard(ABUSE_DISCLOSURE, "about_child", is_recent=True), {}, False),
        (OpenCard(ABUSE_DISCLOSURE, "about_child", is_recent=True), {"speaks_of_dying": True}, True),
        (OpenCard(ABUSE_DISCLOSURE, "self", is_recent=True), {}, True),
    ],
)
def test_to_do_it_tomorrow_is_a_report_to_be_made_after_a_card_about_anothers_child_only(card, more, is_met):
    told = RiskAssessment(CARD, {SELF_HARM: 0.99})
    decision = decide(
        told, CARD, "outcome_going_to", None, CARD, told_plainly=False, open_card=card, cards_given={card.category}, **more
    )
    is_card = decision is not None and decision.response == UTTER_CRISIS_CARD
    assert is_card is is_met
