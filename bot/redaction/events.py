"""Every place in a Rasa event that can hold a person's words, and what is done there before it is written.

`PLACES` is the one table. What it does not name is treated as a person's words: a new Rasa version or a new
action cannot leak through a place nobody thought of.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Callable, Dict, List, Sequence, Tuple

from bot.redaction.constants import WITHHELD
from bot.redaction.lexicon import word_set
from bot.redaction.memory import ConversationMemory
from bot.redaction.redactor import Redacted, Redactor, get_redactor
from bot.text.readable import readable


class Treatment(Enum):
    """What happens to the value at a place."""

    #: Written by our own code or configuration, never by a person.
    KEEP = "keep"
    #: A person's words: redacted.
    WORDS = "words"
    #: Kept when it looks like an identifier of ours (`faq/x`, `GB`, `13`), else a person's words.
    CODE = "code"
    #: Our own words, which may repeat a detail the person gave: known details are replaced.
    ECHO = "echo"
    #: Not needed after the turn, and large or doubtful: left out.
    DROP = "drop"
    #: A button's payload or typed command, `/intent{"entity": "value"}`.
    PAYLOAD = "payload"


@dataclass(frozen=True)
class Place:
    """One row of the table.

    Attributes:
        event: Rasa's `event` type, or `*`.
        path: Keys with dots; `*` stands for one key or list index, a last `**` for everything below.
        treatment: See Treatment.
    """

    event: str
    path: str
    treatment: Treatment


_K, _W, _C, _E, _D = Treatment.KEEP, Treatment.WORDS, Treatment.CODE, Treatment.ECHO, Treatment.DROP

PLACES: Tuple[Place, ...] = (
    # Any event: what Rasa itself writes.
    Place("*", "event", _K),
    Place("*", "timestamp", _K),
    Place("*", "sender_id", _K),
    Place("*", "metadata.model_id", _K),
    Place("*", "metadata.assistant_id", _K),
    # The person's message.
    Place("user", "text", Treatment.PAYLOAD),
    Place("user", "parse_data.text", Treatment.PAYLOAD),
    Place("user", "parse_data.intent.**", _C),
    Place("user", "parse_data.intent_ranking.**", _C),
    Place("user", "parse_data.entities.*.value", _C),
    # Ours are single values; a list or an object was typed by hand (`/inform{"topic": {…}}`).
    Place("user", "parse_data.entities.*.value.**", _W),
    Place("user", "parse_data.entities.*.text", _W),
    Place("user", "parse_data.entities.*.**", _C),
    Place("user", "parse_data.text_tokens", _D),
    Place("user", "parse_data.response_selector.*.response.intent_response_key", _C),
    Place("user", "parse_data.response_selector.*.response.utter_action", _C),
    Place("user", "parse_data.response_selector.*.response.confidence", _K),
    Place("user", "parse_data.response_selector.**", _D),
    Place("user", "parse_data.message_id", _C),
    Place("user", "parse_data.metadata.**", _D),
    Place("user", "parse_data.faq.**", _C),
    Place("user", "parse_data.nearest.**", _C),
    Place("user", "parse_data.label_ranking.**", _C),
    Place("user", "parse_data.risk.findings.*.sentence", _K),
    Place("user", "parse_data.risk.**", _C),
    Place("user", "parse_data.news.**", _C),
    Place("user", "parse_data.language", _C),
    Place("user", "message_id", _C),
    Place("user", "input_channel", _C),
    Place("user", "metadata.channel_kind", _C),
    Place("user", "metadata.audience", _C),
    Place("user", "metadata.country", _C),
    Place("user", "metadata.language", _C),
    Place("user", "metadata.drill", _C),
    # A channel may hand over a phone number or a display name: whatever else it sends is left out.
    Place("user", "metadata.**", _D),
    # What the assistant said.
    Place("bot", "text", _E),
    Place("bot", "data.buttons.*.payload", _E),
    Place("bot", "data.**", _E),
    Place("bot", "metadata.**", _E),
    # Slots: filled from our own lists (CODE), or from a person's words.
    Place("slot", "name", _K),
    Place("slot", "value", _C),
    # Lists of our own ids, such as the answers of a journey.
    Place("slot", "value.*", _C),
    Place("slot", "value.**", _W),
    # Actions and loops: names from the domain.
    Place("action", "name", _K),
    Place("action", "policy", _K),
    Place("action", "action_text", _E),
    Place("active_loop", "name", _K),
    Place("followup", "name", _K),
    Place("action_execution_rejected", "name", _K),
    Place("action_execution_rejected", "policy", _K),
    Place("entities", "entities.*.value", _C),
    Place("entities", "entities.*.value.**", _W),
    Place("entities", "entities.*.text", _W),
    Place("entities", "entities.*.**", _C),
    Place("reminder", "intent", _C),
    Place("reminder", "name", _C),
    Place("reminder", "date_time", _C),
    Place("cancel_reminder", "intent", _C),
    Place("cancel_reminder", "name", _C),
    # Everything else a person may have written: agent text, action metadata, new places.
    Place("*", "**", _W),
)

#: Slots and entities that our own lists fill; their values are identifiers.
CLOSED_NAMES = word_set(
    "audience country last_faq last_platform last_setting card_level card_category card_speaker check_in barrier"
    " language requested_slot platform setting faq topic age channel_kind drill hotlines category choice answer intent"
    " level journey journey_step journey_answers journey_say journey_outcome"
)
CLOSED_SHAPES = {
    "country": re.compile(r"[A-Za-z]{2}"),
    "language": re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?"),
    "audience": re.compile(r"child|parent|professional"),
    "age": re.compile(r"\d{1,3}"),
}
_CODE = re.compile(r"[A-Za-z0-9_+][A-Za-z0-9_./:+\-]{0,80}")
#: Numbers from here on have as many digits as a phone number.
_LONG_FROM = 1_000_000
_LONG_NUMBER = re.compile(r"\d[\d\s\-]{5,}\d")
_PAYLOAD = re.compile(r"\s*/([\w/]+)\s*(\{.*\})?\s*", re.DOTALL)
_ECHO_WORD = re.compile(r"[^\s<>\"“”(),;:!?]+")
_ECHO_WORDS = 4
_ENDING = ".'’…"


@lru_cache(maxsize=2048)
def treatment_for(event: str, path: str) -> Treatment:
    """The first row of PLACES that fits; list positions stand as `*` in `path`."""
    for place in PLACES:
        if place.event in ("*", event) and _fits(place.path, path):
            return place.treatment
    return Treatment.WORDS


def _fits(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("."), path.split(".")
    for position, part in enumerate(wanted):
        if part == "**":
            return len(given) > position or pattern == "**"
        if position >= len(given) or part not in ("*", given[position]):
            return False
    return len(wanted) == len(given)


def redact_event(event: Dict[str, Any], memory: ConversationMemory, redactor: Redactor | None = None) -> Dict[str, Any]:
    """A copy of the event that may be written.

    Args:
        event: `Event.as_dict()`, with or without `sender_id`; not changed.
        memory: The conversation's memory, which gives the same person the same placeholder.
        redactor: For tests; by default the one of this process.

    Returns:
        The same shape; spans of findings and entities fit the redacted text.
    """
    return _EventRedaction(event, memory, redactor or get_redactor()).result()


class _EventRedaction:
    """One event on its way through the table."""

    def __init__(self, event: Dict[str, Any], memory: ConversationMemory, redactor: Redactor) -> None:
        self.event = event
        self.kind = str(event.get("event", ""))
        self.memory = memory
        self.redactor = redactor
        self.message = Redacted("")

    def result(self) -> Dict[str, Any]:
        if self.kind == "user" and isinstance(self.event.get("text"), str):
            # First, so that spans below can be moved and numbers follow reading order.
            self.message = self.redactor.redact(readable(self.event["text"]), self.memory)
        copy = self._walk("", self.event, None)
        assert isinstance(copy, dict)
        if self.kind == "user":
            self._move_spans(copy)
        return copy

    def _walk(self, path: str, value: Any, name: str | None) -> Any:
        """Copies a value; `name` is the slot or entity the value belongs to."""
        if isinstance(value, dict):
            owner = value.get("entity") or (value.get("name") if self.kind == "slot" and not path else name)
            copied = {}
            for key, inner in value.items():
                below = f"{path}.{key}" if path else str(key)
                if treatment_for(self.kind, below) is not Treatment.DROP or _has_kept_below(self.kind, below, inner):
                    # Inside a slot's or an entity's value, keys may be typed by hand, too.
                    kept = self._typed_key(str(key)) if "value" in path.split(".") else readable(str(key))
                    copied[kept] = self._walk(below, inner, owner if isinstance(owner, str) else name)
            return copied
        if isinstance(value, (list, tuple)):
            return [self._walk(f"{path}.*", inner, name) for inner in value]
        return self._treat(path, value, name)

    def _treat(self, path: str, value: Any, name: str | None) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            # Here, too, and not only in the channel: the JSON of a typed command is decoded behind it ("\\udfff").
            value = readable(value)
        treatment = treatment_for(self.kind, path)
        if treatment is Treatment.KEEP:
            return value
        if treatment is Treatment.DROP:
            return None
        if isinstance(value, (int, float)):
            return _short_number(value)
        if treatment is Treatment.ECHO:
            return self._echo(str(value))
        if treatment is Treatment.CODE and self._is_code(path, str(value), name):
            return value
        if treatment is Treatment.PAYLOAD and _PAYLOAD.fullmatch(str(value)):
            return self._payload(str(value))
        return self._redact(str(value))

    def _redact(self, text: str) -> str:
        """Redacts by itself, and then by what is known: a name taken out of its sentence has no cue left."""
        return self._echo(self.redactor.redact(readable(text), self.memory).text)

    def _is_code(self, path: str, value: str, name: str | None) -> bool:
        """Entity and slot values must also belong to a closed list: "katie" looks like an identifier."""
        if not _CODE.fullmatch(value) or _LONG_NUMBER.search(value) and "message_id" not in path:
            return False
        is_value = path.endswith(("value", "value.*"))
        return not is_value or (name in CLOSED_NAMES and self._is_ours(str(name), value))

    def _is_ours(self, name: str, value: str) -> bool:
        """A value of a closed list; a name typed where a country was asked is none."""
        if name in CLOSED_SHAPES:
            return CLOSED_SHAPES[name].fullmatch(value) is not None
        return "_" in value or "/" in value or not self.redactor.redact(value).found

    def _payload(self, text: str) -> str:
        match = _PAYLOAD.fullmatch(text)
        assert match is not None
        if not self._is_code("value", match.group(1), "intent"):
            # Without its slash, behind which no number is looked for.
            return "/" + self._redact(text.strip()[1:])
        if not match.group(2):
            return text
        try:
            values = json.loads(match.group(2))
        except (json.JSONDecodeError, RecursionError):
            return self._redact(text)
        if not isinstance(values, dict):
            return f"/{match.group(1)}"
        kept = {self._typed_key(key): self._payload_value(key, value) for key, value in values.items()}
        return f"/{match.group(1)}{json.dumps(kept, ensure_ascii=False)}"

    def _typed_key(self, key: str) -> str:
        return key if key in CLOSED_NAMES else self._redact(key)

    def _payload_value(self, key: str, value: Any) -> Any:
        """A value of our own lists stays. What our buttons never hold, such as a list, was typed by hand."""
        if isinstance(value, dict):
            return {self._typed_key(inner): self._payload_value("", below) for inner, below in value.items()}
        if isinstance(value, list):
            return [self._payload_value("", below) for below in value]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            return _short_number(value)
        if key in CLOSED_NAMES and self._is_code("value", value, key):
            return value
        return self._redact(value)

    def _echo(self, text: str) -> str:
        """Replaces details the person gave before, as far as this conversation's memory knows them."""
        if self.memory.is_empty:
            return text
        words = list(_ECHO_WORD.finditer(text))
        spans: List[Tuple[int, int, str]] = []
        index = 0
        while index < len(words):
            size, placeholder = self._known_from(text, words, index)
            if placeholder:
                start, end = words[index].start(), words[index + size - 1].end()
                spans.append((start, start + len(text[start:end].rstrip(_ENDING)), placeholder))
            index += max(size, 1)
        for start, end, placeholder in reversed(spans):
            text = text[:start] + placeholder + text[end:]
        return text

    def _known_from(self, text: str, words: Sequence[re.Match[str]], index: int) -> Tuple[int, str | None]:
        for size in range(min(_ECHO_WORDS, len(words) - index), 0, -1):
            value = text[words[index].start() : words[index + size - 1].end()]
            placeholder = self.memory.known_placeholder(value.rstrip(_ENDING))
            if placeholder:
                return size, placeholder
        return 1, None

    def _move_spans(self, copy: Dict[str, Any]) -> None:
        if not self.message.found:
            return
        move = _span_mover(self.message)
        parsed = copy.get("parse_data") or {}
        findings = (parsed.get("risk") or {}).get("findings") or []
        for item in [*findings, *(parsed.get("entities") or [])]:
            if isinstance(item, dict) and isinstance(item.get("start"), int) and isinstance(item.get("end"), int):
                item["start"], item["end"] = move(item["start"]), move(item["end"])


