"""Where each teaching of the webinar is found: `docs/coverage/teachings.yml`, and the page made from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

import yaml

from bot.config import PROJECT_DIR
from bot.content.responses import ResponseBook
from bot.errors import ContentError

FILE = PROJECT_DIR / "docs" / "coverage" / "teachings.yml"
PAGE = PROJECT_DIR / "docs" / "coverage.md"
_INTRODUCTION = """<!-- Made from docs/coverage/teachings.yml by `python -m bot content-pages`. -->

# Where each teaching is found

The content began with a webinar of ICMEC and the Global Social Service Workforce Alliance on online child sexual
exploitation (2019). Each of its teachings, by theme, and the answers in which it is found. Its figures of 2019 are not
given as current: the answers carry newer ones with their year."""


@dataclass(frozen=True)
class Teaching:
    """One teaching: where in the webinar it stands, and the ids of the answers that hold it."""

    text: str
    where: str
    faq: Tuple[str, ...]


def read_coverage(path: Path = FILE) -> Dict[str, List[Teaching]]:
    """Teachings by theme, in the order of the file.

    Raises:
        ContentError: The file cannot be read, or a teaching lacks a field; the message names it.
    """
    try:
        themes = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {
            theme: [Teaching(row["teaching"], row["where"], tuple(row["faq"])) for row in rows]
            for theme, rows in themes.items()
        }
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise ContentError(
            f"{path.name} cannot be read ({error!r}). Each teaching needs teaching, where, faq."
        ) from None


def coverage_problems(themes: Dict[str, List[Teaching]], book: ResponseBook) -> List[str]:
    """One sentence for each teaching without an answer and each answer that does not exist."""
    found = []
    for teaching in (one for rows in themes.values() for one in rows):
        if not teaching.faq:
            found.append(f"'{teaching.text}' is in no answer.")
        for faq in teaching.faq:
            if f"utter_faq/{faq}" not in book:
                found.append(f"'{teaching.text}' names '{faq}', which is no answer.")
    return found


def coverage_page(themes: Dict[str, List[Teaching]], book: ResponseBook) -> str:
    """The page; each answer is linked to its topic's page in `docs/content/`."""
    lines = [_INTRODUCTION]
    for theme, rows in themes.items():
        lines += ["", f"## {theme}", "", "| Teaching | Where | Answers |", "|---|---|---|"]
        for row in rows:
            answers = ", ".join(_link(faq, book) for faq in row.faq)
            lines.append(f"| {row.text} | {row.where} | {answers} |")
    return "\n".join(lines) + "\n"


def _link(faq: str, book: ResponseBook) -> str:
    topic = next(v.metadata["topic"] for v in book.variations(f"utter_faq/{faq}") if "topic" in v.metadata)
    return f"[{faq}](content/{topic}.md)"
