"""Replies as WhatsApp messages: plain text, and choices as quick replies where they fit, else as numbers. Pure.

Source: https://www.twilio.com/docs/content/twilio-quick-reply (three buttons without an approved template, titles of 20
characters) and https://www.twilio.com/docs/messaging (1,600 characters a message).
"""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence, Tuple

from bot.channels.numbered import Choice
from bot.channels.rendering import Outgoing, split, text_of
from bot.channels.sms import choices_of, numbered_list
from bot.content.responses import Button, get_responses

Reply = Mapping[str, Any]

MOST_CHARS = 1600
MOST_QUICK_REPLIES = 3
QUICK_REPLY_CHARS = 20
TAP = "utter_texts_tap"


def as_whatsapp_messages(replies: Sequence[Reply], templates: int) -> List[Outgoing]:
    """The messages, in order.

    Args:
        replies: As the channels collect them.
        templates: How many quick replies the account's templates hold at most; 0 for none.

    Returns:
        Messages without buttons are plain text. One with buttons is sent by the template for so many; its words are
        one line, since a template takes no more.
    """
    texts = [part for reply in replies for part in split(text_of(reply), MOST_CHARS)]
    choices = choices_of(replies)
    if not texts or not choices:
        return [Outgoing(text) for text in texts]
    if _fit(choices, templates):
        words = get_responses().choose(TAP, None, "whatsapp").text
        buttons = tuple(Button(title, payload) for title, payload in choices)
        return [*map(Outgoing, texts), Outgoing(words, buttons)]
    listed = f"{texts[-1]}\n\n{numbered_list(choices)}"
    if len(listed) <= MOST_CHARS:
        return [*map(Outgoing, texts[:-1]), Outgoing(listed)]
    return [*map(Outgoing, texts), Outgoing(numbered_list(choices))]


def _fit(choices: Sequence[Choice], templates: int) -> bool:
    few = len(choices) <= min(templates, MOST_QUICK_REPLIES)
    return few and all(len(title) <= QUICK_REPLY_CHARS for title, _ in choices)


def variables_of(message: Outgoing) -> Tuple[Tuple[str, str], ...]:
    """The values of a quick-reply template: `{{1}}` its line, `{{2}}` and on the titles."""
    return tuple((str(number), words) for number, words in enumerate((message.text, *_titles(message)), start=1))


def _titles(message: Outgoing) -> List[str]:
    return [button.title for button in message.buttons]
