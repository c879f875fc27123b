"""What people write on after an answer that wants one or two sentences of its own: `data/small_answers/*.jsonl`.

"Can she tell that i blocked her" needs no second long answer. A line is one small answer: its `id`, the faq ids of the
answers `after` which it is looked for, the ways in which it is `asked`, and for whom it is worded (`for`; everybody
where that is missing). Its words are `utter_small_<id>` in `data/responses/small/`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, FrozenSet, List, Mapping, Optional, Tuple

from bot.config import DATA_DIR
from bot.errors import ContentError

SMALL_ANSWERS_DIR = DATA_DIR / "small_answers"
#: Begins the name of the response of each.
SMALL_PREFIX = "utter_small_"
_READERS = frozenset({"child", "parent", "professional"})


@dataclass(frozen=True)
class SmallAnswer:
    """One small answer, without its words.

    Attributes:
        after: Faq ids of the long answers that it follows.
        asked: Ways of asking for it.
        readers: For whom it is worded; empty for everybody.
    """

    id: str
    after: Tuple[str, ...]
    asked: Tuple[str, ...]
    readers: FrozenSet[str] = frozenset()

    def is_for(self, audience: Optional[str]) -> bool:
        """Whether there are words for this reader; who has not said who they are is answered as a parent."""
        return not self.readers or (audience or "parent") in self.readers


def load_small_answers(folder: Path = SMALL_ANSWERS_DIR) -> List[SmallAnswer]:
    """Reads all of them, in the order of the files' names.

    Raises:
        ContentError: A line is no JSON, lacks a field, has a reader that is not known, or an id that was there before.
    """
    found: List[SmallAnswer] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip():
                found.append(_small_answer(line, f"{path.name} line {number}"))
    twice = sorted({one.id for one in found if sum(other.id == one.id for other in found) > 1})
    if twice:
        raise ContentError(f"data/small_answers/ has more than one small answer of the name {', '.join(twice)}.")
    return found


@lru_cache(maxsize=1)
def get_small_answers() -> Mapping[str, SmallAnswer]:
    """Those of this process by id, read once."""
    return {one.id: one for one in load_small_answers()}


def _small_answer(line: str, place: str) -> SmallAnswer:
    try:
        row: Mapping[str, Any] = json.loads(line)
        after, asked = tuple(map(str, row["after"])), tuple(map(str, row["asked"]))
        readers = frozenset(map(str, row.get("for", ())))
        if not after or not asked or readers - _READERS:
            raise KeyError("after, asked or for")
        return SmallAnswer(str(row["id"]), after, asked, readers)
    except (ValueError, KeyError, TypeError) as error:
        raise ContentError(f"{place}: {error} is missing or not known; see bot/content/small_answers.py.") from None
