"""The reply to a message at risk, for every situation and voice."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest

from bot.content.cards import GSM, segments
from bot.content.crisis import CrisisContext, compose
from bot.content.hotlines import get_directory
from bot.content.responses import get_responses
from bot.content.schema import dialled
from bot.safety import levels
from bot.safety.levels import CATEGORIES, RiskAssessment, RiskLevel, Speaker

NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=timezone.utc)
AUDIENCES = (None, "child", "parent", "professional")
CHANNELS = ("web", "telegram", "sms")


def reply(category="extortion", level=RiskLevel.ESCALATE, speaker=Speaker.SELF, language=None, **context):
    named = {category: 0.9} if category else {}
    assessment = RiskAssessment(level=level, categories=named, speaker=speaker, language=language)
    return compose(assessment, CrisisContext(**{"at": NIGHT, **context}))


def text_of(found) -> str:
    return "\n\n".join(message.text for message in found.messages)


def everything():
    """Every (category, speaker, audience, level)."""
    return [
        (category, speaker, audience, level)
        for category in CATEGORIES
        for speaker in Speaker
        for audience in AUDIENCES
        for level in (RiskLevel.CHECK_IN, RiskLevel.ESCALATE, RiskLevel.EMERGENCY)
    ]


@pytest.mark.parametrize("country", ["GB", "MD", "KE", None, "ZZ"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_every_situation_has_words_without_a_gap_or_a_brace(country, channel):
    for category, speaker, audience, level in everything():
        for given in ((), (category,)):
            found = reply(category, level, speaker, country=country, audience=audience, channel=channel,
                          cards_given=given)  # fmt: skip
            text = text_of(found)
            assert text and not re.search(r"[{}]|  |None", text), (category, speaker, audience, level, text)
            assert all(message.response for message in found.messages)


def test_a_blackmailed_child_hears_care_then_what_to_do_then_who_helps():
    found = reply(country="GB", audience="child")
    text = text_of(found)
    order = [text.index(part) for part in ("glad you told me", "don't pay", "0800 1111", "999", "computer program")]
    assert order == sorted(order)
    assert found.hotlines == ("gb-childline", "gb-report-remove", "gb-ceop", "gb-emergency")
    payloads = {button.payload for button in found.messages[-1].buttons}
    assert {"/barrier_cannot_talk", "/barrier_my_fault", "/outcome_going_to"} <= payloads


def test_with_no_country_help_that_works_anywhere_comes_before_the_question_for_it():
    found = reply(country=None, audience="child")
    text = text_of(found)
    assert text.index("112 or 911") < text.index("findahelpline.com") < text.index("Which country")
    assert any("ask_country" in button.payload for button in found.messages[-1].buttons)


def test_a_country_without_a_file_is_not_asked_for_again():
    text = text_of(reply(country="ZZ", audience="child"))
    assert "findahelpline.com" in text and "Which country" not in text


@pytest.mark.parametrize("category", CATEGORIES)
def test_at_emergency_the_number_leads_and_nothing_else_follows(category):
    found = reply(category, RiskLevel.EMERGENCY, country="GB", audience="child")
    assert len(found.messages) == 1
    assert found.hotlines == ("gb-emergency",)
    assert "999" in found.messages[0].text.split(".")[0]
    assert not found.messages[0].buttons
    assert "http" not in found.messages[0].text


@pytest.mark.parametrize(
    ("categories", "name"),
    [
        ({levels.IMMEDIATE_DANGER: 0.99, levels.SELF_HARM: 0.98}, "utter_emergency_self_harm_child"),
        (
            {levels.IMMEDIATE_DANGER: 0.99, levels.ABUSE_DISCLOSURE: 0.9, levels.SELF_HARM: 0.6},
            "utter_emergency_danger_child",
        ),
        ({levels.IMMEDIATE_DANGER: 0.99, levels.SELF_HARM: 0.3}, "utter_emergency_danger_child"),
        ({levels.IMMEDIATE_DANGER: 0.99}, "utter_emergency_danger_child"),
    ],
)
def test_who_is_in_danger_from_themselves_hears_other_words_than_who_is_attacked(categories, name):
    risk = RiskAssessment(RiskLevel.EMERGENCY, categories, Speaker.SELF)
    assert compose(risk, CrisisContext(country="GB", audience="child")).messages[0].response == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("my stepdad pushed my little brother and his head is bleeding", "utter_emergency_danger_child"),
        ("mums boyfriend is hitting her right now", "utter_emergency_danger_child"),
        ("my friend says her dad is hitting her", "utter_emergency_danger_friend"),
    ],
)
def test_a_child_in_whose_home_the_danger_is_is_not_sent_to_the_adult_near_them(words, name):
    risk = RiskAssessment(RiskLevel.EMERGENCY, {levels.IMMEDIATE_DANGER: 0.99}, Speaker.FRIEND)
    found = compose(risk, CrisisContext(country="GB", audience="child", words=words))
    assert found.messages[0].response == name


def test_an_adult_who_gives_their_age_is_not_sent_to_a_line_for_children():
    risk = RiskAssessment(RiskLevel.ESCALATE, {levels.SELF_HARM: 0.9}, Speaker.SELF)
    child, adult = (compose(risk, CrisisContext(country="GB", age=age)).hotlines for age in (13, 34))
    assert "gb-childline" in child and "gb-childline" not in adult and adult


@pytest.mark.parametrize("known", [{"age": 34}, {"audience": "parent"}])
def test_the_line_in_an_adults_text_message_is_the_first_of_their_card(known):
    on_the_web = reply("self_harm", country="GB", **known)
    text = text_of(reply("self_harm", country="GB", channel="sms", **known))
    assert on_the_web.hotlines[0] == "gb-samaritans"
    assert "116 123" in text and "0800 1111" not in text and "85258" not in text


def test_an_emergency_number_of_medium_confidence_comes_with_what_to_do_if_it_fails():
    assert "If this does not connect" in text_of(reply("self_harm", RiskLevel.EMERGENCY, country="KE"))
    assert "If this does not connect" not in text_of(reply("self_harm", RiskLevel.EMERGENCY, country="GB"))


def test_a_check_in_is_one_question_and_nothing_else():
    for category in CATEGORIES:
        for audience in AUDIENCES:
            found = reply(category, RiskLevel.CHECK_IN, country="GB", audience=audience)
            assert len(found.messages) == 1 and not found.hotlines
            assert found.messages[0].text.count("?") == 1
            payloads = {button.payload for button in found.messages[0].buttons}
            assert payloads == {"/affirm", "/deny"}


def test_a_failed_engine_still_leads_to_a_question():
    found = compose(RiskAssessment(level=RiskLevel.CHECK_IN, failed=True), CrisisContext())
    assert found.messages[0].response == "utter_check_in_unclear"


def test_a_yes_about_self_harm_is_answered_with_crisis_line_and_emergency_number_only():
    text = text_of(reply("self_harm", country="US", audience="child"))
    assert "988" in text and "911" in text
    assert "report" not in text.lower() and "/ask{" not in str(reply("self_harm", country="US", audience="child"))


def test_after_a_card_a_shorter_reply_repeats_the_line():
    first = reply(country="GB", audience="child")
    again = reply(country="GB", audience="child", cards_given=[first.category])
    assert len(text_of(again)) < len(text_of(first))
    assert "0800 1111" in text_of(again) and "999" in text_of(again)
    assert again.messages[0].response == "utter_crisis_again_child"


def test_what_is_told_more_is_received_once_in_words_for_that_trouble():
    given = {"country": "GB", "audience": "child", "cards_given": ["abuse_disclosure"]}
    own = reply("abuse_disclosure", words_given=["utter_crisis_abuse_disclosure_child"], **given)
    assert own.messages[0].response == "utter_crisis_again_abuse_disclosure_child"
    assert "0800 1111" in text_of(own) and "999" in text_of(own)
    said = ["utter_crisis_abuse_disclosure_child", own.messages[0].response]
    assert reply("abuse_disclosure", words_given=said, **given).messages[0].response == "utter_crisis_again_child"
    # Who made a fake is not told that whoever passes a picture on is in the wrong.
    fake = {**given, "cards_given": ["image_shared"], "words_given": ["utter_crisis_own_fake_child"]}
    assert reply("image_shared", **fake).messages[0].response == "utter_crisis_again_child"
    text_message = reply("abuse_disclosure", words_given=["utter_crisis_abuse_disclosure_child"], channel="sms", **given)
    assert text_message.messages[0].response == "utter_crisis_again_child"


def test_a_rise_to_emergency_after_a_card_gives_the_emergency_number():
    found = reply("self_harm", RiskLevel.EMERGENCY, country="GB", cards_given=["self_harm"])
    assert found.messages[0].response.startswith("utter_emergency_")


def test_a_child_who_is_abused_is_never_sent_to_a_parent():
    for country in ("GB", None):
        for given in ((), ("abuse_disclosure",)):
            text = text_of(reply("abuse_disclosure", country=country, audience="child", cards_given=given))
            assert not re.search(r"your (mum|mom|dad|parents?|mother|father)|a parent\b", text, re.IGNORECASE)


def test_every_number_in_a_reply_is_a_number_of_the_directory():
    directory = get_directory()
    known = {dialled(number) for service in directory.services for number in service.numbers} | {"112", "911"}
    for country in directory.countries:
        for category in CATEGORIES:
            text = text_of(reply(category, country=country, audience="child"))
            for link in re.findall(r"\]\((?:tel|sms):([^)?]+)", text):
                assert link in known, (country, category, link)


def test_a_text_message_holds_help_in_two_segments_of_plain_characters():
    longest = 0
    for country in (None, "ZZ", *get_directory().countries):
        for category, speaker, audience, level in everything():
            if level is RiskLevel.CHECK_IN or speaker not in (Speaker.SELF, Speaker.ABOUT_CHILD, Speaker.FRIEND):
                continue
            for given in ((), (category,)):
                found = reply(category, level, speaker, country=country, audience=audience, channel="sms",
                              cards_given=given)  # fmt: skip
                text = text_of(found)
                assert len(found.messages) == 1
                assert set(text) <= GSM, text
                assert segments(text) <= 2, (country, category, speaker, len(text), text)
                longest = max(longest, len(text))
    assert longest > 0


def test_a_text_message_gives_nothing_away_on_a_locked_screen():
    telling = re.compile(r"sex|abus|suicid|nude|naked|picture|blackmail|rape|kill", re.IGNORECASE)
    for category, speaker, audience, level in everything():
        text = text_of(reply(category, level, speaker, country="GB", audience=audience, channel="sms"))
        if level is not RiskLevel.CHECK_IN:
            assert not telling.search(text[:60]), text


def test_another_language_gets_the_card_written_in_it_when_there_is_one():
    book = get_responses()
    languages = [n.rsplit("_", 1)[1] for n in book.names if re.fullmatch("utter_crisis_card_[a-z]{2}", n)]
    for language in languages:
        found = reply(country="ES", language=language)
        assert found.messages[0].response == f"utter_crisis_card_{language}"
        assert "112" in text_of(found)
    assert reply(country="ES", language="xx").messages[0].response == "utter_crisis_extortion_child"


def test_a_young_person_worried_about_own_thoughts_is_not_offered_a_button_about_fault() -> None:
    found = reply("offender_concern", country="GB", audience="child")
    titles = [button.title for message in found.messages for button in message.buttons]
    assert "I'll contact them now" in titles and "It's my fault" not in titles


@pytest.mark.parametrize("audience", ["child", "parent"])
def test_who_holds_a_friends_picture_is_told_what_to_do_with_it(audience):
    told = {"speaker": Speaker.FRIEND, "audience": audience, "country": "GB"}
    held = reply("image_shared", words="a nude of a boy in my year is on my phone", **told)
    assert held.messages[0].response == f"utter_crisis_someone_elses_image_{audience}"
    of_friend = reply("image_shared", words="they passed my friend's picture round", **told)
    assert of_friend.messages[0].response == "utter_crisis_image_shared_friend"


def test_every_text_message_that_says_reply_1_offers_that_choice_first():
    for category in CATEGORIES:
        for speaker in Speaker:
            for given in ((), (category,)):
                found = reply(category, speaker=speaker, country="GB", channel="sms", cards_given=given)
                for message in found.messages:
                    assert ("Reply 1" in message.text) <= bool(message.buttons), (category, speaker, given)


def test_a_grown_up_about_another_grown_up_is_not_sent_to_a_teacher():
    found = reply("extortion", speaker=Speaker.FRIEND, audience="parent", country="GB", words="someone blackmails my sister, she's 30")
    assert found.messages[0].response == "utter_crisis_extortion_friend"
    child = reply("extortion", speaker=Speaker.FRIEND, audience="child", country="GB", words="someone blackmails my mate")
    assert found.messages[0].text != child.messages[0].text and "adult you trust" not in text_of(found)


@pytest.mark.parametrize(
    "words", ["hes been chatting to someone called max for months", "i hear the children next door scream", "my friend's daughter told me"]
)
def test_somebody_who_came_as_a_parent_is_no_childs_friend(words):
    found = reply("adult_involved", speaker=Speaker.FRIEND, audience="parent", country="GB", words=words)
    assert found.speaker is Speaker.ABOUT_CHILD


def test_a_child_spoken_of_before_does_not_make_the_sister_a_child():
    words = "how do i block sites on my son's phone\nsomeone is blackmailing my sister with pictures, she's 30"
    found = reply("extortion", speaker=Speaker.FRIEND, audience="parent", country="GB", words=words)
    assert found.speaker is Speaker.FRIEND and "your child" not in text_of(found)


def test_a_grown_up_of_the_family_who_does_it_leaves_it_the_childs_matter():
    words = "my daughter is scared of him\nmy brother keeps going into her room"
    assert reply("abuse_disclosure", speaker=Speaker.FRIEND, audience="parent", words=words).speaker is Speaker.ABOUT_CHILD