def _short_number(value: float) -> float | str:
    """The number, unless a phone number or an identity number may stand there without quotation marks."""
    return value if abs(value) < _LONG_FROM else WITHHELD


def _has_kept_below(kind: str, path: str, value: Any) -> bool:
    """True for a dictionary of which a part stays although the rest is dropped."""
    return isinstance(value, dict) and any(
        place.event in ("*", kind) and place.treatment is not Treatment.DROP and _starts_like(place.path, path)
        for place in PLACES
        if place.path != "**"
    )


def _starts_like(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("."), path.split(".")
    return len(wanted) > len(given) and all(w in ("*", g) for w, g in zip(wanted, given, strict=False))


def _span_mover(message: Redacted) -> Callable[[int], int]:
    """Maps a character index of the original text to the redacted text."""
    lengths = _placeholder_lengths(message)

    def move(index: int) -> int:
        shift = 0
        for one, length in zip(message.found, lengths, strict=True):
            if index >= one.end:
                shift += length - (one.end - one.start)
            elif index > one.start:
                return one.start + shift + length
        return index + shift

    return move


def _placeholder_lengths(message: Redacted) -> List[int]:
    """How long each placeholder is, read from the redacted text between the kept parts."""
    lengths: List[int] = []
    shift = 0
    for one in message.found:
        start = one.start + shift
        end = message.text.index(">", start) + 1
        lengths.append(end - start)
        shift += (end - start) - (one.end - one.start)
    return lengths
