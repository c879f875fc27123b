"""Staged examples as files for `data/` and `tests/`, and figures as CSV. Pure.

Texts are already redacted. Nothing is written to the repository here: a person downloads a patch and reviews it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Tuple

RISK_KINDS = ("missed_risk", "false_alarm")
#: Each patch brings files of its own, named after its first and last example: a second one can be applied, whatever
#: became of the first.
RISK_FILE = "data/risk/examples/reviewed_{first:05d}_{last:05d}.jsonl"
CASES_FILE = "tests/evaluation/reviewed/{first:05d}_{last:05d}.jsonl"
FAQ_FILE = "data/nlu/reviewed_questions_{first:05d}_{last:05d}.yml"
#: A cell that begins with one of these would be run as a formula by a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Line ends inside a text that JSON may leave as they are; whoever reads a file line by line would cut the line there.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
#: In a phrasing: brackets would mark an entity, and a YAML file holds no control characters.
_UNWANTED = re.compile(r"[\[\](){}<>\x00-\x1f\x7f-\x9f]")
#: The name of an answer. What is no name was staged before the console asked for one.
_ANSWER = re.compile(r"\w+")


def risk_lines(examples: Iterable[Any]) -> List[str]:
    """Lines for RISK_FILE: missed risks with their categories, false alarms as quiet."""
    return [
        _line(
            {
                "id": f"reviewed-{one.id:05d}",
                "text": one.text,
                "level": one.labels.get("level", "none"),
                "risk": one.labels.get("categories", []),
                "who": "unknown",
                "style": "chat",
                "cluster": f"reviewed {one.id}",
            }
        )
        for one in examples
        if one.kind in RISK_KINDS and can_come_right(one)
    ]


def question_lines(examples: Iterable[Any]) -> List[str]:
    """Lines for FAQ_FILE: questions as Rasa reads them, under the answer that the reviewer named; empty without any."""
    named: Dict[str, List[str]] = {}
    for one in examples:
        phrasing = _phrasing(one.text)
        if one.kind not in RISK_KINDS and one.labels.get("faq") and can_come_right(one) and phrasing:
            named.setdefault(one.labels["faq"], []).append(phrasing)
    if not named:
        return []
    lines = ['version: "3.1"', "nlu:"]
    for faq, phrasings in sorted(named.items()):
        lines += [f"- intent: faq/{faq}", "  examples: |", *(f"    - {phrasing}" for phrasing in phrasings)]
    return lines


def _phrasing(text: str) -> str:
    return " ".join(_UNWANTED.sub(" ", text).split())


def can_come_right(example: Any) -> bool:
    """Whether training can teach what was named: a missed risk with its category, an answer by its name or none."""
    if example.kind == "missed_risk":
        return bool(example.labels.get("categories"))
    return _ANSWER.fullmatch(example.labels.get("faq") or "none") is not None


def case_lines(examples: Iterable[Any]) -> List[str]:
    """Regression cases (`bot.evaluation.reviewed`): what was wrong must not be wrong again."""
    return [
        _line({"id": f"case-{one.id:05d}", "kind": one.kind, "text": one.text, "expected": one.labels})
        for one in examples
        if can_come_right(one)
    ]


def _line(row: Mapping[str, Any]) -> str:
    """JSON on one line, whatever the reader takes for the end of a line; letters of every script stay readable."""
    text = json.dumps(row, ensure_ascii=False)
    return _LINE_ENDS.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def patch(examples: Sequence[Any]) -> str:
    """A unified diff that makes up to three new files; `git apply` takes it on a branch."""
    files = ((RISK_FILE, risk_lines), (FAQ_FILE, question_lines), (CASES_FILE, case_lines))
    numbers = [one.id for one in examples]
    parts = []
    for pattern, lines_of in files:
        lines = lines_of(examples)
        name = pattern.format(first=min(numbers, default=0), last=max(numbers, default=0))
        if lines:
            body = "\n".join(f"+{line}" for line in lines)
            parts.append(
                f"diff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n+++ b/{name}\n"
                f"@@ -0,0 +1,{len(lines)} @@\n{body}\n"
            )
    return "".join(parts)


def to_csv(header: Sequence[str], rows: Iterable[Tuple[Any, ...]]) -> str:
    """Rows as CSV; cells that a spreadsheet would run get an apostrophe."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row])
    return target.getvalue()
