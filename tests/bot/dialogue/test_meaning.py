"""What short words mean because of the card that is talked of, and that they keep their meaning otherwise."""

from __future__ import annotations

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.facts import is_emergency_open, is_help_called
from bot.dialogue.meaning import Meaning, meaning_of


def after(category, *texts, speaker="self", level="escalate", response=None):
    """A session with a card between the first of the texts and the others."""
    told, *later = texts
    metadata = {"card_category": category, "card_speaker": speaker, "card_level": level, "utter_action": "utter_crisis_card"}
    card = BotUttered("…", metadata={**metadata, "response": response or f"utter_crisis_{category}_child"})
    return DialogueStateTracker.from_events("one", [UserUttered(told), card, *map(UserUttered, later)], [])


@pytest.mark.parametrize(
    ("category", "told", "said"),
    [
        ("self_harm", "i want to die", "ok im gonna do it"),
        ("self_harm", "i want to die", "ill do it tonight"),
        ("self_harm", "i want to die", "what if i just did it"),
        ("self_harm", "i want to die", "i did it"),
        ("self_harm", "i want to die", "soon"),
        ("adult_involved", "a man i met online wants to meet me", "im on my way there"),
        ("adult_involved", "a man i met online wants to meet me", "im getting on the train"),
        ("adult_involved", "an adult asked me for pictures", "im gonna send it"),
        ("extortion", "he wants money or he posts it", "ill pay him now"),
    ],
)
def test_to_do_it_may_be_what_was_feared(category, told, said):
    assert meaning_of(after(category, told, said)) is Meaning.CARRIES_OUT


@pytest.mark.parametrize("said", ["ok ill call them", "im gonna tell my mum", "i will text shout now", "ok i will"])
def test_with_a_helper_named_it_is_the_call(said):
    assert meaning_of(after("self_harm", "i want to die", said)) is None


@pytest.mark.parametrize("speaker", ["about_child", "professional", "friend"])
def test_who_cares_for_somebody_else_means_the_call(speaker):
    assert meaning_of(after("self_harm", "my son wants to die", "ok im gonna do it", speaker=speaker)) is None


@pytest.mark.parametrize("said", ["hes home", "he just got in", "hes home now", "my stepdad is back", "he's coming upstairs"])
def test_the_one_who_hurts_them_comes_near(said):
    assert meaning_of(after("abuse_disclosure", "my stepdad hits me", said)) is Meaning.COMES_NEAR


@pytest.mark.parametrize("said", ["mum is home", "my mum", "he is nice today", "im home"])
def test_somebody_else_at_home_is_no_danger(said):
    assert meaning_of(after("abuse_disclosure", "my stepdad hits me", said)) is None


@pytest.mark.parametrize("said", ["oh its the postman", "it was just my brother lol", "dads home now", "ok mum is here now", "yeah its my friend for a sleepover"])
def test_a_danger_that_was_none_is_over(said):
    told = "theres a man outside trying to get in"
    assert meaning_of(after("immediate_danger", told, said, level="emergency")) is Meaning.CALLED_OFF


@pytest.mark.parametrize("said", ["dads home now", "dad is coming", "my dad is outside", "its my brother and he has a knife"])
def test_the_one_who_was_told_of_makes_nothing_safe(said):
    told = "my dad has a knife and he said hell kill us"
    assert meaning_of(after("immediate_danger", told, said, level="emergency")) is not Meaning.CALLED_OFF


def test_who_took_something_is_not_safe_because_they_came_out():
    card = {"level": "emergency", "response": "utter_emergency_self_harm_parent", "speaker": "about_child"}
    locked = "shes locked herself in the bathroom and wont answer"
    assert meaning_of(after("self_harm", locked, "shes out now and calm", **card)) is Meaning.CALLED_OFF
    assert meaning_of(after("self_harm", "she took all her tablets", "shes out now and calm", **card)) is None


@pytest.mark.parametrize(
    "said", ["no i just mean my hair looks bad lol", "its just about the bus lol", "no its me with a milkshake moustache lol"]
)
def test_what_was_taken_for_trouble_is_explained(said):
    assert meaning_of(after("adult_involved", "my coach messages me", said)) is Meaning.EXPLAINED


