"""The readable page of one topic's small answers: under the long answer that each follows, with what is asked. Pure.

A reviewer has to see what was answered before and what is asked then: "Yes, in most apps" says nothing by itself. What
all of a page share, such as a source, stands once at its end.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Dict, List, Mapping, Sequence

from bot.content.reviews import Standing
from bot.content.small_answers import SMALL_PREFIX, SmallAnswer

#: So many ways of asking are shown; the file has them all.
_SHOWN = 3
_ABOUT = (
    "Each is given right after the long answer in the heading, or another of this topic, to what is asked, objected or "
    "told there. The first ways of asking stand in front; all of them are in `data/small_answers/{topic}.jsonl`, the "
    "words in `data/responses/small/small_{topic}.yml`."
)


def by_long_answer(names: Sequence[str], answers: Mapping[str, SmallAnswer]) -> Dict[str, List[str]]:
    """Response names under the faq id of the first long answer that each follows, in the order of the file."""
    groups: Dict[str, List[str]] = defaultdict(list)
    for name in names:
        groups[answers[name.removeprefix(SMALL_PREFIX)].after[0]].append(name)
    return dict(groups)


def small_sections(
    responses: Mapping[str, Sequence[Mapping[str, Any]]],
    answers: Mapping[str, SmallAnswer],
    titles: Mapping[str, str],
    by_id: Mapping[str, Standing],
) -> List[str]:
    """The lines below a page's contents: one section a long answer, and the sources.

    Args:
        responses: Wordings by response name, as a file of `data/responses/small/` has them.
        answers: Small answers by id.
        titles: Titles of the long answers by faq id.
        by_id: What was signed, by response name.
    """
    numbers: Dict[str, int] = {}
    lines: List[str] = []
    for faq, names in by_long_answer(list(responses), answers).items():
        lines += ["", f"## {titles[faq]}"]
        for name in names:
            lines += ["", *_one(name, responses[name], answers[name.removeprefix(SMALL_PREFIX)], by_id[name], numbers)]
    return [*lines, "", "## Sources", "", *(f"{number}. {source}" for source, number in numbers.items())]


def about(topic: str) -> str:
    """What a page begins with."""
    return _ABOUT.format(topic=topic)


def _one(
    name: str,
    wordings: Sequence[Mapping[str, Any]],
    answer: SmallAnswer,
    standing: Standing,
    numbers: Dict[str, int],
) -> List[str]:
    metadata = wordings[0]["metadata"]
    sources = [str(numbers.setdefault(source, len(numbers) + 1)) for source in metadata["source"]]
    by = f" by {standing.reviewed_by} on {standing.reviewed_on}" if standing.reviewed_by else ""
    asked = " · ".join(f"“{text}”" for text in answer.asked[:_SHOWN])
    said = [f"> **{_reader(wording, wordings, answer)}:** {wording['text']}" for wording in wordings]
    facts = f"`{name}` · written {metadata['written']} · {standing.state}{by} · sources {', '.join(sources)}"
    return [f"**{asked}**", "", *"\n>\n".join(said).split("\n"), "", facts]


def _reader(wording: Mapping[str, Any], wordings: Sequence[Mapping[str, Any]], answer: SmallAnswer) -> str:
    """For whom a wording is: the one without a condition is for the reader that no other is for."""
    own = {condition["value"] for one in wordings for condition in one.get("condition") or ()}
    if wording.get("condition"):
        return "To " + ", ".join(str(condition["value"]) for condition in wording["condition"])
    return "To " + (", ".join(sorted(answer.readers - own)) or "everybody")
