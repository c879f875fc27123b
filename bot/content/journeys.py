"""Journeys: short guided exercises and plans (practice, quiz, plan, check-up), read from `data/journeys/*.yml`. Pure.

One file is one journey. The engine that walks through it is `bot/learning/engine.py`; docs/journeys.md has an example.

    journey: refusal_practice            # id; also the file's name
    intent: practice_saying_no           # the intent that starts it
    title: "Practise saying no"          # on buttons that start it
    for: [child]                         # audiences it is offered to; anyone may start it
    metadata: {topic: …, source: […], written: "2026-11-24", review: draft}   # a step may override `source`
    first: intro
    steps:
      intro:
        say: "…"                         # a text, or a list of {text, when, unless}: the first that fits is said
        lines: […]                       # a list of {text, when, unless}: every one that fits is said, one a line
        close: "…"                       # said after the lines; like `say`
        choices:                         # buttons; typed words count as well
        - {id: yes, title: "Yes", next: photo, reply: "…", words: [sure, ok], when: {…}, hidden: false, right: false}
        next: photo                      # where choices without `next` lead, and where a step without choices goes on
        explain: "…"                     # said after any answer, and when a step is given up
        several: true                    # ticks: the buttons stay until the choice with `done: true`
        more: "…"                        # said after each tick
        fill: audience                   # a slot that answers the step when its value is the id of a choice
        reader: refusal                  # reads free text and names a choice (`bot.learning.readers`)
        composer: agreement              # words made from the answers (`bot.content.journey_composers`)
        measure: before                  # before | after: a quiz question; choices that are right have `right: true`
        group: true                      # the answer is the age band or role that figures are counted by
        links: [{title: "…", payload: "/ask{…}"}]    # further buttons that lead out of the journey
        card_category: extortion         # for {helplines}
        end: completed                   # the journey is over here

`when` and `unless` name a slot (`audience`, `country`, `channel`) or a step, with one value or a list of values: true
when one of the step's answers (or the slot) is among them. All names of one `when` must hold; one name of `unless` is
enough to leave a text out. Placeholders such as `{helplines}` are filled as in `data/responses/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError

FOLDER = DATA_DIR / "journeys"
SHARED_FILE = "_shared.yml"
#: Named by `when` although no step of the journey is called so.
FACT_NAMES = frozenset(("audience", "country", "channel"))
AUDIENCES = ("child", "parent", "professional")
MEASURES = ("before", "after")
COMPLETED = "completed"
_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,29}")
#: A choice made by a composer may name what it is about: `instagram.location.done`.
CHOICE_ID = re.compile(r"[a-z0-9][a-z0-9_.\-]{0,47}")
_TEXT_FIELDS = ("say", "lines", "close", "explain", "more")
_PLAIN_FIELDS = ("next", "fill", "reader", "composer", "measure", "card_category", "end", "source")
_STEP_FIELDS = frozenset((*_TEXT_FIELDS, *_PLAIN_FIELDS, "choices", "several", "group", "links"))
_CHOICE_FIELDS = frozenset(("id", "title", "next", "reply", "words", "when", "unless", "hidden", "right", "done"))
_JOURNEY_FIELDS = ("journey", "intent", "title", "for", "metadata", "first", "steps")
_METADATA_FIELDS = ("topic", "source", "written", "review")
#: Telegram and WhatsApp cut longer button titles.
LONGEST_TITLE = 40

Conditions = Mapping[str, Tuple[str, ...]]


@dataclass(frozen=True)
class Wording:
    """One text and when it fits."""

    text: str
    when: Conditions = field(default_factory=dict)
    unless: Conditions = field(default_factory=dict)

    def fits(self, values: Mapping[str, Any]) -> bool:
        """Whether the conditions hold; `values` gives a string or a collection of strings for each name."""
        return fits(self.when, self.unless, values)


@dataclass(frozen=True)
class Choice:
    """One way to answer a step."""

    id: str
    title: str
    next: str | None = None
    reply: Tuple[Wording, ...] = ()
    words: Tuple[str, ...] = ()
    when: Conditions = field(default_factory=dict)
    unless: Conditions = field(default_factory=dict)
    hidden: bool = False
    right: bool = False
    done: bool = False


@dataclass(frozen=True)
class Link:
    """A button that leads out of the journey."""

    title: str
    payload: str


@dataclass(frozen=True)
class Step:
    """One prompt; see the module's description for each field."""

    id: str
    say: Tuple[Wording, ...] = ()
    lines: Tuple[Wording, ...] = ()
    close: Tuple[Wording, ...] = ()
    choices: Tuple[Choice, ...] = ()
    next: str | None = None
    explain: Tuple[Wording, ...] = ()
    several: bool = False
    more: Tuple[Wording, ...] = ()
    fill: str | None = None
    reader: str | None = None
    composer: str | None = None
    measure: str | None = None
    group: bool = False
    links: Tuple[Link, ...] = ()
    card_category: str | None = None
    end: str | None = None
    source: Any = None

    @property
    def waits(self) -> bool:
        """Whether the person is asked something here; the others are said and gone past."""
        return self.end is None and bool(self.choices or self.composer)

    def texts(self) -> Iterator[Wording]:
        """Every text of the step that a person may read, button titles left out."""
        for group in (self.say, self.lines, self.close, self.explain, self.more, *(c.reply for c in self.choices)):
            yield from group


