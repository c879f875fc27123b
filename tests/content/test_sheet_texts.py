"""The pages that journeys end with: complete for every choice, easy to read, free of numbers and of harmful words."""

from __future__ import annotations

import itertools
import re

import pytest
import textstat
import textstat.backend.counts._count_syllables as syllables
import yaml

from bot.content.composed import JourneyFacts
from bot.content.journeys import get_journeys
from bot.content.responses import PLACEHOLDER
from bot.content.sheets import FOLDER, compose_sheet, get_sheets, read_sheet, sheet_for
from bot.errors import ContentError

NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))
#: Read by a child, alone or with a parent.
FOR_CHILDREN = ("family_agreement", "privacy_checkup")
CHILD_GRADE, PARENT_GRADE = 6, 9
NEVER = (
    r"don't worry", r"everything will be", r"should have", r"\bwhy (did|didn't) you", r"\bjust\b", r"\bi promise\b",
    r"100 ?%", r"police will", r"calm down", r"confess", r"admit", r"\bvictim", r"child porn", r"commit\w* suicide",
)  # fmt: skip
AGES = ("a4_7", "a8_10", "a11_13", "a14_17")
DEVICES = ("phone", "tablet", "computer", "console", "tv")
APPS = ("chat", "games", "social", "video", "ai")
KINDS = ("contact", "picture", "threats", "known", "home", "unsaid")


def texts_of(name):
    form = get_sheets(name)
    wordings = [*form.intro, *form.foot, *(line.wording for section in form.sections for line in section.lines)]
    return [form.title, *form.signatures, *(s.title for s in form.sections), *(w.text for w in wordings)]


def subsets(names):
    return itertools.chain.from_iterable(itertools.combinations(names, size) for size in range(len(names) + 1))


@pytest.fixture(autouse=True)
def _without_a_pronouncing_dictionary(monkeypatch):
    # The dictionary is a download; counting by rules gives the same figure on every machine.
    monkeypatch.setattr(syllables, "get_cmudict", lambda *_, **__: {})


def test_every_page_belongs_to_a_journey_of_the_same_name():
    assert set(NAMES) <= set(get_journeys().journeys)


@pytest.mark.parametrize("name", NAMES)
def test_every_page_names_its_sources_and_is_a_draft(name):
    metadata = get_sheets(name).metadata
    assert metadata["source"] and isinstance(metadata["written"], str) and metadata["review"] == "draft"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_easy_to_read(name):
    sentences = [text for text in texts_of(name) if len(text.split()) > 3]
    limit = CHILD_GRADE if name in FOR_CHILDREN else PARENT_GRADE
    whole = " ".join(text if text.endswith((".", "?", '"')) else f"{text}." for text in sentences)
    assert textstat.flesch_kincaid_grade(PLACEHOLDER.sub("x", whole)) <= limit


@pytest.mark.parametrize("name", NAMES)
def test_no_page_blames_promises_or_holds_a_number_of_its_own(name):
    for text in texts_of(name):
        assert not [word for word in NEVER if re.search(word, text, re.IGNORECASE)], text
        assert "!" not in text, text
        assert not re.search(r"\d{3,}|https?://|www\.", PLACEHOLDER.sub("", text)), text


@pytest.mark.parametrize("name", NAMES)
def test_a_part_of_a_page_has_at_most_five_lines_beside_helplines(name):
    assert all(section.at_most <= 5 for section in get_sheets(name).sections)


@pytest.mark.parametrize("name", NAMES)
def test_every_tick_is_a_choice_of_the_step_it_names(name):
    steps = get_journeys().journeys[name].steps
    for section in get_sheets(name).sections:
        if section.tick not in steps:
            assert not [line for line in section.lines if line.id], "nothing could tick these lines"
            continue
        offered = {choice.id for choice in steps[section.tick].choices if not choice.done}
        assert {line.id for line in section.lines if line.id} == offered


@pytest.mark.parametrize("name", NAMES)
def test_conditions_name_steps_and_choices_that_exist(name):
    steps = get_journeys().journeys[name].steps
    known = {step.id: {choice.id for choice in step.choices} for step in steps.values()}
    known |= {"audience": {"child", "parent", "professional"}, "country": {"unknown"}, "channel": {"sms", "web"}}
    form = get_sheets(name)
    wordings = [*form.intro, *form.category, *form.foot, *(line.wording for s in form.sections for line in s.lines)]
    for wording in wordings:
        for conditions in (wording.when, wording.unless):
            assert all(set(values) <= known[step] for step, values in conditions.items()), wording.text


