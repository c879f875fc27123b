"""Reads a conversation of this server, for what was said in it before."""

import asyncio
import logging
from typing import Any, Optional

from rasa.shared.core.trackers import DialogueStateTracker

logger = logging.getLogger(__name__)

#: An answer waits no longer than this for a database that is slow.
READ_SECONDS = 0.5


async def tracker_of(app: Any, conversation_id: str) -> Optional[DialogueStateTracker]:
    """The conversation, or None when there is none or it cannot be read in time: then the message is handled as new.

    Args:
        app: The Sanic server that holds Rasa's agent; None before it is known.
        conversation_id: The random or hashed id.
    """
    agent = getattr(getattr(app, "ctx", None), "agent", None)
    return await read_tracker(agent, conversation_id, READ_SECONDS) if agent is not None else None


async def read_tracker(
    agent: Any, conversation_id: str, seconds: Optional[float] = None
) -> Optional[DialogueStateTracker]:
    """The same, from Rasa's agent.

    Args:
        agent: Rasa's.
        conversation_id: The random or hashed id.
        seconds: The longest wait; by default as long as the store takes, where the guard waits no longer than it may.
    """
    try:
        reading = agent.tracker_store.retrieve(conversation_id)
        found: Optional[DialogueStateTracker] = await asyncio.wait_for(reading, seconds)
    except Exception as error:  # noqa: BLE001 - whatever the store does, the person gets an answer
        logger.error("The conversation could not be read (%s); the message is handled as new.", type(error).__name__)
        return None
    return found
