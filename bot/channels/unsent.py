"""An answer on its way to a platform; while it cannot be sent it is kept sealed, to leave after a restart, too.

The platform may have been told that the message arrived: then nobody delivers it again, and what is kept here is all
there is. It holds our own words and the platform's id of the chat, for as long as sending fails and at most an hour.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, replace
from typing import Sequence

from bot.channels.chat_store import Chat
from bot.channels.incoming import Reply
from bot.errors import KindlightError
from bot.store.keys import KeyRing, get_key_ring

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What is said to one message.

    Attributes:
        update: The platform's id of the delivery it answers.
        person: The platform's id of the chat.
        conversation_id: Under which Rasa and the staff database know it.
        replies: All of it.
        chat: What is known of the chat once it is out.
        made: When it was made, in seconds since the epoch.
        out: How many messages of it are out.
    """

    update: str
    person: str
    conversation_id: str
    replies: Sequence[Reply]
    chat: Chat
    made: float
    out: int = 0

    def knowing(self, chat: Chat) -> Answer:
        """The same, sent later: what was learned of the chat meanwhile stays."""
        then = self.chat
        known = replace(
            chat,
            language=then.language or chat.language,
            greeted=then.greeted or chat.greeted,
            carded=then.carded or chat.carded,
        )
        return replace(self, chat=known)


def seal(answer: Answer, update: str, keys: KeyRing | None = None) -> bytes | None:
    """The answer as it is kept; None without a key.

    Args:
        answer: What is not out yet.
        update: The keyed hash under which it is kept.
        keys: For tests.
    """
    try:
        plain = json.dumps(asdict(answer), ensure_ascii=False).encode("utf-8")
        return (keys or get_key_ring()).encrypt(plain, update.encode("utf-8"))
    except (KindlightError, OSError, TypeError, ValueError) as error:
        logger.error("An answer that is not out yet could not be kept (%s).", type(error).__name__)
        return None


def unseal(sealed: bytes | None, update: str, keys: KeyRing | None = None) -> Answer | None:
    """The answer that was kept; None when there is none or it cannot be read."""
    if not sealed:
        return None
    try:
        found = json.loads((keys or get_key_ring()).decrypt(sealed, update.encode("utf-8")))
        return Answer(**{**found, "chat": Chat(**found["chat"])})
    except (KindlightError, OSError, ValueError, KeyError, TypeError) as error:
        logger.error("An answer that is not out yet could not be read (%s).", type(error).__name__)
        return None