@pytest.mark.parametrize(
    "said",
    [
        "hes gone home to get a knife", "my dads coming to kill us", "nan is outside bleeding", "mum is with us in the cupboard",
        "its my dad hes got in", "he came out with an axe", "his brother is coming too", "i called 999", "police are coming",
        "im at the shop hiding", "he left now with my sister", "mum is in the house with him",
    ],
)  # fmt: skip
def test_a_danger_that_goes_on_is_not_called_off(said):
    told = "theres a man outside trying to get in"
    assert meaning_of(after("immediate_danger", told, said, level="emergency")) is not Meaning.CALLED_OFF


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("my father has a knife", "dad is home"),
        ("my stepfather is smashing the door", "dads here"),
        ("daddy is hurting mummy", "mum is home"),
        ("mums boyfriend is at the door", "dad is home"),
        ("my grandfather is coming with a bat", "grandpa is here"),
    ],
)
def test_by_whatever_word_they_were_told_of_they_make_nothing_safe(told, said):
    assert meaning_of(after("immediate_danger", told, said, level="emergency")) is not Meaning.CALLED_OFF


@pytest.mark.parametrize("told", ["i have a knife and im going to kill myself", "ive had 30 ibuprofen", "i just od'd"])
@pytest.mark.parametrize("said", ["mum is home now", "im safe now", "shes out now and calm"])
def test_who_wants_to_die_is_not_safe_because_somebody_came_home(told, said):
    card = {"level": "emergency", "response": "utter_emergency_self_harm_child"}
    assert meaning_of(after("self_harm", told, said, **card)) is not Meaning.CALLED_OFF


@pytest.mark.parametrize(
    ("category", "said"),
    [
        ("self_harm", "haha it was only 10 paracetamol"), ("self_harm", "no i just want to die lol"),
        ("self_harm", "its just too much"), ("abuse_disclosure", "no please just help"),
        ("abuse_disclosure", "no he just said not to tell"), ("abuse_disclosure", "i mean he only did it twice"),
        ("abuse_disclosure", "no i meant my stepdad"),
    ],
)  # fmt: skip
def test_a_disclosure_is_no_explanation(category, said):
    assert meaning_of(after(category, "something happened", said)) is not Meaning.EXPLAINED


@pytest.mark.parametrize(
    "said", ["im gonna do it tell my mum i love her", "ill do it tell them im sorry", "doing it now", "im ending it", "did it"]
)
def test_a_farewell_names_no_helper(said):
    assert meaning_of(after("self_harm", "i want to die", said)) is Meaning.CARRIES_OUT


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("my mums boyfriend hits me", "mums boyfriend is home"), ("my father hits me", "my father is home"),
        ("my foster dad hits me", "my foster dad is home"), ("my coach touches me", "coach is here"),
        ("my stepdad hits me", "gtg hes home"), ("my stepdad hits me", "hes on his way home"),
        ("my stepdad hits me", "hes home im scared"), ("they hit me", "they are home"),
    ],
)  # fmt: skip
def test_by_whatever_word_the_one_who_hurts_comes_near(told, said):
    assert meaning_of(after("abuse_disclosure", told, said)) is Meaning.COMES_NEAR


def test_mum_is_not_her_boyfriend():
    assert meaning_of(after("abuse_disclosure", "my mum's boyfriend hits me", "mum is home")) is None


def test_a_button_and_a_talk_without_a_card_keep_their_meaning():
    assert meaning_of(after("self_harm", "i want to die", "/outcome_going_to")) is None
    assert meaning_of(DialogueStateTracker.from_events("one", [UserUttered("ok im gonna do it")], [])) is None


