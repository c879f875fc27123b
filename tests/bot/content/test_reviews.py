"""A sign-off by a professional, recorded in a copy of the data; nothing of ours is ever marked reviewed by a test."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
import yaml

from bot.config import DATA_DIR
from bot.content.reviews import CHANGED, DRAFT, REVIEW_DAYS, REVIEWED, sign_off, standings
from bot.errors import ContentError, InputError

DAY = date(2026, 12, 1)
SIGNER = {"by": "A. Example", "role": "safeguarding lead", "on": DAY, "today": DAY}


@pytest.fixture
def data(tmp_path):
    """A copy of a few of our files."""
    folder = tmp_path / "data"
    for name in ("nlu/faq/grooming_what_is.yml", "responses/crisis.yml", "responses/platforms.yml",
                 "journeys/safety_quiz.yml"):  # fmt: skip
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA_DIR / name, target)
    return folder


def standing(name, data):
    return next(one for one in standings(data) if one.id == name)


def test_a_sign_off_says_by_whom_with_what_role_and_when(data):
    assert standing("utter_faq/what_is_grooming", data).state == DRAFT
    sign_off(["what_is_grooming"], folder=data, **SIGNER)
    found = standing("utter_faq/what_is_grooming", data)
    assert (found.state, found.reviewed_by, found.reviewed_on) == (
        REVIEWED, "A. Example, safeguarding lead", "2026-12-01",
    )  # fmt: skip
    assert found.is_signed and found.due == date(2027, 12, 1)
    assert standing("utter_faq/grooming_stages", data).state == DRAFT


def test_only_the_lines_of_the_sign_off_change_and_comments_stay(data):
    path = data / "responses" / "crisis.yml"
    before = path.read_text(encoding="utf-8").split("\n")
    sign_off(["utter_crisis_extortion_child"], folder=data, **SIGNER)
    after = path.read_text(encoding="utf-8").split("\n")
    gone = [line for line in before if line not in after]
    new = [line.split(":")[0].strip() for line in after if line not in before]
    assert not gone and before[0] in after
    # Both wordings of the response, the one for text messages too.
    assert sorted(new) == sorted(2 * ["review", "reviewed_by", "reviewed_on", "reviewed_words"])
    assert len(after) == len(before) + 6
    yaml.safe_load("\n".join(after))


def test_signing_again_replaces_the_older_sign_off(data):
    for name in ("A. Example", 'B. "Second" Example'):
        sign_off(["what_is_grooming"], by=name, role="nurse", on=DAY, folder=data, today=DAY)
    text = (data / "nlu/faq/grooming_what_is.yml").read_text(encoding="utf-8")
    assert text.count("reviewed_by") == 1
    assert standing("utter_faq/what_is_grooming", data).reviewed_by == 'B. "Second" Example, nurse'


def test_a_text_that_was_changed_after_its_sign_off_is_not_signed_any_more(data):
    sign_off(["what_is_grooming"], folder=data, **SIGNER)
    path = data / "nlu/faq/grooming_what_is.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("builds a bond", "makes a bond"), encoding="utf-8")
    found = standing("utter_faq/what_is_grooming", data)
    assert found.state == CHANGED and not found.is_signed


def test_a_journey_is_signed_as_a_whole(data):
    sign_off(["journeys/safety_quiz"], folder=data, **SIGNER)
    assert standing("journeys/safety_quiz", data).is_signed


def test_a_text_is_due_when_its_period_is_over(data):
    written = standing("utter_faq/what_is_grooming", data)
    assert not written.is_due(date(2026, 12, 1))
    assert written.is_due(date.fromordinal(date(2026, 11, 24).toordinal() + REVIEW_DAYS))


def test_texts_that_share_one_block_of_metadata_are_signed_together(data):
    with pytest.raises(InputError, match="signed together"):
        sign_off(["utter_privacy_steps"], folder=data, **SIGNER)
    assert standing("utter_privacy_steps", data).state == DRAFT


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ids": ["no_such_text"]}, "There is no text 'no_such_text'"),
        ({"by": "  "}, "Say who read it"),
        ({"role": ""}, "Say who read it"),
        ({"on": date(2027, 1, 1)}, "lies ahead"),
        ({"ids": []}, "Name the texts"),
    ],
)
def test_a_sign_off_that_cannot_be_true_is_refused_and_writes_nothing(data, change, sentence):
    before = {path: path.read_bytes() for path in data.rglob("*.yml")}
    with pytest.raises(InputError, match=sentence):
        sign_off(**{"ids": ["what_is_grooming", "grooming_stages"], "folder": data, **SIGNER, **change})
    assert before == {path: path.read_bytes() for path in data.rglob("*.yml")}


def test_metadata_in_one_line_is_named_rather_than_broken(tmp_path):
    (tmp_path / "one.yml").write_text(
        'responses:\n  utter_a:\n  - text: "A"\n    metadata: {review: draft, written: "2026-11-24"}\n',
        encoding="utf-8",
    )
    with pytest.raises(ContentError, match="one key a line"):
        sign_off(["utter_a"], folder=tmp_path, **SIGNER)


def test_a_date_that_is_none_is_named(tmp_path):
    (tmp_path / "one.yml").write_text(
        'responses:\n  utter_a:\n  - text: "A"\n    metadata:\n      review: draft\n      written: "soon"\n',
        encoding="utf-8",
    )
    with pytest.raises(ContentError, match="'utter_a' has the date 'soon'"):
        standings(tmp_path)


def test_all_that_ships_is_honestly_a_draft_until_somebody_signs_it():
    unsigned = [one for one in standings() if one.state == DRAFT]
    signed = [one for one in standings() if one.state != DRAFT]
    assert unsigned
    assert all(one.reviewed_by and one.reviewed_on for one in signed)
