"""The words of an answer about a platform: a cell of facts in the frame of `data/responses/platforms.yml`.

In: platform, setting, audience, channel, country. Out: texts (one message each, bubbles parted by a blank line),
buttons and the name of the response they come from. No word stands here: frames are responses, facts and button
titles are platform data.
"""

from __future__ import annotations

import calendar
import json
import re
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from bot.content.hotlines import get_directory
from bot.content.platform_schema import UNDATED, Steps
from bot.content.platforms import PlatformBook, get_platforms
from bot.content.responses import Button, ResponseBook, get_responses

#: Platform value of the "another app" button: it asks for the platform again and keeps the setting.
ANOTHER = "other"
#: Settings for which a country's under-16 rule changes what is sensible advice.
AGE_SENSITIVE = ("private_account", "minimum_age", "parental_tool")
MAX_BUTTONS = 3


@dataclass(frozen=True)
class PlatformAnswer:
    """What to send: `texts` are messages, `response` names the frame.

    `platform` or `setting` is None when that is what the answer asks for.
    """

    texts: tuple[str, ...]
    buttons: tuple[Button, ...]
    response: str
    platform: Optional[str] = None
    setting: Optional[str] = None


@dataclass(frozen=True)
class _Listener:
    """For whom, where and with which books an answer is worded."""

    audience: Optional[str]
    channel: str
    platforms: PlatformBook
    responses: ResponseBook

    def say(self, name: str, **values: Any) -> str:
        return self.responses.choose(name, self.audience, self.channel, values).text


def payload(platform: Optional[str] = None, setting: Optional[str] = None) -> str:
    """The button payload that asks for a cell."""
    parts = {"platform": platform, "setting": setting}
    return "/ask_privacy_setting" + json.dumps({name: value for name, value in parts.items() if value})


def render(
    platform: str,
    setting: str,
    audience: Optional[str] = None,
    channel: str = "web",
    country: Optional[str] = None,
    platforms: Optional[PlatformBook] = None,
    responses: Optional[ResponseBook] = None,
) -> PlatformAnswer:
    """Words one cell for an audience and a channel.

    Args:
        platform: Id, such as `instagram`.
        setting: Id, such as `private_account`.
        audience: child, parent, professional or None (worded as for a parent).
        channel: web, telegram, whatsapp, sms or plain.
        country: Two capital letters, or None; adds the country's under-16 rule where it applies.
        platforms: Facts; those of the installation when left out.
        responses: Frames; those of the installation when left out.

    Raises:
        ContentError: No such platform, setting or response.
    """
    listener = _listener(audience, channel, platforms, responses)
    cell = listener.platforms.steps(platform, setting)
    name = _frame(cell)
    text = listener.say(name, **_values(cell, listener, country))
    return PlatformAnswer((_tidy(text),), _buttons(cell, listener), name, platform, setting)


def cell_words(
    platform: str,
    setting: str,
    audience: Optional[str] = None,
    channel: str = "web",
    country: Optional[str] = None,
) -> Mapping[str, str]:
    """The words of one cell by name (`title`, `platform`, `steps`, `note`, `search`, …), for frames of other answers.

    `age` is the country's rule for under-16s where it applies to the platform, else empty. Arguments as for `render`.

    Raises:
        ContentError: No such platform or setting.
    """
    listener = _listener(audience, channel, None, None)
    cell = listener.platforms.steps(platform, setting)
    return {**_values(cell, listener, country), "age": _age_rule(cell, listener, country)}


def ask_platform(
    setting: Optional[str],
    audience: Optional[str] = None,
    channel: str = "web",
    platforms: Optional[PlatformBook] = None,
    responses: Optional[ResponseBook] = None,
) -> PlatformAnswer:
    """Asks which platform is meant, with four buttons that keep the setting."""
    listener = _listener(audience, channel, platforms, responses)
    books = listener.platforms
    buttons = tuple(Button(books.platforms[p].name, payload(p, setting)) for p in books.offer["platforms"])
    name = "utter_privacy_ask_platform"
    return PlatformAnswer((listener.say(name),), buttons, name, None, setting)


def ask_setting(
    platform: str,
    audience: Optional[str] = None,
    channel: str = "web",
    platforms: Optional[PlatformBook] = None,
    responses: Optional[ResponseBook] = None,
) -> PlatformAnswer:
    """Asks what is to be changed on a platform, with four buttons."""
    listener = _listener(audience, channel, platforms, responses)
    books = listener.platforms
    buttons = tuple(Button(books.settings[s].button, payload(platform, s)) for s in books.offer["settings"])
    name = "utter_privacy_ask_setting"
    text = listener.say(name, platform=books.platforms[platform].name)
    return PlatformAnswer((text,), buttons, name, platform, None)