@pytest.mark.parametrize(
    ("audience", "category", "needs", "expected"),
    [
        ("parent", "abuse_disclosure", [], Meaning.OWN_HAND),
        ("professional", "abuse_disclosure", [], Meaning.OWN_HAND),
        ("child", "abuse_disclosure", [], None),
        ("parent", "extortion", [], None),
        # The card was for their own hand already.
        ("parent", "abuse_disclosure", ["parent_support", "crisis"], None),
    ],
)
def test_a_grown_up_of_whom_it_is_told_is_the_one_who_does_it(audience, category, needs, expected):
    tracker = after(category, "someone screams at my son", speaker="about_child")
    tracker.events[-1].metadata["card_needs"] = needs
    said = UserUttered("no its ME", intent={"name": "told_it_is_me"}, metadata={"audience": audience})
    tracker.update(said)
    assert meaning_of(tracker) is expected


def test_whom_one_might_tell_is_named_where_nobody_hurts_and_by_friends():
    said = "like my coach maybe? or my aunty"
    assert meaning_of(after("self_harm", "i want to die", said)) is Meaning.SOMEONE_TO_TELL
    assert meaning_of(after("abuse_disclosure", "someone hits my friend", said, speaker="friend")) is Meaning.SOMEONE_TO_TELL
    assert meaning_of(after("abuse_disclosure", "someone touches me", "maybe my uncle")) is None


def test_what_to_do_until_help_comes_is_asked_while_a_danger_is_open():
    said = "ive called 999, what do i do till they get here"
    told = "my daughter has gone to meet a man and i can't reach her"
    assert meaning_of(after("immediate_danger", told, said, level="emergency")) is Meaning.HELP_IS_CALLED
    assert meaning_of(after("immediate_danger", told, said)) is None


def test_who_was_missing_is_found_also_after_help_had_come():
    told, said = "my daughter has gone to meet a man and i can't reach her", "they found her!! shes ok"
    assert meaning_of(after("adult_involved", told, said, speaker="about_child")) is Meaning.CALLED_OFF
    assert meaning_of(after("adult_involved", "a man writes to her", said, speaker="about_child")) is None


@pytest.mark.parametrize(("speaker", "expected"), [("self", Meaning.NOT_ME), ("unknown", Meaning.NOT_ME), ("friend", None)])
def test_it_is_not_about_the_one_who_writes(speaker, expected):
    tracker = after("self_harm", "she wants to die because of me", speaker=speaker)
    tracker.update(UserUttered("no not me im worried about her", intent={"name": "told_it_is_not_me"}))
    assert meaning_of(tracker) is expected


def test_a_card_for_what_was_never_told_was_a_misreading():
    shown = after("image_shared", "what if he screenshots it", "no i havent sent any pictures")
    assert meaning_of(shown) is Meaning.MISREAD
    assert meaning_of(after("image_shared", "he has a nude of me", "i havent sent any pictures")) is not Meaning.MISREAD


@pytest.mark.parametrize(
    "given",
    [
        {"response": "utter_emergency_self_harm_friend", "level": "emergency"},
        {"response": "utter_crisis_card_es"},
    ],
)
def test_danger_and_words_in_another_language_are_not_taken_back(given):
    assert meaning_of(after("self_harm", "shes up there", "no she is not suicidal", **given)) is not Meaning.MISREAD


def test_a_yes_to_our_question_is_not_taken_back():
    tracker = after("self_harm", "yes", "no im not suicidal")
    card = next(event for event in tracker.events if isinstance(event, BotUttered))
    card.metadata["utter_action"] = "utter_check_in_yes"
    assert meaning_of(tracker) is not Meaning.MISREAD


def test_a_card_that_was_taken_back_counts_as_never_given():
    from bot.dialogue.facts import cards_given, is_card_newest, is_card_open, lasting_card, newest_card, recent_words

    tracker = after("image_shared", "what if he screenshots it", "no i havent sent any pictures")
    assert is_card_open(tracker) and is_card_newest(tracker) and cards_given(tracker) == {"image_shared"}
    tracker.update(BotUttered("Sorry", metadata={"utter_action": "utter_crisis_meant", "response": "utter_crisis_misread"}))
    tracker.update(UserUttered("how do i know if someone likes me"))
    assert not is_card_open(tracker) and not is_card_newest(tracker)
    assert not newest_card(tracker) and not lasting_card(tracker) and not cards_given(tracker)
    assert recent_words(tracker) == "how do i know if someone likes me"
    assert meaning_of(tracker) is None


