"""Runs every conversation of this folder: what the person writes, and which responses must follow.

A step holds `user` and some of: `response` (name of the first reply), `response_starts`, `level` (risk), `hotlines`
(all must be shown), `no_hotlines`, `says` and `never_says` (parts of the reply's text), `buttons` (payloads offered).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from bot.config import PROJECT_DIR
from bot.content.cards import gsm

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*/*.yml"))

FAQ_FILES = sorted((PROJECT_DIR / "data" / "nlu" / "faq").glob("*.yml"))
AUDIENCES = ("child", "parent", "professional")
EMERGENCY_NUMBER = "{emergency_number}"

#: Wording that somebody at risk is answered with.
SAFETY_FILES = ("crisis", "crisis_situations", "crisis_languages", "check_in", "barriers", "told_after_card", "first_steps")
STEP_KEYS = {
    "user", "response", "response_starts", "level", "hotlines", "no_hotlines", "says", "never_says", "buttons",
}  # fmt: skip
_LITERAL = re.compile(r"\{[^{}]*\}|\n+|\*\*")
_FEWEST_CHARS = 12


def conversations():
    for path in FILES:
        for conversation in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(conversation, id=f"{path.parent.name}/{path.stem}: {conversation['name']}")


@pytest.fixture(scope="module")
def play(assistant):
    """Plays a conversation, each one once."""
    played = {}

    def played_once(conversation):
        key = json.dumps(conversation, sort_keys=True)
        if key not in played:
            played[key] = assistant.converse(
                [step["user"] for step in conversation["steps"]],
                "test",
                conversation.get("audience"),
                conversation.get("country"),
                conversation.get("channel", "web"),
            )
        return played[key]

    return played_once


@pytest.mark.parametrize("conversation", conversations())
def test_a_conversation_asks_for_nothing_unknown(conversation):
    """A misspelt key would be a promise that nobody checks."""
    assert set(conversation) <= {"name", "audience", "country", "channel", "steps"}
    assert {key for step in conversation["steps"] for key in step} <= STEP_KEYS


@pytest.mark.parametrize("conversation", conversations())
def test_conversation(conversation, play):
    for step, result in zip(conversation["steps"], play(conversation), strict=True):
        check_step(step, result)


def check_step(step, result):
    replies = result["replies"]
    said = "\n".join(reply["text"] for reply in replies)
    told = f"\nafter: {step['user']}\ngot {[reply['response'] for reply in replies]} {result['risk']} {result['hotlines']}\n{said}"
    assert replies and said.strip(), f"Silence.{told}"
    if "response" in step:
        assert replies[0]["response"] == step["response"], told
    if "response_starts" in step:
        assert replies[0]["response"].startswith(step["response_starts"]), told
    if "level" in step:
        assert result["risk"]["level"] == step["level"], told
    assert set(step.get("hotlines", [])) <= set(result["hotlines"]), told
    if step.get("no_hotlines"):
        assert not result["hotlines"], told
    for part in step.get("says", []):
        assert part.lower() in said.lower(), f"'{part}' is missing.{told}"
    for part in step.get("never_says", []):
        assert part.lower() not in said.lower(), f"'{part}' was said.{told}"
    offered = [button["payload"] for reply in replies for button in reply["buttons"]]
    assert set(step.get("buttons", [])) <= set(offered), told


def test_every_kind_of_path_has_conversations():
    kinds = {path.parent.name for path in FILES}
    assert kinds >= {"happy_path", "disclosure", "after_the_card", "digressions", "invalid_input"}


def is_said(wording, said):
    """Whether every longer piece of a wording, between its variables, stands in one thing that was said."""
    pieces = [gsm(piece.strip()) for piece in _LITERAL.split(wording.get("text") or "")]
    pieces = [piece for piece in pieces if len(piece) >= _FEWEST_CHARS]
    return not pieces or any(all(piece in text for piece in pieces) for text in said)


def safety_wordings():
    """Every wording that somebody at risk is answered with: response, channel or None, and the wording."""
    for file in SAFETY_FILES:
        content = yaml.safe_load((PROJECT_DIR / "data" / "responses" / f"{file}.yml").read_text(encoding="utf-8"))
        for name, variations in content["responses"].items():
            for wording in variations:
                yield name, wording.get("channel"), wording


def everything_said(play, **changed):
    """What is said in all conversations, in the plain characters of a text message."""
    played = (play({**parameters.values[0], **changed}) for parameters in conversations())
    return {gsm(reply["text"].replace("**", "")) for results in played for result in results for reply in result["replies"]}


def test_every_safety_wording_names_its_source_and_date():
    given = [(name, wording.get("metadata") or {}) for name, _, wording in safety_wordings()]
    assert [name for name, known in given if not (known.get("source") and known.get("written"))] == []


def test_every_safety_wording_is_said_in_a_conversation(play):
    said = everything_said(play)
    assert [
        (name, wording.get("condition")) for name, channel, wording in safety_wordings()
        if channel is None and not is_said(wording, said)
    ] == []  # fmt: skip


def test_every_safety_wording_for_a_text_message_is_said_in_one(play):
    said = everything_said(play) | everything_said(play, channel="sms")
    wordings = [(name, channel, wording) for name, channel, wording in safety_wordings() if channel is not None]
    assert {channel for _, channel, _ in wordings} == {"sms"}
    assert [name for name, _, wording in wordings if not is_said(wording, said)] == []


@pytest.mark.parametrize(
    ("file", "name"),
    [("dialogue", "utter_opening_notice"), ("dialogue", "utter_opening_notice_known"), ("messaging", "utter_messaging_image")],
)
def test_what_is_said_of_danger_and_of_pictures_outside_the_cards_names_its_source_and_date_in_every_wording(file, name):
    content = yaml.safe_load((PROJECT_DIR / "data" / "responses" / f"{file}.yml").read_text(encoding="utf-8"))
    for variation in content["responses"][name]:
        assert {"source", "written"} <= set(variation.get("metadata") or {}), variation["text"]


def test_every_refusal_is_said_in_a_conversation_and_names_its_source_and_date(play):
    content = yaml.safe_load((PROJECT_DIR / "data" / "nlu" / "out_of_scope.yml").read_text(encoding="utf-8"))
    said = {
        reply["response"]
        for parameters in conversations()
        for result in play(parameters.values[0])
        for reply in result["replies"]
    }
    assert set(content["responses"]) <= said
    for name, variations in content["responses"].items():
        assert {"source", "written"} <= set(variations[0]["metadata"]), name


def answers_with_an_emergency_number():
    for path in FAQ_FILES:
        responses = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).get("responses") or {}
        for name, variations in responses.items():
            if any(EMERGENCY_NUMBER in (one.get("text") or "") for one in variations):
                yield name, variations


def test_every_answer_that_names_an_emergency_number_says_the_country_s_own(assistant):
    answers = list(answers_with_an_emergency_number())
    assert answers
    unsourced = [name for name, variations in answers if not {"source", "written"} <= set(variations[0]["metadata"])]
    assert unsourced == []
    for audience in AUDIENCES:
        asked = [f'/ask{{"faq": "{name.split("/", 1)[1]}"}}' for name, _ in answers]
        results = assistant.converse(asked, "test", audience, "GB", "web")
        said = ["\n".join(reply["text"] for reply in result["replies"]) for result in results]
        assert not [name for (name, _), text in zip(answers, said, strict=True) if "{" in text or not text.strip()]
        first = [result["replies"][0]["response"] for result in results]
        assert first == [name for name, _ in answers]
        # A wording for one audience may do without the number; the one that all others get may not lose it.
        for (name, variations), text in zip(answers, said, strict=True):
            if all(EMERGENCY_NUMBER in (one.get("text") or "") for one in variations):
                assert "999" in text, (audience, name)
