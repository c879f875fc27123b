"""The short words on a helpline card ("free", "open now, until {time}"), read from `data/hotlines/card_words.yml`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Mapping

import yaml

from bot.content.hotlines import FOLDER
from bot.content.schema import Hotline
from bot.errors import ContentError
from bot.yaml_text import parse_yaml

FILE = FOLDER / "card_words.yml"
_VIOLENCE = frozenset(("domestic_violence", "sexual_violence"))
#: Purposes of a report line that is known to take reports of persons, not only of pictures.
_ABOUT_PERSONS = frozenset(("sextortion", "child_abuse"))


@lru_cache(maxsize=1)
def get_card_words() -> Mapping[str, Any]:
    """The words by name. Raises ContentError when the file cannot be read."""
    try:
        content: Any = parse_yaml(FILE.read_text(encoding="utf-8"))
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


def reason(service: Hotline, need: str, category: str | None, reader: str) -> str:
    """Why a service is shown.

    Args:
        need: What it is chosen for, a key of `selection.PURPOSES`.
        category: What the situation is about, or None.
        reader: As in `Selection.reader`.

    Returns:
        The words of this service where it has its own; else those for the need: by situation, by reader, by kind.
    """
    words = get_card_words()
    own: Mapping[str, str] = words["services"].get(service.id, {})
    if need in own or "default" in own:
        return own.get(need) or own["default"]
    choices: Mapping[str, str] = words["why"][_subject(service, need)]
    return next((choices[key] for key in (category or "", reader, service.kind) if key in choices), choices["default"])


def _subject(service: Hotline, need: str) -> str:
    """A need, narrowed to what the service takes."""
    if need == "abuse" and service.serves[0] in _VIOLENCE:
        # A line for sexual assault takes in children, too, and is still no line for every worry about a child.
        need = service.serves[0]
    if need in _VIOLENCE and set(service.serves) >= _VIOLENCE:
        return "violence"
    if need == "report" and service.kind in ("hotline", "finder") and not _ABOUT_PERSONS & set(service.serves):
        return "report_pictures"
    return need
