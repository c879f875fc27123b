""" "Delete my chat": what a channel does when a person asks for it and has confirmed."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Dict, Mapping

from bot.content.responses import get_responses
from bot.errors import StoreError

logger = logging.getLogger(__name__)

#: The payload of the button that confirms (see `utter_delete_chat`).
CONFIRM_DELETE = "/confirm_delete_chat"
#: What is said when all of it is gone, when some of it may be left, and when none of it could be deleted.
DELETED, HALF_DELETED, NOT_DELETED = "utter_chat_deleted", "utter_chat_half_deleted", "utter_chat_not_deleted"


async def delete_conversation(conversation_id: str) -> str:
    """Removes a conversation everywhere and returns the receipt.

    Raises:
        StoreError: The database is away; nothing was promised.
    """
    from bot.store.erasure import erase

    receipt = await asyncio.get_running_loop().run_in_executor(None, erase, conversation_id)
    return receipt.code


async def try_to_delete(conversation_id: str) -> str | None:
    """The receipt; None when the conversation could not be deleted, or not all of it."""
    try:
        return await delete_conversation(conversation_id)
    except StoreError as error:
        logger.error("A conversation could not be deleted (%s).", type(error).__name__)
        return None


def deletion_reply(name: str, audience: str | None, channel: str, slots: Mapping[str, Any]) -> Dict[str, Any]:
    """The words for an outcome.

    Args:
        name: DELETED, HALF_DELETED or NOT_DELETED.
        audience, channel: Decide on the wording.
        slots: `receipt`, where there is one, and `country`, for the emergency number.
    """
    chosen = get_responses().choose(name, audience, channel, slots)
    return {"text": chosen.text, "buttons": [], "response": chosen.name, "hotlines": []}
