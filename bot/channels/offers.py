"""What the next message of a chat may refer to, where a channel has no buttons: choices by number, the rest by "more".

Only our own words are in it. It is kept sealed and for a few days, so that "1" means the list that was shown last also
after a restart and with several servers.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import Tuple

from bot.channels.numbered import Choice
from bot.errors import KindlightError
from bot.store.keys import KeyRing, get_key_ring

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Offer:
    """What was offered last.

    Attributes:
        choices: Titles and payloads, as numbered.
        unread: The rest of a long answer, plain; `choices` then come at its end and are not yet shown.
        shown: They are all the same: the words spell them out ("Reply 1 if you can't talk out loud").
    """

    choices: Tuple[Choice, ...] = ()
    unread: str = ""
    shown: bool = False

    def __bool__(self) -> bool:
        return bool(self.choices or self.unread)


def seal(offer: Offer | None, chat: str, keys: KeyRing | None = None) -> bytes | None:
    """The offer as it is kept; None when there is nothing to keep, or no key."""
    if not offer:
        return None
    plain = json.dumps(asdict(offer), ensure_ascii=False).encode("utf-8")
    try:
        return (keys or get_key_ring()).encrypt(plain, chat.encode("utf-8"))
    except (KindlightError, OSError) as error:
        # The answer itself is out: it must not go out again because its choices cannot be kept.
        logger.error("A list of choices could not be kept (%s).", type(error).__name__)
        return None


def unseal(sealed: bytes | None, chat: str, keys: KeyRing | None = None) -> Offer:
    """The offer that was kept; an empty one when there is none or it cannot be read."""
    if not sealed:
        return Offer()
    try:
        found = json.loads((keys or get_key_ring()).decrypt(sealed, chat.encode("utf-8")))
        choices = tuple((str(title), str(payload)) for title, payload in found["choices"])
        return Offer(choices, str(found["unread"]), bool(found.get("shown")))
    except (KindlightError, OSError, ValueError, KeyError, TypeError) as error:
        logger.error("A list of choices could not be read (%s).", type(error).__name__)
        return Offer()
