"""Each message is handled once, also when a proxy or a browser hands it to a second server.

The look at what was answered happens while the conversation is locked: a first server that is still at work with the
message is waited for, and its answer is given again.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Dict, List, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import SlotSet

from bot import metrics
from bot.channels.answered_before import replies_to
from bot.channels.replies import RepliesChannel
from bot.channels.trackers import read_tracker
from bot.channels.web_message import COUNTRY_CHOSEN
from bot.dialogue.constants import COUNTRY

logger = logging.getLogger(__name__)


async def handle_once(agent: Agent, message: UserMessage) -> Optional[List[Dict[str, Any]]]:
    """Stands in for `Agent.handle_message`; with one server it is the same.

    Args:
        agent: Rasa's.
        message: With the client's own id.

    Returns:
        As Rasa's: what a collecting output channel holds, else None.
    """
    if not agent.is_ready() or agent.processor is None:
        logger.error("A message came before the model was loaded.")
        return None
    waited = time.perf_counter()
    async with agent.lock_store.lock(message.sender_id):
        metrics.STAGE_SECONDS.labels("lock").observe(time.perf_counter() - waited)
        if getattr(agent.lock_store, "is_shared", False) and isinstance(message.output_channel, RepliesChannel):
            given = await _given_before(agent, message)
            if given:
                message.output_channel.replies.extend(given)
                return given
        if (message.metadata or {}).get(COUNTRY_CHOSEN):
            await _take_country(agent.processor, message)
        return await agent.processor.handle_message(message)


async def _take_country(processor: MessageProcessor, message: UserMessage) -> None:
    """A country chosen on the page is the person's newest word: it takes the place of one said in the chat before."""
    tracker = await processor.fetch_tracker_and_update_session(
        message.sender_id, message.output_channel, message.metadata
    )
    tracker.update(SlotSet(COUNTRY, (message.metadata or {}).get(COUNTRY)), processor.domain)
    await processor.save_tracker(tracker)


async def _given_before(agent: Agent, message: UserMessage) -> Optional[List[Dict[str, Any]]]:
    tracker = await read_tracker(agent, message.sender_id)
    return replies_to(message.message_id, list(tracker.events)) if tracker is not None else None


def install() -> None:
    """Lets every channel of this process answer through `handle_once`. Call it before Rasa serves."""
    Agent.handle_message = handle_once
