"""From what the assistant says to what a messaging channel shows: plain text, whole sentences, no mark-up. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, List, Mapping, Sequence, Tuple

from bot.channels.service_cards import cards_of
from bot.content.cards import name_before
from bot.content.responses import Button

Reply = Mapping[str, Any]

_LINK = re.compile(r"\[([^\]\n]+)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+)(?<=[^\s*])\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_DASH_LIST = re.compile(r"^(\s*)[-*]\s+", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?…؟。！？])\s+")
#: Addresses that only make a number or a mail tappable; the words already hold it.
_TAPPABLE = ("tel:", "sms:", "mailto:")


@dataclass(frozen=True)
class Form:
    """How much a channel's message holds.

    Attributes:
        most_chars: Longest text, in UTF-16 units as the platforms count.
        most_buttons: Buttons under a message; 0 when the channel has none.
        button_chars: Longest title of a button.
    """

    most_chars: int
    most_buttons: int
    button_chars: int


@dataclass(frozen=True)
class Outgoing:
    """One message as it leaves: plain text and the buttons under it."""

    text: str
    buttons: Tuple[Button, ...] = ()


def plain(text: str) -> str:
    """The text without mark-up: links in the open, bold as it is spoken, dashes as bullets."""
    text = _LINK.sub(_open_link, text)
    for pattern, words in ((_BOLD, r"\2"), (_ITALIC, r"\1"), (_CODE, r"\1"), (_HEADING, ""), (_DASH_LIST, r"\1• ")):
        text = pattern.sub(words, text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _open_link(match: re.Match[str]) -> str:
    words, address = match.groups()
    if address.startswith(_TAPPABLE) or words == address or _bare(words) == _bare(address):
        return str(words)
    return f"{words}: {address}"


def _bare(address: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", address).rstrip("/").lower()


def text_of(reply: Reply) -> str:
    """Everything a reply says, as plain text: its words, and the services of cards that the words do not name."""
    text = plain(str(reply.get("text") or ""))
    lines = [_service_line(facts) for facts in _cards(reply) if not _is_named(facts, text)]
    return "\n\n".join(part for part in (text, "\n".join(lines)) if part)


def _cards(reply: Reply) -> List[Mapping[str, Any]]:
    """Cards drawn from `custom`, else, for a reply that has no words, from the ids of its services."""
    custom = reply.get("custom")
    cards = custom.get("cards") if isinstance(custom, Mapping) else None
    if isinstance(cards, Sequence) and not isinstance(cards, str):
        return [card for card in cards if isinstance(card, Mapping) and card.get("name")]
    return list(cards_of(reply.get("hotlines") or [])) if not reply.get("text") else []


def _is_named(facts: Mapping[str, Any], text: str) -> bool:
    ways = [str(facts[name]) for name in ("phone", "chat", "chat_url", "url") if facts.get(name)]
    return any(way in text for way in ways)


def _service_line(facts: Mapping[str, Any]) -> str:
    ways = (facts.get("phone"), facts.get("chat") or facts.get("chat_url"), facts.get("url"))
    name = name_before(facts.get("phone"), str(facts["name"]))
    return ": ".join(part for part in (name, " · ".join(dict.fromkeys(str(way) for way in ways if way))) if part)


def buttons_of(reply: Reply) -> Tuple[Button, ...]:
    """The choices of a reply, without repeats."""
    given = reply.get("buttons") or ()
    found = [Button(plain(str(b.get("title", ""))), str(b.get("payload") or b.get("title", ""))) for b in given]
    return tuple(dict.fromkeys(button for button in found if button.title))


def render(replies: Sequence[Reply], form: Form) -> List[Outgoing]:
    """The messages to send, in order; each reply is one, or several when it is long. Buttons stand under the last."""
    messages: List[Outgoing] = []
    for reply in replies:
        buttons = tuple(Button(_shortened(b.title, form.button_chars), b.payload) for b in buttons_of(reply))
        parts = split(text_of(reply), form.most_chars)
        messages.extend(Outgoing(part) for part in parts[:-1])
        if parts:
            messages.append(Outgoing(parts[-1], buttons[: form.most_buttons]))
    return messages


def split(text: str, most: int) -> List[str]:
    """Parts of at most `most` UTF-16 units, cut between paragraphs, else lines, else sentences, else words."""
    text = text.strip()
    if not text:
        return []
    if _units(text) <= most:
        return [text]
    for cut in (re.compile(r"\n\n+"), re.compile(r"\n"), _SENTENCE_END, re.compile(r"\s+")):
        found = _cut_once(text, most, cut)
        if found:
            return [found[0], *split(found[1], most)]
    room = most // 2
    return [text[:room], *split(text[room:], most)]


def _cut_once(text: str, most: int, cut: re.Pattern[str]) -> Tuple[str, str] | None:
    last = None
    for match in cut.finditer(text):
        if _units(text[: match.start()]) > most:
            break
        if match.start() > 0:
            last = match
    return (text[: last.start()].strip(), text[last.end() :].strip()) if last else None


def _units(text: str) -> int:
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


def _shortened(title: str, most: int) -> str:
    return title if len(title) <= most else title[: most - 1].rstrip() + "…"
