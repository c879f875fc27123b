"""Privacy settings of apps, games and devices: the one door to them.

In: `data/platforms/`. Out: `get_platforms()` gives the `PlatformBook`; `find_platform(text)` and `find_setting(text)`
say what a person means. Beside this file: `platform_schema.py` (what a file must hold), `platform_search.py` (names and
wordings), `platform_answers.py` (`render(...)` puts a cell into words for an audience and a channel).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional

from bot.config import DATA_DIR
from bot.content.platform_schema import (
    SETTINGS,
    Platform,
    Setting,
    Steps,
    parse_platform,
    parse_setting,
    read_yaml,
)
from bot.content.platform_search import PlatformFinder, PlatformHit, SettingFinder, normalise, phrase_pattern
from bot.errors import ContentError

PLATFORMS_DIR = DATA_DIR / "platforms"
SETTINGS_FILE = "_settings.yml"

__all__ = [
    "SETTINGS", "Cell", "Platform", "PlatformBook", "PlatformHit", "Setting", "Steps", "find_platform", "find_setting",
    "find_uncovered_app", "get_platforms", "load_platforms", "read_question",
]  # fmt: skip


@dataclass(frozen=True)
class Under16Rule:
    """A country in which the named platforms must keep under-16s from having accounts; `since` is "2025-12"."""

    platforms: tuple[str, ...]
    since: str


class Cell(NamedTuple):
    """A platform and a setting, by their ids."""

    platform: str
    setting: str


class PlatformBook:
    """All platforms and settings, loaded and checked once."""

    def __init__(self, platforms: Mapping[str, Platform], shared: Mapping[str, Any], settings_path: Path) -> None:
        self.platforms = dict(platforms)
        words = shared.get("words") or {}
        self.settings = {
            name: parse_setting(settings_path, name, raw, words) for name, raw in shared["settings"].items()
        }
        self.under_16 = {
            country: Under16Rule(tuple(rule["platforms"]), str(rule["since"]))
            for country, rule in (shared.get("under_16_rules") or {}).items()
        }
        self.offer: Mapping[str, Any] = shared["offer"]
        self._platform_finder = PlatformFinder(
            list(self.platforms.values()), shared["context"], shared.get("not_platforms") or ()
        )
        self._setting_finder = SettingFinder(list(self.settings.values()), shared["spelling"])
        self._asking = phrase_pattern(shared["asking"])
        self._few_words, self._most_words = int(shared["few_words"]), int(shared["most_words"])
        self._uncovered = [
            (str(name), phrase_pattern(str(alias) for alias in aliases))
            for name, aliases in (shared.get("not_covered") or {}).items()
        ]

    def steps(self, platform: str, setting: str) -> Steps:
        """The cell of one platform and one setting.

        Raises:
            ContentError: No such platform or setting; the message lists the choices.
        """
        if platform not in self.platforms:
            raise ContentError(f"There is no platform '{platform}'; use one of {', '.join(sorted(self.platforms))}.")
        if setting not in SETTINGS:
            raise ContentError(f"There is no setting '{setting}'; use one of {', '.join(SETTINGS)}.")
        return self.platforms[platform].settings[setting]

    def find_platforms(self, text: str) -> list[PlatformHit]:
        """Every platform named in a text, with spans, in order of appearance."""
        return self._platform_finder.find_all(text)

    def find_platform(self, text: str) -> Optional[str]:
        """The platform a question is about, or None (see `PlatformFinder.find`)."""
        return self._platform_finder.find(text)

    def find_setting(self, text: str) -> Optional[str]:
        """The setting a question is about, or None (see `SettingFinder.find`)."""
        return self._setting_finder.find(text, self.find_platforms(text))

    def read_question(self, text: str) -> Optional[Cell]:
        """The cell a text asks for, when it names a platform and a setting and asks for something; else None.

        Meant as a second opinion beside the intent classifier: "who can message him on roblox" is decided by its words,
        however many FAQ entries sound like it. Risk is assessed before and apart from this.
        """
        platform, setting = self.find_platform(text), self.find_setting(text)
        if platform is None or setting is None:
            return None
        flat = normalise(text)
        words = len(flat.split())
        asks = "?" in text or words <= self._few_words or self._asking.search(flat) is not None
        return Cell(platform, setting) if asks and words <= self._most_words else None

    def find_uncovered_app(self, text: str) -> Optional[str]:
        """The name of an app we hold no settings for, as it should be written, or None."""
        flat = normalise(text)
        return next((name for name, pattern in self._uncovered if pattern.search(flat)), None)

    def topic_of(self, setting: str) -> str:
        """The topic label a question about this setting counts under, such as `location_sharing`."""
        return self.settings[setting].topic


def load_platforms(folder: Path) -> PlatformBook:
    """Loads every `<platform>.yml` of a folder with its `_settings.yml`.

    Raises:
        ContentError: A file does not meet the schema, or two platforms share an alias.
    """
    settings_path = folder / SETTINGS_FILE
    shared = read_yaml(settings_path)
    for field in ("settings", "context", "spelling", "offer"):
        if not isinstance(shared.get(field), dict):
            raise ContentError(f"{settings_path}: field '{field}' is missing.")
    for field in ("asking", "few_words", "most_words"):
        if not shared.get(field):
            raise ContentError(f"{settings_path}: field '{field}' is missing.")
    if set(shared["settings"]) != set(SETTINGS):
        raise ContentError(f"{settings_path}: 'settings' must hold exactly {', '.join(SETTINGS)}.")
    platforms: dict[str, Platform] = {}
    owner: dict[str, str] = {}
    for path in sorted(folder.glob("[!_]*.yml")):
        platform = parse_platform(path)
        for alias in platform.aliases + platform.contextual_aliases + platform.strict_aliases:
            if owner.setdefault(alias, platform.id) != platform.id:
                raise ContentError(f"{path}: alias '{alias}' already belongs to '{owner[alias]}'; keep it in one file.")
        platforms[platform.id] = platform
    if not platforms:
        raise ContentError(f"{folder} holds no platform file; put at least one <platform>.yml there.")
    return PlatformBook(platforms, shared, settings_path)


@lru_cache(maxsize=1)
def get_platforms() -> PlatformBook:
    """The platforms of this installation, read once."""
    return load_platforms(PLATFORMS_DIR)


def find_platform(text: str) -> Optional[str]:
    """Id of the platform a text asks about, such as `instagram`, or None."""
    return get_platforms().find_platform(text)


def find_setting(text: str) -> Optional[str]:
    """Id of the setting a text asks about, such as `private_account`, or None."""
    return get_platforms().find_setting(text)


def read_question(text: str) -> Optional[Cell]:
    """The cell a text asks for, or None (see `PlatformBook.read_question`)."""
    return get_platforms().read_question(text)


def find_uncovered_app(text: str) -> Optional[str]:
    """Name of an app that we hold no settings for, or None."""
    return get_platforms().find_uncovered_app(text)
