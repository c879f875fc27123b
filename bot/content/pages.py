"""Readable pages of all that is said, for a reviewer who does not read YAML: `docs/content/`, made from `data/`. Pure.

One page for each file with wording (a topic, the crisis cards, the barriers …), each journey, each printed sheet, each
platform, the words on a helpline card, the titles of choices, each language of the chat's own interface, and one for
all helplines; an index says how much is a draft.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

import yaml

from bot.config import DATA_DIR, PROJECT_DIR
from bot.content.hotlines import load_directory
from bot.content.reviews import Standing, standings
from bot.content.schema import Hotline
from bot.content.small_answers import SmallAnswer, load_small_answers
from bot.content.small_pages import about, by_long_answer, small_sections
from bot.errors import ContentError
from bot.yaml_text import parse_yaml

PAGES_DIR = PROJECT_DIR / "docs" / "content"
INDEX = "README.md"
_MADE = "<!-- Made from data/ by `python -m bot content-pages`. Change the YAML, not this page. -->"
_WORDS_IN_BRACES = "Words in braces, such as {emergency_number}, are filled in when the text is shown."
#: From so many texts a page begins with a list of them.
_LISTED_FROM = 4
_ASKED = re.compile(r'"faq": *"(\w+)"')
#: What a part of a list is known by, and what a reader of the words does not need.
_NAMES = ("title", "text", "id")
_FOR_THE_PROGRAM = ("words", "id")
#: Folders whose files are outlined whole, with how their pages begin. A file without words to read has no metadata.
_OUTLINED = {
    "journeys": "journey_",
    "sheets": "sheet_",
    "hotlines": "helplines_",
    "widget": "widget_",
    "choices": "choices_",
}
#: Pages listed together in the index.
_INTERFACE = tuple(_OUTLINED[kind] for kind in ("hotlines", "widget", "choices"))
_SMALL, _FAQ_PREFIX = "small", "utter_faq/"
_KINDS = {
    "faq": "Answers",
    _SMALL: "Small answers, given right after an answer",
    "responses": "Fixed texts",
    "nlu": "Small talk, requests and refusals",
}


def build_pages(folder: Path = DATA_DIR) -> Dict[str, str]:
    """Every page by file name.

    Args:
        folder: A `data/` folder.

    Raises:
        ContentError: A file cannot be read.
    """
    documents = {path: _read(path) for path in sorted(folder.rglob("*.yml"))}
    phrasings, titles = _phrasings(documents.values()), _titles_of_answers(documents.values())
    small_answers = {one.id: one for one in load_small_answers(folder / "small_answers")}
    by_id = {standing.id: standing for standing in standings(folder)}
    pages: Dict[str, str] = {}
    for path, document in documents.items():
        kind = path.parent.name
        if kind == _SMALL:
            pages[f"{path.stem}.md"] = _small(path.stem, document["responses"], small_answers, titles, by_id)
        elif document.get("responses"):
            pages[f"{path.stem}.md"] = _answers(path.stem, document["responses"], by_id, phrasings)
        elif kind in ("journeys", "sheets") or (kind in _OUTLINED and "metadata" in document):
            pages[f"{_OUTLINED[kind]}{path.stem.strip('_')}.md"] = _outlined(document, f"{kind}/{path.stem}", by_id)
        elif kind == "platforms" and "platform" in document:
            pages[f"platform_{path.stem}.md"] = _platform(document)
    pages["helplines.md"] = _helplines(load_directory(folder / "hotlines").services)
    pages[INDEX] = _index(documents, pages, by_id.values())
    return pages


def out_of_step(pages: Mapping[str, str], folder: Path = PAGES_DIR, keep_others: bool = False) -> List[str]:
    """Names of pages that are missing, old or left over; empty when the folder shows what is said.

    Args:
        keep_others: The folder holds other pages too, which are nobody's business here.
    """
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    names = set(pages) if keep_others else {*pages, *there}
    return sorted(name for name in names if pages.get(name) != there.get(name))


def write_pages(pages: Mapping[str, str], folder: Path = PAGES_DIR, keep_others: bool = False) -> List[str]:
    """Writes what changed and, unless others are kept, removes pages that nothing stands behind any more.

    Returns:
        The names written or removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed = out_of_step(pages, folder, keep_others)
    for name in changed:
        if name in pages:
            (folder / name).write_text(pages[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed


def _read(path: Path) -> Dict[str, Any]:
    try:
        found = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ContentError(f"{path.name} cannot be read ({str(error).splitlines()[0]}).") from None
    return found if isinstance(found, dict) else {}


def _phrasings(documents: Any) -> Counter[str]:
    """How many example phrasings each intent has."""
    found: Counter[str] = Counter()
    for document in documents:
        for block in document.get("nlu") or []:
            if "intent" in block:
                found[block["intent"]] += str(block["examples"]).count("\n- ") + 1
    return found


def _titles_of_answers(documents: Any) -> Dict[str, str]:
    """Titles of the long answers by faq id."""
    found: Dict[str, str] = {}
    for document in documents:
        for name, said in (document.get("responses") or {}).items():
            if name.startswith(_FAQ_PREFIX):
                title = next((one["metadata"]["title"] for one in said if "title" in (one.get("metadata") or {})), None)
                found[name.removeprefix(_FAQ_PREFIX)] = title or _title(name)
    return found


def _small(
    stem: str,
    responses: Mapping[str, Any],
    answers: Mapping[str, SmallAnswer],
    titles: Mapping[str, str],
    by_id: Mapping[str, Standing],
) -> str:
    topic = stem.removeprefix(f"{_SMALL}_")
    headings = [titles[faq] for faq in by_long_answer(list(responses), answers)]
    contents = _contents([*headings, "Sources"])
    lines = [_MADE, "", f"# Small answers: {_title(topic).lower()}", "", about(topic), *contents]
    return "\n".join([*lines, *small_sections(responses, answers, titles, by_id)]) + "\n"


def _answers(
    stem: str, responses: Mapping[str, Any], by_id: Mapping[str, Standing], phrasings: Mapping[str, int]
) -> str:
    lines = [_MADE, "", f"# {_title(stem)}", "", _WORDS_IN_BRACES]
    told: Dict[str, Mapping[str, Any]] = {
        name: next((v["metadata"] for v in said if v.get("metadata")), {}) for name, said in responses.items()
    }
    headings: Dict[str, str] = {
        name: metadata.get("title") or _title(name.removeprefix("utter_")) for name, metadata in told.items()
    }
    lines += _contents(list(headings.values()))
    for name, variations in responses.items():
        metadata = told[name]
        lines += ["", f"## {headings[name]}", ""]
        lines += _provenance(name, metadata, by_id.get(name), phrasings.get(name.removeprefix("utter_"), 0))
        for variation in variations:
            lines += ["", f"**{_voice(variation)}**", "", *_quoted(variation.get("text") or "(drawn by the page)")]
            buttons = variation.get("buttons") or []
            if buttons:
                shown = " · ".join(f"{button['title']} → `{_target(button['payload'])}`" for button in buttons)
                lines += ["", f"Buttons: {shown}"]
    return "\n".join(lines) + "\n"


def _contents(headings: Sequence[str]) -> List[str]:
    """A list of links to a page's headings; none where a page is short enough to be seen as a whole."""
    if len(headings) < _LISTED_FROM:
        return []
    taken: Counter[str] = Counter()
    lines = ["", "Contents:", ""]
    for heading in headings:
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        again = f"-{taken[anchor]}" if taken[anchor] else ""
        lines.append(f"- [{heading}](#{anchor}{again})")
        taken[anchor] += 1
    return lines


def _target(payload: str) -> str:
    """Where a button leads: the id of an answer, or what it asks for."""
    asked = _ASKED.search(payload)
    return asked.group(1) if asked else payload.removeprefix("/")


def _voice(variation: Mapping[str, Any]) -> str:
    told = [f"{one['name']}: {one['value']}" for one in variation.get("condition") or []]
    told = [name.removeprefix("audience: ") for name in told]
    if variation.get("channel"):
        told.append(f"on {variation['channel']}")
    return "To " + ", ".join(told) if told else "To everybody else"


def _provenance(name: str, metadata: Mapping[str, Any], standing: Standing | None, phrasings: int) -> List[str]:
    lines = [f"- Id: `{name}`"]
    if metadata.get("topic"):
        lines.append(f"- Topic: {metadata['topic']}")
    if metadata.get("after"):
        lines.append(f"- Said after cards about: {', '.join(metadata['after']).replace('_', ' ')}")
    sources = metadata.get("source") or []
    for source in [sources] if isinstance(sources, str) else sources:
        lines.append(f"- Source: {source}")
    if metadata.get("written"):
        lines.append(f"- Written: {metadata['written']}")
    if standing is not None:
        by = f" by {standing.reviewed_by} on {standing.reviewed_on}" if standing.reviewed_by else ""
        lines.append(f"- Review: {standing.state}{by}")
    if phrasings:
        lines.append(f"- Ways of asking it is trained on: {phrasings}")
    return lines


def _outlined(document: Mapping[str, Any], name: str, by_id: Mapping[str, Standing]) -> str:
    """A whole file, such as a journey or a sheet: every key that holds words, in the order of the file."""
    lines = [_MADE, "", f"# {document.get('title') or _title(name.replace('/_', '/').rstrip('_'))}", ""]
    lines += _provenance(name, document.get("metadata") or {}, by_id.get(name), 0)
    lines += ["", *_outline({key: value for key, value in document.items() if key not in ("metadata", "title")}, 0)]
    return "\n".join(lines) + "\n"


def _outline(value: Any, depth: int) -> Iterator[str]:
    """Nested bullets; a text of several lines becomes one line with its breaks marked."""
    indent = "  " * depth
    for label, part in _labelled(value):
        if isinstance(part, (dict, list)) and not _is_plain(part):
            yield f"{indent}- {label}".rstrip()
            yield from _outline(part, depth + 1)
        else:
            shown = ", ".join(map(str, part)) if isinstance(part, list) else str(part)
            words = " / ".join(line.strip() for line in shown.split("\n") if line.strip())
            yield f"{indent}- {label}{': ' if label else ''}{words}"


def _labelled(value: Any) -> Iterator[Tuple[str, Any]]:
    """Key and value; a choice in a list is known by the words on its button."""
    if isinstance(value, dict):
        yield from ((f"**{key}**", part) for key, part in value.items())
        return
    for part in value:
        if isinstance(part, dict):
            named = next((key for key in _NAMES if part.get(key)), "")
            kept = {key: inner for key, inner in part.items() if key not in (*_FOR_THE_PROGRAM, named)}
            yield f'"{part.get(named, "")}"', kept
        else:
            yield "", part


def _is_plain(value: Any) -> bool:
    """A short list of words reads best on one line."""
    return isinstance(value, list) and all(isinstance(part, (str, int)) and len(str(part)) < 40 for part in value)


def _platform(document: Mapping[str, Any]) -> str:
    lines = [_MADE, "", f"# Settings on {document['name']}"]
    for setting, cell in document["settings"].items():
        lines += ["", f"## {_title(setting)}", ""]
        if cell.get("unknown"):
            lines.append("Not known: people are told so, and where the platform's own help is.")
        for number, step in enumerate(cell.get("steps") or [], start=1):
            lines.append(f"{number}. {step if isinstance(step, str) else ' > '.join(step)}")
        for key in ("answer", "where", "note", "note_child"):
            if cell.get(key):
                lines += ["", f"{_title(key)}: {cell[key]}"]
        sources = cell.get("source") or []
        sources = [sources] if isinstance(sources, str) else sources
        lines += ["", *(f"- Source: {source}" for source in sources)]
        lines.append(f"- Date: {cell.get('date', 'not given')}, certainty: {cell.get('certainty', 'not given')}")
    return "\n".join(lines) + "\n"


def _helplines(services: Sequence[Hotline]) -> str:
    lines = [_MADE, "", "# Helplines and hotlines", "", "What is shown, where it was read and how it was checked."]
    lines += _contents(list(dict.fromkeys(service.country for service in services)))
    country = ""
    for service in services:
        if service.country != country:
            country = service.country
            lines += ["", f"## {country}"]
        lines += ["", f"### {service.name}", "", f"- Id: `{service.id}`", f"- Kind: {service.kind}"]
        lines.append(f"- For: {', '.join(service.audiences)}; about: {', '.join(service.serves)}")
        ways = [service.phone, service.sms and service.sms.number, service.whatsapp, service.chat_url, service.web]
        lines.append(f"- Ways: {', '.join(str(way) for way in ways if way) or 'see the report page'}")
        lines.append(f"- Confidence: {service.confidence}; checked {service.checked.on} ({service.checked.how})")
    return "\n".join(lines) + "\n"


def _index(documents: Mapping[Path, Any], pages: Mapping[str, str], texts: Any) -> str:
    every = list(texts)
    signed = sum(text.is_signed for text in every)
    lines = [_MADE, "", "# All that is said", "", "One page for each topic and each fixed text. Nothing else is said:"]
    lines += ["no sentence is made up while people write.", ""]
    lines.append(f"{len(every)} texts: {signed} signed by a professional, {len(every) - signed} not yet.")
    groups: Dict[str, List[str]] = {}
    for path, document in documents.items():
        if document.get("responses"):
            shown = _title(path.stem.removeprefix(f"{_SMALL}_"))
            row = f"- [{shown}]({path.stem}.md), {len(document['responses'])} texts"
            groups.setdefault(_KINDS.get(path.parent.name, "Fixed texts"), []).append(row)
    for prefix, title in (("journey_", "Journeys"), ("sheet_", "Sheets to print"), ("platform_", "Platforms")):
        names = sorted(name for name in pages if name.startswith(prefix))
        groups[title] = [f"- [{_title(name.removeprefix(prefix)[:-3])}]({name})" for name in names]
    names = sorted(name for name in pages if name.startswith(_INTERFACE))
    groups["Helplines, and the words of the chat itself"] = [
        "- [All services](helplines.md)",
        *(f"- [{_title(name[:-3])}]({name})" for name in names),
    ]
    for title, rows in groups.items():
        lines += ["", f"## {title}", "", *rows]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> List[str]:
    return [f"> {line}".rstrip() for line in text.strip().split("\n")]


def _title(name: str) -> str:
    plain = name.rsplit("/", 1)[-1].replace("_", " ").strip()
    return plain[:1].upper() + plain[1:]
