"""What an answer is called on a choice, in the words of whom it is offered to: "My child won't talk to me" for a
parent, "I don't want to talk about it" for a child.

The general title stands with the answer (`metadata: title`); titles for an audience are in `data/choices/titles.yml`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping

import yaml

from bot.config import DATA_DIR
from bot.content.responses import ResponseBook
from bot.errors import ContentError
from bot.yaml_text import parse_yaml

FILE = DATA_DIR / "choices" / "titles.yml"
AUDIENCES = ("child", "parent", "professional")
_PREFIX = "utter_faq/"

#: Audience → id of an answer → title.
Titles = Mapping[str, Mapping[str, str]]


@lru_cache(maxsize=1)
def get_choice_titles() -> Titles:
    """The titles of this process, read once. Raises ContentError when the file cannot be read."""
    return read_choice_titles(FILE)


def read_choice_titles(path: Path) -> Titles:
    """Reads one file.

    Raises:
        ContentError: It is no YAML with `titles: {audience: {answer: title}}`, or names another audience.
    """
    try:
        content: Any = parse_yaml(path.read_text(encoding="utf-8"))
        titles = {str(who): {str(k): str(v) for k, v in named.items()} for who, named in content["titles"].items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"{path} cannot be read ({error}). Copy it from the repository.") from error
    odd = set(titles) - set(AUDIENCES)
    if odd:
        raise ContentError(f"{path} has titles for {sorted(odd)}. Use {', '.join(AUDIENCES)}.")
    return titles


def title_of(
    book: ResponseBook, faq: str, audience: str | None, channel: str = "web", titles: Titles | None = None
) -> str:
    """The title of one answer on a choice.

    Args:
        faq: Id of the answer, without `utter_faq/`.
        audience: child, parent, professional or None.
        titles: Those of the process unless given.

    Returns:
        The title written for the audience; else that of the wording the audience gets; else the general one; else the
        id.
    """
    own = (get_choice_titles() if titles is None else titles).get(audience or "", {}).get(faq)
    if own is not None:
        return own
    name = f"{_PREFIX}{faq}"
    if name not in book:
        return faq
    blocks = [one.metadata for one in (book.wording(name, audience, channel), *book.variations(name))]
    return next((str(block["title"]) for block in blocks if block.get("title")), faq)
