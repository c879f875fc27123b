"""`python -m bot hotlines`."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from bot.commands import hotlines
from bot.errors import InputError


def run(*words: str):
    app = typer.Typer()
    app.callback()(lambda: None)
    hotlines.register(app)
    return CliRunner().invoke(app, ["hotlines", *words], catch_exceptions=True)


def test_the_selection_is_printed_as_one_json_object():
    night = ("--at", "2026-11-24T23:30")
    result = run("--country", "GB", "--category", "extortion", "--speaker", "child", *night, "--json")
    data = json.loads(result.stdout)
    assert data["hotlines"] == ["gb-childline", "gb-report-remove", "gb-ceop"]
    assert data["emergency"] == "999" and data["person"] == "child"
    assert data["cards"][0]["tel"] == "tel:08001111"


def test_a_country_may_be_named_in_words():
    assert "ie-childline" in run("--country", "republic of ireland", "--speaker", "child").stdout


def test_without_a_country_the_services_for_everywhere_are_shown():
    assert "int-findahelpline" in run("--category", "self_harm").stdout


@pytest.mark.parametrize(
    "words",
    [("--country", "Narnia"), ("--category", "x"), ("--speaker", "x"), ("--level", "x"), ("--at", "soon"),
     ("--audience", "x"), ("verify", "gb-nobody", "--source", "called"),
     ("verify", "gb-childline", "--source", "c", "--on", "x")],
)  # fmt: skip
def test_bad_input_is_told_in_one_sentence(words):
    result = run(*words)
    assert isinstance(result.exception, InputError)
    assert "\n" not in str(result.exception)
