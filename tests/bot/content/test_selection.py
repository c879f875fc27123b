"""Which services a person is shown, walked over every country, category, speaker, level and audience."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.content.hotlines import get_directory
from bot.content.opening_hours import Status
from bot.content.selection import (
    MAX_SERVICES,
    NEEDS,
    PURPOSES,
    Selection,
    SelectionRequest,
    person_of,
    select,
    usable_by,
)
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker

NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=timezone.utc)
DAY = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
AUDIENCES = (None, "child", "parent", "professional")


def choose(country=None, category=None, speaker=Speaker.SELF, audience="child", level=RiskLevel.ESCALATE, **more):
    request = SelectionRequest(country, category, level, speaker, audience, at=more.pop("at", DAY), **more)
    return select(get_directory(), request)


def ids(selection: Selection) -> list[str]:
    return [service.id for service in selection.services]


def cell_problem(selection: Selection, request: SelectionRequest) -> str | None:
    """What is wrong with one cell of the walk, or None."""
    directory = get_directory()
    if not 1 <= len(selection.choices) <= MAX_SERVICES:
        return f"{len(selection.choices)} services"
    if len(set(ids(selection))) != len(selection.choices):
        return "a service twice"
    needs = {*NEEDS[request.category or "general"][selection.person], "crisis", "emergency"}
    for choice in selection.choices:
        service = choice.service
        if directory.get(service.id) is not service or not service.reachable:
            return f"{service.id} is not in the directory or cannot be reached"
        if choice.need not in needs or not set(PURPOSES[choice.need]) & set(service.serves):
            return f"{service.id} does not serve {choice.need}"
        if service.country not in (request.country, "INT"):
            return f"{service.id} is of another country"
        if choice.need != "emergency" and usable_by(service, selection.person, request.age, choice.need) is None:
            return f"{service.id} is not for {selection.person}"
    if request.level is RiskLevel.EMERGENCY and selection.choices[0].need != "emergency":
        return "the emergency number does not lead"
    return None


@pytest.mark.parametrize("country", [None, "ZZ", *get_directory().countries])
def test_every_cell_has_fitting_services_of_the_directory(country):
    problems = []
    for category in (None, *CATEGORIES):
        for speaker in Speaker:
            for level in (RiskLevel.CHECK_IN, RiskLevel.ESCALATE, RiskLevel.EMERGENCY):
                for audience in AUDIENCES:
                    known = country if get_directory().knows(country) else None
                    request = SelectionRequest(known, category, level, speaker, audience, at=NIGHT)
                    problem = cell_problem(select(get_directory(), request), request)
                    if problem:
                        problems.append((category, speaker.value, level.label, audience, problem))
    assert not problems


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("GB", ["gb-childline", "gb-report-remove", "gb-ceop"]),
        ("US", ["us-childhelp", "us-take-it-down", "us-cybertipline"]),
        ("AU", ["au-kids-helpline", "au-esafety", "au-accce"]),
        (None, ["int-findahelpline", "int-take-it-down", "int-cybertipline"]),
    ],
)
def test_a_blackmailed_child_gets_someone_to_talk_to_then_removal_then_the_report_line(country, expected):
    assert ids(choose(country, "extortion")) == expected


def test_a_parent_sees_lines_for_parents_before_lines_for_the_child():
    choices = choose("GB", "extortion", Speaker.ABOUT_CHILD, "parent").choices
    assert [choice.own for choice in choices] == sorted((choice.own for choice in choices), reverse=True)
    assert {"gb-nspcc-helpline", "gb-childline"} <= {choice.service.id for choice in choices}


def test_a_child_who_texts_gets_a_text_line_first():
    assert ids(choose("GB", "self_harm", channel="sms"))[0] == "gb-shout"


def test_a_closed_line_goes_last_and_one_that_answers_now_is_added():
    night = choose("NL", "extortion", at=NIGHT)
    assert night.choices[-1].service.id == "nl-kindertelefoon"
    assert night.choices[-1].status is Status.CLOSED
    assert "nl-113" in ids(night)
    assert ids(choose("NL", "extortion", at=DAY))[0] == "nl-kindertelefoon"


def test_a_child_whose_helpline_may_be_closed_gets_one_more_that_is_open_now():
    at_night = choose("DE", "abuse_disclosure", at=NIGHT)
    assert "de-nummer-gegen-kummer" in ids(at_night) and "de-telefonseelsorge" in ids(at_night)
    answers = {choice.service.id: choice.status for choice in at_night.choices}
    assert answers["de-nummer-gegen-kummer"] is Status.UNKNOWN and answers["de-telefonseelsorge"] is Status.OPEN
    of_a_parent = choose("DE", "abuse_disclosure", Speaker.ABOUT_CHILD, "parent", at=NIGHT)
    assert "de-telefonseelsorge" not in ids(of_a_parent)


def test_a_worry_about_own_thoughts_leads_to_the_prevention_line_for_adults_only():
    assert ids(choose("GB", "offender_concern", Speaker.OWN_BEHAVIOUR, None))[0] == "gb-stop-it-now"
    assert "gb-stop-it-now" not in ids(choose("GB", "offender_concern", Speaker.OWN_BEHAVIOUR, "child"))


def test_an_adult_is_not_sent_to_a_tool_for_pictures_of_children():
    shown = ids(choose("US", "image_shared", Speaker.SELF, "parent"))
    assert shown[0] == "int-stopncii"
    assert "us-take-it-down" not in shown


def test_a_child_is_not_sent_to_a_tool_for_adults():
    assert "gb-revenge-porn-helpline" not in ids(choose("GB", "image_shared"))


def test_a_known_age_keeps_out_a_line_for_another_age():
    assert "gb-childline" in ids(choose("GB", "self_harm", age=15))
    assert "gb-childline" not in ids(choose("GB", "self_harm", age=30))


def test_an_unknown_country_is_served_by_services_that_work_anywhere():
    selection = choose("ZZ", "adult_involved")
    assert selection.fallback
    assert all(service.country == "INT" for service in selection.services)


@pytest.mark.parametrize(
    ("speaker", "audience", "expected"),
    [
        (Speaker.SELF, "child", "child"),
        (Speaker.SELF, "parent", "adult"),
        (Speaker.SELF, None, "child"),
        (Speaker.ABOUT_CHILD, None, "parent"),
        (Speaker.ABOUT_CHILD, "child", "child"),
        (Speaker.UNKNOWN, "professional", "professional"),
        (Speaker.OWN_BEHAVIOUR, None, "adult"),
        (Speaker.OWN_BEHAVIOUR, "child", "child"),
        (Speaker.FRIEND, None, "child"),
    ],
)
def test_whose_needs_count(speaker, audience, expected):
    assert person_of(speaker, audience) == expected


def test_a_child_who_is_hurt_at_home_is_not_sent_to_an_online_crime_form_or_a_line_for_offenders():
    shown = ids(choose("GB", "abuse_disclosure"))
    assert shown[0] == "gb-childline"
    assert not {"gb-ceop", "gb-stop-it-now", "gb-nspcc-helpline"} & set(shown)


def test_a_professional_gets_the_line_that_takes_concerns_first():
    assert ids(choose("GB", "abuse_disclosure", Speaker.PROFESSIONAL, "professional"))[0] == "gb-nspcc-helpline"
    assert ids(choose("IN", "abuse_disclosure", Speaker.PROFESSIONAL, "professional"))[0] == "in-childline-1098"


def of_situation(category, needs, country="GB", **more):
    return ids(choose(country, category, needs=needs, **more))


def test_a_line_for_eating_disorders_or_forced_marriage_is_shown_for_that_and_for_nothing_else():
    # The line is open in the afternoon; at noon one that answers stands before it.
    afternoon = DAY.replace(hour=16)
    assert of_situation("self_harm", ("child_helpline", "eating", "crisis"), at=afternoon)[:2] == ["gb-childline", "gb-beat"]
    assert of_situation("self_harm", ("child_helpline", "eating", "crisis")) == ["gb-childline", "gb-shout", "gb-beat"]
    for country, line in (("CA", "ca-nedic"), ("AU", "au-butterfly"), ("IE", "ie-bodywhys")):
        assert line in of_situation("self_harm", ("child_helpline", "eating", "crisis"), country)
    told_by_staff = of_situation(
        "abuse_disclosure", ("forced_marriage", "abuse"), speaker=Speaker.PROFESSIONAL, audience="professional"
    )
    assert told_by_staff == ["gb-karma-nirvana", "gb-nspcc-helpline"]
    special = {"gb-beat", "gb-karma-nirvana", "gb-forced-marriage-unit", "gb-nspcc-fgm"}
    for category in CATEGORIES:
        for speaker in Speaker:
            assert not special & set(ids(choose("GB", category, speaker)))
    # A country without such a line: the others, and no gap.
    assert of_situation("self_harm", ("child_helpline", "eating", "crisis"), "FR") == of_situation(
        "self_harm", ("child_helpline", "crisis"), "FR"
    )


def test_a_line_for_older_ones_is_not_shown_where_the_age_of_the_child_is_not_known():
    line = get_directory().get("gb-rape-crisis")
    assert line.age_min == 16
    assert "gb-rape-crisis" not in ids(choose("GB", "abuse_disclosure"))
    assert "gb-rape-crisis" in ids(choose("GB", "abuse_disclosure", age=17))
    assert "gb-rape-crisis" not in ids(choose("GB", "abuse_disclosure", Speaker.ABOUT_CHILD, "parent"))
    assert ids(choose("GB", "abuse_disclosure", age=40, audience="parent"))[0] == "gb-rape-crisis"


def test_a_line_for_who_is_hurt_by_a_partner_is_shown_to_grown_ups_about_themselves():
    for speaker, audience in ((Speaker.SELF, "child"), (Speaker.ABOUT_CHILD, "parent")):
        assert "fr-3919" not in ids(choose("FR", "abuse_disclosure", speaker, audience))
    assert "fr-3919" in ids(choose("FR", "abuse_disclosure", age=40, audience="parent"))
    assert ids(choose("FR", "immediate_danger", age=40, audience="parent"))[1] == "fr-3919"
