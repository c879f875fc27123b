"""Reads words.yml: everything a person reads that does not stand in a template."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping

import yaml

_FILE = Path(__file__).with_name("words.yml")


@lru_cache(maxsize=1)
def get_words() -> Mapping[str, Mapping[str, str]]:
    """Groups of words: levels, categories, statuses, messages, audit sentences …"""
    found: Any = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


def label(group: str, key: object) -> str:
    """The word for a key; an unknown key reads as itself with spaces."""
    if key is None or key == "":
        return get_words()["words"]["none"]
    name = str(key)
    return get_words()[group].get(name, name.replace("_", " "))


def counted(number: int, one: str, several: str = "") -> str:
    """A number with its noun: "1 account", "0 accounts", "2 entries"; the plural is the noun with an s if not given."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def sentence(action: str, details: Mapping[str, Any], object_id: str) -> str:
    """An audit entry as a sentence without its subject, such as "opened conversation 4f2…"."""
    pattern = get_words()["audit"].get(action, action.replace(".", " ").replace("_", " "))

    class Known(dict[str, Any]):
        def __missing__(self, key: str) -> str:
            return "?"

    return pattern.format_map(Known({**details, "id": object_id}))
