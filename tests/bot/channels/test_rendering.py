"""Every response in each channel's form: nothing too long, no mark-up, every link and every choice still there.

A new channel adds a row to FORMS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import Callable, List

import pytest

from bot.channels.chat_file import ChatFile
from bot.channels.chat_store import ChatStore
from bot.channels.first_line import with_first_line
from bot.channels.rendering import Form, Outgoing, plain, render, split
from bot.channels.telegram import FORM, TelegramCarrier
from bot.content.crisis import CrisisContext, compose
from bot.content.responses import PLACEHOLDER, get_responses
from bot.safety.levels import CATEGORIES, RiskAssessment, RiskLevel, Speaker


@dataclass(frozen=True)
class ChannelForm:
    """How one channel shows an answer, and what its platform takes."""

    name: str
    show: Callable[[list], List[Outgoing]]
    most_chars: int
    most_buttons: int
    button_chars: int


def telegram():
    carrier = TelegramCarrier(None, ChatFile("telegram", ChatStore()))
    return ChannelForm("telegram", lambda replies: carrier.render("c", replies), 4096, FORM.most_buttons, 64)


FORMS = [telegram()]
AUDIENCES = (None, "child", "parent", "professional")
MARK_UP = re.compile(r"\*\*|__|\]\(|`|^#{1,6} |^\s*[-*] |<[a-z/]|\{[a-z_]+\}", re.MULTILINE)
ADDRESS = re.compile(r"https?://[^\s)\]]+")


def said(name, audience, channel, country):
    named = {slot for v in get_responses().variations(name) for slot in v.metadata.get("variables", ())}
    filled = dict.fromkeys(named, "something")
    chosen = get_responses().choose(name, audience, channel, {**filled, "country": country})
    buttons = [{"title": button.title, "payload": button.payload} for button in chosen.buttons]
    return {"text": chosen.text, "buttons": buttons, "response": name, "hotlines": [], "custom": chosen.custom}


def check(form, reply):
    shown = form.show([reply])
    assert shown or not reply["text"].strip(), reply["response"]
    text = "\n".join(message.text for message in shown)
    assert not MARK_UP.search(text), (reply["response"], MARK_UP.search(text).group())
    for message in shown:
        assert 0 < len(message.text.encode("utf-16-le")) // 2 <= form.most_chars, reply["response"]
        assert len(message.buttons) <= form.most_buttons, reply["response"]
        assert all(0 < len(button.title) <= form.button_chars for button in message.buttons), reply["response"]
    for address in ADDRESS.findall(reply["text"]):
        assert address.rstrip(".,") in text, (reply["response"], address)
    payloads = [button.payload for message in shown for button in message.buttons]
    assert set(payloads) == {button["payload"] for button in reply["buttons"]}, reply["response"]
    assert all(message.buttons == () for message in shown[:-1]), "choices stand under the end of an answer"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_response_has_this_channels_form(form):
    for name, audience, country in product(get_responses().names, AUDIENCES, (None, "GB")):
        check(form, said(name, audience, form.name, country))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@pytest.mark.parametrize("category", CATEGORIES)
def test_every_crisis_card_has_this_channels_form(form, category):
    speakers, levels = list(Speaker), (RiskLevel.CHECK_IN, RiskLevel.ESCALATE, RiskLevel.EMERGENCY)
    for speaker, level, country, audience in product(speakers, levels, (None, "GB", "US", "JP"), AUDIENCES):
        context = CrisisContext(country=country, audience=audience, channel=form.name)
        card = compose(RiskAssessment(level, {category: 0.9}, speaker), context)
        buttons = [{"title": b.title, "payload": b.payload} for message in card.messages for b in message.buttons]
        reply = {
            "text": "\n\n".join(message.text for message in card.messages),
            "buttons": buttons,
            "response": card.messages[0].response,
            "card_level": card.level.label,
            "hotlines": list(card.hotlines),
        }
        (first,) = with_first_line([reply], form.name, audience, carded=False)
        check(form, first)
        assert len(form.show([first])) == 1, "a card is one message, so that nothing comes between its parts"


async def test_a_payload_of_any_length_fits_a_telegram_button_and_comes_back():
    store = ChatStore()
    buttons = TelegramCarrier(None, ChatFile("telegram", store)).buttons
    again = TelegramCarrier(None, ChatFile("telegram", store)).buttons
    book = get_responses()
    payloads = {b.payload for name in book.names for v in book.variations(name) for b in v.buttons}
    payloads |= {"/x" + "é" * 200, '/journey{"choice": "' + "a" * 100 + '"}'}
    for payload in payloads:
        data = await buttons.encode(payload)
        assert 1 <= len(data.encode()) <= 64
        assert await buttons.decode(data) == await again.decode(data) == payload


LINES = [name for name in get_responses().names if re.fullmatch(r"utter_messaging_(first|next|urgent)_line", name)]
TELLING = r"pictur|photo|nude|abus|hurt|harm|suicid|kill|die|sex|police|crime|helpline|hotline|child|parent|danger|threat|call|fault|trouble"


@pytest.mark.parametrize("name", LINES)
def test_a_first_line_tells_a_bystander_nothing_and_fills_the_preview(name):
    assert len(LINES) == 3
    for variation in get_responses().variations(name):
        assert not re.search(TELLING, variation.text, re.IGNORECASE), variation.text
        assert not PLACEHOLDER.search(variation.text) and "?" not in variation.text.splitlines()[0]
        # A locked phone shows a hundred characters or so; a text message has no room for that.
        assert variation.channel == "sms" or len(variation.text) >= 100


@pytest.mark.parametrize("language", ["es", "fr", "pt", "de", "it", "nl", "pl", "tr", "ar", "ru", "ja", "zh"])
@pytest.mark.parametrize("kind", ["crisis_card", "emergency_card"])
def test_a_card_in_another_language_has_its_first_line_in_that_language(language, kind):
    reply = {"text": "words", "response": f"utter_{kind}_{language}", "card_level": "escalate"}
    (shown,) = with_first_line([reply], "telegram", "child", carded=True)
    assert shown["text"].startswith(get_responses().choose(f"utter_messaging_first_line_{language}").text)
    assert shown["text"].endswith("words")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**don't pay**, stop", "don't pay, stop"),
        ("call [999](tel:999) or [112](tel:112)", "call 999 or 112"),
        ("[Childline chat](https://www.childline.org.uk/x)", "Childline chat: https://www.childline.org.uk/x"),
        ("[childline.org.uk](https://www.childline.org.uk/)", "childline.org.uk"),
        ("see [a (b)](https://x.org/a_(b)) now", "see a (b): https://x.org/a_(b) now"),
        ("**a** and **b**", "a and b"),
        ("2 * 3 * 4 and a*b*c", "2 * 3 * 4 and a*b*c"),
        ("- one\n* two", "• one\n• two"),
        ("## Title\ntext", "Title\ntext"),
        ("snake_case_name and __init__", "snake_case_name and init"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("**not closed", "**not closed"),
    ],
)
def test_mark_up_becomes_plain_words(written, shown):
    assert plain(written) == shown


def test_a_long_text_is_cut_where_a_reader_would_pause():
    paragraphs = "\n\n".join(f"Paragraph {number}. It has a second sentence." for number in range(200))
    parts = split(paragraphs, 500)
    assert all(len(part) <= 500 and part.endswith("sentence.") for part in parts)
    assert " ".join(" ".join(parts).split()) == " ".join(paragraphs.split())
    assert split("word " * 300, 100)[0].endswith("word") and split("a" * 250, 100)[0] == "a" * 50
    assert all(len(part.encode("utf-16-le")) // 2 <= 100 for part in split("😀" * 200, 100))


def test_services_of_a_card_that_the_words_do_not_name_are_written_out():
    cards = [{"name": "Childline", "phone": "0800 1111", "url": "https://www.childline.org.uk"}]
    form = Form(4096, 8, 64)
    (shown,) = render([{"text": "Someone to talk to", "custom": {"cards": cards}}], form)
    assert shown.text == "Someone to talk to\n\nChildline: 0800 1111 · https://www.childline.org.uk"
    (shown,) = render([{"text": "Call 0800 1111", "custom": {"cards": cards}}], form)
    assert shown.text == "Call 0800 1111"
    (shown,) = render([{"text": "", "hotlines": ["gb-childline"]}], form)
    assert "0800 1111" in shown.text


@pytest.mark.parametrize("reply", [{}, {"text": None}, {"text": "", "custom": [1]}, {"text": " ", "buttons": None}])
def test_a_reply_without_words_sends_nothing(reply):
    assert render([reply], Form(4096, 8, 64)) == []
