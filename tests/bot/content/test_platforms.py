"""The platform book: loading, its schema, and names and wordings with their near-misses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from bot.content.platforms import (
    PLATFORMS_DIR,
    SETTINGS,
    find_platform,
    find_setting,
    find_uncovered_app,
    get_platforms,
    load_platforms,
    read_question,
)
from bot.errors import ContentError

FIRST_SEVEN = ("instagram", "tiktok", "snapchat", "whatsapp", "discord", "roblox", "youtube")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small data folder with one platform that a test may break."""
    for name in ("_settings.yml", "instagram.yml"):
        shutil.copy(PLATFORMS_DIR / name, tmp_path / name)
    return tmp_path


def change(folder: Path, edit: str, value: object, cell: str | None = None) -> None:
    path = folder / "instagram.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    target = content["settings"][cell] if cell else content
    if value is None:
        del target[edit]
    else:
        target[edit] = value
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


def test_the_seven_platforms_families_ask_about_most_are_there() -> None:
    assert set(FIRST_SEVEN) <= set(get_platforms().platforms)


def test_every_platform_has_all_ten_settings() -> None:
    assert all(tuple(p.settings) == SETTINGS for p in get_platforms().platforms.values())


def test_a_menu_path_comes_as_its_menu_items() -> None:
    first = get_platforms().steps("instagram", "private_account").steps[0]
    assert first[0] == "Profile"
    assert "Account privacy" in first


def test_an_unknown_platform_is_refused_with_the_choices() -> None:
    with pytest.raises(ContentError, match="no platform 'myspace'.*instagram"):
        get_platforms().steps("myspace", "block")


@pytest.mark.parametrize(
    ("edit", "value", "cell", "message"),
    [
        ("date", "last spring", "block", "instagram.yml: settings.block: 'date' is 'last spring'"),
        ("certainty", "sure", "block", "settings.block: 'certainty' is 'sure'"),
        ("source", None, "report", "settings.report: field 'source' is missing"),
        ("steps", None, "report", "settings.report: write either 'steps' or 'answer'"),
        ("steps", ["a"] * 6, "report", "settings.report: has 6 steps"),
        ("unknown", True, "report", "settings.report: is marked unknown but has 'steps'"),
        ("colour", "red", "report", "settings.report: unknown field 'colour'"),
        ("search", None, "report", "settings.report: field 'search' is missing"),
        ("kind", "toy", None, "'kind' is 'toy'"),
        ("platform", "insta", None, "the file name says 'instagram'"),
        ("aliases", None, None, "field 'aliases' is missing"),
    ],
)
def test_a_broken_file_is_refused_and_the_message_names_file_and_field(
    folder: Path, edit: str, value: object, cell: str | None, message: str
) -> None:
    change(folder, edit, value, cell)
    with pytest.raises(ContentError) as error:
        load_platforms(folder)
    assert message in str(error.value)


def test_a_setting_left_out_is_refused(folder: Path) -> None:
    path = folder / "instagram.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    del content["settings"]["location"]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ContentError, match="setting 'location' is missing"):
        load_platforms(folder)


def test_an_alias_of_two_platforms_is_refused(folder: Path) -> None:
    path = folder / "instagram.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    (folder / "other.yml").write_text(yaml.safe_dump({**content, "platform": "other"}), encoding="utf-8")
    with pytest.raises(ContentError, match="already belongs to 'instagram'"):
        load_platforms(folder)


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("how do i make my insta private", "instagram"),
        ("she's on ig all day", "instagram"),
        ("instagarm", "instagram"),
        ("turn off location on snap", "snapchat"),
        ("Snap: block", "snapchat"),
        ("and on tiktok?", "tiktok"),
        ("tick tock privacy", "tiktok"),
        ("wapp groups", "whatsapp"),
        ("someone on dc keeps messaging", "discord"),
        ("discrod", "discord"),
        ("my kid plays robloxx", "roblox"),
        ("yt comments", "youtube"),
        ("turn off location on snapchat on my iphone", "snapchat"),
        ("he met her on roblox and moved to discord, how do i block him on discord", "discord"),
    ],
)
def test_a_platform_is_found_by_the_names_people_use(text: str, platform: str) -> None:
    assert find_platform(text) == platform


@pytest.mark.parametrize(
    "text",
    [
        "he snapped at me",
        "oh snap",
        "it was a snap decision",
        "ig ill do it tomorrow",
        "throw it on the discard pile",
        "we have a live stream at school",
        "i have an interest in drawing",
        "my phone is broken",
        "how do i block someone there?",
        "solve for x and y",
        "my x wont leave me alone",
        "we moved from washington dc",
        "",
    ],
)
def test_ordinary_words_are_not_read_as_a_platform(text: str) -> None:
    assert find_platform(text) is None


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("who can message him", "who_can_message"),
        ("turn off location", "location"),
        ("hide last seen", "data_to_hide"),
        ("block someone from messaging me", "block"),
        ("block strangers from messaging me", "who_can_message"),
        ("block porn on his tablet", "parental_tool"),
        ("private messages from strangers", "who_can_message"),
        ("make it privat", "private_account"),
        ("my ten year old has an account, who can see it", "private_account"),
        ("is ten too young", "minimum_age"),
        ("reprot a guy", "report"),
        ("stop her scrolling all night, lock it at bedtime", "time_limits"),
        ("snap chat private", "private_account"),
    ],
)
def test_a_setting_is_found_by_ordinary_words(text: str, setting: str) -> None:
    assert find_setting(text) == setting


@pytest.mark.parametrize("text", ["and on tiktok?", "what about snap chat", "hello", "thanks", "how?", ""])
def test_a_text_without_a_setting_names_none(text: str) -> None:
    assert find_setting(text) is None


def test_spans_are_places_in_the_text_as_typed() -> None:
    text = "Is INSTAGRAM worse than Snap?"
    assert [(text[h.start : h.end], h.platform) for h in get_platforms().find_platforms(text)] == [
        ("INSTAGRAM", "instagram"),
        ("Snap", "snapchat"),
    ]


def test_an_app_without_checked_steps_is_known_by_name() -> None:
    assert find_uncovered_app("how do i make my yubo private") == "Yubo"
    assert find_uncovered_app("how do i make my insta private") is None


def test_a_very_long_text_is_answered_without_a_stall() -> None:
    assert find_platform("a " * 50_000 + "instagram") is None
    assert find_setting("s" * 100_000) is None


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("who can message him on roblox", ("roblox", "who_can_message")),
        ("snap location", ("snapchat", "location")),
        ("insta private?", ("instagram", "private_account")),
        ("I need to block someone on discord today and I cannot find the button", ("discord", "block")),
    ],
)
def test_a_question_that_names_both_is_read_as_its_cell(text: str, cell: tuple[str, str]) -> None:
    assert read_question(text) == cell


@pytest.mark.parametrize(
    "text",
    [
        "and on discord?",
        "how do i block someone",
        "yesterday he reported me on insta and now everybody is laughing",
        "he says he blocked me on snap because i told his mum",
        "My son has been on discord since last year and I never looked at it, then on Sunday his aunt told us that a "
        "man there asked how old he is and whether he can message him again later",
    ],
)
def test_half_a_question_or_a_story_is_not_read_as_a_cell(text: str) -> None:
    assert read_question(text) is None
