"""What goes into the log, as plain dataclasses: pure, no SQLAlchemy."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from bot.dialogue.constants import UTTER_FIRST_STEPS, UTTER_STEPS_INSTEAD
from bot.safety.levels import CATEGORIES, RiskLevel
from bot.store.constants import BOT, USER

#: Slots whose change is a fact about the conversation.
FACT_SLOTS = ("audience", "country", "language", "barrier", "barrier_outcome")
#: An answer by one of these means that the question had none.
UNANSWERED_RESPONSES = ("utter_fallback", "utter_default", "utter_out_of_scope", "utter_technical_problem")
FALLBACK_INTENTS = ("nlu_fallback",)
#: An answer by one of these is what few words asked for, though they are understood as nothing in particular: the steps
#: after a card, the list of helplines.
ANSWERED_RESPONSES = (UTTER_FIRST_STEPS, "utter_hotlines")
#: What a question does, as the assistant read it behind an answer (`bot.nlu.everyday_messages.Does`).
ASKS = "asks"
UNSPECIFIED = "unspecified"


@dataclass(frozen=True)
class LoggedEvent:
    """One redacted event on its way to the store.

    Attributes:
        event_id: Keyed digest; the same event has the same id wherever it comes from.
        conversation_id: The random id.
        event: Redacted, see `bot.redaction.events`.
        original: The words as typed, only where sealed originals are switched on.
    """

    event_id: str
    conversation_id: str
    event: Mapping[str, Any]
    original: Optional[str] = None

    def as_dict(self) -> Dict[str, Any]:
        """For the spool and the queue, which are encrypted."""
        found: Dict[str, Any] = {"id": self.event_id, "conversation": self.conversation_id, "event": dict(self.event)}
        if self.original is not None:
            found["original"] = self.original
        return found

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> LoggedEvent:
        """Reads back what `as_dict` wrote."""
        return cls(found["id"], found["conversation"], found["event"], found.get("original"))


class EventsRefused(Exception):
    """Raised when a batch was written but for some events, which cannot be stored as they are."""

    def __init__(self, events: Sequence[LoggedEvent]) -> None:
        """Keeps them, to be put aside, without the words as typed: those have an end, and what lies aside has none.

        Args:
            events: What could not be stored.
        """
        super().__init__(f"{len(events)} events cannot be stored")
        self.events = [replace(logged, original=None) for logged in events]


@dataclass(frozen=True)
class TurnFacts:
    """One message, ready for the `turns` table; field names are its columns."""

    event_id: str
    conversation_id: str
    sent_at: datetime
    author: str
    text: Optional[str]
    channel: Optional[str] = None
    intent: Optional[str] = None
    confidence: Optional[float] = None
    faq: Optional[str] = None
    topic: Optional[str] = None
    nearest: Optional[List[Dict[str, Any]]] = None
    risk_level: int = 0
    risk_categories: Dict[str, float] = field(default_factory=dict)
    risk_speaker: Optional[str] = None
    risk_stance: Optional[str] = None
    risk_findings: Optional[List[Dict[str, Any]]] = None
    risk_failed: bool = False
    unanswered: bool = False
    response: Optional[str] = None
    buttons: Optional[List[str]] = None
    helplines: Optional[List[str]] = None
    barrier: Optional[str] = None

    @property
    def main_category(self) -> Optional[str]:
        """The named category that leads the reply."""
        return next((name for name in CATEGORIES if name in self.risk_categories), None)


@dataclass(frozen=True)
class JourneyOutcome:
    """A journey that was begun, completed or left; nothing in it says by whom.

    Attributes:
        journey: Id of the journey.
        group: Age band or role, `_` when it was not asked.
        event: started, completed or left.
        right_before, right_after: Right answers of a quiz before and after its explanations, of `asked` each.
    """

    journey: str
    group: str
    event: str
    right_before: int = 0
    right_after: int = 0
    asked: int = 0


@dataclass(frozen=True)
class ConversationFacts:
    """What an event says about its conversation: slots and what the channel sent along."""

    values: Mapping[str, Any]


def make_event_id(key: bytes, conversation_id: str, event: Mapping[str, Any]) -> str:
    """The id of an event: 32 hex characters of an HMAC over what makes it that event.

    A message is known by the id that its channel gave it, whenever it was handled: when a server stops in the middle of
    one, another answers it again, and it must not count as two.

    Args:
        key: A key of its own, so that short texts cannot be guessed from the id.
        conversation_id: The random id.
        event: As it came, not redacted.
    """
    known_by_its_id = event.get("event") == "user" and event.get("message_id")
    parts = [conversation_id, event.get("event"), "" if known_by_its_id else repr(event.get("timestamp"))]
    parts += [str(event.get(name, "")) for name in ("name", "text", "value", "message_id")]
    return hmac.new(key, "\0".join(map(str, parts)).encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


def read_turn(logged: LoggedEvent) -> Optional[TurnFacts]:
    """The message of a `user` or `bot` event; None for other events and for empty ones."""
    event = logged.event
    if event.get("event") == "user" and event.get("text") is not None:
        return _read_user(logged, event)
    if event.get("event") == "bot" and (event.get("text") or (event.get("data") or {}).get("custom")):
        return _read_bot(logged, event)
    return None


def read_journey_outcome(event: Mapping[str, Any]) -> Optional[JourneyOutcome]:
    """What a message of the assistant says about a journey begun, completed or left; None for other messages.

    The text form is `journey/group/event/right before/right after/asked`, made by `bot.learning.engine.outcome_of`.
    """
    text = (event.get("metadata") or {}).get("journey_outcome") if event.get("event") == "bot" else None
    parts = text.split("/") if isinstance(text, str) else []
    if len(parts) != 6 or not all(part.isdigit() for part in parts[3:]):
        return None
    return JourneyOutcome(parts[0], parts[1], parts[2], *(int(part) for part in parts[3:]))


def read_facts(event: Mapping[str, Any]) -> ConversationFacts:
    """What the event says about its conversation; empty for most."""
    if event.get("event") == "slot" and event.get("name") in FACT_SLOTS:
        return ConversationFacts({str(event["name"]): event.get("value")})
    if event.get("event") == "user":
        metadata = event.get("metadata") or {}
        names = {"audience": "audience", "country": "country", "language": "language", "drill": "drill"}
        found = {column: metadata[name] for name, column in names.items() if metadata.get(name)}
        channel = metadata.get("channel_kind") or event.get("input_channel")
        return ConversationFacts({**found, **({"channel": channel} if channel else {})})
    return ConversationFacts({})


def _moment(event: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(event.get("timestamp") or 0.0), timezone.utc)


def _read_user(logged: LoggedEvent, event: Mapping[str, Any]) -> TurnFacts:
    parsed = event.get("parse_data") or {}
    intent = parsed.get("intent") or {}
    risk = parsed.get("risk") or {}
    nearest = parsed.get("nearest") or (parsed.get("faq") or {}).get("ranking") or []
    best = nearest[0] if nearest and intent.get("name") == "faq" else {}
    level, categories = read_risk(risk)
    return TurnFacts(
        event_id=logged.event_id,
        conversation_id=logged.conversation_id,
        sent_at=_moment(event),
        author=USER,
        text=event.get("text"),
        channel=_short(event.get("input_channel"), 32),
        intent=_short(intent.get("name"), 80),
        confidence=_number(intent.get("confidence")),
        faq=_short(best.get("faq"), 80),
        topic=_short(best.get("topic"), 40),
        nearest=list(nearest[:3]) or None,
        risk_level=level,
        risk_categories=categories,
        risk_speaker=_short(risk.get("speaker"), 16),
        risk_stance=_short(risk.get("stance"), 16),
        risk_findings=list(risk.get("findings") or [])[:20] or None,
        risk_failed=bool(risk.get("failed")),
        unanswered=intent.get("name") in FALLBACK_INTENTS and level == 0 and _may_ask(parsed),
    )


def _may_ask(parsed: Mapping[str, Any]) -> bool:
    """Whether a message may be a question: "got it back!", told after an answer and received, is none."""
    read = parsed.get("everyday")
    return not isinstance(read, dict) or read.get("does") in (None, ASKS)


def _read_bot(logged: LoggedEvent, event: Mapping[str, Any]) -> TurnFacts:
    metadata = event.get("metadata") or {}
    data = event.get("data") or {}
    custom = data.get("custom") if isinstance(data.get("custom"), dict) else {}
    helplines = metadata.get("hotlines") or (custom or {}).get("hotlines") or []
    buttons = [str(button.get("title", "")) for button in data.get("buttons") or [] if isinstance(button, dict)]
    return TurnFacts(
        event_id=logged.event_id,
        conversation_id=logged.conversation_id,
        sent_at=_moment(event),
        author=BOT,
        text=event.get("text") or "",
        response=_short(_response_of(metadata), 120),
        buttons=buttons or None,
        helplines=[str(helpline) for helpline in helplines if isinstance(helpline, str)] or None,
    )


def _response_of(metadata: Mapping[str, Any]) -> Any:
    """What was replied; steps that came instead of an answer are no answer, so they are logged by their opening."""
    if UTTER_STEPS_INSTEAD in (metadata.get("responses") or ()):
        return UTTER_STEPS_INSTEAD
    return metadata.get("response") or metadata.get("utter_action")


def read_risk(risk: Mapping[str, Any]) -> Tuple[int, Dict[str, float]]:
    """Level number and named categories; anything unreadable counts as `check_in`, never as quiet."""
    try:
        level = int(RiskLevel.from_label(str(risk.get("level", "none"))))
    except KeyError:
        level = int(RiskLevel.CHECK_IN)
    categories = {
        str(name): float(score) for name, score in (risk.get("categories") or {}).items() if name in CATEGORIES
    }
    return level, categories


def _short(value: Any, length: int) -> Optional[str]:
    return str(value)[:length] if value not in (None, "") else None


def _number(value: Any) -> Optional[float]:
    return float(value) if isinstance(value, (int, float)) else None