@dataclass(frozen=True)
class Journey:
    """A whole journey. `steps` keep the order of the file."""

    id: str
    intent: str
    title: str
    audiences: Tuple[str, ...]
    first: str
    steps: Mapping[str, Step]
    metadata: Mapping[str, Any]

    def source_of(self, step: Step) -> Any:
        """Where the words of a step come from."""
        return step.source or self.metadata["source"]


@dataclass(frozen=True)
class SharedWords:
    """What every journey says and understands alike (`_shared.yml`).

    Attributes:
        texts: Sentences by name, such as `not_understood`.
        titles: Button titles by control, such as `leave`.
        phrases: What people type for each control, plain lower case.
    """

    texts: Mapping[str, Tuple[Wording, ...]]
    titles: Mapping[str, str]
    phrases: Mapping[str, Tuple[str, ...]]


@dataclass(frozen=True)
class JourneyBook:
    """All journeys by id, and the words they share."""

    journeys: Mapping[str, Journey]
    shared: SharedWords

    def by_intent(self, intent: str | None) -> Journey | None:
        """The journey that an intent starts, or None."""
        return next((journey for journey in self.journeys.values() if journey.intent == intent), None)


def fits(when: Conditions, unless: Conditions, values: Mapping[str, Any]) -> bool:
    """Whether all of `when` and none of `unless` hold."""
    return all(_holds(values.get(name), wanted) for name, wanted in when.items()) and not any(
        _holds(values.get(name), wanted) for name, wanted in unless.items()
    )


def _holds(actual: Any, wanted: Sequence[str]) -> bool:
    given = [actual] if actual is None or isinstance(actual, str) else list(actual)
    return any(str(value) in wanted for value in given if value is not None)


def first_fitting(wordings: Sequence[Wording], values: Mapping[str, Any]) -> str:
    """The text of the first wording that fits, or an empty string."""
    return next((wording.text for wording in wordings if wording.fits(values)), "")


# --- reading ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def get_journeys() -> JourneyBook:
    """The journeys of this installation, read once. Raises ContentError when a file is broken."""
    return load_journeys(FOLDER)


def load_journeys(folder: Path) -> JourneyBook:
    """Reads and checks every journey of a folder.

    Raises:
        ContentError: With every problem of the first broken file.
    """
    journeys = {}
    for path in sorted(folder.glob("*.yml")):
        document = _read(path)
        if "journey" in document:
            journeys[path.stem] = read_journey(document, path.stem)
    return JourneyBook(journeys, _read_shared(_read(folder / SHARED_FILE)))


def _read(path: Path) -> Dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ContentError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ContentError(f"{path.name} must hold names and values.")
    return document


