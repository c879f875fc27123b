"""The whole assistant in one process: model, wording and actions, without a server.

Used by `python -m bot ask`, by evaluation and by tests. Nothing is stored: the tracker lives in memory and no
event broker is attached.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any, Sequence

from bot import rasa_process
from bot.config import get_settings
from bot.errors import ModelError
from bot.nlu.constants import FALLBACK_INTENT
from bot.text.cleanup import clean

MODEL_NAME = "kindlight.tar.gz"
#: Stands for a message without words; channels refuse those.
_NO_WORDS = "?"


class Assistant:
    """A loaded model that answers conversations.

    Build it with `load`; loading takes seconds and a few hundred MB.
    """

    def __init__(self, agent: Any) -> None:
        self._agent = agent

    @classmethod
    def load(cls, model_path: Path | None = None) -> Assistant:
        """Loads the trained model.

        Args:
            model_path: A model archive; by default the one `python -m bot train` writes.

        Raises:
            ModelError: There is no model; the message says how to make one.
        """
        path = model_path or get_settings().models_dir / MODEL_NAME
        if not path.is_file():
            raise ModelError(f"There is no trained model at {path.name}. Run `python -m bot train` first.")
        rasa_process.prepare_to_answer()
        from rasa.core.agent import Agent

        from bot.dialogue.in_process_actions import InProcessActions
        from bot.dialogue.wording import VettedWording

        agent = Agent.load(str(path), generator=VettedWording(), action_endpoint=InProcessActions())
        return cls(agent)

    def converse(
        self,
        turns: Sequence[str],
        conversation_id: str,
        audience: str | None = None,
        country: str | None = None,
        channel: str = "web",
    ) -> list[dict[str, Any]]:
        """Answers several messages as one conversation.

        Returns:
            One object a message, as the command-line contract in docs/architecture.md says.
        """
        return asyncio.run(self._converse(turns, conversation_id, audience, country, channel))

    async def _converse(
        self, turns: Sequence[str], conversation_id: str, audience: str | None, country: str | None, channel: str
    ) -> list[dict[str, Any]]:
        # The tracker's id is random: two conversations of a file may carry the same id and must not meet.
        sender_id = uuid.uuid4().hex
        sent_along = {"audience": audience, "country": country, "channel_kind": channel}
        sent_along = {name: value for name, value in sent_along.items() if value}
        results = []
        for number, text in enumerate(turns):
            answer = await self._answer(text, sender_id, sent_along, channel)
            results.append({"id": conversation_id, "turn": number, **answer})
        return results

    async def _answer(self, text: str, sender_id: str, sent_along: dict[str, Any], channel: str) -> dict[str, Any]:
        from rasa.core.channels.channel import UserMessage

        output = _collecting_channel(channel)
        started = time.perf_counter()
        # Without words nothing is understood: the turn would fail, and Rasa then answers no later message either.
        spoken = text if clean(text).text else _NO_WORDS
        message = UserMessage(spoken, output, sender_id, input_channel=channel, metadata=sent_along)
        await self._agent.handle_message(message)
        milliseconds = (time.perf_counter() - started) * 1000
        tracker = await self._agent.tracker_store.retrieve(sender_id)
        return {"text": text, **_describe(tracker, output.messages), "ms": round(milliseconds, 1)}

    def nearest(self, texts: Sequence[str]) -> list[list[tuple[str, str, float]]]:
        """The nearest answers for each text by itself, best first: `(faq id, topic, score)`."""
        return asyncio.run(self._nearest(texts))

    async def _nearest(self, texts: Sequence[str]) -> list[list[tuple[str, str, float]]]:
        found = []
        for text in texts:
            parsed = await self._agent.parse_message(text)
            entries = parsed.get("nearest", [])
            found.append([(entry["faq"], entry["topic"], entry["score"]) for entry in entries])
        return found

    def understood(self, texts: Sequence[str]) -> list[tuple[str | None, list[str]]]:
        """For each text by itself: the faq id or intent acted on (None: not understood), and the nearest faq ids."""
        return asyncio.run(self._understood(texts))

    async def _understood(self, texts: Sequence[str]) -> list[tuple[str | None, list[str]]]:
        found: list[tuple[str | None, list[str]]] = []
        for text in texts:
            parsed = await self._agent.parse_message(text)
            intent = parsed.get("intent", {})
            label = (intent.get("full_retrieval_intent_name") or intent.get("name") or "").split("/", 1)[-1]
            nearest = [entry["faq"] for entry in parsed.get("nearest", [])]
            found.append((None if label in ("", FALLBACK_INTENT) else label, nearest))
        return found


def _collecting_channel(name: str) -> Any:
    from rasa.core.channels.channel import CollectingOutputChannel

    class NamedCollectingChannel(CollectingOutputChannel):
        """Collects whole messages under the name of the channel being imitated."""

        def name(self) -> str:  # type: ignore[override]
            return name

        async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
            self.messages.append(message)

    return NamedCollectingChannel()


def _describe(tracker: Any, messages: list[dict[str, Any]]) -> dict[str, Any]:
    parsed = tracker.latest_message.parse_data
    nearest = parsed.get("nearest", [])
    intent = parsed.get("intent", {})
    risk = parsed.get("risk") or {"level": "none", "categories": {}, "speaker": "unknown"}
    return {
        "intent": intent.get("full_retrieval_intent_name") or intent.get("name"),
        "topic": nearest[0]["topic"] if nearest else None,
        "top3": nearest,
        "risk": {name: risk[name] for name in ("level", "categories", "speaker")},
        "replies": [
            {
                "text": message.get("text") or "",
                "buttons": message.get("buttons") or [],
                "response": message.get("response") or message.get("utter_action"),
            }
            for message in messages
        ],
        "hotlines": list(dict.fromkeys(line for message in messages for line in message.get("hotlines") or [])),
        "card": next((message["card_category"] for message in messages if message.get("card_category")), None),
        "asks": next((message["check_in"] for message in messages if message.get("check_in")), None),
    }


@lru_cache(maxsize=1)
def get_assistant() -> Assistant:
    """The assistant of this process, loaded once."""
    return Assistant.load()


def topics(texts: Sequence[str], audience: str | None = None) -> list[list[tuple[str, str, float]]]:
    """The nearest answers for each text, for evaluation: `(faq id, topic, score)`, best first, at most three."""
    return get_assistant().nearest(texts)


def as_line(result: dict[str, Any]) -> str:
    """One JSON line."""
    return json.dumps(result, ensure_ascii=False)
