"""Staged examples as files for `data/` and `tests/`, and figures as CSV. Pure.

Texts are already redacted. Nothing is written to the repository here: a person downloads a patch and reviews it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any, Dict, Iterable, List, Sequence, Tuple

RISK_KINDS = ("missed_risk", "false_alarm")
#: Each patch brings files of its own, named after its first and last example: a second one can be applied, whatever
#: became of the first.
RISK_FILE = "data/risk/examples/reviewed_{first:05d}_{last:05d}.jsonl"
CASES_FILE = "tests/evaluation/reviewed/{first:05d}_{last:05d}.jsonl"
FAQ_FILE = "data/nlu/reviewed_questions_{first:05d}_{last:05d}.yml"
#: A cell that begins with one of these would be run as a formula by a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def risk_lines(examples: Iterable[Any]) -> List[str]:
    """Lines for RISK_FILE: missed risks with their categories, false alarms as quiet."""
    return [
        json.dumps(
            {
                "id": f"reviewed-{one.id:05d}",
                "text": one.text,
                "level": one.labels.get("level", "none"),
                "risk": one.labels.get("categories", []),
                "who": "unknown",
                "style": "chat",
                "cluster": f"reviewed {one.id}",
            },
            ensure_ascii=False,
        )
        for one in examples
        if one.kind in RISK_KINDS and (one.kind == "false_alarm" or one.labels.get("categories"))
    ]


def question_lines(examples: Iterable[Any]) -> List[str]:
    """Lines for FAQ_FILE: questions as Rasa reads them, under the answer that the reviewer named; empty without any."""
    named: Dict[str, List[str]] = {}
    for one in examples:
        if one.kind not in RISK_KINDS and one.labels.get("faq"):
            named.setdefault(one.labels["faq"], []).append(_phrasing(one.text))
    if not named:
        return []
    lines = ['version: "3.1"', "nlu:"]
    for faq, phrasings in sorted(named.items()):
        lines += [f"- intent: faq/{faq}", "  examples: |", *(f"    - {phrasing}" for phrasing in phrasings)]
    return lines


def _phrasing(text: str) -> str:
    """On one line, and without the brackets that would mark an entity."""
    return " ".join(re.sub(r"[\[\](){}<>]", " ", text).split())


def case_lines(examples: Iterable[Any]) -> List[str]:
    """Regression cases (`bot.evaluation.reviewed`): what was wrong must not be wrong again."""
    return [
        json.dumps(
            {"id": f"case-{one.id:05d}", "kind": one.kind, "text": one.text, "expected": one.labels}, ensure_ascii=False
        )
        for one in examples
    ]


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
