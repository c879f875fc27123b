"""The short words on a helpline card ("free", "open now, until {time}"), read from `data/hotlines/card_words.yml`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Mapping

import yaml

from bot.content.hotlines import FOLDER, Loader
from bot.errors import ContentError

FILE = FOLDER / "card_words.yml"


@lru_cache(maxsize=1)
def get_card_words() -> Mapping[str, Any]:
    """The words by name. Raises ContentError when the file cannot be read."""
    try:
        content: Any = yaml.load(FILE.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 (safe loader)
        words: Mapping[str, Any] = content["card_words"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ContentError(f"{FILE} cannot be read ({error}). Copy it from the repository.") from error
    return words


def word(name: str, **values: str) -> str:
    """One word or phrase, `hours.open` for a nested one, with its `{names}` filled."""
    found: Any = get_card_words()
    for part in name.split("."):
        found = found[part]
    return str(found).format(**values)


def reason(need: str, category: str | None) -> str:
    """Why a service is shown: the words for the need, those of the situation where it has its own."""
    choices: Mapping[str, str] = get_card_words()["why"][need]
    return choices.get(category or "default", choices["default"])
