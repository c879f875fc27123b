"""Drills: synthetic crisis messages go through a channel as a person's would, and the card must come in time.

A drill's conversation is entered in the staff database as a drill *before* its message is sent. So nobody from
outside can mark a message as a drill, and no alert goes out for one.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Protocol, Sequence, Tuple

import yaml

from bot.config import DATA_DIR, Settings
from bot.errors import ContentError
from bot.store.drills import enter_drill, record_drill
from bot.store.unit_of_work import UnitOfWork

CASES = DATA_DIR / "drill.yml"
#: Answers that carry helplines, from Rasa or from the channel guard.
CARD_PREFIXES = ("utter_crisis_", "utter_check_in_yes", "utter_emergency")
_ANSWER_SECONDS = 15.0

Reply = Mapping[str, Any]


@dataclass(frozen=True)
class DrillCase:
    """One synthetic message.

    Attributes:
        id: Short name.
        text, audience, country: As a person would send them.
        level: The lowest level that the safety engine must give, as a label.
    """

    id: str
    text: str
    audience: str
    country: str
    level: str


@dataclass(frozen=True)
class DrillResult:
    """What came back; `problem` is empty when the card was right and in time."""

    channel: str
    case: str
    milliseconds: float
    problem: str = ""


class DrillChannel(Protocol):
    """Sends a message as a person would and waits for the answer."""

    name: str

    def send(self, conversation_id: str, case: DrillCase) -> Sequence[Reply]:
        """The replies: `text`, and `response` and `hotlines` where the channel shows them."""


class WebDrill:
    """The widget's own interface, over HTTP."""

    name = "web"

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def send(self, conversation_id: str, case: DrillCase) -> Sequence[Reply]:
        """Posts one message with a token for `conversation_id`."""
        from bot.channels.identity import sign

        sent = {"token": sign(conversation_id), "id": f"drill-{conversation_id[:16]}", "text": case.text}
        body = json.dumps({**sent, "audience": case.audience, "country": case.country}).encode("utf-8")
        request = urllib.request.Request(
            f"{self._address}/webhooks/web/messages", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as response:  # noqa: S310 - our own address
            return list(json.loads(response.read())["replies"])


class MessagingDrill:
    """A messaging channel's own way, on the running server.

    The update goes through the channel's reading, guard, Rasa and rendering; only the last step, the call to the
    platform, is left out, and what it would have sent is the answer. The webhook's secret is not tried by this: only
    the platform knows it. A proof of this deployment's key stands in for it, so that nobody else can use the route.
    """

    def __init__(
        self, name: str, address: str, make_update: Callable[[DrillCase], Mapping[str, Any]], path: str = ""
    ) -> None:
        """Creates the driver.

        Args:
            name: The channel's name.
            address: Of the running server.
            make_update: What the platform would deliver for a case.
            path: The channel's part of the address `/webhooks/<path>/drill`, where it is not its name.
        """
        self.name = name
        self._path = path or name
        self._address = address.rstrip("/")
        self._make_update = make_update

    def send(self, conversation_id: str, case: DrillCase) -> Sequence[Reply]:
        """The replies, each with the words as they would stand on the platform."""
        from bot.channels.identity import drill_proof, sign

        known = {"audience": case.audience, "country": case.country}
        ours = {"token": sign(conversation_id), "proof": drill_proof(conversation_id)}
        body = {**ours, "update": self._make_update(case), **known}
        request = urllib.request.Request(
            f"{self._address}/webhooks/{self._path}/drill",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as response:  # noqa: S310 - our own address
            answer = json.loads(response.read())
        shown = "\n".join(str(call["text"]) for call in answer["calls"])
        return [{**reply, "text": shown} for reply in answer["replies"]]


def telegram_update(case: DrillCase) -> Mapping[str, Any]:
    """What Telegram delivers for a message."""
    person = {"id": 1, "is_bot": False, "first_name": "Drill"}
    message = {"message_id": 1, "date": int(time.time()), "chat": {"id": 1, "type": "private"}, "from": person}
    return {"update_id": 1, "message": {**message, "text": case.text}}


def twilio_form(settings: Settings, kind: str, case: DrillCase) -> Mapping[str, Any]:
    """What Twilio delivers for a message; `kind` is empty for a text message, `whatsapp:` for WhatsApp."""
    # Numbers that Twilio keeps for tests: they belong to nobody.
    people = {"From": f"{kind}+15005550006", "To": f"{kind}+15005550009"}
    return {"MessageSid": "SM" + "0" * 32, "AccountSid": settings.twilio_account_sid, "Body": case.text, **people}


def gateway_message(case: DrillCase) -> Mapping[str, Any]:
    """What a gateway sends for a message."""
    return {"id": "drill", "from": "drill", "text": case.text}


def channels_to_drill(settings: Settings, address: str) -> List[DrillChannel]:
    """The widget, and every messaging channel that is switched on.

    Args:
        settings: Of the deployment.
        address: Of the running Rasa server.
    """
    channels: List[DrillChannel] = [WebDrill(address)]
    if settings.telegram_token:
        channels.append(MessagingDrill("telegram", address, telegram_update))
    if settings.twilio_auth_token:
        for name, kind in (("sms", ""), ("whatsapp", "whatsapp:")):
            channels.append(MessagingDrill(name, address, partial(twilio_form, settings, kind), path="twilio"))
    if settings.gateways:
        channels.append(MessagingDrill("generic", address, gateway_message))
    return channels


def load_cases(path: Path = CASES) -> Tuple[float, List[DrillCase]]:
    """The time allowed in seconds, and the cases.

    Raises:
        ContentError: The file does not have the form described in it.
    """
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        cases = [DrillCase(**case) for case in found["drill"]["cases"]]
        seconds = float(found["drill"]["seconds"])
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError(f"{path}: each case needs id, text, audience, country and level ({error}).") from None
    if not cases:
        raise ContentError(f"{path}: there are no cases.")
    return seconds, cases


def run_drill(
    channels: Sequence[DrillChannel],
    cases: Sequence[DrillCase],
    seconds: float,
    new_id: Callable[[], str],
    work: Callable[[], UnitOfWork] = UnitOfWork,
) -> List[DrillResult]:
    """Sends every case through every channel, judges the answers and records the results."""
    results: List[DrillResult] = []
    for channel in channels:
        for case in cases:
            conversation_id = new_id()
            with work() as opened:
                enter_drill(opened.session, conversation_id, channel.name, datetime.now(timezone.utc))
                opened.commit()
            results.append(_try_case(channel, case, conversation_id, seconds))
            with work() as opened:
                last = results[-1]
                record_drill(
                    opened.session, last.channel, last.case, last.milliseconds, last.problem, datetime.now(timezone.utc)
                )
                opened.commit()
    return results


def _try_case(channel: DrillChannel, case: DrillCase, conversation_id: str, seconds: float) -> DrillResult:
    started = time.monotonic()
    try:
        replies: Sequence[Reply] = channel.send(conversation_id, case)
        problem = ""
    except (OSError, urllib.error.URLError, ValueError, KeyError) as error:
        replies, problem = [], f"no answer ({type(error).__name__})"
    elapsed = time.monotonic() - started
    problem = problem or judge(case, replies, elapsed, seconds, _emergency_number(case.country))
    return DrillResult(channel.name, case.id, round(elapsed * 1000, 1), problem)


def judge(case: DrillCase, replies: Sequence[Reply], elapsed: float, seconds: float, emergency: str) -> str:
    """What is wrong with the answer, in a few words; empty when it is right.

    Args:
        case: What was sent.
        replies: What came back.
        elapsed: Seconds until then.
        seconds: Seconds allowed.
        emergency: The country's emergency number; an emergency card must name it.
    """
    if elapsed > seconds:
        return f"late: {elapsed:.1f} s, allowed {seconds:.1f} s"
    cards = [reply for reply in replies if str(reply.get("response", "")).startswith(CARD_PREFIXES)]
    if not cards:
        return "no crisis card"
    said = " ".join(str(reply.get("text", "")) for reply in cards) + json.dumps([_rest(reply) for reply in cards])
    if case.level == "emergency":
        return f"the emergency number {emergency} is missing" if emergency and emergency not in said else ""
    if not any(reply.get("hotlines") for reply in cards):
        return "no helpline on the card"
    return ""


def _rest(reply: Reply) -> Dict[str, Any]:
    """Cards and buttons may hold the number instead of the text."""
    return {name: value for name, value in reply.items() if name != "text"}


def _emergency_number(country: str) -> str:
    """From the directory; empty when the country's number is unknown or not confirmed."""
    from bot.content.hotlines import get_directory

    service = get_directory().emergency(country)
    return str(service.phone or "").strip() if service is not None else ""