def hinted(
    kind, said="something", category="abuse_disclosure", intent=None, is_sure=True, score=0.97, opening="he hurts somebody", **given
):
    """A session whose newest message was heard to bring news."""
    tracker = after(category, opening, **given)
    news = {"kind": kind, "score": score, "sure": is_sure}
    tracker.update(UserUttered(said, intent={"name": intent}, parse_data={"news": news, "intent": {"name": intent}}))
    return tracker


@pytest.mark.parametrize(
    ("kind", "category", "expected"),
    [
        ("danger_soon", "abuse_disclosure", Meaning.DANGER_AHEAD),
        ("danger_soon", "extortion", Meaning.DANGER_AHEAD),
        ("danger_soon", "self_harm", Meaning.MORE_OF_DYING),
        ("again", "adult_involved", Meaning.WENT_ON),
        ("again", "self_harm", Meaning.MORE_OF_DYING),
        # Of pictures and demands their own words say it.
        ("again", "extortion", None),
        ("again", "image_shared", None),
        ("another_child", "abuse_disclosure", Meaning.OTHER_CHILDREN),
        ("another_child", "self_harm", None),
        # Despair is a question of its own.
        ("despair", "extortion", None),
    ],
)
def test_news_has_its_meaning_from_the_card(kind, category, expected):
    assert meaning_of(hinted(kind, category=category)) is expected


@pytest.mark.parametrize(("kind", "expected"), [("danger_soon", Meaning.MORE_AT_RISK), ("another_child", Meaning.MORE_AT_RISK), ("again", None)])
@pytest.mark.parametrize("speaker", ["own_behaviour", "self"])
def test_who_told_of_thoughts_of_their_own_is_kept_from_being_alone_with_a_child(kind, expected, speaker):
    assert meaning_of(hinted(kind, category="offender_concern", speaker=speaker)) is expected


def test_danger_that_is_not_sure_is_asked_about_once():
    tracker = hinted("danger_now", is_sure=False)
    assert meaning_of(tracker) is Meaning.MAYBE_NOW
    tracker.update(BotUttered("Is anyone in danger?", metadata={"check_in": "immediate_danger"}))
    tracker.update(UserUttered("idk", parse_data={"news": {"kind": "danger_now", "score": 0.3, "sure": False}}))
    assert meaning_of(tracker) is None


def test_plain_words_of_safety_are_no_danger():
    assert meaning_of(hinted("danger_now", "shes at the hospital now", "self_harm", is_sure=False, speaker="friend")) is not Meaning.MAYBE_NOW


def test_where_it_is_less_sure_plain_facts_times_and_children_decide():
    assert meaning_of(hinted("danger_soon", "he is there on saturday", score=0.8)) is Meaning.DANGER_AHEAD
    assert meaning_of(hinted("danger_soon", "he is there every saturday", score=0.8)) is None
    assert meaning_of(hinted("danger_soon", "he still coaches", intent="told_still_near")) is None
    assert meaning_of(hinted("another_child", "he does it to my sister as well", score=0.8)) is Meaning.OTHER_CHILDREN
    assert meaning_of(hinted("another_child", "he takes baths with her", score=0.8)) is None
    assert meaning_of(hinted("again", intent="told_it_was_denied", score=0.8)) is None


@pytest.mark.parametrize(
    ("kind", "said", "intent", "score", "is_believed"),
    [
        ("friend", "its my cousin", None, 0.8, True),
        ("friend", "its my cousin", None, 0.5, False),
        ("friend", "its my cousin", "told_it_is_me", 0.5, True),
        # Their own doing wants more; and nobody is taken for that while another fact is understood.
        ("own_behaviour", "that was me", "told_a_detail", 0.8, False),
        ("own_behaviour", "that was me", "told_a_detail", 0.9, True),
        ("own_behaviour", "they will know it was me", "told_fear_of_revenge", 0.99, False),
        ("own_behaviour", "thank you. really.", "thank", 0.99, False),
        ("friend", "is it my friend then?", None, 0.99, False),
    ],
)
def test_who_says_whose_trouble_it_is_is_believed_where_they_surely_do(kind, said, intent, score, is_believed):
    found = meaning_of(hinted(kind, said, intent=intent, score=score))
    assert found is (Meaning.PUT_RIGHT if is_believed else None)


