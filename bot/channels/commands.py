"""Commands in a messaging channel: with a slash, or in words. The words are in `data/channels/commands.yml`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Mapping, Tuple

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError

FILE = DATA_DIR / "channels" / "commands.yml"
NAMES = ("start", "help", "country", "language", "delete", "stop")
_SLASH = re.compile(r"^/([A-Za-z_]+)(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One of NAMES, with the words after it: `/country ireland`."""

    name: str
    rest: str = ""


@dataclass(frozen=True)
class CommandWords:
    """What stands for which command, and what people call languages."""

    slash: Mapping[str, str]
    words: Mapping[str, str]
    languages: Mapping[str, str]
    #: (command, words) of the platform's own menu, in order.
    menu: Tuple[Tuple[str, str], ...]


def find_command(text: str) -> Command | None:
    """The command a message is, or None for ordinary words."""
    known = get_command_words()
    match = _SLASH.match(text.strip())
    if match:
        name = known.slash.get(match.group(1).lower())
        return Command(name, (match.group(2) or "").strip()) if name else None
    name = known.words.get(_normal(text))
    return Command(name) if name else None


def find_language(text: str) -> str | None:
    """The two-letter code of a language that a short answer names, or None."""
    return get_command_words().languages.get(_normal(text))


def _normal(text: str) -> str:
    return " ".join(text.strip().strip(".!?\"'").casefold().split())


@lru_cache(maxsize=1)
def get_command_words() -> CommandWords:
    """The words of this process, read once. Raises ContentError for a broken file."""
    try:
        content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        commands: Mapping[str, Mapping[str, Tuple[str, ...]]] = content["commands"]
        if set(commands) != set(NAMES):
            raise ValueError(f"the commands must be {', '.join(NAMES)}")
        return CommandWords(
            {word: name for name, entry in commands.items() for word in entry["slash"]},
            {_normal(word): name for name, entry in commands.items() for word in entry["words"]},
            {_normal(str(word)): code for code, words in content["languages"].items() for word in words},
            tuple((entry["command"], entry["words"]) for entry in content["menu"]),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ContentError(f"{FILE} cannot be read ({error}). Copy it from the repository.") from error
