"""Names shared by policies, wording and channels: slots and the responses that safety decides on."""

AUDIENCE = "audience"
COUNTRY = "country"
LANGUAGE = "language"
CARD_LEVEL = "card_level"
CARD_CATEGORY = "card_category"
CARD_SPEAKER = "card_speaker"
#: In the metadata of a card only: what helplines its situation called for.
CARD_NEEDS = "card_needs"
CHECK_IN = "check_in"

#: Says whom to reach, for the country and the newest card.
ACTION_SHOW_HOTLINES = "action_show_hotlines"
UTTER_CRISIS_CARD = "utter_crisis_card"
#: The answer to a question about what a card was given for, with the helplines beneath.
UTTER_CRISIS_ANSWER = "utter_crisis_answer"
#: What a short message means because of a card (`bot.dialogue.meaning`).
UTTER_CRISIS_MEANT = "utter_crisis_meant"
#: Said once a card turned out to be a misreading: from here on it counts as never given.
UTTER_CRISIS_MISREAD = "utter_crisis_misread"
UTTER_CHECK_IN = "utter_check_in"
UTTER_CHECK_IN_YES = "utter_check_in_yes"
UTTER_CHECK_IN_NO = "utter_check_in_no"

#: Every move of a journey (bot/learning), chosen by JourneyPolicy.
UTTER_JOURNEY = "utter_journey"
#: The journeys that fit this person, as choices.
UTTER_JOURNEYS = "utter_journeys"

#: What comes nearest to a message; while a card is open, that it was heard, with the helplines beneath.
UTTER_NEAREST_ANSWERS = "utter_nearest_answers"

#: Intents that mean something else after a card: a price, and an app.
BARRIER_COST, ASK_PRIVACY_SETTING = "barrier_cost", "ask_privacy_setting"
#: What was said after a card is received with these, the card's helplines beneath: what it was about stays open.
RECEIVED_AFTER_CARD = frozenset(
    {
        "utter_crisis_heard", "utter_crisis_unanswered", "utter_crisis_not_followed", "utter_crisis_noted",
        "utter_crisis_more", "utter_crisis_silence", "utter_crisis_anger", "utter_crisis_which_step",
        "utter_crisis_which_step_self_harm", "utter_crisis_comes_near", "utter_crisis_explained",
        "utter_crisis_not_acting", "utter_crisis_other_children", "utter_crisis_told_more",
        "utter_check_in_no_after_card", "utter_crisis_child_near_own_thoughts",
        "utter_crisis_until_help_comes", "utter_crisis_told_more_self_harm",
        "utter_crisis_told_more_self_harm_of_another", "utter_crisis_danger_ahead", "utter_crisis_went_on",
        "utter_crisis_maybe_now_self_harm", "utter_crisis_maybe_now_self_harm_of_another",
        "utter_crisis_maybe_now_own_doing", "utter_crisis_must_not_go", "utter_crisis_no_waiting",
        "utter_crisis_kept_away", "utter_crisis_right_to_tell",
    }
)  # fmt: skip
#: What to do first, in order, after a card (data/responses/first_steps.yml): these, the category and the voice.
UTTER_FIRST_STEPS = "utter_first_steps_"
#: Opens the same steps where a question had no sure answer.
UTTER_STEPS_INSTEAD = "utter_crisis_unanswered_steps_first"
#: Intent of "forget what i wrote".
TAKE_BACK = "take_back"
#: A fact told after a card that has words of its own (data/responses/told_after_card.yml): its intent and its response.
TOLD_INTENT, UTTER_TOLD = "told_", "utter_told_"
#: The same where words are there already: other children, and a detail such as an age.
TOLD_OF_ANOTHER_CHILD, TOLD_A_DETAIL = "told_another_child", "told_a_detail"
#: Told as well, and none of those facts: as if not understood.
TOLD_SOMETHING_ELSE = "told_something_else"
#: An age is told for many reasons; only one that is said to be the same, or that of a child, is this fact.
TOLD_SAME_AGE = "told_same_age"
#: How far back a follow-up such as "say that simpler" looks for the answer it is about, in bot messages.
LOOK_BACK = 6
#: A grown-up says that they are the one who does it; somebody says that it is not about them.
TOLD_IT_IS_ME, TOLD_IT_IS_NOT_ME = "told_it_is_me", "told_it_is_not_me"
#: The one who harms is still around.
TOLD_STILL_NEAR = "told_still_near"
#: A professional says that they are the safeguarding lead.
TOLD_IS_THE_LEAD = "told_is_the_lead"
#: Somebody wants to put it right alone: to go there, to pay back.
TOLD_WANTS_TO_FIX_IT = "told_wants_to_fix_it"
#: Somebody hides, waits for help, or says that it went quiet; the words for it name the emergency number.
TOLD_DANGER_GOES_ON, UTTER_DANGER_GOES_ON = "told_danger_goes_on", "utter_told_danger_goes_on"
#: Somebody can't speak, or must not be heard; in an emergency that has words of its own.
BARRIER_CANNOT_TALK, UTTER_CANNOT_TALK_NOW = "barrier_cannot_talk", "utter_emergency_cannot_talk"
#: Said in an emergency when help was called, and when it has come.
UTTER_UNTIL_HELP_COMES, UTTER_HELP_IS_THERE = "utter_crisis_until_help_comes", "utter_crisis_help_is_there"
#: Responses chosen by SafetyPolicy; each is followed by listening.
SAFETY_RESPONSES = (
    UTTER_CRISIS_CARD,
    UTTER_CRISIS_ANSWER,
    UTTER_CRISIS_MEANT,
    UTTER_CHECK_IN,
    UTTER_CHECK_IN_YES,
    UTTER_CHECK_IN_NO,
    UTTER_NEAREST_ANSWERS,
    UTTER_DANGER_GOES_ON,
)
#: Safety responses that carry helplines.
CARD_RESPONSES = (UTTER_CRISIS_CARD, UTTER_CHECK_IN_YES)

FAQ_PREFIX = "utter_faq/"
CHILD, PARENT, PROFESSIONAL = "child", "parent", "professional"
#: Channels on which a person is answered in a child's words unless they said otherwise.
CHILD_CHANNELS = frozenset({"telegram", "whatsapp", "sms", "generic"})
