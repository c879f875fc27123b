"""Collects what Rasa says for one message, and cuts texts into bubbles."""

from typing import Any, Dict, List

from rasa.core.channels.channel import OutputChannel


class RepliesChannel(OutputChannel):
    """Keeps whole replies in a list; the channel sends them once the guard has looked at them."""

    def __init__(self, channel_name: str) -> None:
        self.replies: List[Dict[str, Any]] = []
        self._channel_name = channel_name

    def name(self) -> str:  # type: ignore[override]
        """The name of the channel that will carry the replies, so that wording fits it."""
        return self._channel_name

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Appends one reply: text, buttons, response id, helplines shown."""
        self.replies.append(
            {
                "text": message.get("text") or "",
                "buttons": message.get("buttons") or [],
                "custom": message.get("custom"),
                "response": message.get("response") or message.get("utter_action"),
                "hotlines": message.get("hotlines") or [],
                "card_level": message.get("card_level"),
                "card_category": message.get("card_category"),
                "practised": bool(message.get("practised")),
            }
        )


def bubbles(text: str) -> List[str]:
    """The paragraphs of a text: each is one bubble, one idea."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]
