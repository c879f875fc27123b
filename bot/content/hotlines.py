"""The directory of helplines: one file a country in `data/hotlines/`, read and checked once.

Nothing here chooses; see `bot.content.selection`. Nothing here is written for a person; see `bot.content.cards`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import yaml

from bot.config import DATA_DIR
from bot.content.schema import INTERNATIONAL, Hotline, read_service
from bot.errors import ContentError, InputError
from bot.yaml_text import parse_yaml

FOLDER = DATA_DIR / "hotlines"
#: CI warns this many days before an entry is due and fails this many days after.
WARN_DAYS, FAIL_DAYS = 30, 180


@dataclass(frozen=True)
class Due:
    """An entry whose next look is near or past. `days` is negative when overdue; `failing` stops CI."""

    id: str
    name: str
    review_after: date
    days: int
    failing: bool


class HotlineDirectory:
    """All services, indexed by id and by (country, purpose)."""

    def __init__(
        self,
        services: Sequence[Hotline],
        names: Mapping[str, str] | None = None,
        in_text: Mapping[str, str] | None = None,
    ) -> None:
        self._by_id: Dict[str, Hotline] = {}
        self._by_need: Dict[Tuple[str, str], Tuple[Hotline, ...]] = {}
        #: Country → name as in a list, and as in a sentence ("the United Kingdom").
        self.names: Mapping[str, str] = dict(names or {})
        self.in_text: Mapping[str, str] = {**self.names, **(in_text or {})}
        for service in services:
            if service.id in self._by_id:
                raise ContentError(f"Two services share the id '{service.id}'. Give one of them another id.")
            self._by_id[service.id] = service
            for need in service.serves if service.reachable else ():
                key = (service.country, need)
                self._by_need[key] = (*self._by_need.get(key, ()), service)
        self._emergency = {country: self._best_emergency(country) for country in self.countries}

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def services(self) -> Tuple[Hotline, ...]:
        """Every service in file order."""
        return tuple(self._by_id.values())

    @property
    def countries(self) -> Tuple[str, ...]:
        """ISO codes of the countries with a file, sorted, without `INT`."""
        return tuple(sorted({s.country for s in self._by_id.values()} - {INTERNATIONAL}))

    def get(self, service_id: str) -> Hotline:
        """One service. Raises InputError for an unknown id."""
        if service_id not in self._by_id:
            raise InputError(f"There is no service '{service_id}'. `python -m bot hotlines --country GB` lists ids.")
        return self._by_id[service_id]

    def find(self, country: str | None, need: str) -> Tuple[Hotline, ...]:
        """The reachable services of a country (None: international) for one purpose, in file order."""
        return self._by_need.get((country or INTERNATIONAL, need), ())

    def knows(self, country: str | None) -> bool:
        """Whether the directory has a file for this country."""
        return country is not None and country in self._emergency

    def emergency(self, country: str | None) -> Hotline | None:
        """The country's own emergency service, or None when unknown or not confirmed."""
        return self._emergency.get(country) if country else None

    def _best_emergency(self, country: str) -> Hotline | None:
        # Norway lists its ambulance number, of medium confidence, before 112: a general, well-sourced number leads.
        candidates = [s for s in self.find(country, "emergency") if s.kind == "emergency"]
        return min(candidates, key=lambda s: (s.confidence != "high", len(s.serves)), default=None)

    def due(self, today: date) -> List[Due]:
        """Entries to look at again: due within WARN_DAYS or overdue, most overdue first."""
        horizon = today + timedelta(days=WARN_DAYS)
        found = [
            Due(s.id, s.name, s.review_after, (s.review_after - today).days, (today - s.review_after).days > FAIL_DAYS)
            for s in self._by_id.values()
            if s.review_after <= horizon
        ]
        return sorted(found, key=lambda due: (due.days, due.id))


def read_file(path: Path) -> Tuple[str, str, str, List[Hotline]]:
    """Reads one country file.

    Returns:
        ISO code (or `INT`), English name, the name as it stands in a sentence, services.

    Raises:
        ContentError: The file is not YAML, its name and country differ, or an entry fails its schema.
    """
    try:
        content: Any = parse_yaml(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ContentError(f"{path} is not valid YAML: {error}") from error
    country = content.get("country")
    if path.stem != ("international" if country == INTERNATIONAL else str(country).lower()):
        raise ContentError(f"{path}: 'country: {country}' does not fit the name of the file.")
    zone = content.get("time_zone")
    if zone is None and country != INTERNATIONAL:
        raise ContentError(f"{path}: 'time_zone' is missing; write one such as Europe/London.")
    services = [read_service(entry, country, zone, str(path)) for entry in content["services"]]
    return country, content["name"], content.get("in_text") or content["name"], services


def load_directory(folder: Path = FOLDER) -> HotlineDirectory:
    """Reads every country file of a folder. Raises ContentError at the first entry that fails its schema."""
    services: List[Hotline] = []
    names: Dict[str, str] = {}
    in_text: Dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        if not re.fullmatch(r"[a-z]{2}|international", path.stem):
            continue
        country, name, sentence_name, found = read_file(path)
        names[country], in_text[country] = name, sentence_name
        services += found
    if not services:
        raise ContentError(f"{folder} holds no country file. Copy one from the repository.")
    return HotlineDirectory(services, names, in_text)


@lru_cache(maxsize=1)
def get_directory() -> HotlineDirectory:
    """The directory of this process, read once."""
    return load_directory()
