"""`python -m bot hotlines`: which services a person would be shown; `hotlines verify ID` records a live check."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from typing import Any, List, Optional

import typer

from bot.errors import InputError
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker

AUDIENCES = ("child", "parent", "professional")
CHANNELS = ("web", "telegram", "whatsapp", "sms", "plain")


def register(app: typer.Typer) -> None:
    """Adds the command group."""
    group = typer.Typer(
        help="Shows which services a person would be shown, lists what is due for a check, records a check.",
        invoke_without_command=True,
    )
    group.callback()(_show)
    group.command("verify")(_verify)
    group.command("due")(_due)
    app.add_typer(group, name="hotlines")


def _show(
    context: typer.Context,
    country: Optional[str] = typer.Option(None, help="Country code or name, such as GB or Ireland."),
    category: Optional[str] = typer.Option(None, help="One of: " + ", ".join(CATEGORIES)),
    speaker: str = typer.Option("unknown", help="child, parent, friend, professional, or a speaker of the engine."),
    level: str = typer.Option("escalate", help="check_in, escalate or emergency."),
    audience: Optional[str] = typer.Option(None, help="child, parent or professional."),
    age: Optional[int] = typer.Option(None, help="Age in years, when known."),
    channel: str = typer.Option("web", help="web, telegram, whatsapp, sms or plain."),
    at: Optional[str] = typer.Option(None, help="Moment in UTC, such as 2026-11-24T23:30; now when left out."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object instead of text."),
) -> None:
    """Prints the selection, in the order shown."""
    if context.invoked_subcommand is not None:
        return
    from bot.content.cards import cards_of
    from bot.content.hotlines import get_directory
    from bot.content.selection import SelectionRequest, select

    if channel not in CHANNELS:
        raise InputError(f"There is no channel '{channel}'. Use one of: {', '.join(CHANNELS)}.")
    if age is not None and not 0 <= age <= 120:
        raise InputError(f"--age is {age}, but it must be between 0 and 120.")
    who, audience = _who(speaker, audience)
    moment = _moment(at)
    request = SelectionRequest(
        _country(country), _category(category), _level(level), who, audience, age, moment, channel
    )
    selection = select(get_directory(), request)
    cards = cards_of(selection, request.category, moment)
    if as_json:
        print(json.dumps(_as_data(request, selection, cards), ensure_ascii=False))
        return
    _print(selection, cards)


def _print(selection: Any, cards: List[Any]) -> None:
    from bot.content.cards import line

    if selection.fallback:
        print("No file for this country: these services work anywhere.")
    for choice, card in zip(selection.choices, cards, strict=True):
        mark = "" if choice.service.confidence == "high" else "  [medium confidence]"
        print(f"{card.id}{mark}\n    {line(card, 'plain')}")
    if selection.emergency is not None:
        print(f"Emergency: {selection.emergency.phone} ({selection.emergency.confidence} confidence)")
    else:
        print("Emergency: no confirmed number; people are told 112 or 911, or the nearest police station.")


def _as_data(request: Any, selection: Any, cards: List[Any]) -> dict[str, Any]:
    return {
        "country": request.country,
        "category": request.category,
        "level": request.level.label,
        "person": selection.person,
        "fallback": selection.fallback,
        "emergency": selection.emergency.phone if selection.emergency else None,
        "hotlines": [card.id for card in cards],
        "cards": [{**card.as_dict(), "need": c.need} for card, c in zip(cards, selection.choices, strict=True)],
    }


def _who(speaker: str, audience: Optional[str]) -> tuple[Speaker, Optional[str]]:
    """`child` and `parent` are everyday words for a speaker together with an audience."""
    everyday = {
        "child": (Speaker.SELF, "child"),
        "parent": (Speaker.ABOUT_CHILD, "parent"),
        "professional": (Speaker.PROFESSIONAL, "professional"),
    }
    if audience is not None and audience not in AUDIENCES:
        raise InputError(f"There is no audience '{audience}'. Use one of: {', '.join(AUDIENCES)}.")
    if speaker in everyday:
        who, usual = everyday[speaker]
        return who, audience or usual
    try:
        return Speaker(speaker), audience
    except ValueError:
        names = ", ".join([*everyday, *(s.value for s in Speaker)])
        raise InputError(f"There is no speaker '{speaker}'. Use one of: {names}.") from None


def _country(value: Optional[str]) -> Optional[str]:
    if value is None:
        return None
    from bot.content.countries import resolve_country
    from bot.content.hotlines import get_directory

    if get_directory().knows(value.upper()):
        return value.upper()
    found = resolve_country(value)
    if found is None:
        raise InputError(f"'{value}' is not a country that I know. Give a name or a two-letter code such as GB.")
    return found


def _category(value: Optional[str]) -> Optional[str]:
    if value is not None and value not in CATEGORIES:
        raise InputError(f"There is no category '{value}'. Use one of: {', '.join(CATEGORIES)}.")
    return value


def _level(value: str) -> RiskLevel:
    try:
        return RiskLevel.from_label(value)
    except KeyError:
        raise InputError(f"There is no level '{value}'. Use check_in, escalate or emergency.") from None


def _moment(value: Optional[str]) -> datetime:
    if value is None:
        return datetime.now(timezone.utc)
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise InputError(f"'{value}' is not a moment. Write it like 2026-11-24T23:30.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _verify(
    service_id: str = typer.Argument(..., metavar="ID", help="Id of the service, such as gb-childline."),
    source: str = typer.Option(..., help="What you did: 'called, answered at 14:05' or the page you opened."),
    how: str = typer.Option("live", help="live: you called or opened it. page: you read it on a public page."),
    on: Optional[str] = typer.Option(None, help="Day of the check, such as 2026-12-01; today when left out."),
) -> None:
    """Records that a service was checked, in its country file."""
    from bot.content.checks import record_check

    try:
        day = date.fromisoformat(on) if on else date.today()
    except ValueError:
        raise InputError(f"'{on}' is not a day. Write it like 2026-12-01.") from None
    path, review_after = record_check(service_id, day, how, source)
    print(f"{service_id}: checked {how} on {day.isoformat()}, look again after {review_after}. Written to {path}.")


def _due() -> None:
    """Lists services whose next check is near or past; exit code 1 when one is long overdue."""
    from bot.content.hotlines import get_directory

    found = get_directory().due(date.today())
    for due in found:
        state = f"due in {due.days} days" if due.days >= 0 else f"overdue by {-due.days} days"
        print(f"{due.id}: {state} ({due.name})")
    print(f"{len(found)} services to check." if found else "No service is due for a check.")
    if any(due.failing for due in found):
        raise typer.Exit(1)
