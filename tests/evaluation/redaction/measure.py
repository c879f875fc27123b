"""Measures redaction on the project's own set: `lines.jsonl`, invented chat lines with names from 34 cultures.

A detail counts as found when no part of it is left: every letter or digit of it lies inside a finding. A kept word
counts as damaged when a finding touches it. Run it: `python tests/evaluation/redaction/measure.py`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Tuple

LINES = Path(__file__).with_name("lines.jsonl")


@dataclass
class RedactionScore:
    """Counts.

    Attributes:
        details: Type → (found, all).
        missed: (line id, type, detail) of each miss.
        kept: (undamaged, all) kept words.
        damaged: (line id, kept word).
        quiet: (lines without any finding, lines without any detail).
    """

    details: Dict[str, List[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    missed: List[Tuple[str, str, str]] = field(default_factory=list)
    kept: List[int] = field(default_factory=lambda: [0, 0])
    damaged: List[Tuple[str, str]] = field(default_factory=list)
    quiet: List[int] = field(default_factory=lambda: [0, 0])

    def recall(self, *types: str) -> float:
        """Share of details of these types that were found."""
        found = sum(self.details[name][0] for name in types)
        return found / max(1, sum(self.details[name][1] for name in types))


def read_lines(path: Path = LINES) -> List[Dict[str, Any]]:
    """The lines: {"id", "group", "text", "details": [{"type", "text"}], "keep": […]}."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure(lines: List[Mapping[str, Any]], redactor: Any) -> RedactionScore:
    """Redacts every line and counts."""
    score = RedactionScore()
    for line in lines:
        found = redactor.find(line["text"])
        covered = {index for one in found for index in range(one.start, one.end)}
        for detail in line["details"]:
            count = score.details[detail["type"]]
            count[1] += 1
            if _is_covered(line["text"], detail["text"], covered):
                count[0] += 1
            else:
                score.missed.append((line["id"], detail["type"], f"{detail['text']} | {line['text']}"))
        for word in line["keep"]:
            score.kept[1] += 1
            start = _outside_details(line, word)
            if covered & set(range(start, start + len(word))):
                score.damaged.append((line["id"], f"{word} | {line['text']}"))
            else:
                score.kept[0] += 1
        if not line["details"]:
            score.quiet[1] += 1
            score.quiet[0] += not found
    return score


def _is_covered(text: str, detail: str, covered: set[int]) -> bool:
    start = text.index(detail)
    return all(index in covered for index in range(start, start + len(detail)) if text[index].isalnum())


def _outside_details(line: Mapping[str, Any], word: str) -> int:
    """Where the kept word stands; not inside a detail ("13" in a handle)."""
    text = line["text"]
    taken = {
        index
        for detail in line["details"]
        for index in range(text.index(detail["text"]), text.index(detail["text"]) + len(detail["text"]))
    }
    start = text.find(word)
    while start >= 0:
        beside = text[start - 1 : start] + text[start + len(word) : start + len(word) + 1]
        if start not in taken and not any(character.isalnum() for character in beside):
            return start
        start = text.find(word, start + 1)
    raise ValueError(f"{line['id']}: the kept word {word!r} is not in the text.")


def main() -> None:
    """Prints the figures."""
    from bot.redaction.redactor import get_redactor

    score = measure(read_lines(), get_redactor())
    for name, (found, all_) in sorted(score.details.items()):
        print(f"{name:12} {found:4}/{all_:4} {found / all_:.3f}")
    print(
        f"kept words undamaged {score.kept[0]}/{score.kept[1]}, quiet lines untouched {score.quiet[0]}/{score.quiet[1]}"
    )
    for miss in score.missed:
        print("missed", *miss)
    for damage in score.damaged:
        print("damaged", *damage)


if __name__ == "__main__":
    main()