def not_covered(
    app: str,
    audience: Optional[str] = None,
    channel: str = "web",
    responses: Optional[ResponseBook] = None,
) -> PlatformAnswer:
    """Says that there are no checked steps for an app, with what holds for most apps."""
    name = "utter_privacy_not_covered"
    chosen = (responses or get_responses()).choose(name, audience, channel, {"app": app})
    return PlatformAnswer((_tidy(chosen.text),), chosen.buttons, name)


def _listener(
    audience: Optional[str], channel: str, platforms: Optional[PlatformBook], responses: Optional[ResponseBook]
) -> _Listener:
    return _Listener(audience, channel, platforms or get_platforms(), responses or get_responses())


def _frame(cell: Steps) -> str:
    if cell.unknown:
        return "utter_privacy_unknown"
    return "utter_privacy_steps" if cell.steps else "utter_privacy_answer"


def _values(cell: Steps, listener: _Listener, country: Optional[str]) -> Mapping[str, str]:
    platform = listener.platforms.platforms[cell.platform]
    place = {"platform": platform.name, "search": cell.search, "help": platform.help_page}
    values = {
        **place,
        "title": listener.platforms.settings[cell.setting].title,
        "note": (cell.note_child or cell.note) if listener.audience == "child" else cell.note,
        "tip": _tip(cell, listener, country),
    }
    if cell.unknown:
        helped = "utter_privacy_help_page" if platform.help_page else "utter_privacy_help_search"
        return {**values, "help": listener.say(helped, **place)}
    dated = _dated(cell, listener)
    moved = "utter_privacy_moved_help" if platform.help_page else "utter_privacy_moved"
    return {
        **values,
        "steps": "\n".join(f"{number}. {line}" for number, line in enumerate(cell.lines, start=1)),
        "steps_short": "; ".join(line.rstrip(".") for line in cell.lines) + ".",
        "answer": cell.answer,
        "source": listener.say(f"utter_privacy_source_{cell.certainty}", platform=platform.name, dated=dated),
        "source_short": listener.say("utter_privacy_source_short", dated=dated),
        "moved": listener.say(moved, **place) if cell.steps else "",
    }


def _dated(cell: Steps, listener: _Listener) -> str:
    if cell.date == UNDATED:
        return listener.say("utter_privacy_undated")
    return listener.say("utter_privacy_dated", date=_month(cell.date))


def _month(date: str) -> str:
    year, _, month = date.partition("-")
    return f"{calendar.month_name[int(month)]} {year}" if month else year


def _tip(cell: Steps, listener: _Listener, country: Optional[str]) -> str:
    tip = listener.say(f"utter_privacy_tip_{cell.setting}")
    age = _age_rule(cell, listener, country)
    return f"{age}\n\n{tip}" if age else tip


def _age_rule(cell: Steps, listener: _Listener, country: Optional[str]) -> str:
    rule = listener.platforms.under_16.get(country or "")
    if rule is None or cell.platform not in rule.platforms or cell.setting not in AGE_SENSITIVE:
        return ""
    return listener.say("utter_privacy_under_16", country_name=_country_name(country or ""), since=_month(rule.since))


def _country_name(country: str) -> str:
    known = get_directory().in_text.get(country)
    if known:
        return known
    # Imported here: babel reads its tables on import, and most answers name no country.
    from babel import Locale

    return str(Locale("en").territories.get(country, country))


def _buttons(cell: Steps, listener: _Listener) -> tuple[Button, ...]:
    books = listener.platforms
    tip = listener.responses.choose(f"utter_privacy_tip_{cell.setting}", listener.audience, listener.channel)
    buttons = list(tip.buttons)
    if cell.unknown:
        for device in books.offer["device_instead"].get(cell.setting, ()):
            if device in books.platforms and device != cell.platform:
                buttons.append(_cell_button(books, device, cell.setting))
    for setting in books.offer["next"][cell.setting]:
        if not books.steps(cell.platform, setting).unknown:
            buttons.append(_cell_button(books, cell.platform, setting))
    return (*buttons[: MAX_BUTTONS - 1], Button(books.offer["another"], payload(ANOTHER, cell.setting)))


def _cell_button(books: PlatformBook, platform: str, setting: str) -> Button:
    return Button(f"{books.settings[setting].button}: {books.platforms[platform].short}", payload(platform, setting))


def _tidy(text: str) -> str:
    """Leaves out bubbles that came out empty and spaces at line ends."""
    lines = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", lines).strip()
