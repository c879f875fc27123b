"""The check-up goes through the apps a person named, one setting at a time, and says at the end what is left."""

from __future__ import annotations

import pytest

from bot.content.composed import JourneyFacts, choice_in, entities_of
from bot.content.country_step import ask_country, country_from
from bot.content.platforms import get_platforms
from bot.content.privacy_walk import MOST_APPS, MOST_SETTINGS, ask_app, ask_setting, settings_of, summary

CHILD = JourneyFacts("child", "GB")
PARENT = JourneyFacts("parent", "GB")


def walk_through(answers, facts, result="done"):
    """Presses `result` at every setting; gives the texts said and the answers made."""
    texts, given = [], []
    while (asked := ask_setting({**answers, "setting": tuple(given)}, facts)) is not None:
        texts.append(asked.text)
        given.append(next(choice.id for choice in asked.choices if choice.id.endswith(f".{result}")))
    return texts, {**answers, "setting": tuple(given)}


def ids(composed):
    return [choice.id for choice in composed.choices]


def test_every_platform_can_be_typed_and_six_are_buttons():
    asked = ask_app({}, PARENT)
    assert len([choice for choice in asked.choices if not choice.hidden]) == 6
    assert {choice.id for choice in asked.choices} == set(get_platforms().platforms)


def test_a_child_is_not_offered_a_platform_with_nothing_but_a_parents_tool():
    assert "google_search" in ids(ask_app({}, PARENT)) and "google_search" not in ids(ask_app({}, CHILD))
    for platform in get_platforms().platforms:
        assert "parental_tool" not in settings_of(platform, CHILD)


def test_an_app_is_asked_for_once_and_three_are_enough():
    assert "tiktok" not in ids(ask_app({"app": ("tiktok",)}, CHILD))
    assert "that_is_all" in ids(ask_app({"app": ("tiktok",)}, CHILD))
    assert "that_is_all" not in ids(ask_app({}, CHILD))
    assert ask_app({"app": ("tiktok", "roblox", "discord")}, CHILD) is None
    assert ask_app({"app": ("tiktok", "that_is_all")}, CHILD) is None


@pytest.mark.parametrize("facts", [CHILD, PARENT, JourneyFacts(None, None, "sms")])
def test_each_setting_is_said_once_with_its_number_and_no_gap(facts):
    answers = {"app": ("instagram", "discord", "roblox")}
    texts, done = walk_through(answers, facts)
    assert len(texts) == len(set(texts)) == len(done["setting"]) <= MOST_APPS * MOST_SETTINGS
    for number, text in enumerate(texts, start=1):
        assert text.startswith(f"{number} of {len(texts)}.") and "{" not in text and "\n\n\n" not in text


@pytest.mark.parametrize("platform", sorted(get_platforms().platforms))
def test_only_settings_with_checked_steps_are_walked(platform):
    for setting in settings_of(platform, PARENT):
        assert get_platforms().steps(platform, setting).steps
    texts, _ = walk_through({"app": (platform,)}, PARENT)
    assert len(texts) == len(settings_of(platform, PARENT)) > 0


def test_what_was_not_found_gets_a_hint_and_stays_on_the_list():
    answers = {"app": ("instagram",), "setting": ("instagram.private_account.lost",)}
    assert 'Search the settings for "' in ask_setting(answers, CHILD).text.split("\n\n")[0]
    assert "not found yet" in summary(answers, CHILD).text


def test_enough_ends_the_walk_and_the_rest_stays_open():
    answers = {"app": ("instagram",), "setting": ("instagram.private_account.done", "enough")}
    assert ask_setting(answers, CHILD) is None
    items = summary(answers, CHILD).custom["sheet"]["sections"][0]["items"]
    assert [item["done"] for item in items] == [True, False, False, False]


def test_a_country_with_an_age_rule_is_told_kindly():
    text = ask_setting({"app": ("instagram",)}, JourneyFacts("child", "AU")).text
    assert "under-16s" in text and "you can always ask for help" in text
    assert "under-16s" not in ask_setting({"app": ("instagram",)}, CHILD).text.replace("Accounts of under-18s", "")


def test_a_person_without_an_app_still_gets_what_holds_everywhere():
    text = summary({}, CHILD).text
    assert "In every app" in text and "two-step" in text


def test_the_country_is_asked_only_when_nobody_said_it():
    assert ask_country({}, PARENT) is None
    asked = ask_country({}, JourneyFacts("parent"))
    assert {"gb", "fr", "unsaid"} <= set(ids(asked))
    assert ask_country({"place": ("fr",)}, JourneyFacts("parent")) is None
    assert country_from({"place": ("fr",)}, JourneyFacts("parent")) == "FR"
    assert country_from({"place": ("unsaid",)}, JourneyFacts("parent")) is None
    assert country_from({"place": ("fr",)}, PARENT) == "GB"


def test_no_everyday_word_names_a_country():
    asked = ask_country({}, JourneyFacts("parent"))
    words = {word for choice in asked.choices for word in choice.words}
    assert not words & {"us", "in", "no", "is", "me", "it", "i", "jordan", "china"}
    assert {"uk", "deutschland"} <= words


def test_a_payload_gives_its_choice_and_what_it_names():
    assert choice_in('/journey_answer{"choice": "setting/done"}') == "done"
    assert entities_of('/ask_country{"country": "GB"}') == {"country": "GB"} and entities_of("/deny") == {}
