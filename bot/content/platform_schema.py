"""What a platform file must hold, and the frozen records that it becomes.

In: `data/platforms/<platform>.yml` (one a platform) and `data/platforms/_settings.yml` (the ten settings, the words
people ask with, country rules). Out: `Platform`, `Steps`, `Setting` records. Bad content stops the start with a
`ContentError` that names the file, the field and what to write instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

import yaml

from bot.errors import ContentError

SETTINGS = (
    "private_account",
    "who_can_message",
    "comments_tags",
    "location",
    "block",
    "report",
    "parental_tool",
    "time_limits",
    "data_to_hide",
    "minimum_age",
)
#: How sure the facts are: the platform's own page; an independent guide; a guide that others contradict or that says
#: little; general knowledge without a page; newest page found is before 2024.
CERTAINTIES = ("official", "independent", "doubtful", "general_knowledge", "old")
KINDS = ("app", "game", "device", "ai")
UNDATED = "undated"

PLATFORM_FIELDS = {
    "platform", "name", "short", "kind", "help_page", "aliases", "contextual_aliases", "strict_aliases", "never_in",
    "settings",
}  # fmt: skip
CELL_FIELDS = {
    "steps", "answer", "where", "search", "note", "note_child", "source", "date", "certainty", "unknown",
}  # fmt: skip
MAX_STEPS = 5
_DATE = re.compile(r"20\d\d(-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True)
class Steps:
    """One cell: how one setting is reached on one platform.

    `steps` are lines in order; a line that is a menu path holds its menu items as a tuple, in the order of taps.
    An unknown cell has neither steps nor answer. `date` is "2026-04", "2026" or "undated".
    """

    platform: str
    setting: str
    steps: tuple[tuple[str, ...], ...] = ()
    answer: str = ""
    where: str = ""
    search: str = ""
    note: str = ""
    note_child: str = ""
    source: tuple[str, ...] = ()
    date: str = UNDATED
    certainty: str = ""
    unknown: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """The steps as text, menu items joined by ` > `."""
        return tuple(" > ".join(items) for items in self.steps)


@dataclass(frozen=True)
class Platform:
    """An app, game, device or AI service, its names (`short` for buttons) and its ten cells."""

    id: str
    name: str
    short: str
    kind: str
    help_page: str
    aliases: tuple[str, ...]
    contextual_aliases: tuple[str, ...]
    strict_aliases: tuple[str, ...]
    never_in: tuple[str, ...]
    settings: Mapping[str, Steps]


@dataclass(frozen=True)
class Setting:
    """One of the ten questions: its words in answers and on buttons, its topic label and its rules.

    A rule is a weight and groups of phrases, each of which must have a match (see `_settings.yml`).
    """

    id: str
    title: str
    button: str
    topic: str
    rules: tuple[tuple[int, tuple[tuple[str, ...], ...]], ...]


def read_yaml(path: Path) -> dict[str, Any]:
    """Reads one YAML mapping.

    Raises:
        ContentError: The file is missing, is not YAML or is not a mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContentError(f"{path} cannot be read ({error.strerror}); put the file back.") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" near line {where.line + 1}" if where else ""
        raise ContentError(f"{path} is not valid YAML{line}; check quotes and indentation.") from None
    if not isinstance(content, dict):
        raise ContentError(f"{path} must hold fields such as 'platform:' and 'settings:'.")
    return content


def parse_platform(path: Path) -> Platform:
    """Reads and checks one platform file.

    Raises:
        ContentError: A field is missing, unknown or of the wrong form; the message names file and field.
    """
    raw = read_yaml(path)
    unknown = set(raw) - PLATFORM_FIELDS
    if unknown:
        raise ContentError(f"{path}: unknown field '{sorted(unknown)[0]}'; use {', '.join(sorted(PLATFORM_FIELDS))}.")
    for field in ("platform", "name", "kind", "aliases", "settings"):
        if not raw.get(field):
            raise ContentError(f"{path}: field '{field}' is missing.")
    if raw["platform"] != path.stem:
        raise ContentError(f"{path}: 'platform' is '{raw['platform']}', but the file name says '{path.stem}'.")
    if raw["kind"] not in KINDS:
        raise ContentError(f"{path}: 'kind' is '{raw['kind']}'; use one of {', '.join(KINDS)}.")
    cells = raw["settings"]
    for setting in SETTINGS:
        if setting not in cells:
            raise ContentError(f"{path}: setting '{setting}' is missing; write its steps, or 'unknown: true'.")
    for setting in cells:
        if setting not in SETTINGS:
            raise ContentError(f"{path}: unknown setting '{setting}'; use one of {', '.join(SETTINGS)}.")
    return Platform(
        id=path.stem,
        name=str(raw["name"]),
        short=str(raw.get("short") or raw["name"]),
        kind=raw["kind"],
        help_page=str(raw.get("help_page", "")),
        aliases=_words(path, raw, "aliases"),
        contextual_aliases=_words(path, raw, "contextual_aliases"),
        strict_aliases=_words(path, raw, "strict_aliases"),
        never_in=_words(path, raw, "never_in"),
        settings={name: _cell(path, path.stem, name, cells[name]) for name in SETTINGS},
    )


