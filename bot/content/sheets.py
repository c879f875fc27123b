"""Pages to keep: a plan, an agreement, a card, put together from vetted lines of `data/sheets/`. Pure.

One file is one page; its lines carry conditions as in `data/journeys/` (see `bot.content.journeys`):

    sheet: family_agreement               # id; also the file's name
    metadata: {topic: …, source: […], written: "2026-11-24", review: draft}
    title: "Our family agreement"
    intro: "…"                            # a text, or a list of {text, when, unless}: the first that fits
    category: [{text: extortion, when: {kind: threats}}]   # the situation that chooses the helplines, if any
    sections:
    - title: "First hour"
      tick: hour                          # lines are ticks; those named by an answer of step `hour` are done
      items: [{text: …, id: listen, when: …, unless: …}]
      at_most: 5                          # of the lines that fit, the first so many
      helplines: true                     # the helplines of the person's country follow
      brief: true                         # kept on text messages, where a page would be too long
    signatures: ["…"]                     # lines to fill in by hand, on paper only
    foot: "…"

The same page goes out three times from one source: as text in the chat, as a few lines in a text message, as data that
the widget prints.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from bot.config import DATA_DIR
from bot.content.composed import Answers, Composed, JourneyFacts
from bot.content.country_step import country_from
from bot.content.journeys import Wording, first_fitting, read_wordings
from bot.content.platform_schema import read_yaml
from bot.content.responses import get_responses
from bot.content.variables import helpline_lines, selection_from
from bot.errors import ContentError
from bot.safety.levels import Speaker

FOLDER = DATA_DIR / "sheets"
SMS = "sms"
#: What `country` is in a condition when nobody has said it.
UNKNOWN = "unknown"
OPEN_BOX, DONE_BOX, BULLET, DASH = "☐", "☑", "•", "-"
_FIELDS = frozenset(("sheet", "metadata", "title", "intro", "category", "sections", "signatures", "foot"))
_METADATA_FIELDS = ("topic", "source", "written", "review")
_SECTION_FIELDS = frozenset(("title", "tick", "items", "at_most", "helplines", "brief"))
_LONGEST_LIST = 5


@dataclass(frozen=True)
class Line:
    """One line of a section; `id` is the choice that ticks it, None for a line that no choice ticks."""

    wording: Wording
    id: str | None = None


@dataclass(frozen=True)
class Section:
    """A heading and its lines; `tick` names the step whose answers say what is done."""

    title: str
    lines: Tuple[Line, ...]
    tick: str | None
    at_most: int
    helplines: bool
    brief: bool


@dataclass(frozen=True)
class SheetForm:
    """A page before anything is known of the person."""

    id: str
    title: str
    intro: Tuple[Wording, ...]
    category: Tuple[Wording, ...]
    sections: Tuple[Section, ...]
    signatures: Tuple[str, ...]
    foot: Tuple[Wording, ...]
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """One line as shown; `done` is None for a line that is not to be ticked."""

    text: str
    done: bool | None = None


@dataclass(frozen=True)
class Part:
    """A heading with its lines as shown."""

    title: str
    items: Tuple[Item, ...]
    brief: bool = False


@dataclass(frozen=True)
class Sheet:
    """A page for one person. `hotlines` are the ids of the services named in it."""

    title: str
    intro: str
    parts: Tuple[Part, ...]
    signatures: Tuple[str, ...]
    foot: str
    hotlines: Tuple[str, ...] = ()

    def as_data(self) -> Dict[str, Any]:
        """JSON values for the widget, in the form of its `custom.sheet`."""
        return {
            "title": self.title,
            "intro": self.intro,
            "sections": [
                {"title": part.title, "items": [_item_data(item) for item in part.items]} for part in self.parts
            ],
            "signatures": list(self.signatures),
            "foot": self.foot,
        }

    def as_text(self, channel: str) -> str:
        """The page as bubbles parted by a blank line; on a text message the brief parts with what is still open."""
        if channel == SMS:
            briefs = [part for part in self.parts if part.brief]
            open_lines = [f"{DASH} {item.text}" for part in briefs for item in part.items if not item.done]
            return "\n".join([f"{self.title}:", *open_lines])
        texts = [f"**{self.title}**" + (f"\n{self.intro}" if self.intro else "")]
        texts += ["\n".join([f"**{part.title}**", *map(_item_text, part.items)]) for part in self.parts]
        return "\n\n".join([*texts, *([self.foot] if self.foot else [])])


def _item_data(item: Item) -> Dict[str, Any]:
    return {"text": item.text} if item.done is None else {"text": item.text, "done": item.done}


def _item_text(item: Item) -> str:
    if item.text.startswith("**"):
        # A helpline's line is drawn as a card and needs no mark.
        return item.text
    mark = BULLET if item.done is None else DONE_BOX if item.done else OPEN_BOX
    return f"{mark} {item.text}"


# --- putting together ------------------------------------------------------------------------------------------------


def compose_sheet(name: str, answers: Answers, facts: JourneyFacts) -> Composed:
    """The page of a file, for one person's answers.

    Raises:
        ContentError: There is no such page, or its file is broken.
    """
    sheet = sheet_for(get_sheets(name), answers, facts)
    return Composed(text=sheet.as_text(facts.channel), custom={"sheet": sheet.as_data()}, hotlines=sheet.hotlines)


def sheet_for(form: SheetForm, answers: Answers, facts: JourneyFacts) -> Sheet:
    """Chooses and fills the lines that fit the answers. Parts without a line are left out."""
    facts = replace(facts, country=country_from(answers, facts))
    known = {"audience": facts.audience, "country": facts.country or UNKNOWN, "channel": facts.channel, **answers}
    slots = _slots(form, known, facts)
    hotlines: List[str] = []
    parts = []
    for section in form.sections:
        done = answers.get(section.tick or "", ())
        fitting = [line for line in section.lines if line.wording.fits(known)][: section.at_most]
        items = [Item(_filled(line.wording.text, slots), _done(section, line, done)) for line in fitting]
        if section.helplines:
            selection = selection_from(slots)
            hotlines += [choice.service.id for choice in selection.choices]
            items += [Item(text) for text in helpline_lines(selection, slots)]
        if items:
            parts.append(Part(section.title, tuple(items), section.brief))
    return Sheet(
        title=form.title,
        intro=_filled(first_fitting(form.intro, known), slots),
        parts=tuple(parts),
        signatures=form.signatures,
        foot=_filled(first_fitting(form.foot, known), slots),
        hotlines=tuple(hotlines),
    )


def _done(section: Section, line: Line, done: Sequence[str]) -> bool | None:
    return None if section.tick is None else line.id is not None and line.id in done


def _slots(form: SheetForm, known: Mapping[str, Any], facts: JourneyFacts) -> Dict[str, Any]:
    return {
        **facts.slots,
        "audience": facts.audience,
        "country": facts.country,
        "channel": facts.channel,
        # The page's own situation chooses the helplines, not the risk of an earlier message.
        "card_category": first_fitting(form.category, known) or None,
        "card_speaker": Speaker.ABOUT_CHILD.value if facts.audience == "parent" else None,
        "check_in": None,
    }


def _filled(text: str, slots: Mapping[str, Any]) -> str:
    return get_responses().fill(text, slots)


# --- reading ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def get_sheets(name: str) -> SheetForm:
    """One page of this installation, read once. Raises ContentError when it is missing or broken."""
    return read_sheet(FOLDER / f"{name}.yml")


def read_sheet(path: Path) -> SheetForm:
    """Reads and checks one file.

    Raises:
        ContentError: The file is missing or not YAML, or a field is missing or unknown.
    """
    content = read_yaml(path)
    missing = [field for field in ("sheet", "metadata", "title", "sections") if not content.get(field)]
    missing += [field for field in _METADATA_FIELDS if not (content.get("metadata") or {}).get(field)]
    odd = sorted(set(content) - _FIELDS)
    if missing or odd or content["sheet"] != path.stem:
        raise ContentError(
            f"{path}: missing {missing}, unknown {odd}; 'sheet' must be '{path.stem}', as the file is called."
        )
    place = str(path)
    return SheetForm(
        id=path.stem,
        title=str(content["title"]),
        intro=read_wordings(content.get("intro"), place),
        category=read_wordings(content.get("category"), place),
        sections=tuple(_section(section, place) for section in content["sections"]),
        signatures=tuple(map(str, content.get("signatures") or ())),
        foot=read_wordings(content.get("foot"), place),
        metadata=dict(content["metadata"]),
    )


def _section(content: Any, place: str) -> Section:
    if not isinstance(content, dict) or not content.get("title") or set(content) - _SECTION_FIELDS:
        raise ContentError(f"{place}: a section has `title` and some of {sorted(_SECTION_FIELDS)}, nothing else.")
    return Section(
        title=str(content["title"]),
        lines=tuple(_line(item, place) for item in content.get("items") or ()),
        tick=content.get("tick"),
        at_most=int(content.get("at_most") or _LONGEST_LIST),
        helplines=bool(content.get("helplines")),
        brief=bool(content.get("brief")),
    )


def _line(content: Any, place: str) -> Line:
    item = {"text": content} if isinstance(content, str) else dict(content)
    line_id = item.pop("id", None)
    return Line(read_wordings([item], place)[0], None if line_id is None else str(line_id))
