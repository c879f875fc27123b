"""What `make doctor` looks at. Each check gives findings in words; only a fault stops `make check`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Callable, Iterator

import yaml

from bot.config import PROJECT_DIR, get_settings
from bot.errors import KindlightError


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        mark: `ok`, `note` or `fault`.
        sentence: What was found, and what to do about it.
    """

    mark: str
    sentence: str

    @property
    def is_fault(self) -> bool:
        """Whether this must be mended before a release."""
        return self.mark == "fault"


def examine(today: date | None = None) -> list[Finding]:
    """Runs every check; a check that breaks is itself a fault."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _settings,
        _start_up,
        _cautions,
        _wording,
        lambda: _drafts(today or date.today()),
        lambda: _hotlines(today or date.today()),
        _endpoints,
        _model,
    )
    findings: list[Finding] = []
    for check in checks:
        try:
            findings.extend(check())
        except KindlightError as error:
            findings.append(Finding("fault", str(error)))
        except (OSError, yaml.YAMLError) as error:
            findings.append(Finding("fault", f"A file cannot be read: {' '.join(str(error).split())}"))
    return findings


def _settings() -> Iterator[Finding]:
    settings = get_settings()
    yield Finding("ok", f"Settings can be read; conversations go to {settings.database_address.split('://')[0]}.")


def _start_up() -> Iterator[Finding]:
    """What `serve` would refuse."""
    from bot import preflight

    problems = preflight.problems(get_settings(), os.environ)
    for problem in problems:
        yield Finding("fault", problem)
    if not problems:
        yield Finding("ok", "A server may start with these settings.")


def _cautions() -> Iterator[Finding]:
    """What `serve` only warns of."""
    from bot import preflight

    for caution in preflight.cautions(get_settings()):
        yield Finding("note", caution)


def _wording() -> Iterator[Finding]:
    from bot.content.responses import get_responses

    book = get_responses()
    for problem in book.problems():
        yield Finding("fault", problem)
    yield Finding("ok", f"{len(book.names)} responses can be read.")


def _drafts(today: date) -> Iterator[Finding]:
    """Texts that no professional has read as they are; with KINDLIGHT_REFUSE_DRAFTS `_start_up` makes them a fault."""
    from bot.content.reviews import CHANGED, standings

    texts = standings()
    unsigned = [text for text in texts if not text.is_signed]
    if unsigned:
        yield Finding(
            "note",
            f"{len(unsigned)} of {len(texts)} texts are drafts that no safeguarding professional has signed yet. "
            "`python -m bot review` lists them and records a sign-off.",
        )
    changed = [text.id for text in texts if text.state == CHANGED]
    if changed:
        yield Finding("note", f"{len(changed)} texts were changed after their sign-off, among them {changed[0]}.")
    late = [text.id for text in texts if text.is_due(today)]
    if late:
        yield Finding("note", f"{len(late)} texts are past their review period, among them {late[0]}.")


def _hotlines(today: date) -> Iterator[Finding]:
    from bot.content.hotlines import get_directory

    directory = get_directory()
    services = directory.services
    due = directory.due(today)
    for entry in (entry for entry in due if entry.failing):
        yield Finding("fault", f"{entry.id} was due for a check on {entry.review_after}; it is far overdue.")
    if due:
        names = ", ".join(entry.id for entry in due[:5])
        yield Finding("note", f"{len(due)} helplines are due for a check soon: {names} …")
    never = sum(service.checked.how != "live" for service in services)
    yield Finding("note", f"{never} of {len(services)} helplines were read on a page but never called or opened.")
    yield Finding("ok", f"{len(services)} helplines can be read.")


def _endpoints() -> Iterator[Finding]:
    """A wrong path here is one warning in Rasa's log, and then silence: so each class is imported."""
    from rasa.shared.utils.common import class_from_module_path

    for file, name, path in _named_classes():
        try:
            class_from_module_path(path)
        except (ImportError, AttributeError) as error:
            yield Finding("fault", f"{file} names '{path}' for {name}, which cannot be imported: {error}.")
        else:
            yield Finding("ok", f"{file}: {name} is {path.rsplit('.', 1)[-1]}.")


def _named_classes() -> Iterator[tuple[str, str, str]]:
    for file in ("endpoints.yml", "deploy/endpoints.production.yml"):
        endpoints = _read(PROJECT_DIR / file)
        for name in ("nlg", "tracker_store", "event_broker", "lock_store"):
            if "." in str((endpoints.get(name) or {}).get("type") or ""):
                yield file, name, endpoints[name]["type"]
    for path in _read(PROJECT_DIR / "credentials.yml"):
        yield "credentials.yml", "channel", path


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def _model() -> Iterator[Finding]:
    from bot import training

    if training.is_model_current():
        yield Finding("ok", "The model is as new as its data.")
    else:
        yield Finding("note", "The model is missing or older than its data; `make train` makes it anew.")
