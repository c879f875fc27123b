"""Records a check of a service in its country file, changing only the lines of that check."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import List, Tuple

from bot.content.hotlines import FOLDER, load_directory
from bot.content.schema import INTERNATIONAL
from bot.errors import InputError

#: A live check holds a year, a reading of a page half a year.
REVIEW_DAYS = {"live": 365, "page": 182}


def record_check(service_id: str, on: date, how: str, source: str, folder: Path = FOLDER) -> Tuple[Path, date]:
    """Writes `checked` and `review_after` of one service.

    Args:
        how: `live` (somebody called or opened it) or `page` (read on a public page).
        source: What was called or opened, in a few words or as an address.

    Returns:
        The file written and the day of the next look.

    Raises:
        InputError: The id or `how` is unknown, the source is empty, or the day lies before the last check.
    """
    if how not in REVIEW_DAYS:
        raise InputError(f"'{how}' is no way to check. Use live or page.")
    if not source.strip():
        raise InputError("Say with --source what you called or opened.")
    service = load_directory(folder).get(service_id)
    if on < service.checked.on:
        raise InputError(f"{service_id} was already checked on {service.checked.on}. Give that day or a later one.")
    name = "international" if service.country == INTERNATIONAL else service.country.lower()
    path = folder / f"{name}.yml"
    review_after = on + timedelta(days=REVIEW_DAYS[how])
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(_rewritten(lines, service_id, on, how, source, review_after)), encoding="utf-8")
    return path, review_after


def _rewritten(lines: List[str], service_id: str, on: date, how: str, source: str, review_after: date) -> List[str]:
    start = next(i for i, text in enumerate(lines) if text.strip() == f"- id: {service_id}")
    end = next((i for i in range(start + 1, len(lines)) if lines[i].lstrip().startswith("- id: ")), len(lines))
    entry = lines[start:end]
    checked = next(i for i, text in enumerate(entry) if text.strip() == "checked:")
    review = next(i for i, text in enumerate(entry) if text.strip().startswith("review_after:"))
    indent = re.match(r"\s*", entry[checked]).group()  # type: ignore[union-attr]
    new = [
        f"{indent}checked:",
        f"{indent}  'on': {on.isoformat()}",
        f"{indent}  how: {how}",
        # JSON text is YAML text: quotes and colons in the source stay harmless.
        f"{indent}  source: {json.dumps(source.strip(), ensure_ascii=False)}",
        f"{indent}review_after: {review_after.isoformat()}",
    ]
    return [*lines[:start], *entry[:checked], *new, *entry[review + 1 :], *lines[end:]]
