"""The facts in a message, held against what is known before."""

from __future__ import annotations

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.fact_extractor import FactExtractor


def found(text, sent=None, **slots):
    message = Message(data={"text": text, "metadata": sent})
    kept = [TextSlot(name, [{}], initial_value=value) for name, value in slots.items()]
    FactExtractor().process([message], DialogueStateTracker("one", kept))
    return {entity["entity"]: entity["value"] for entity in message.get("entities")}


@pytest.mark.parametrize("text", ["im in georgia", "i live in georgia and my stepdad comes in at night"])
def test_a_place_of_two_countries_is_in_the_one_that_the_page_or_the_person_named(text):
    assert found(text, {"country": "US"})["country"] == "US"
    assert found(text, country="US")["country"] == "US"
    assert "country" not in found(text, {"country": "GB"})
    assert "country" not in found(text)


def test_where_somebody_says_they_are_counts_more_than_the_page():
    assert found("i live in kenya and my uncle hurts me", {"country": "GB"})["country"] == "KE"


def test_a_parents_terse_words_do_not_make_them_a_child():
    assert found("14 year old daughter being blackmailed")["audience"] == "parent"
    assert "audience" not in found("14 year old daughter being blackmailed", audience="professional")
    assert found("14f here, being blackmailed", audience="parent")["audience"] == "child"


CARD_THAT_ASKS = {"utter_action": "utter_crisis_card", "responses": ["utter_crisis_close_ask_country"]}
BUTTON = {"title": "Ireland", "payload": '/ask_country{"country": "IE"}'}


def read(text, intent, *said, level="none", alone=None, country="GB"):
    """The intent that goes on, and the country taken; `said` is what was said just before."""
    risk = {"level": level, "alone": alone or level}
    message = Message(data={"text": text, "intent": {"name": intent, "confidence": 0.9}, "risk": risk})
    tracker = DialogueStateTracker.from_events("one", list(said), [TextSlot("country", [{}], initial_value=country)])
    FactExtractor().process([message], tracker)
    taken = {entity["entity"]: entity["value"] for entity in message.get("entities")}
    return message.get("intent")["name"], taken.get("country")


@pytest.mark.parametrize(
    "text",
    ["cos im indian", "my friend lives in india", "im polish", "im from poland but i live here", "he lives in america",
     "from when my mom went to work in durban"],
)  # fmt: skip
def test_somebody_elses_country_or_a_background_brings_no_helplines_and_changes_no_country(text):
    assert read(text, "ask_country") == ("nlu_fallback", None)
    assert read(text, "faq") == ("faq", None)
    assert read(text, "ask_country", level="check_in") == ("nlu_fallback", None)


@pytest.mark.parametrize("text", ["im in ireland", "ireland", "from ireland here", "i am from ireland"])
def test_where_the_writer_says_they_are_brings_the_helplines_of_that_country(text):
    assert read(text, "ask_country") == ("ask_country", "IE")


def test_a_disclosure_tells_where_the_writer_is_only_in_plain_words():
    assert read("im in ireland and he hits me", "faq", level="escalate") == ("faq", "IE")
    assert read("ireland", "ask_country", level="escalate") == ("nlu_fallback", None)
    assert read("ireland", "ask_country", level="escalate", alone="none") == ("ask_country", "IE")


@pytest.mark.parametrize("intent", ["faq", "nlu_fallback", "get_hotline"])
def test_lines_of_a_country_are_asked_for_by_the_words(intent):
    assert read("numbers for india please", intent) == ("get_hotline", "IN")
    assert read("he has an indian number", intent) == (intent, None)


@pytest.mark.parametrize(
    "asked",
    [
        BotUttered("which?", data={"buttons": [BUTTON]}, metadata=CARD_THAT_ASKS),
        BotUttered("which?", metadata={"utter_action": "utter_hotlines_anywhere"}),
        BotUttered("which?", metadata={"response": "utter_journey/professional_card/place"}),
    ],
)
def test_an_answer_to_our_question_may_be_a_nationality(asked):
    assert read("im polish", "ask_country", asked, country=None) == ("ask_country", "PL")
    assert read("he is polish", "ask_country", asked, country=None) == ("nlu_fallback", None)
    assert read("im polish", "ask_country", asked, UserUttered("hm"), BotUttered("hm")) == ("nlu_fallback", None)


def test_an_own_place_that_could_be_in_two_countries_is_asked_about():
    assert read("i live in georgia", "ask_country", country=None) == ("ask_country", None)


def test_what_is_near_without_the_label_that_was_not_meant_is_offered_and_what_is_far_is_not():
    scores = {"ask_country": 0.7, "faq/bullied_for_who_i_am": 0.06, "faq/first_phone": 0.01}
    ranking = [{"label": label, "score": score} for label, score in scores.items()]
    intent = {"name": "ask_country", "confidence": 0.7}
    message = Message(data={"text": "cos im indian", "intent": intent, "label_ranking": ranking})
    FactExtractor().process([message])
    assert [entry["faq"] for entry in message.get("nearest")] == ["bullied_for_who_i_am"]