def _words(path: Path, raw: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = raw.get(field) or []
    if not isinstance(value, list):
        raise ContentError(f"{path}: '{field}' must be a list of names.")
    return tuple(str(word).lower() for word in value)


def _cell(path: Path, platform: str, setting: str, raw: Any) -> Steps:
    place = f"{path}: settings.{setting}"
    if not isinstance(raw, dict):
        raise ContentError(f"{place} must hold fields such as 'steps:', or 'unknown: true'.")
    extra = set(raw) - CELL_FIELDS
    if extra:
        raise ContentError(f"{place}: unknown field '{sorted(extra)[0]}'; use {', '.join(sorted(CELL_FIELDS))}.")
    if not raw.get("search"):
        raise ContentError(f"{place}: field 'search' is missing; write the word to look for when the menu moved.")
    if raw.get("unknown"):
        return _unknown_cell(place, platform, setting, raw)
    _check_known_cell(place, raw)
    source = raw["source"] if isinstance(raw["source"], list) else [raw["source"]]
    return Steps(
        platform=platform,
        setting=setting,
        steps=tuple(tuple(item.strip() for item in str(line).split(" > ")) for line in raw.get("steps") or []),
        answer=str(raw.get("answer", "")),
        where=str(raw["where"]),
        search=str(raw["search"]),
        note=str(raw.get("note", "")),
        note_child=str(raw.get("note_child", "")),
        source=tuple(str(item) for item in source),
        date=str(raw["date"]),
        certainty=raw["certainty"],
    )


def _unknown_cell(place: str, platform: str, setting: str, raw: Mapping[str, Any]) -> Steps:
    for field in ("steps", "answer", "certainty"):
        if field in raw:
            raise ContentError(f"{place}: is marked unknown but has '{field}'; take out one of the two.")
    return Steps(platform, setting, search=str(raw["search"]), note=str(raw.get("note", "")), unknown=True)


def _check_known_cell(place: str, raw: Mapping[str, Any]) -> None:
    if bool(raw.get("steps")) == bool(raw.get("answer")):
        raise ContentError(f"{place}: write either 'steps' or 'answer', or 'unknown: true'.")
    for field in ("where", "source", "date", "certainty"):
        if not raw.get(field):
            raise ContentError(f"{place}: field '{field}' is missing; an answer says where it comes from and when.")
    if len(raw.get("steps") or []) > MAX_STEPS:
        raise ContentError(f"{place}: has {len(raw['steps'])} steps; keep to {MAX_STEPS}.")
    if not all(isinstance(line, str) for line in raw.get("steps") or []):
        raise ContentError(f"{place}: a step is not a text; put it in quotes when it holds a colon.")
    if raw["certainty"] not in CERTAINTIES:
        raise ContentError(f"{place}: 'certainty' is '{raw['certainty']}'; use one of {', '.join(CERTAINTIES)}.")
    date = str(raw["date"])
    if date != UNDATED and not _DATE.fullmatch(date):
        raise ContentError(f"{place}: 'date' is '{date}'; write 2026-04, 2026 or {UNDATED}.")


def parse_setting(path: Path, name: str, raw: Mapping[str, Any], words: Mapping[str, list[str]]) -> Setting:
    """Reads one entry of `_settings.yml`, with `$name` word groups put in.

    Raises:
        ContentError: A field is missing or a word group does not exist.
    """
    for field in ("title", "button", "topic", "rules"):
        if not raw.get(field):
            raise ContentError(f"{path}: settings.{name}: field '{field}' is missing.")
    rules = []
    for rule in raw["rules"]:
        if not rule.get("all") or "weight" not in rule:
            raise ContentError(f"{path}: settings.{name}: a rule needs 'weight' and 'all'.")
        rules.append((int(rule["weight"]), tuple(_expand(path, name, group, words) for group in rule["all"])))
    return Setting(name, raw["title"], raw["button"], raw["topic"], tuple(rules))


def _expand(path: Path, setting: str, group: list[str], words: Mapping[str, list[str]]) -> tuple[str, ...]:
    phrases: list[str] = []
    for phrase in group:
        if not str(phrase).startswith("$"):
            phrases.append(str(phrase))
        elif str(phrase)[1:] in words:
            phrases.extend(str(word) for word in words[str(phrase)[1:]])
        else:
            raise ContentError(f"{path}: settings.{setting}: word group '{phrase}' does not exist under 'words'.")
    return tuple(phrases)
