"""Every word of the interface, read from `data/widget/<language>.yml`; the browser gets them as JSON."""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, List

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError

FOLDER = DATA_DIR / "widget"
DEFAULT_LANGUAGE = "en"


@lru_cache(maxsize=1)
def languages() -> List[str]:
    """Codes of the languages that the interface speaks."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


@lru_cache(maxsize=16)
def get_strings(language: str) -> Dict[str, str]:
    """The words of one language by name.

    Raises:
        ContentError: The file is missing or cannot be read.
    """
    path = FOLDER / f"{language}.yml"
    try:
        found: Dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))["strings"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ContentError(f"{path} cannot be read ({type(error).__name__}). Copy it from the repository.") from error
    return found
