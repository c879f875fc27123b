"""A messaging platform: how an answer looks there, and how it gets there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import List, Optional, Sequence, Union

from bot.channels.incoming import Reply
from bot.channels.offers import Offer
from bot.channels.rendering import Outgoing


class Carrier(ABC):
    """A platform: how an answer looks there and how it gets there. Subclass it; `name` is the channel's name."""

    name = ""
    #: Whether choices are typed, so that `offer_of` and `meant_by` are asked.
    keeps_offers = False

    @abstractmethod
    def render(self, conversation_id: str, replies: Sequence[Reply]) -> List[Outgoing]:
        """The messages to send for one answer, in order."""

    @abstractmethod
    async def send(self, person: str, message: Outgoing) -> Optional[str]:
        """Makes one attempt to send one message.

        Returns:
            The platform's id of the message when messages can be withdrawn, else None.

        Raises:
            TryLater: It may work later; it is tried again here.
            Refused: It never will.
        """

    def offer_of(self, replies: Sequence[Reply]) -> Optional[Offer]:
        """What a typed "1" or "more" will refer to after these replies, where choices are not buttons."""
        return None

    def meant_by(self, offer: Offer, text: str) -> Union[str, Reply, None]:
        """What a typed text refers to: the payload of a choice, the reply to "more", or None for ordinary words."""
        return None

    async def withdraw(self, person: str, messages: Sequence[str]) -> None:  # noqa: B027 - most can take nothing back
        """Removes messages of both sides that are known, where the platform allows. Best effort; must not raise."""

    def forget(self, conversation_id: str) -> None:  # noqa: B027 - most remember nothing
        """The conversation is deleted: drops what is remembered of it."""
