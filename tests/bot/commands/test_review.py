"""`python -m bot review` as a professional uses it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from bot.errors import InputError


def run(*arguments):
    return CliRunner().invoke(build_app(), ["review", *arguments])


def test_without_ids_it_counts_drafts_by_topic_and_says_how_many_are_signed():
    output = run().output
    assert "grooming_what_is" in output
    assert "signed" in output.splitlines()[-1]


def test_one_topic_lists_its_ids_for_people_and_for_programs():
    assert "utter_faq/what_is_grooming  draft" in run("--topic", "grooming_what_is").output
    rows = [json.loads(line) for line in run("--topic", "grooming_what_is", "--json").output.splitlines()]
    assert {"id", "topic", "state", "written", "reviewed_by", "reviewed_on", "due"} == set(rows[0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--topic", "weather"), "There is no topic 'weather'"),
        (("--by", "A. Example"), "Name the texts"),
        (("what_is_grooming", "--by", "A. Example"), "Say who read it"),
        (("no_such_text", "--by", "A. Example", "--role", "nurse"), "There is no text 'no_such_text'"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_a_sentence(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        raise run(*arguments).exception