def read_journey(document: Mapping[str, Any], name: str) -> Journey:
    """Builds one journey from the content of its file.

    Args:
        document: As the YAML file has it.
        name: The file's name without its ending, which the id must repeat.

    Raises:
        ContentError: Something is missing, unknown, or leads nowhere.
    """
    where = f"data/journeys/{name}.yml"
    odd = set(document) - set(_JOURNEY_FIELDS)
    missing = [key for key in _JOURNEY_FIELDS if not document.get(key)]
    if odd or missing or document["journey"] != name:
        raise ContentError(
            f"{where}: unknown {sorted(odd)}, missing {missing}; `journey:` must be '{name}', as the file is called."
        )
    steps = {str(step_id): _step(str(step_id), step, where) for step_id, step in document["steps"].items()}
    journey = Journey(
        id=name,
        intent=str(document["intent"]),
        title=str(document["title"]),
        audiences=tuple(map(str, document["for"])),
        first=str(document["first"]),
        steps=steps,
        metadata=dict(document["metadata"]),
    )
    problems = journey_problems(journey)
    if problems:
        raise ContentError(f"{where}: " + " ".join(problems))
    return journey


def _step(step_id: str, content: Any, where: str) -> Step:
    place = f"{where}, step '{step_id}'"
    if not isinstance(content, dict):
        raise ContentError(f"{place} must hold names and values.")
    odd = set(content) - _STEP_FIELDS
    if odd:
        raise ContentError(f"{place}: unknown {sorted(odd)}; known are {sorted(_STEP_FIELDS)}.")
    texts = {name: read_wordings(content.get(name), place) for name in _TEXT_FIELDS}
    plain: Dict[str, Any] = {name: content.get(name) for name in _PLAIN_FIELDS}
    return Step(
        id=step_id,
        say=texts["say"],
        lines=texts["lines"],
        close=texts["close"],
        explain=texts["explain"],
        more=texts["more"],
        choices=tuple(_choice(choice, place) for choice in content.get("choices") or ()),
        several=bool(content.get("several")),
        group=bool(content.get("group")),
        links=tuple(_link(link, place) for link in content.get("links") or ()),
        **plain,
    )


def _choice(content: Any, place: str) -> Choice:
    if not isinstance(content, dict) or "id" not in content or "title" not in content:
        raise ContentError(f"{place}: a choice needs `id` and `title`.")
    odd = set(content) - _CHOICE_FIELDS
    if odd:
        raise ContentError(f"{place}: choice '{content['id']}' has unknown {sorted(odd)}.")
    flags = {name: bool(content.get(name)) for name in ("hidden", "right", "done")}
    return Choice(
        # YAML reads a bare yes or no as true or false.
        id=("no", "yes")[content["id"]] if isinstance(content["id"], bool) else str(content["id"]),
        title=str(content["title"]),
        next=content.get("next"),
        reply=read_wordings(content.get("reply"), place),
        words=tuple(str(word).lower() for word in content.get("words") or ()),
        when=_conditions(content.get("when"), place),
        unless=_conditions(content.get("unless"), place),
        **flags,
    )


def _link(content: Any, place: str) -> Link:
    if not isinstance(content, dict) or set(content) != {"title", "payload"}:
        raise ContentError(f"{place}: a link needs `title` and `payload`, nothing else.")
    return Link(str(content["title"]), str(content["payload"]))


def read_wordings(content: Any, place: str) -> Tuple[Wording, ...]:
    """A text, or a list of texts with conditions, as wordings. Raises ContentError naming `place`."""
    if content is None:
        return ()
    items = [{"text": content}] if isinstance(content, str) else content
    found = []
    for item in items:
        item = {"text": item} if isinstance(item, str) else item
        if not isinstance(item, dict) or not item.get("text") or set(item) - {"text", "when", "unless"}:
            raise ContentError(f"{place}: a text is a sentence, or has `text`, `when` and `unless`, nothing else.")
        when, unless = _conditions(item.get("when"), place), _conditions(item.get("unless"), place)
        found.append(Wording(str(item["text"]).strip(), when, unless))
    return tuple(found)


