""" "Delete my chat": what a channel does when a person asks for it and has confirmed."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Dict

from bot.content.responses import get_responses
from bot.errors import StoreError

logger = logging.getLogger(__name__)

#: The payload of the button that confirms (see `utter_delete_chat`).
CONFIRM_DELETE = "/confirm_delete_chat"


async def delete_conversation(conversation_id: str) -> str:
    """Removes a conversation everywhere and returns the receipt.

    Raises:
        StoreError: The database is away; nothing was promised.
    """
    from bot.store.erasure import erase

    receipt = await asyncio.get_running_loop().run_in_executor(None, erase, conversation_id)
    return receipt.code


async def deletion_reply(conversation_id: str, audience: str | None, channel: str) -> Dict[str, Any]:
    """Deletes, and words the outcome: a receipt, or the honest word that it did not work."""
    try:
        code = await delete_conversation(conversation_id)
    except StoreError as error:
        logger.error("A conversation could not be deleted (%s).", type(error).__name__)
        chosen = get_responses().choose("utter_technical_problem", audience, channel, {})
    else:
        chosen = get_responses().choose("utter_chat_deleted", audience, channel, {"receipt": code})
    return {"text": chosen.text, "buttons": [], "response": chosen.name, "hotlines": []}
