"""What an entry of `data/hotlines/` must hold, and how it is read. Every problem names file, entry and remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Callable, Dict, List, Mapping, Tuple
from urllib.parse import urlparse

import phonenumbers

from bot.content.opening_hours import OpeningHours, parse_hours
from bot.errors import ContentError

#: What a service is there for.
SERVES = (
    "emergency",
    "child_helpline",
    "parent_support",
    "child_abuse",
    "online_exploitation",
    "sextortion",
    "image_removal",
    "cyberbullying",
    "suicide_crisis",
    "sexual_violence",
    "domestic_violence",
    "missing_child",
    "offender_prevention",
    "eating_disorders",
    "forced_marriage",
    "fgm",
)
#: Who may contact it.
AUDIENCES = ("child", "parent", "professional", "anyone")
#: A helpline listens; a hotline takes reports; a removal tool takes pictures down; a finder leads to a service.
KINDS = ("emergency", "helpline", "hotline", "removal_tool", "finder")
URL_FIELDS = ("web", "chat_url", "report_url")
#: Which worry of a person a fact of a service answers.
BARRIERS = (
    "not_believed",
    "parents_find_out",
    "my_fault",
    "police",
    "cannot_talk",
    "dont_know_what_to_say",
    "cost",
    "not_that_bad",
    "their_trouble",
)
INTERNATIONAL = "INT"
#: Up to this many digits a number is a short code (116 111, 741741, 0800 1111 is longer).
SHORT_CODE_DIGITS = 6


@dataclass(frozen=True)
class TextLine:
    """A number that takes text messages, with the word to begin with where one is needed."""

    number: str
    keyword: str | None = None


@dataclass(frozen=True)
class Check:
    """When an entry was last confirmed: `page` (read on a public page) or `live` (a person called or opened it)."""

    on: date
    how: str
    source: str


@dataclass(frozen=True)
class Fact:
    """One sourced sentence about this service that answers a worry."""

    text: str
    source: str


@dataclass(frozen=True)
class Hotline:
    """One service of the directory. URL fields named in `unconfirmed_fields` are already removed from the
    attributes a person sees (`web`, `chat_url`, `report_url`) and kept in `hidden_urls` for staff."""

    id: str
    country: str
    name: str
    short: str
    kind: str
    serves: Tuple[str, ...]
    audiences: Tuple[str, ...]
    hours: OpeningHours
    confidence: str
    checked: Check
    review_after: date
    sources: Tuple[Mapping[str, str], ...]
    phone: str | None = None
    sms: TextLine | None = None
    whatsapp: str | None = None
    chat_url: str | None = None
    report_url: str | None = None
    web: str | None = None
    email: str | None = None
    age_min: int | None = None
    age_max: int | None = None
    languages: Tuple[str, ...] = ()
    free: bool | None = None
    anonymous: bool | None = None
    confidential: bool | None = None
    note: str | None = None
    time_zone: str | None = None
    hidden_urls: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def link(self) -> str | None:
        """The page to open when there is no number to call: report form, else site, else chat."""
        return self.report_url or self.web or self.chat_url

    @property
    def reachable(self) -> bool:
        """Whether a person has at least one confirmed way to make contact."""
        return bool(self.phone or self.sms or self.whatsapp or self.link or self.email)

    @property
    def numbers(self) -> Tuple[str, ...]:
        """Every number of the entry as written in the file."""
        return tuple(n for n in (self.phone, self.sms.number if self.sms else None, self.whatsapp) if n)


#: Fields a file may have beside those that name a service: checked so that a slip of the pen is noticed.
_REQUIRED = ("id", "name", "kind", "serves", "for", "sources", "confidence", "checked", "review_after")
_OPTIONAL = ("short", "age_min", "age_max", "phone", "sms", "whatsapp", "email", "hours", "languages", "note", "facts")
_YES_NO = ("free", "anonymous", "confidential")
_FIELDS = frozenset((*_REQUIRED, *_OPTIONAL, *URL_FIELDS, *_YES_NO, "unconfirmed_fields"))


def dialled(number: str) -> str:
    """The digits to dial, with a leading `+`, `*` or `#` kept."""
    return re.sub(r"[^\d*#+]", "", number)


def number_problem(number: str, country: str) -> str | None:
    """Says what is wrong with a phone number for its country, or None. Short codes and star codes are allowed."""
    digits = dialled(number)
    if digits.startswith(("*", "#")) or len(digits) <= SHORT_CODE_DIGITS:
        return None if re.search(r"\d", digits) else "holds no digit"
    try:
        parsed = phonenumbers.parse(number, None if country == INTERNATIONAL else country)
    except phonenumbers.NumberParseException as error:
        return f"cannot be read as a number of {country} ({error})"
    if phonenumbers.is_possible_number(parsed) or phonenumbers.is_possible_short_number_for_region(parsed, country):
        return None
    return f"has a length that {country} does not use"


def read_service(entry: Mapping[str, Any], country: str, time_zone: str | None, where: str) -> Hotline:
    """Builds one Hotline.

    Raises:
        ContentError: A field is missing, unknown or holds a value outside its list.
    """
    problems = service_problems(entry, country)
    if problems:
        raise ContentError(f"{where}, entry '{entry.get('id', '?')}': " + "; ".join(problems))
    hidden = {name: entry[name] for name in entry.get("unconfirmed_fields", ()) if name in entry}
    shown = {name: entry.get(name) for name in URL_FIELDS if name not in hidden}
    sms = entry.get("sms")
    return Hotline(
        id=entry["id"],
        country=country,
        name=entry["name"],
        short=entry.get("short") or re.sub(r"\s*\(.*", "", entry["name"]),
        kind=entry["kind"],
        serves=tuple(entry["serves"]),
        audiences=tuple(entry["for"]),
        hours=parse_hours(entry.get("hours")),
        confidence=entry["confidence"],
        checked=Check(entry["checked"]["on"], entry["checked"]["how"], entry["checked"]["source"]),
        review_after=entry["review_after"],
        sources=tuple(entry["sources"]),
        sms=TextLine(str(sms["number"]), sms.get("keyword")) if sms else None,
        languages=tuple(entry.get("languages", ())),
        time_zone=time_zone,
        hidden_urls=hidden,
        facts={name: Fact(fact["text"], fact["source"]) for name, fact in entry.get("facts", {}).items()},
        **{name: entry.get(name) for name in ("phone", "whatsapp", "email", "age_min", "age_max", "note")},
        **{name: entry.get(name) for name in _YES_NO},
        **shown,
    )


def service_problems(entry: Mapping[str, Any], country: str) -> List[str]:
    """One clause for each thing wrong with an entry; empty when it meets the schema."""
    missing = [f"'{name}' is missing" for name in _REQUIRED if not entry.get(name)]
    if missing:
        return missing
    prefix = country.lower() + "-"
    odd_serves, odd_for = set(entry["serves"]) - set(SERVES), set(entry["for"]) - set(AUDIENCES)
    checks: Tuple[Tuple[bool, str], ...] = (
        (not set(entry) - _FIELDS, f"unknown fields {sorted(set(entry) - _FIELDS)}"),
        (str(entry["id"]).startswith(prefix), f"the id must start with '{prefix}'"),
        (entry["kind"] in KINDS, f"kind '{entry['kind']}' is not one of {KINDS}"),
        (not odd_serves, f"serves {sorted(odd_serves)} is not in {SERVES}"),
        (not odd_for, f"for {sorted(odd_for)} is not in {AUDIENCES}"),
        (entry["confidence"] in ("high", "medium"), "confidence must be high or medium"),
        (set(entry.get("unconfirmed_fields", ())) <= set(URL_FIELDS), f"unconfirmed_fields may name {URL_FIELDS}"),
        (set(entry.get("facts", ())) <= set(BARRIERS), f"facts may name {BARRIERS}"),
    )
    found = [message for passed, message in checks if not passed]
    return found + _contact_problems(entry, country) + _proof_problems(entry)


def _contact_problems(entry: Mapping[str, Any], country: str) -> List[str]:
    numbers: Dict[str, Any] = {"phone": entry.get("phone"), "whatsapp": entry.get("whatsapp")}
    numbers["sms"] = (entry.get("sms") or {}).get("number")
    found = [f"{name} '{n}' must be in quotes" for name, n in numbers.items() if n and not isinstance(n, str)]
    # A text number may be a short code of any network, a phone number must fit the country.
    for name, number in numbers.items():
        problem = number_problem(number, country) if isinstance(number, str) else None
        if problem:
            found.append(f"{name} '{number}' {problem}")
    found += _address_problems(entry)
    if not any(numbers.values()) and not any(entry.get(name) for name in (*URL_FIELDS, "email")):
        found.append("it has no way to make contact")
    return found


def _address_problems(entry: Mapping[str, Any]) -> List[str]:
    found = []
    for name in URL_FIELDS:
        url = entry.get(name)
        parts = urlparse(url or "")
        if url and (parts.scheme not in ("https", "http") or not parts.netloc):
            found.append(f"{name} '{url}' is not a web address")
        elif parts.scheme == "http" and name not in entry.get("unconfirmed_fields", ()):
            # Whoever shares the network could read or change such a page; the widget opens none.
            found.append(f"{name} '{url}' is not https; list it in unconfirmed_fields")
    return found


def _proof_problems(entry: Mapping[str, Any]) -> List[str]:
    check = entry["checked"]
    facts = entry.get("facts", {})
    tests: Tuple[Tuple[Callable[[], bool], str], ...] = (
        (lambda: isinstance(check["on"], date), "checked.on must be a date such as 2026-11-24"),
        (lambda: check["how"] in ("page", "live"), "checked.how must be page or live"),
        (lambda: bool(check["source"]), "checked.source is missing"),
        (lambda: isinstance(entry["review_after"], date), "review_after must be a date such as 2027-05-24"),
        (lambda: all(s["url"] and s["seen"] for s in entry["sources"]), "each source needs url and seen"),
        (lambda: all(f["text"] and f["source"] for f in facts.values()), "a fact needs text and source"),
    )
    found = []
    for test, message in tests:
        try:
            passed = test()
        except (KeyError, TypeError):
            passed = False
        if not passed:
            found.append(message)
    return found