WHO = BotUttered("who?", data={"buttons": [{"title": "I'm under 18", "payload": '/choose_audience{"audience": "child"}'}]})
OPEN_CARD = BotUttered("card", metadata={"utter_action": "utter_crisis_card", "card_category": "extortion"})


def understood(text, intent, *said, **sent):
    """The intent that goes on, and the audience taken, on the page or channel that sends `sent` along."""
    data = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "metadata": sent}
    message = Message(data=data)
    slots = [TextSlot(name, [{}]) for name in ("audience", "country")]
    FactExtractor().process([message], DialogueStateTracker.from_events("one", list(said), slots))
    taken = {entity["entity"]: entity["value"] for entity in message.get("entities")}
    return message.get("intent")["name"], taken.get("audience")


@pytest.mark.parametrize("text", ["hes a photographer", "hes a teacher", "my mum is a social worker", "shes 15 like me"])
def test_somebody_elses_role_is_not_the_writers(text):
    assert understood(text, "choose_audience", audience="child") == ("nlu_fallback", None)
    assert understood(text, "faq", audience="child") == ("faq", None)


@pytest.mark.parametrize(
    ("text", "audience"),
    [("im a teacher", "professional"), ("mum of two here", "parent"), ("parent", "parent"), ("im 12", "child")],
)
def test_the_role_that_the_writer_says_is_taken(text, audience):
    assert understood(text, "choose_audience", audience="child") == ("choose_audience", audience)


def test_a_gender_is_an_answer_to_our_question_and_else_no_role():
    assert understood("im a girl", "choose_audience", audience="child")[0] == "nlu_fallback"
    assert understood("im a girl", "choose_audience", WHO) == ("choose_audience", "child")


def test_a_role_without_a_subject_is_another_persons_while_a_card_is_talked_about():
    assert understood("teacher", "choose_audience", OPEN_CARD) == ("nlu_fallback", None)
    assert understood("teacher", "choose_audience") == ("choose_audience", "professional")


@pytest.mark.parametrize("text", ["hes 12 too", "shes 11", "hes in year 9"])
def test_a_child_that_tells_an_age_is_offered_no_answers_for_parents_by_age(text):
    assert understood(text, "other_age", audience="child")[0] == "nlu_fallback"
    assert understood(text, "other_age", channel_kind="telegram")[0] == "nlu_fallback"
    assert understood(text, "other_age", audience="parent")[0] == "other_age"
    assert understood(text, "other_age")[0] == "other_age"
    assert understood("my daughter is 11", "other_age", audience="child") == ("other_age", "parent")


CARD = BotUttered("words", metadata={"utter_action": "utter_crisis_card", "card_category": "abuse_disclosure"})


def test_again_after_a_card_forgets_nothing():
    """Rasa's own restart would wipe what "my dad hits me" was answered with."""
    assert read("again", "restart", CARD)[0] == "nlu_fallback"
    for asked in ("restart", "Reset!", "start over please"):
        assert read(asked, "restart", CARD)[0] == "restart"
    assert read("again", "restart")[0] == "restart"


def steps_asked_for(text, *before, intent="nlu_fallback", level="none"):
    """The intent, platform and setting of a message after others that were typed."""
    risk = {"level": level, "alone": level}
    message = Message(data={"text": text, "intent": {"name": intent, "confidence": 0.5}, "risk": risk})
    events = [UserUttered(words) for words in before]
    FactExtractor().process([message], DialogueStateTracker.from_events("one", events))
    taken = {entity["entity"]: entity["value"] for entity in message.get("entities")}
    return message.get("intent")["name"], taken.get("platform"), taken.get("setting")


def test_the_app_that_was_named_before_is_meant():
    found = steps_asked_for("how do i make her account private", "a man added my daughter on instagram")
    assert found == ("ask_privacy_setting", "instagram", "private_account")


def test_the_setting_that_was_asked_for_before_is_meant_for_another_app():
    found = steps_asked_for("thanks. and for telegram?", "how do i hide my last seen on whatsapp")
    assert found[:2] == ("ask_privacy_setting", "telegram") and found[2]


def test_nothing_is_completed_for_what_is_told_or_worries():
    before = "how do i turn off location on her phone"
    assert steps_asked_for("she's 13 and says that my looking is stalking", before)[0] == "nlu_fallback"
    assert steps_asked_for("he follows her on snapchat", before, level="check_in")[0] == "nlu_fallback"


@pytest.mark.parametrize("text", ["asante sana", "Dankie!", "شكرا", "Obrigada 🙏", "köszönöm"])
def test_thanks_in_another_language_are_thanks(text):
    assert steps_asked_for(text)[0] == "thank"


@pytest.mark.parametrize("text", ["kya karu", "salut", "ماذا افعل", "ele disse que é segredo", "asante, ananipiga"])
def test_other_words_of_those_languages_are_none(text):
    assert steps_asked_for(text)[0] == "nlu_fallback"


def test_thanks_beside_a_risk_are_not_all_that_was_said():
    assert steps_asked_for("asante", level="check_in")[0] == "nlu_fallback"
