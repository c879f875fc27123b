"""Runs every conversation of this folder: what the person writes, and which responses must follow.

A step holds `user` and some of: `response` (name of the first reply), `response_starts`, `level` (risk), `hotlines`
(all must be shown), `no_hotlines`, `says` and `never_says` (parts of the reply's text), `buttons` (payloads offered).
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*/*.yml"))


def conversations():
    for path in FILES:
        for conversation in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(conversation, id=f"{path.parent.name}/{path.stem}: {conversation['name']}")


@pytest.mark.parametrize("conversation", conversations())
def test_conversation(conversation, assistant):
    steps = conversation["steps"]
    results = assistant.converse(
        [step["user"] for step in steps],
        "test",
        conversation.get("audience"),
        conversation.get("country"),
        conversation.get("channel", "web"),
    )
    for step, result in zip(steps, results):
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
