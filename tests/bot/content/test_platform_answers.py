"""Answers in words: each audience and channel, known and unknown cells, and the way on."""

from __future__ import annotations

import json
import re

import pytest
import textstat

from bot.config import DATA_DIR
from bot.content.platform_answers import ask_platform, ask_setting, not_covered, payload, render
from bot.content.platforms import SETTINGS, get_platforms
from bot.content.responses import ResponseBook, load_responses

AUDIENCES = ("child", "parent", "professional", None)
CELLS = [(p, s) for p in get_platforms().platforms for s in SETTINGS]


@pytest.fixture(scope="module")
def responses() -> ResponseBook:
    """The wording in data/responses only, without helplines."""
    return load_responses(DATA_DIR / "responses")


@pytest.mark.parametrize(("platform", "setting"), CELLS)
@pytest.mark.parametrize("channel", ["web", "sms"])
def test_every_cell_is_worded_for_everyone_with_nothing_left_open(
    platform: str, setting: str, channel: str, responses: ResponseBook
) -> None:
    for audience in AUDIENCES:
        answer = render(platform, setting, audience, channel, responses=responses)
        assert get_platforms().platforms[platform].name in answer.texts[0]
        assert not re.search(r"[{}]|\n\n\n|  |\(\)", answer.texts[0])
        assert 1 <= len(answer.buttons) <= 3
        assert all(len(button.title) <= 40 for button in answer.buttons)


def test_an_answer_names_its_date_and_what_to_do_when_the_menu_moved(responses: ResponseBook) -> None:
    text = render("instagram", "private_account", "parent", responses=responses).texts[0]
    assert "April 2026" in text
    assert 'search the settings for "Account privacy"' in text


def test_an_undated_source_is_said_to_be_undated(responses: ResponseBook) -> None:
    assert "no date on it" in render("tiktok", "private_account", responses=responses).texts[0]


def test_an_unknown_cell_says_so_and_points_to_the_platforms_own_help(responses: ResponseBook) -> None:
    answer = render("snapchat", "comments_tags", "parent", responses=responses)
    assert answer.response == "utter_privacy_unknown"
    assert "help.snapchat.com" in answer.texts[0]
    assert "1. " not in answer.texts[0]


def test_an_unknown_cell_without_a_help_address_points_to_the_settings_search(responses: ResponseBook) -> None:
    assert 'search for "Notifications"' in render("whatsapp", "time_limits", responses=responses).texts[0]


def test_a_child_is_told_what_a_parent_sees_in_the_childs_words(responses: ResponseBook) -> None:
    child = render("snapchat", "parental_tool", "child", responses=responses).texts[0]
    parent = render("snapchat", "parental_tool", "parent", responses=responses).texts[0]
    assert "can't see what you wrote" in child
    assert child != parent


def test_where_the_law_keeps_under_16s_off_the_answer_says_so(responses: ResponseBook) -> None:
    text = render("instagram", "private_account", "child", country="AU", responses=responses).texts[0]
    assert "Australia" in text and "keep under-16s off" in text
    assert "always ask for help" in text


@pytest.mark.parametrize(
    ("platform", "setting", "country"),
    [("whatsapp", "private_account", "AU"), ("instagram", "private_account", "GB"), ("instagram", "block", "AU")],
)
def test_the_under_16_rule_stays_out_where_it_does_not_apply(
    platform: str, setting: str, country: str, responses: ResponseBook
) -> None:
    text = render(platform, setting, country=country, responses=responses).texts[0]
    assert "keep under-16s off" not in text
    assert "The duty is on the platform" not in text


def test_before_blocking_the_words_are_kept(responses: ResponseBook) -> None:
    assert "save the messages first" in render("roblox", "block", "child", responses=responses).texts[0].lower()


def test_buttons_lead_to_cells_that_exist(responses: ResponseBook) -> None:
    for platform, setting in CELLS:
        for button in render(platform, setting, responses=responses).buttons:
            if not button.payload.startswith("/ask_privacy_setting"):
                continue
            target = json.loads(button.payload.removeprefix("/ask_privacy_setting"))
            assert target["setting"] in SETTINGS
            assert target["platform"] == "other" or target["platform"] in get_platforms().platforms


def test_the_question_for_the_platform_keeps_the_setting(responses: ResponseBook) -> None:
    answer = ask_platform("block", "child", responses=responses)
    assert len(answer.buttons) == 4
    assert answer.buttons[0].payload == payload("instagram", "block")


def test_the_question_for_the_setting_offers_four_of_that_platform(responses: ResponseBook) -> None:
    answer = ask_setting("roblox", "parent", responses=responses)
    assert len(answer.buttons) == 4
    assert all('"platform": "roblox"' in button.payload for button in answer.buttons)


def test_an_app_without_checked_steps_is_not_given_anothers(responses: ResponseBook) -> None:
    answer = not_covered("Yubo", "child", responses=responses)
    assert answer.response == "utter_privacy_not_covered"
    assert "Yubo" in answer.texts[0]


def test_frames_and_tips_read_easily(responses: ResponseBook, monkeypatch: pytest.MonkeyPatch) -> None:
    # textstat would fetch a word list over the network; without it, it counts syllables by hyphenation.
    monkeypatch.setattr("textstat.backend.counts._count_syllables.get_cmudict", lambda lang: {})
    for name in (n for n in responses.names if n.startswith("utter_privacy_tip_")):
        child = responses.choose(name, "child").text
        parent = responses.choose(name, "parent").text
        assert textstat.flesch_kincaid_grade(child) <= 6, name
        assert textstat.flesch_kincaid_grade(parent) <= 9, name
