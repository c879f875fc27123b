"""Example messages the classifier learns from: `data/risk/examples/*.jsonl`, and FAQ phrasings as quiet ones.

A FAQ phrasing is an ordinary question and should stay quiet. In topics where a person may also tell of their own
trouble ("someone is blackmailing me with a photo" leads to the same answer), only phrasings that speak of nobody in
particular are taken; the others are left out rather than labelled wrongly.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Sequence, Tuple

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.learned_from import learned_from
from bot.safety.levels import CATEGORIES, RiskLevel, Speaker

EXAMPLES_DIR = DATA_DIR / "risk" / "examples"
FAQ_DIR = DATA_DIR / "nlu" / "faq"
#: Ordinary turns of a conversation ("im 12", "ireland", "thanks"): short, and quiet by themselves.
DIALOGUE_FILES = tuple(FAQ_DIR.parent / f"{name}.yml" for name in ("small_talk", "requests", "privacy_questions"))
#: Topics whose phrasings may themselves be a disclosure.
RISKY_TOPICS = frozenset(
    (
        "sextortion_what_to_do",
        "image_leaked_what_to_do",
        "nudes_pressure",
        "stranger_contact",
        "grooming_warning_signs",
        "grooming_techniques",
        "meeting_online_friend",
        "child_disclosed_what_now",
        "abuse_support",
        "self_harm_support",
        "mental_wellbeing",
        "how_to_help_friend",
        "offender_worry",
        "ai_deepfake_chatbots",
        "report_where",
        "evidence_keep",
        "cyberbullying",
        "law_and_definitions",
        "peer_pressure",
        "pornography_exposure",
    )
)
#: Phrasings taken from each question, evenly spread: more of them cost time at every message and teach nothing new.
PHRASINGS_KEPT = 3
#: Words by which a phrasing is about somebody: then it is no plain question.
_SOMEBODY = re.compile(r"\b(i|me|my|mine|we|us|our|im|ive|he|she|him|her|his|they|them|someone|somebody)\b", re.I)


@dataclass(frozen=True)
class RiskExample:
    """One labelled message.

    Attributes:
        cluster: The situation it tells; examples of one cluster are never split between training and measuring.
    """

    text: str
    level: RiskLevel
    categories: Tuple[str, ...]
    speaker: Speaker
    cluster: str


def load_examples(folder: Path = EXAMPLES_DIR, faq_folder: Path = FAQ_DIR) -> List[RiskExample]:
    """Reads every example.

    Raises:
        ContentError: A line is no JSON, lacks a field or names an unknown level, category or speaker.
    """
    examples = [example for path in sorted(folder.glob("*.jsonl")) for example in read_examples(path)]
    if not examples:
        raise ContentError(f"There are no risk examples in {folder}; restore data/risk/examples from the repository.")
    # The files of ordinary turns lie beside the folder of questions.
    dialogue = [path for path in (faq_folder.parent / file.name for file in DIALOGUE_FILES) if path.is_file()]
    return [*examples, *_quiet_questions([*sorted(faq_folder.glob("*.yml")), *dialogue])]


def read_examples(path: Path) -> List[RiskExample]:
    """Reads one file of examples. Raises ContentError as `load_examples` does."""
    # Not `splitlines`: a text may hold other line ends, such as U+2028, which JSON leaves as they are.
    lines = enumerate(path.read_text(encoding="utf-8").split("\n"), start=1)
    return [_read_line(line, f"{path.name} line {number}") for number, line in lines if line.strip()]


def _read_line(line: str, place: str) -> RiskExample:
    try:
        row = json.loads(line)
        categories = tuple(row["risk"])
        if not set(categories) <= set(CATEGORIES):
            raise KeyError("risk")
        return RiskExample(
            text=row["text"],
            level=RiskLevel.from_label(row["level"]),
            categories=categories,
            speaker=Speaker(row.get("who", "unknown")),
            cluster=row["cluster"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ContentError(f"{place}: {error} is missing or unknown; data/risk/README.md lists the fields.") from None


def _quiet_questions(files: Sequence[Path]) -> Iterator[RiskExample]:
    for path in files:
        questions: Dict[str, List[str]] = {}
        for intent, phrasing in read_phrasings(path):
            if path.stem not in RISKY_TOPICS or not _SOMEBODY.search(phrasing):
                questions.setdefault(intent, []).append(phrasing)
        # The cluster is the question: its phrasings are one situation in several voices.
        for intent, phrasings in questions.items():
            for phrasing in phrasings[:: -(-len(phrasings) // PHRASINGS_KEPT)]:
                yield RiskExample(phrasing, RiskLevel.NONE, (), Speaker.UNKNOWN, intent)


def read_phrasings(path: Path) -> Iterator[Tuple[str, str]]:
    """Intent and phrasing of each training line of a file in Rasa's format; none when it is no YAML."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError:
        # Rasa's own validation names the line; the safety engine must not depend on it.
        return
    for block in loaded.get("nlu", []):
        for line in str(block.get("examples", "")).splitlines():
            if line.strip().startswith("- "):
                yield str(block.get("intent")), line.strip()[2:]


def fingerprint(paths: Sequence[Path]) -> str:
    """A short hash of what is learned from files: a model is stale when its data or its code changed."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode())
        digest.update(learned_from(path.read_bytes()))
    return digest.hexdigest()[:16]