def test_words_that_say_it_better_and_questions_keep_their_meaning():
    assert meaning_of(hinted("danger_soon", category="adult_involved", intent="told_a_meeting")) is None
    assert meaning_of(hinted("again", "he did it again what do i do?")) is None


@pytest.mark.parametrize(
    ("kind", "speaker", "expected"),
    [
        ("friend", "self", Meaning.PUT_RIGHT),
        ("professional", "about_child", Meaning.PUT_RIGHT),
        ("own_behaviour", "self", Meaning.PUT_RIGHT),
        ("self", "friend", Meaning.PUT_RIGHT),
        ("survivor", "self", Meaning.PUT_RIGHT),
        # The card took the right one already.
        ("self", "self", None),
        ("friend", "friend", None),
        ("about_child", "about_child", None),
    ],
)
def test_whose_trouble_it_really_is(kind, speaker, expected):
    assert meaning_of(hinted(kind, category="image_shared", speaker=speaker)) is expected


def test_what_is_so_of_another_as_well_makes_nobody_else_of_the_writer():
    assert meaning_of(hinted("friend", "my friend does it too", "self_harm")) is None
    assert meaning_of(hinted("friend", "its my friend not me", "self_harm")) is Meaning.PUT_RIGHT


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("the man asked my daughter for pictures again", None),
        ("he writes to her friend as well", Meaning.OTHER_CHILDREN),
        ("and he writes to my son", Meaning.OTHER_CHILDREN),
    ],
)
def test_the_child_told_of_is_no_other_child_however_sure_the_news(said, expected):
    tracker = hinted("another_child", said, "adult_involved", opening="a man writes to my daughter", score=0.95)
    assert meaning_of(tracker) is expected


def test_a_disclosure_of_the_same_person_and_rage_are_no_corrections():
    def told(categories, speaker, score):
        tracker = hinted("self", "he asked my daughter again", "adult_involved", speaker="about_child", score=score)
        tracker.latest_message.parse_data["risk"] = {"alone": "escalate", "categories": categories, "speaker": speaker}
        return meaning_of(tracker)

    assert told({"adult_involved": 0.9}, "about_child", 0.7) is None
    assert told({"adult_involved": 0.9}, "about_child", 0.9) is Meaning.PUT_RIGHT
    assert told({"immediate_danger": 0.5}, "self", 0.95) is None


@pytest.mark.parametrize(
    ("category", "response", "expected"),
    [
        ("abuse_disclosure", None, Meaning.DANGER_AHEAD),
        ("adult_involved", "utter_crisis_staff_member_parent", Meaning.DANGER_AHEAD),
        # Who is known from the internet only: words for a meeting say it better.
        ("adult_involved", None, None),
    ],
)
def test_a_day_with_somebody_who_is_known_is_no_meeting_with_a_stranger(category, response, expected):
    said = {"said": "he wants to pick her up friday", "intent": "told_a_meeting", "score": 0.87}
    assert meaning_of(hinted("danger_soon", category=category, response=response, **said)) is expected


def test_while_danger_is_open_hints_have_no_meaning_of_their_own():
    assert meaning_of(hinted("danger_soon", category="immediate_danger", level="emergency")) is None


def in_danger(said, kind=None, until_then=(), level="emergency", is_sure=True, intent=None):
    """A session in an emergency whose newest message tells of help."""
    tracker = after("immediate_danger", "my dad has a knife", level=level)
    for response in until_then:
        tracker.update(BotUttered("…", metadata={"response": response}))
    told = {"help": {"kind": kind, "score": 0.95, "sure": is_sure}} if kind else {}
    tracker.update(UserUttered(said, intent={"name": intent}, parse_data={"intent": {"name": intent}, **told}))
    return tracker


