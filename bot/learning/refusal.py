"""How firm a typed no is: firm, unsure or giving in. Kernel ridge regression over the shared sentence embeddings.

Trained in closed form from our own lines in `data/journeys/_refusal_examples.yml`, and from lines of
`data/risk/examples/` in which somebody tells of themselves: the reader must know what is no answer to the exercise.
docs/journeys.md has the accuracy on held-out lines. What a person typed is read here and kept nowhere.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import List, Sequence, Tuple

import numpy as np
import yaml
from scipy.linalg import solve

from bot.content.journeys import FOLDER
from bot.errors import ContentError, ModelError
from bot.learning.term_weights import TermWeights
from bot.safety.examples import EXAMPLES_DIR
from bot.safety.levels import RiskLevel
from bot.text.cleanup import clean
from bot.text.embedding_cache import encode_kept
from bot.text.encoder import get_encoder
from bot.text.english import details, get_english

FIRM, UNSURE, GIVING_IN = "firm", "unsure", "giving_in"
KINDS = (FIRM, UNSURE, GIVING_IN)
#: Lines that are no answer to the other person ("what is this", "pizza"): then nothing is read.
NO_ANSWER = "no_answer"
#: Somebody tells what is really happening: never an answer to the exercise.
TELLING = "telling"
#: How many such lines are learned from: the shortest, which look most like an answer, and others evenly spread.
SHORTEST_KEPT, OTHERS_KEPT = 450, 250
#: A longer message is no refusal anyway.
LONGEST_WORDS = 20
EXAMPLES_FILE = FOLDER / "_refusal_examples.yml"
#: Width of both meaning kernels, share of the wording kernel and ridge: five-fold cross-validation over the examples.
GAMMA = 1.0
WORDING_SHARE = 0.2
RIDGE = 0.05
#: Scores run from about -1 to 1; when no kind reaches this, the person is asked to put it in other words.
THRESHOLD = -0.35
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?|\?")


@dataclass(frozen=True)
class RefusalReading:
    """What a line was read as.

    Attributes:
        kind: One of KINDS or NO_ANSWER.
        score: About -1 to 1.
        telling: About -1 to 1: whether somebody tells of themselves rather than answers the exercise.
    """

    kind: str
    score: float
    telling: float

    @property
    def answer(self) -> str | None:
        """firm, unsure or giving_in; None when the line is no answer or cannot be told."""
        return self.kind if self.kind in KINDS and self.score >= THRESHOLD else None


class RefusalReader:
    """Kernel ridge regression, one output a kind, solved in closed form.

    The kernel adds what is meant (two sentence embeddings) and how it is put (words and pairs of words, with the ends
    of the line marked: "ok but no" and "no but ok" hold the same words and are not the same answer).
    """

    def __init__(self, examples: Sequence[Tuple[str, str]]) -> None:
        """Trains on (kind, line) pairs.

        Raises:
            ModelError: There are none.
        """
        if not examples:
            raise ModelError("There are no refusal examples to train on.")
        refusals = np.array([kind != TELLING for kind, _ in examples])
        self._kinds = sorted({kind for kind, _ in examples if kind != TELLING})
        texts = [clean(line).text for _, line in examples]
        self._meaning = encode_kept(texts, "refusal-embeddings.npz")
        self._detail = encode_kept(texts, "refusal-details.npz", details())
        marked = [_marked(line) for _, line in examples]
        self._terms = TermWeights(marked)
        self._wording = self._terms.rows(marked)
        kernel = self._kernel(self._meaning, self._detail, self._wording)
        kernel[np.diag_indices_from(kernel)] += RIDGE
        places = np.array([self._kinds.index(kind) for kind, _ in examples if kind != TELLING])
        # The kinds of refusal are told apart among refusals only; telling against all of them.
        self._weights = np.zeros((len(examples), len(self._kinds) + 1))
        among = np.ix_(refusals, refusals)
        self._weights[refusals, :-1] = solve(kernel[among], np.eye(len(self._kinds))[places] * 2 - 1, assume_a="pos")
        self._weights[:, -1] = solve(kernel, np.where(refusals, -1.0, 1.0), assume_a="pos")

    def read(self, lines: Sequence[str]) -> List[RefusalReading]:
        """The most likely kind of each line."""
        texts = [clean(line).text for line in lines]
        wording = self._terms.rows([_marked(line) for line in lines])
        rows = self._kernel(get_encoder().encode(texts), get_english().vectors(texts), wording) @ self._weights
        best = rows[:, :-1].argmax(axis=1)
        return [RefusalReading(self._kinds[k], float(row[k]), float(row[-1])) for k, row in zip(best, rows)]

    def _kernel(self, meaning: np.ndarray, detail: np.ndarray, wording: object) -> np.ndarray:
        """Likeness of each line with each example, in [0, 1]; rows of embeddings have unit length."""
        by_meaning = np.exp(2 * GAMMA * (meaning @ self._meaning.T - 1))
        by_detail = np.exp(2 * GAMMA * (detail @ self._detail.T - 1))
        by_wording = (wording @ self._wording.T).toarray()  # type: ignore[operator]
        return np.asarray((1 - WORDING_SHARE) / 2 * (by_meaning + by_detail) + WORDING_SHARE * by_wording)


def _marked(line: str) -> str:
    words = _WORDS.findall(line.lower().replace("’", "'"))
    return " ".join(("<s>", *words, "</s>"))


def read_examples(path: Path = EXAMPLES_FILE) -> List[Tuple[str, str]]:
    """The training lines as (kind, line). Raises ContentError when the file or a kind is unknown."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))["examples"]
        examples = [(str(kind), str(line)) for kind, lines in document.items() for line in lines]
    except (OSError, yaml.YAMLError, KeyError, AttributeError, TypeError) as error:
        raise ContentError(f"{path.name} must hold `examples:` with lines under each kind ({error}).") from error
    odd = {kind for kind, _ in examples} - {*KINDS, NO_ANSWER}
    if odd:
        raise ContentError(f"{path.name} has unknown kinds {sorted(odd)}; known are {(*KINDS, NO_ANSWER)}.")
    return examples


def telling_examples() -> List[Tuple[str, str]]:
    """Short lines of `data/risk/examples/` that want a question or a card."""
    # Read here and not by `bot.safety.examples`, which parses every FAQ phrasing as well: that takes seconds at start.
    texts = [text for path in sorted(EXAMPLES_DIR.glob("*.jsonl")) for text in _texts_at_risk(path)]
    found = sorted(dict.fromkeys(texts), key=lambda text: (len(text.split()), text))
    others = [text for text in found[SHORTEST_KEPT:] if len(text.split()) <= LONGEST_WORDS]
    step = max(len(others) // OTHERS_KEPT, 1)
    return [(TELLING, text) for text in (*found[:SHORTEST_KEPT], *others[::step])]


def _texts_at_risk(path: Path) -> List[str]:
    try:
        # Not `splitlines`: a text may hold other line ends, such as U+2028, which JSON leaves as they are.
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        return [row["text"] for row in rows if row["level"] != RiskLevel.NONE.label]
    except (ValueError, KeyError, TypeError) as error:
        raise ContentError(f"{path.name} must hold JSON lines with `text` and `level` ({error}).") from None


@lru_cache(maxsize=1)
def get_refusal_reader() -> RefusalReader:
    """The reader of this process, trained at the first call (about a second once the embeddings are kept)."""
    return RefusalReader([*read_examples(), *telling_examples()])


def read_refusal(text: str) -> str | None:
    """firm, unsure or giving_in; None when the line is no answer or cannot be told."""
    return get_refusal_reader().read([text])[0].answer
