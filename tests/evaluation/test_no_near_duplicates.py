"""The held-out lines are held out: none is the same sentence as training material, or the same but for a few words.

Likeness is the Jaccard index of two sets: characters in threes of the plain lower-case text (catches spelling and
small edits) and whole words (catches another word order). Thresholds, from 1,800 held-out and 14,100 training texts:
pairs drawn at random stay under 0.30 in threes (999 of 1,000 under 0.20), and the nearest of all training texts, for
half of the held-out lines, stands at 0.21 in threes and 0.24 in words. Read by eye, pairs from 0.55 (threes) and 0.65
(words) are one sentence with a word or two changed; below, they share a subject and a phrase. Texts under FEWEST_WORDS
words have few ways to differ ("thank you bot"): there only the same text counts.

`panel.yml` is left out on purpose: "I want to die." has to be in any training material.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any, Iterator, List, Sequence, Tuple

import numpy as np
import yaml
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

ROOT = Path(__file__).parents[2]
HELD_OUT = ROOT / "tests" / "evaluation"
ALIKE_IN_THREES = 0.55
ALIKE_IN_WORDS = 0.65
FEWEST_WORDS = 4
_CHUNK = 256


def plain(text: str) -> str:
    """Lower case, accents off, only letters and digits with single spaces."""
    letters = unicodedata.normalize("NFKD", text).lower().replace("'", "").replace("’", "")
    return re.sub(r"[\W_]+", " ", "".join(c for c in letters if not unicodedata.combining(c))).strip()


def held_out_lines() -> List[Tuple[str, str]]:
    """(id, text) of every held-out message; a session counts as one text, since "hello" belongs to no one."""
    lines: List[Tuple[str, str]] = []
    for path in sorted([*HELD_OUT.glob("*.jsonl"), *HELD_OUT.glob("risk/*.jsonl"), *HELD_OUT.glob("quiet/*.jsonl")]):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if path.name in ("case_questions.jsonl", "case_statements.jsonl", "news.jsonl", "emergencies.jsonl"):
                # A question has its meaning from the case, and "what do i do now" belongs to no one.
                lines += [(row["id"], f"{row['opening']} {one['says']}") for one in row["then"]]
            elif "then" in row:
                # One text, as a session is: "no" and "what do i do" belong to no one.
                lines.append((row["id"], " ".join([row["opening"], *(one["says"] for one in row["then"])])))
            else:
                lines.append((row["id"], " ".join(row["turns"]) if "turns" in row else row["text"]))
    return lines


def training_lines() -> List[Tuple[str, str]]:
    """(file, text) of everything that the classifiers are trained on."""
    lines: List[Tuple[str, str]] = []
    for path in sorted((ROOT / "data" / "risk" / "examples").glob("*.jsonl")):
        rows = map(json.loads, filter(None, path.read_text(encoding="utf-8").splitlines()))
        lines += [(path.name, row["text"]) for row in rows]
    for path in sorted((ROOT / "data" / "risk" / "conversations").glob("*.jsonl")):
        rows = map(json.loads, filter(None, path.read_text(encoding="utf-8").splitlines()))
        lines += [(path.name, text) for row in rows for text in (" ".join(row["turns"]), *row["turns"])]
    folders = (ROOT / "data" / name for name in ("cases", "emergencies", "news"))
    for path in sorted(path for folder in folders for path in folder.glob("*.yml")):
        stories = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["cases"]
        lines += [(path.name, f"{story['opening']} {one['says']}") for story in stories for one in _said(story)]
    for path in sorted((ROOT / "data" / "everyday").glob("*.jsonl")):
        rows = map(json.loads, filter(None, path.read_text(encoding="utf-8").splitlines()))
        lines += [(path.name, one["says"]) for row in rows for one in row["messages"]]
    for path in sorted((ROOT / "data" / "small_answers").glob("*.jsonl")):
        rows = map(json.loads, filter(None, path.read_text(encoding="utf-8").splitlines()))
        lines += [(path.name, text) for row in rows for text in row["asked"]]
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        lines += [(path.name, text) for text in _nlu_examples(document.get("nlu") or [])]
    return lines


def _said(story: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [*story.get("asks", ()), *story.get("tells", ()), *story.get("news", ())]


def _nlu_examples(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        for line in str(block.get("examples", "")).splitlines():
            # "[insta](platform)" and "[insta]{...}" read as the word in brackets.
            text = re.sub(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})", r"\1", line.strip().removeprefix("-").strip())
            if text:
                yield text


def likeness(held_out: Sequence[str], training: Sequence[str], vectorizer: CountVectorizer) -> np.ndarray:
    """Highest Jaccard index of each held-out text and the place of the training text that has it.

    Returns:
        `float64`, shape `(held-out, 2)`: index in [0, 1], row in `training`.
    """
    known = csr_matrix(vectorizer.fit_transform(training))
    asked = csr_matrix(vectorizer.transform(held_out))
    known_sizes = np.asarray(known.sum(axis=1)).ravel()
    # Threes that no training text has still make a text different: they count in its size.
    asked_sizes = np.array([len(set(vectorizer.build_analyzer()(text))) for text in held_out])
    best = np.zeros((len(held_out), 2))
    for start in range(0, len(held_out), _CHUNK):
        shared = (asked[start : start + _CHUNK] @ known.T).toarray()
        sizes = asked_sizes[start : start + _CHUNK]
        index = shared / np.maximum(sizes[:, None] + known_sizes[None, :] - shared, 1)
        best[start : start + _CHUNK, 0] = index.max(axis=1)
        best[start : start + _CHUNK, 1] = index.argmax(axis=1)
    return best


def near_duplicates(held_out: List[Tuple[str, str]], training: List[Tuple[str, str]]) -> List[str]:
    """One line of report for each held-out text that is too like a training text."""
    asked, known = [plain(text) for _, text in held_out], [plain(text) for _, text in training]
    threes = likeness(asked, known, CountVectorizer(analyzer="char", ngram_range=(3, 3), binary=True, dtype=np.float32))
    words = likeness(asked, known, CountVectorizer(token_pattern=r"\S+", binary=True, dtype=np.float32))
    found: List[str] = []
    same = set(known)
    for row, (line_id, text) in enumerate(held_out):
        enough = len(asked[row].split()) >= FEWEST_WORDS
        in_threes, in_words = threes[row, 0] >= ALIKE_IN_THREES, words[row, 0] >= ALIKE_IN_WORDS
        if asked[row] in same or (enough and (in_threes or in_words)):
            at = int((threes if threes[row, 0] >= words[row, 0] else words)[row, 1])
            found.append(f"{line_id}: {text!r} ~ {training[at][0]}: {training[at][1]!r}")
    return found


def test_no_held_out_line_is_near_a_training_line() -> None:
    found = near_duplicates(held_out_lines(), training_lines())
    assert not found, "Rewrite these held-out lines (or remove the training line):\n" + "\n".join(found)


def test_a_sentence_with_one_word_swapped_is_found() -> None:
    training = [("a.jsonl", "my cousin says that the old lighthouse keeper wants my phone number")]
    held_out = [("x", "my cousin says that the old lighthouse keeper wants my bike number")]
    assert near_duplicates(held_out, training)


def test_the_same_words_in_another_order_are_found() -> None:
    training = [("a.jsonl", "tomorrow the whole village will hear about it")]
    assert near_duplicates([("x", "the whole village will hear about it tomorrow")], training)


def test_another_telling_of_a_situation_is_left_alone() -> None:
    training = [("a.jsonl", "the swimming teacher writes to me at night and says it is our secret")]
    held_out = [("x", "my trainer messages me late n told me not to say anything to mum")]
    assert not near_duplicates(held_out, training)