def _conditions(content: Any, place: str) -> Conditions:
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ContentError(f"{place}: `when` and `unless` hold a name and one or several values.")
    return {str(k): tuple(map(str, v)) if isinstance(v, list) else (str(v),) for k, v in content.items()}


def _read_shared(document: Mapping[str, Any]) -> SharedWords:
    try:
        return SharedWords(
            texts={name: read_wordings(text, SHARED_FILE) for name, text in document["texts"].items()},
            titles={name: str(title) for name, title in document["titles"].items()},
            phrases={name: tuple(map(str, lines)) for name, lines in document["phrases"].items()},
        )
    except (KeyError, AttributeError, TypeError) as error:
        raise ContentError(f"data/journeys/{SHARED_FILE} needs texts, titles and phrases ({error}).") from error


# --- checking --------------------------------------------------------------------------------------------------------


def journey_problems(journey: Journey) -> List[str]:
    """One sentence for each thing wrong with a journey: unknown names, dead ends, texts missing; empty when sound."""
    found = [f"metadata needs '{name}'." for name in _METADATA_FIELDS if not journey.metadata.get(name)]
    if not set(journey.audiences) <= set(AUDIENCES):
        found.append(f"`for` names {AUDIENCES}.")
    if journey.first not in journey.steps:
        return [*found, f"the first step '{journey.first}' does not exist."]
    for step in journey.steps.values():
        found += [f"Step '{step.id}': {problem}" for problem in _step_problems(step, journey)]
    if found:
        return found
    reached = _reachable(journey)
    found += [f"Step '{name}' is never reached." for name in journey.steps if name not in reached]
    if not any(step.end == COMPLETED for step in journey.steps.values()):
        found.append("No step has `end: completed`.")
    return found


def _step_problems(step: Step, journey: Journey) -> List[str]:
    ids = [choice.id for choice in step.choices]
    shown = [choice for choice in step.choices if not choice.hidden]
    targets = {name for name in (step.next, *(choice.next for choice in step.choices)) if name}
    named = {name for wording in step.texts() for name in (*wording.when, *wording.unless)}
    named |= {name for choice in step.choices for name in (*choice.when, *choice.unless)}
    checks = (
        (_ID.fullmatch(step.id), "a step's id has lower-case letters, digits and _, at most 30."),
        (all(CHOICE_ID.fullmatch(i) for i in ids), "a choice's id has lower-case letters, digits, _ . -, at most 48."),
        (len(ids) == len(set(ids)), "two choices have the same id."),
        (targets <= set(journey.steps), f"it leads to unknown steps {sorted(targets - set(journey.steps))}."),
        (step.say or step.lines or step.composer, "nothing is said."),
        (step.end or step.next or (ids and all(c.next for c in step.choices)), "it leads nowhere: `next` or `end`."),
        (not (step.end and (step.next or ids)), "the end of a journey has no `next` and no choices; use `links`."),
        (step.end in (None, COMPLETED), "`end` is `completed`."),
        (not step.several or any(c.done for c in step.choices), "`several` needs a choice with `done: true`."),
        (not step.several or step.more, "`several` needs `more`, said after each tick."),
        (not step.reader or shown, "free text needs buttons beside it."),
        (step.measure in (None, *MEASURES), "`measure` is before or after."),
        (not step.measure or sum(c.right for c in step.choices) == 1, "a quiz question has one choice with `right`."),
        (not step.measure or step.explain, "a quiz question needs `explain`."),
        (named <= FACT_NAMES | set(journey.steps), f"conditions name unknown {sorted(named - set(journey.steps))}."),
        (all(len(c.title) <= LONGEST_TITLE for c in shown), f"a button has more than {LONGEST_TITLE} characters."),
        (not step.say or any(not (w.when or w.unless) for w in step.say), "`say` needs one text without conditions."),
    )
    return [message for passed, message in checks if not passed]


def _reachable(journey: Journey) -> set[str]:
    reached, waiting = set(), [journey.first]
    while waiting:
        step = journey.steps[waiting.pop()]
        if step.id in reached:
            continue
        reached.add(step.id)
        waiting += [name for name in (step.next, *(choice.next for choice in step.choices)) if name]
    return reached