@pytest.mark.parametrize(
    ("kind", "expected"), [("here", Meaning.HELP_IS_HERE), ("called", Meaning.HELP_IS_CALLED), (None, None)]
)
def test_help_is_heard_in_an_emergency(kind, expected):
    assert meaning_of(in_danger("some bloke in green asked me the same", kind)) is expected


@pytest.mark.parametrize(
    ("intent", "expected"), [("outcome_safe_now", Meaning.HELP_IS_HERE), ("outcome_no_answer", None), (None, None)]
)
def test_help_that_is_hinted_at_is_believed_where_the_intent_says_so_too(intent, expected):
    assert meaning_of(in_danger("did it. they came", "here", is_sure=False, intent=intent)) is expected


def test_who_must_not_be_heard_is_told_how_to_call_all_the_same_and_only_in_an_emergency():
    def said(level):
        tracker = in_danger("i cant talk he will hear me", level=level)
        tracker.latest_message.parse_data["intent"]["name"] = tracker.latest_message.intent["name"] = "barrier_cannot_talk"
        return meaning_of(tracker)

    assert said("emergency") is Meaning.CANNOT_SPEAK
    assert said("escalate") is None


def test_plain_words_say_it_better():
    assert meaning_of(in_danger("oh its the postman", "here")) is Meaning.CALLED_OFF


@pytest.mark.parametrize(
    ("until_then", "expected"),
    [
        (["utter_crisis_until_help_comes"], True),
        (["utter_crisis_until_help_comes", "utter_crisis_help_is_there"], False),
        (["utter_crisis_until_help_comes", "utter_outcome_safe_now"], False),
        ([], False),
    ],
)
def test_help_stays_called_until_the_danger_is_over(until_then, expected):
    assert is_help_called(in_danger("he is at the door", until_then=until_then)) is expected


def test_help_that_has_come_ends_the_emergency():
    assert not is_emergency_open(in_danger("ok", until_then=["utter_crisis_help_is_there"]))
    assert not is_emergency_open(in_danger("ok", until_then=["utter_crisis_until_help_comes", "utter_outcome_found"]))
    assert is_emergency_open(in_danger("ok", until_then=["utter_crisis_until_help_comes"]))


def test_help_that_is_denied_is_not_believed_and_was_not_called():
    assert meaning_of(in_danger("mum says dont ring the police", "called")) is None
    assert meaning_of(in_danger("nobody is here yet", "here")) is None
    assert not is_help_called(in_danger("no one is coming i never rang", until_then=["utter_crisis_until_help_comes"]))


@pytest.mark.parametrize(("said", "expected"), [("nobody is here yet", True), ("ok thank you", False)])
def test_an_emergency_is_open_again_when_help_is_denied_at_once(said, expected):
    assert is_emergency_open(in_danger(said, until_then=["utter_crisis_help_is_there"])) is expected


def test_not_me_after_a_card_for_another_makes_it_nobody_elses():
    """ "No its not me its my friend", after a friend's card, once brought the writer a card about themselves."""
    assert meaning_of(hinted("self", "not me. my sister", speaker="friend", intent="told_it_is_not_me")) is None
    assert meaning_of(hinted("self", "it is me", speaker="friend", intent="told_it_is_me")) is Meaning.PUT_RIGHT


@pytest.mark.parametrize(
    ("said", "intent", "score", "expected"),
    [
        ("like alive", "told_a_detail", 0.91, Meaning.MORE_OF_DYING),
        ("ive been thinking about it for weeks", "outcome_not_yet", 0.97, Meaning.MORE_OF_DYING),
        ("not yet", "outcome_not_yet", 0.3, None),
        ("i feel empty", "told_how_it_feels", 0.95, None),
    ],
)
def test_more_about_dying_is_no_detail_and_no_plan_put_off(said, intent, score, expected):
    tracker = after("self_harm", "i dont want to be here anymore")
    risk = {"level": "check_in", "alone": "check_in", "categories": {"self_harm": score}, "speaker": "self", "stance": "now"}
    parsed = {"text": said, "intent": {"name": intent, "confidence": 0.6}, "risk": risk}
    tracker.update(UserUttered(said, parsed["intent"], parse_data=parsed))
    assert meaning_of(tracker) is expected
