"""Every story of data/stories is played through the whole assistant and must go as it is written."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest
import yaml
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, UserUttered

from bot.config import PROJECT_DIR

FILES = sorted((PROJECT_DIR / "data" / "stories").glob("*.yml"))


def turns(story):
    """Pairs of what is sent, as a button's payload, and the action that must answer it."""
    asked = None
    for step in story["steps"]:
        if "intent" in step:
            entities = {name: value for entity in step.get("entities", []) for name, value in entity.items()}
            asked = f"/{step['intent']}{json.dumps(entities) if entities else ''}"
        else:
            yield asked, step["action"]


def stories():
    for path in FILES:
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]:
            yield pytest.param(list(turns(story)), id=f"{path.stem}: {story['story']}")


async def play(agent, asked, audience):
    """The actions that follow each message, without listening."""
    found, output = [], CollectingOutputChannel()
    sender = f"story-{uuid.uuid4().hex}"
    for text in asked:
        output.messages.clear()
        known = {"audience": audience, "country": "GB", "channel_kind": "web"}
        await agent.handle_message(UserMessage(text, output, sender, input_channel="web", metadata=known))
        assert any(message.get("text") for message in output.messages), f"Silence after {text}."
        tracker = await agent.tracker_store.retrieve(sender)
        names = []
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                break
            if isinstance(event, ActionExecuted) and event.action_name != "action_listen":
                names.insert(0, event.action_name)
        found.append(names)
    return found


@pytest.mark.parametrize("audience", ["child", "parent"])
@pytest.mark.parametrize("steps", stories())
def test_story(steps, audience, assistant):
    found = asyncio.run(play(assistant._agent, [asked for asked, _ in steps], audience))
    assert found == [[action] for _, action in steps]


def test_no_file_of_stories_is_missing():
    assert {path.stem for path in FILES} == {"digressions", "disclosure", "hotlines"}
