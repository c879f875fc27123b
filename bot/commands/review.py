"""`python -m bot review`: lists the texts no professional has signed, or records that one has read some."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from typing import List, Optional

import typer

from bot.errors import InputError


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def review(
        ids: Optional[List[str]] = typer.Argument(
            None, metavar="ID…", help="Texts that were read, such as first_phone."
        ),
        by: str = typer.Option("", help="Name of the professional who read them."),
        role: str = typer.Option("", help="Their office, such as 'safeguarding lead'."),
        on: Optional[datetime] = typer.Option(
            None, formats=["%Y-%m-%d"], help="Day of the reading; today if left out."
        ),
        topic: Optional[str] = typer.Option(None, help="List the texts of one topic."),
        due: bool = typer.Option(False, "--due", help="List only texts whose review period is over."),
        as_json: bool = typer.Option(False, "--json", help="One JSON object a text."),
    ) -> None:
        """Without ids: lists drafts and what is due. With ids: records a sign-off in data/."""
        if ids:
            _sign(ids, by, role, on.date() if on else date.today())
        elif by or role or on:
            raise InputError("Name the texts that were read; `python -m bot review` lists them.")
        else:
            _list(topic, due, as_json)


def _sign(ids: List[str], by: str, role: str, on: date) -> None:
    from bot.config import PROJECT_DIR
    from bot.content.reviews import sign_off

    for path in sign_off(ids, by, role, on):
        print(f"Signed in {path.relative_to(PROJECT_DIR)}.")
    print("Commit the change, so that everybody sees who read what. `python -m bot content-pages` renews the pages.")


def _list(topic: Optional[str], only_due: bool, as_json: bool) -> None:
    from bot.content.reviews import standings

    today = date.today()
    every = standings()
    if topic is not None and topic not in {one.topic for one in every}:
        raise InputError(f"There is no topic '{topic}'. Use one of: {', '.join(sorted({one.topic for one in every}))}.")
    open_texts = [one for one in every if one.is_due(today) or (not only_due and not one.is_signed)]
    open_texts = [one for one in open_texts if topic in (None, one.topic)]
    if as_json:
        for one in open_texts:
            row: dict[str, object] = {"id": one.id, "topic": one.topic, "state": one.state, "written": one.written}
            row |= {"reviewed_by": one.reviewed_by, "reviewed_on": one.reviewed_on, "due": one.is_due(today)}
            print(json.dumps(row, ensure_ascii=False))
        return
    if topic is None and not only_due:
        for name, count in sorted(Counter(one.topic for one in open_texts).items()):
            print(f"  {count:4}  {name}")
    else:
        for one in open_texts:
            print(f"  {one.id}  {one.state}, written {one.written}{', due' if one.is_due(today) else ''}")
    late = sum(one.is_due(today) for one in every)
    signed = sum(one.is_signed for one in every)
    print(f"{len(every)} texts: {signed} signed, {len(every) - signed} not signed, {late} past their review period.")
