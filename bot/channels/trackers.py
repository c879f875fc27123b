"""Reads a conversation of this server, for what was said in it before."""

import logging
from typing import Any, Optional

from rasa.shared.core.trackers import DialogueStateTracker

logger = logging.getLogger(__name__)


async def tracker_of(app: Any, conversation_id: str) -> Optional[DialogueStateTracker]:
    """The conversation, or None when there is none or it cannot be read: then the message is handled as new.

    Args:
        app: The Sanic server that holds Rasa's agent; None before it is known.
        conversation_id: The random or hashed id.
    """
    agent = getattr(getattr(app, "ctx", None), "agent", None)
    return await read_tracker(agent, conversation_id) if agent is not None else None


async def read_tracker(agent: Any, conversation_id: str) -> Optional[DialogueStateTracker]:
    """The same, from Rasa's agent."""
    try:
        found: Optional[DialogueStateTracker] = await agent.tracker_store.retrieve(conversation_id)
    except Exception as error:  # noqa: BLE001 - whatever the store does, the person gets an answer
        logger.error("The conversation could not be read (%s); the message is handled as new.", type(error).__name__)
        return None
    return found
