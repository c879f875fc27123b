"""Reads the held-out evaluation set under `tests/evaluation/` (its README says what each field means)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

import yaml

from bot.commands.ask import read_json_lines
from bot.config import PROJECT_DIR
from bot.errors import InputError
from bot.evaluation.lines import LabelledLine, read_lines
from bot.safety.levels import RiskLevel

HELD_OUT_DIR = PROJECT_DIR / "tests" / "evaluation"


@dataclass(frozen=True)
class Session:
    """One conversation.

    Attributes:
        completes_at: Index of the turn that completes the risk; None for a quiet conversation.
        kind: How the risk is told: pieces, after_change_of_subject, hidden_in_long, reply_to_button_or_form,
            after_everyday_talk, quiet.
    """

    id: str
    turns: Tuple[str, ...]
    completes_at: int | None
    level: RiskLevel
    risk: Tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class HeldOut:
    """Every set, loaded."""

    risk: List[LabelledLine]
    quiet: List[LabelledLine]
    languages: List[LabelledLine]
    panel: List[LabelledLine]
    sessions: List[Session]
    #: As people ramble on after an answer; the other sessions are in short messages.
    long_talk: List[Session]


def load_held_out(folder: Path = HELD_OUT_DIR) -> HeldOut:
    """Reads every set of the folder.

    Raises:
        InputError: A file is missing or a line lacks a field; the message names it.
    """
    return HeldOut(
        risk=_folder(folder / "risk"),
        quiet=_folder(folder / "quiet"),
        languages=read_lines(read_json_lines(folder / "languages.jsonl")),
        panel=_panel(folder / "panel.yml"),
        sessions=_sessions(folder / "sessions.jsonl"),
        long_talk=_sessions(folder / "long_talk.jsonl"),
    )


def _folder(folder: Path) -> List[LabelledLine]:
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise InputError(f"There are no .jsonl files in {folder}.")
    # The file a line stands in is a label of its own: the scorecard shows quiet lines by file.
    return [line for path in files for line in read_lines({**row, "file": path.stem} for row in read_json_lines(path))]


def _panel(path: Path) -> List[LabelledLine]:
    categories: Dict[str, Dict[str, List[Dict[str, str]]]] = yaml.safe_load(path.read_text(encoding="utf-8"))["panel"]
    rows = [
        {"id": f"panel-{name}-{voice}-{number}", "risk": [name], "voice": voice, **item}
        for name, voices in categories.items()
        for voice, items in voices.items()
        for number, item in enumerate(items, start=1)
    ]
    return read_lines(rows)


def _sessions(path: Path) -> List[Session]:
    sessions = []
    for row in read_json_lines(path):
        at = row["completes_at"]
        if at is not None and not 0 <= at < len(row["turns"]):
            raise InputError(f"Session {row['id']}: completes_at is {at}, but it has {len(row['turns'])} turns.")
        level = RiskLevel.from_label(row["level"])
        sessions.append(Session(row["id"], tuple(row["turns"]), at, level, tuple(row["risk"]), row["kind"]))
    return sessions
