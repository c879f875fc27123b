"""One card a service: what it is, why this one, every way in, hours, cost. In each channel's form.

`card_of` makes the structured card (also sent to the widget); `line` writes it for a channel. The words are in
`data/hotlines/card_words.yml`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Dict, List, Tuple
from urllib.parse import quote, urlparse

from bot.content.card_words import get_card_words, reason, word
from bot.content.opening_hours import Status
from bot.content.schema import Hotline, dialled
from bot.content.selection import Choice, Selection

#: Longer names are left out of a text message; the number counts.
SMS_NAME_CHARS = 22
_REPORT_NEEDS = frozenset(("report", "image_removal"))
#: GSM 03.38 characters: a text message that keeps to them holds 153 characters a segment instead of 67.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
SEGMENT_CHARS = 153
_NUMBER_AT_END = re.compile(r"[*\d][\d\s.-]*\)?$")


@dataclass(frozen=True)
class Card:
    """One service as shown; None and empty fields are left out. Links are `tel:`, `sms:` or `https:`."""

    id: str
    name: str
    why: str
    phone: str | None
    tel: str | None
    sms: str | None
    sms_link: str | None
    whatsapp: str | None
    chat_url: str | None
    url: str | None
    url_label: str
    email: str | None
    hours: str | None
    open: bool | None
    free: bool | None
    anonymous: bool | None
    confidential: bool | None
    languages: Tuple[str, ...]
    #: child when the line is to be passed on to the child; None when it is for the reader.
    pass_on_to: str | None
    kind: str

    def as_dict(self) -> Dict[str, Any]:
        """Plain data for the widget and for `--json`."""
        shown = {name: value for name, value in asdict(self).items() if value not in (None, (), "")}
        return shown if self.url else {name: value for name, value in shown.items() if name != "url_label"}


def card_of(choice: Choice, reader: str, category: str | None, at: datetime | None, language: str = "en") -> Card:
    """The structured card of one choice.

    Args:
        reader: As in `Selection.reader`; decides why it is shown and how a line to be passed on is introduced.
        at: An aware time for "open now"; None leaves it out.
    """
    service = choice.service
    why = reason(service, choice.need, category, reader)
    if not choice.own:
        why = word("for_your_child" if reader == "parent" else "for_the_child", why=why[0].lower() + why[1:])
    if service.kind == "finder":
        why = word("finder", why=why)
    report_first = choice.need in _REPORT_NEEDS and service.report_url is not None
    return Card(
        id=service.id,
        name=service.name,
        why=why,
        phone=service.phone,
        tel=f"tel:{dialled(service.phone)}" if service.phone else None,
        sms=_text_words(service),
        sms_link=_sms_link(service),
        whatsapp=service.whatsapp,
        chat_url=service.chat_url,
        url=service.report_url if report_first else _page(service),
        url_label=word("report" if report_first or (service.report_url and not service.web) else "web"),
        email=service.email if not (service.phone or service.sms or service.link) else None,
        hours=hours_in_words(service, at),
        open={Status.OPEN: True, Status.CLOSED: False}.get(choice.status),
        free=service.free,
        anonymous=service.anonymous,
        confidential=service.confidential,
        languages=tuple(_language_names(service)) if service.languages not in ((), (language,)) else (),
        pass_on_to=None if choice.own else "child",
        kind=service.kind,
    )


def cards_of(selection: Selection, category: str | None, at: datetime | None, language: str = "en") -> List[Card]:
    """The cards of a selection, in its order."""
    return [card_of(choice, selection.reader, category, at, language) for choice in selection.choices]


def _page(service: Hotline) -> str | None:
    # A line that can be called or texted needs no page, unless chat is on it.
    if service.phone or service.sms:
        return None
    return service.report_url or service.web


def _text_words(service: Hotline) -> str | None:
    if service.sms is None:
        return None
    if service.sms.keyword:
        return word("text_keyword", keyword=service.sms.keyword, number=service.sms.number)
    return word("text", number=service.sms.number)


def _sms_link(service: Hotline) -> str | None:
    if service.sms is None:
        return None
    body = f"?body={quote(service.sms.keyword)}" if service.sms.keyword else ""
    return f"sms:{dialled(service.sms.number)}{body}"


def _language_names(service: Hotline) -> List[str]:
    # Imported here: CLDR data costs 40 ms, and most cards name no language.
    from babel import Locale

    names = Locale("en").languages
    return [names.get(code, code) for code in service.languages]


def hours_in_words(service: Hotline, at: datetime | None) -> str | None:
    """When the line answers, in words; what the file says when nobody can be sure; None for a page or form."""
    hours = service.hours
    if hours.fits_every_way_in:
        return word("hours.always")
    change = hours.next_change(at, service.time_zone) if at and service.time_zone and hours.spans else None
    if at is None or change is None:
        if not hours.words:
            return word("hours.unknown") if service.phone and service.link else None
        return word("hours.hedged" if hours.hedged else "hours.stated", words=hours.shown)
    if hours.status(at, service.time_zone) is Status.OPEN:
        return _open_until(change, at, service)
    return word("hours.closed", day=_day_word(change, at, service), time=_clock(change))


def _open_until(change: datetime, at: datetime, service: Hotline) -> str:
    # "Until 00:00 tomorrow" could be read as a day later than it is; a clock time alone means the next time it is that.
    if change - service.hours.local_time(at, service.time_zone or "UTC") <= timedelta(days=1):
        return word("hours.open", time=_clock(change))
    return word("hours.open_until_day", day=_day_word(change, at, service), time=_clock(change))


def _clock(moment: datetime) -> str:
    return moment.strftime("%H:%M")


def _day_word(change: datetime, at: datetime, service: Hotline) -> str:
    today = service.hours.local_time(at, service.time_zone or "UTC").date()
    if change.date() == today:
        return word("hours.today")
    if change.date() == today + timedelta(days=1):
        return word("hours.tomorrow")
    return str(get_card_words()["hours"]["days"][change.weekday()])


def line(card: Card, channel: str = "web", bare: bool = False) -> str:
    """One card as a line of text.

    Args:
        channel: `web` writes markdown links; every other channel writes numbers and addresses in the open.
        bare: Name and ways in only, for languages in which the card's own words are not written.
    """
    if channel == "sms":
        return sms_line(card)
    ways = ways_in(card, channel)
    if bare:
        ways = [way for way in (card.phone, card.chat_url or card.url) if way]
        # A line that only takes texts or mail is not left without a way in, though these words are English.
        ways = ways or [way for way in (card.sms, card.email) if way]
        # On the web the name is what the widget knows a service by; it shows name and number apart.
        name = card.name if channel == "web" else name_before(card.phone, card.name)
        return ": ".join(part for part in (name, " · ".join(ways)) if part)
    name = f"**{card.name}**" if channel == "web" else card.name
    return f"{name}: {card.why} " + " · ".join([*ways, *_facts(card)])


def ways_in(card: Card, channel: str) -> List[str]:
    """Every way to make contact, tappable on the web and in the open elsewhere."""
    if channel == "sms":
        return [way for way in (card.phone, card.sms, _site(card.chat_url or card.url)) if way]
    web = channel == "web"
    found = []
    if card.phone:
        found.append(f"[{card.phone}]({card.tel})" if web else card.phone)
    if card.sms:
        found.append(f"[{card.sms}]({card.sms_link})" if web else card.sms)
    if card.whatsapp:
        found.append(word("whatsapp", number=card.whatsapp))
    if card.chat_url:
        found.append(f"[{word('chat')}]({card.chat_url})" if web else f"{word('chat')}: {card.chat_url}")
    if card.url:
        found.append(f"[{card.url_label}]({card.url})" if web else card.url)
    if card.email:
        found.append(word("mail", address=card.email))
    return found


def _facts(card: Card) -> List[str]:
    found = [word("free")] if card.free and card.kind != "emergency" else []
    if card.hours:
        found.append(card.hours)
    if card.anonymous:
        found.append(word("anonymous"))
    elif card.confidential:
        found.append(word("confidential"))
    if card.languages:
        *rest, last = card.languages
        joined = f"{', '.join(rest)} {word('and')} {last}" if rest else last
        found.append(word("languages", languages=joined))
    return found


def sms_line(card: Card, short: str | None = None) -> str:
    """Name, number and site in as few characters as a text message needs, in GSM characters only."""
    number = card.phone or card.sms
    name = name_before(number, short or card.name)
    ways = [way for way in (number, _site(card.chat_url or card.url)) if way]
    text = f" {word('or')} ".join(ways) or (card.email or "")
    if len(name) > SMS_NAME_CHARS or not name:
        return gsm(text)
    # "Shout text SHOUT to 85258" reads as if somebody should shout.
    return gsm(f"{name} ({text})" if _is_keyword_first(card) else f"{name} {text}")


def name_before(number: str | None, name: str) -> str:
    """The name of a service as it stands before its number, which many names end with: "Child Helpline" 1098.

    Args:
        number: What follows the name: a number, or words with one such as "text 85258"; None when nothing does.

    Returns:
        The name without that number; empty when the name is nothing else.
    """
    ending = _NUMBER_AT_END.search(name)
    if not number or ending is None or re.sub(r"\D", "", ending[0]) != re.sub(r"\D", "", number):
        return name
    return name[: ending.start()].rstrip(" -–(:")


def _is_keyword_first(card: Card) -> bool:
    return card.phone is None and "?body=" in (card.sms_link or "")


def _site(url: str | None) -> str | None:
    if not url:
        return None
    host = urlparse(url).netloc
    return host[4:] if host.startswith("www.") else host


def gsm(text: str) -> str:
    """The text in the characters of a plain text message; others lose their accent, or become `?`."""
    plain = text.replace("’", "'").replace("“", '"').replace("”", '"').replace("·", "-").replace("…", "...")
    # Turkish and Polish letters that Unicode does not take apart into a letter and an accent.
    plain = plain.replace("ı", "i").replace("ł", "l")
    parts = []
    for character in plain:
        if character in GSM:
            parts.append(character)
            continue
        folded = unicodedata.normalize("NFKD", character)[0]
        parts.append(folded if folded in GSM else "?")
    return "".join(parts)


def segments(text: str) -> int:
    """How many text-message segments a text takes."""
    length = len(text)
    return 1 if length <= 160 else -(-length // SEGMENT_CHARS)
