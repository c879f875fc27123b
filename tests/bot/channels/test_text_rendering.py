"""Every response as a text message, in WhatsApp and for a gateway: length, choices, links, no mark-up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import Callable, List

import pytest

from bot.channels.first_line import with_first_line
from bot.channels.generic import FORM, GenericCarrier
from bot.channels.offers import Offer
from bot.channels.rendering import Outgoing
from bot.channels.segments import MOST_PARTS, SEGMENTS_A_PART, cheapest, count_segments
from bot.channels.sms import meant_by
from bot.channels.twilio import TwilioCarrier
from bot.channels.twilio_whatsapp import MOST_CHARS, MOST_QUICK_REPLIES, QUICK_REPLY_CHARS
from bot.content.crisis import CrisisContext, compose
from bot.content.responses import get_responses
from bot.safety.levels import CATEGORIES, RiskAssessment, RiskLevel, Speaker

AUDIENCES = (None, "child", "parent", "professional")
COUNTRIES = (None, "GB")
MARK_UP = re.compile(r"\*\*|__|\]\(|`|^#{1,6} |^\s*\* |<[a-z/]|\{[a-z_]+\}", re.MULTILINE)
ADDRESS = re.compile(r"https?://[^\s)\]]+")
QUICK_REPLIES = ["HX" + "a" * 32] * 3


@dataclass(frozen=True)
class Row:
    """One channel: how it shows an answer, what it offers afterwards, and whether a message is as its platform wants it."""

    id: str
    name: str
    show: Callable[[list], List[Outgoing]]
    offer: Callable[[list], Offer]
    is_right: Callable[[Outgoing], bool]


def sms_is_right(message):
    return 1 <= count_segments(message.text) <= SEGMENTS_A_PART and not message.buttons


def whatsapp_is_right(message):
    few = len(message.buttons) <= MOST_QUICK_REPLIES and all(len(b.title) <= QUICK_REPLY_CHARS for b in message.buttons)
    return 1 <= len(message.text) <= MOST_CHARS and few and not (message.buttons and "\n" in message.text)


def gateway_is_right(message):
    return 1 <= len(message.text) <= FORM.most_chars and len(message.buttons) <= FORM.most_buttons


def row(id, carrier, is_right):
    return Row(id, carrier.name, lambda replies: carrier.render("c", replies), carrier.offer_of, is_right)


ROWS = [
    row("sms", TwilioCarrier("sms", None), sms_is_right),
    row("whatsapp with numbers", TwilioCarrier("whatsapp", None), whatsapp_is_right),
    row("whatsapp with quick replies", TwilioCarrier("whatsapp", None, QUICK_REPLIES), whatsapp_is_right),
    row("generic", GenericCarrier(), gateway_is_right),
]


def said(name, audience, channel, country):
    named = {slot for v in get_responses().variations(name) for slot in v.metadata.get("variables", ())}
    filled = dict.fromkeys(named, "something")
    chosen = get_responses().choose(name, audience, channel, {**filled, "country": country, "channel": channel})
    buttons = [{"title": button.title, "payload": button.payload} for button in chosen.buttons]
    return {"text": chosen.text, "buttons": buttons, "response": name, "hotlines": [], "custom": chosen.custom}


def read_to_the_end(channel, reply):
    """Every message of an answer, "more" included."""
    shown, offer = channel.show([reply]), channel.offer([reply])
    pages = [shown]
    while offer.unread:
        further = meant_by(offer, "more")
        shown, offer = channel.show([further]), channel.offer([further])
        pages.append(shown)
    return pages, offer


def check(channel, reply):
    pages, offer = read_to_the_end(channel, reply)
    text = "\n".join(message.text for page in pages for message in page)
    assert text or not reply["text"].strip(), reply["response"]
    assert not MARK_UP.search(text), (reply["response"], MARK_UP.search(text).group())
    for message in (message for page in pages for message in page):
        assert channel.is_right(message), (reply["response"], message)
    for address in ADDRESS.findall(reply["text"]):
        assert address.rstrip(".,") in text, (reply["response"], address)
    wanted = {button["payload"] for button in reply["buttons"]}
    assert {payload for _, payload in offer.choices} == wanted, reply["response"]
    tapped = any(message.buttons for page in pages for message in page)
    for number, (title, payload) in enumerate(offer.choices, start=1):
        spelled_out = re.search(r"\bReply:? 1\b", text)
        assert tapped or spelled_out or f"{number} {cheapest(title)}" in text, reply["response"]
        assert meant_by(offer, str(number)) == payload, reply["response"]
        assert meant_by(offer, title) in {p for t, p in offer.choices if t == title}, reply["response"]
    return pages


@pytest.mark.parametrize("channel", ROWS, ids=lambda channel: channel.id)
def test_every_response_has_this_channels_form(channel):
    for name, audience, country in product(get_responses().names, AUDIENCES, COUNTRIES):
        pages = check(channel, said(name, audience, channel.name, country))
        if channel.name == "sms" and not re.match(r"utter_(crisis|check_in|emergency)", name):
            assert all(len(page) <= MOST_PARTS for page in pages), name


@pytest.mark.parametrize("channel", ROWS, ids=lambda channel: channel.id)
@pytest.mark.parametrize("category", CATEGORIES)
def test_every_crisis_card_has_this_channels_form_and_begins_neutrally(channel, category):
    levels = (RiskLevel.CHECK_IN, RiskLevel.ESCALATE, RiskLevel.EMERGENCY)
    for speaker, level, country, audience in product(Speaker, levels, (None, "GB", "US", "KE"), AUDIENCES):
        context = CrisisContext(country=country, audience=audience, channel=channel.name)
        card = compose(RiskAssessment(level, {category: 0.9}, speaker), context)
        buttons = [{"title": b.title, "payload": b.payload} for message in card.messages for b in message.buttons]
        reply = {
            "text": "\n\n".join(message.text for message in card.messages),
            "buttons": buttons,
            "response": card.messages[0].response,
            "card_level": card.level.label if level > RiskLevel.CHECK_IN else None,
            "hotlines": list(card.hotlines),
        }
        (first,) = with_first_line([reply], channel.name, audience, carded=False)
        pages = check(channel, first)
        assert len(pages) == 1
        assert pages[0][0].text.startswith(("Thank you for writing.", "Please read this now."))
        if channel.name == "sms" and level > RiskLevel.CHECK_IN:
            assert len(pages[0]) == 1, (category, speaker, level, country, audience)