@pytest.mark.parametrize("audience", ["parent", "child"])
def test_an_agreement_has_ten_to_twelve_lines_with_both_sides_whatever_is_tapped(audience):
    facts, form = JourneyFacts(audience, "GB"), get_sheets("family_agreement")
    for age, devices, apps in itertools.product(AGES, subsets(DEVICES), subsets(APPS)):
        sheet = sheet_for(form, {"age": (age,), "devices": devices, "apps": apps}, facts)
        counts = [len(part.items) for part in sheet.parts]
        assert len(counts) == 4 and 10 <= sum(counts) <= 12 and counts[-1] >= 3, (age, devices, apps)


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_has_every_part_and_local_numbers(kind):
    answers = {"age": ("a8_12",), "kind": (kind,)}
    made = compose_sheet("disclosure_plan", answers, JourneyFacts("parent", "GB"))
    sheet = made.custom["sheet"]
    titles = [section["title"] for section in sheet["sections"]]
    assert titles == [
        "What to say", "What not to say or do", "First hour", "First day", "First weeks", "People to call",
    ]  # fmt: skip
    assert all(3 <= len(section["items"]) <= 5 for section in sheet["sections"][:-1])
    assert (
        "999" in made.text and made.hotlines and all(service.startswith(("gb-", "int-")) for service in made.hotlines)
    )


@pytest.mark.parametrize("kind", ["known", "home"])
def test_a_plan_about_someone_near_keeps_them_apart_and_warns_nobody(kind):
    text = compose_sheet("disclosure_plan", {"kind": (kind,), "age": ("a0_7",)}, JourneyFacts("parent", "IE")).text
    assert "away from the person" in text and "Don't warn the person" in text and "child protection" in text


def test_ticks_of_a_plan_follow_the_answers():
    answers = {"kind": ("threats",), "hour": ("listen", "stop"), "day": ("report",)}
    sheet = compose_sheet("disclosure_plan", answers, JourneyFacts("parent", "GB")).custom["sheet"]
    parts = {section["title"]: section["items"] for section in sheet["sections"]}
    assert [item["done"] for item in parts["First hour"]] == [True, False, True, False, False]
    assert [item["done"] for item in parts["First day"]] == [True, False, False, False, False]
    assert all("done" not in item for item in parts["What to say"])


def test_without_a_country_a_plan_says_so_and_gives_numbers_that_work_widely():
    made = compose_sheet("disclosure_plan", {"kind": ("unsaid",)}, JourneyFacts("parent", None))
    assert "Tell me your country" in made.text and made.hotlines


@pytest.mark.parametrize("role", ["teacher", "nurse", "social_worker", "coach", "other"])
def test_a_card_for_work_fits_the_role(role):
    made = compose_sheet("professional_card", {"role": (role,), "moment": ("now",)}, JourneyFacts("professional", "GB"))
    parts = {section["title"]: section["items"] for section in made.custom["sheet"]["sections"]}
    assert len(parts["With the child"]) == 5 and len(parts["Trauma-informed"]) == 5
    assert 3 <= len(parts["Who to involve, today"]) <= 5
    first_to_tell = {"teacher": "safeguarding lead", "nurse": "named safeguarding nurse", "coach": "welfare officer"}
    assert first_to_tell.get(role, "") in parts["Who to involve, today"][0]["text"]


def test_a_text_message_gets_what_is_still_open_and_the_numbers():
    answers = {"kind": ("threats",), "hour": ("listen",)}
    text = compose_sheet("disclosure_plan", answers, JourneyFacts("parent", "GB", "sms")).text
    assert "Sit with your child" not in text and "Stop contact" in text and "999" in text
    assert "**" not in text and "What to say" not in text


@pytest.mark.parametrize(
    "broken, said",
    [
        ({"title": None}, "missing ['title']"),
        ({"colour": "red"}, "unknown ['colour']"),
        ({"sheet": "other"}, "as the file is called"),
        ({"sections": [{"items": ["x"]}]}, "a section has `title`"),
        ({"sections": [{"title": "x", "items": [{"text": "y", "if": "z"}]}]}, "nothing else"),
    ],
)
def test_a_broken_page_is_refused_with_what_to_change(tmp_path, broken, said):
    whole = {
        "sheet": "page",
        "title": "T",
        "metadata": {"topic": "t", "source": "s", "written": "w", "review": "draft"},
    }
    path = tmp_path / "page.yml"
    path.write_text(yaml.safe_dump({**whole, "sections": [{"title": "A", "items": ["x"]}], **broken}), encoding="utf-8")
    with pytest.raises(ContentError, match=re.escape(said)):
        read_sheet(path)
