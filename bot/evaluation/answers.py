"""How well the assistant understands questions it never saw: the answers part of the scorecard.

Independent of Rasa: it is given a function that reads texts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Dict, List, Mapping, Sequence, Tuple

import yaml

from bot.evaluation.held_out import HELD_OUT_DIR
from bot.evaluation.metrics import Proportion, share

#: The held-out file whose keys are intents that drive dialogue, not questions with an answer.
_INTENTS_FILE = "intents"
OUT_OF_SCOPE = "out_of_scope_general"


@dataclass(frozen=True)
class Question:
    """One held-out text: the answer or intent it should reach, and the topic file it stands in."""

    text: str
    label: str
    topic: str


@dataclass(frozen=True)
class Understood:
    """What the assistant made of one text.

    Attributes:
        label: The faq id or the intent it acted on; None when it said that it did not understand.
        nearest: Faq ids of the nearest answers, best first, at most three.
    """

    label: str | None
    nearest: Tuple[str, ...]


#: What people say around a question, in our own words; `{}` is the question.
COURTESIES = (
    "hi, {}",
    "ok thank you. {}",
    "Hello there, I hope you can help. {}",
    "{} thanks so much!",
    "sorry to bother you but {}",
    "That is really helpful, thank you. {}",
    "{} Sorry for the long message.",
    "My son is twelve. {}",
    "{} please help",
    "I work in a school. {}",
)


def with_courtesies(questions: Sequence[Question]) -> List[Question]:
    """The questions with an answer, each with one of the COURTESIES around it, in turn."""
    asked = [question for question in questions if question.topic != _INTENTS_FILE]
    return [
        replace(question, text=COURTESIES[place % len(COURTESIES)].format(question.text))
        for place, question in enumerate(asked)
    ]


def courtesy_figures(questions: Sequence[Question], understood: Sequence[Understood]) -> Dict[str, Proportion]:
    """What is given outright of `with_courtesies`; arguments as for `answer_figures`."""
    pairs = list(zip(questions, understood, strict=True))
    return {
        "Right, beside a greeting, thanks or the like": share(found.label == one.label for one, found in pairs),
        "Wrong, beside those": share(_is_wrong(one, found) for one, found in pairs),
    }


#: Texts in, what the assistant made of each out, in the same order.
Understand = Callable[[Sequence[str]], Sequence[Understood]]


def load_questions(folder: Path = HELD_OUT_DIR / "faq") -> List[Question]:
    """Reads `<topic>.yml` files of the form `label: [texts]`."""
    return [
        Question(text, label, path.stem)
        for path in sorted(folder.glob("*.yml"))
        for label, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items()
        for text in texts
    ]


def answer_figures(questions: Sequence[Question], understood: Sequence[Understood]) -> Dict[str, Proportion]:
    """The figures over all topics.

    Args:
        questions: Held-out texts.
        understood: What was made of each, in the same order.
    """
    pairs = list(zip(questions, understood, strict=True))
    asked = [(one, found) for one, found in pairs if one.topic != _INTENTS_FILE]
    intents = [(one, found) for one, found in pairs if one.topic == _INTENTS_FILE]
    outside = [found for one, found in intents if one.label == OUT_OF_SCOPE]
    return {
        "Right answer nearest (top 1)": share(found.nearest[:1] == (one.label,) for one, found in asked),
        "Right answer among the nearest three": share(one.label in found.nearest[:3] for one, found in asked),
        "Right answer given outright": share(found.label == one.label for one, found in asked),
        "Wrong answer given outright": share(_is_wrong(one, found) for one, found in asked),
        "Not understood: the nearest three were offered": share(found.label is None for _, found in asked),
        "Dialogue intent recognised": share(found.label == one.label for one, found in intents),
        "Out of scope left without an answer": share(found.label in (None, OUT_OF_SCOPE) for found in outside),
    }


def _is_wrong(question: Question, found: Understood) -> bool:
    return found.label is not None and found.label != question.label


def by_topic(
    questions: Sequence[Question], understood: Sequence[Understood]
) -> Mapping[str, Tuple[Proportion, Proportion]]:
    """By topic file: right answer nearest, right answer among the nearest three."""
    found: Dict[str, List[Tuple[Question, Understood]]] = defaultdict(list)
    for question, reading in zip(questions, understood, strict=True):
        if question.topic != _INTENTS_FILE:
            found[question.topic].append((question, reading))
    return {
        topic: (
            share(reading.nearest[:1] == (question.label,) for question, reading in pairs),
            share(question.label in reading.nearest[:3] for question, reading in pairs),
        )
        for topic, pairs in found.items()
    }
