"""Who has read what: the standing of every text a person can read, and the sign-off of a professional.

A text is a `draft` until somebody who protects children for a living has read all its wordings and signed. A sign-off
holds for the words that were read: a fingerprint of them is kept, and a later change makes the text a draft again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.config import DATA_DIR
from bot.errors import ContentError, InputError
from bot.yaml_text import parse_yaml

#: Days after which a text is read again: from its sign-off, or, for a draft, from the day it was written.
REVIEW_DAYS = 365
DRAFT, REVIEWED, CHANGED = "draft", "reviewed", "changed"
_SIGNED_KEYS = ("reviewed_by", "reviewed_on", "reviewed_words")


@dataclass(frozen=True)
class Standing:
    """How one text stands.

    Attributes:
        id: A response name (`utter_faq/what_is_grooming`), or folder and name of a whole file (`journeys/safety_quiz`).
        state: `draft`, `reviewed`, or `changed` (its words are not those that were signed).
        due: The day from which it should be read again; None when no date is given.
    """

    id: str
    path: Path
    topic: str
    state: str
    written: str
    reviewed_by: str
    reviewed_on: str
    due: date | None

    @property
    def is_signed(self) -> bool:
        """Whether a professional has read the words as they are."""
        return self.state == REVIEWED

    def is_due(self, today: date) -> bool:
        """Whether its review period is over."""
        return self.due is not None and self.due <= today


@dataclass(frozen=True)
class _Text:
    """One text as it stands in a file: its metadata blocks and all its words."""

    id: str
    path: Path
    metadata: Tuple[Mapping[str, Any], ...]
    words: str


def standings(folder: Path = DATA_DIR) -> List[Standing]:
    """Every text that carries `review`, sorted by id.

    Raises:
        ContentError: A file or a date cannot be read.
    """
    return sorted((_standing(text) for text in _texts(folder)), key=lambda one: one.id)


def sign_off(
    ids: Sequence[str], by: str, role: str, on: date, folder: Path = DATA_DIR, today: date | None = None
) -> List[Path]:
    """Records that a professional has read texts; only the lines of the sign-off change in a file.

    Args:
        ids: Ids as in Standing; the name of a question alone (`what_is_grooming`) is enough.
        by, role: Name and office of the reader, such as "A. Example" and "safeguarding lead".
        on: The day it was read.
        folder: The `data/` folder.
        today: For tests; `on` may not lie after it.

    Returns:
        The files written.

    Raises:
        InputError: An id is unknown, name or role is empty, the day lies ahead, or texts that share one block of
            metadata are not signed together.
    """
    if not by.strip() or not role.strip():
        raise InputError("Say who read it: --by NAME and --role ROLE, such as --role 'safeguarding lead'.")
    if on > (today or date.today()):
        raise InputError(f"{on} lies ahead. Give the day on which it was read.")
    known = {text.id: text for text in _texts(folder)}
    chosen = [_known_id(name, known) for name in ids]
    if not chosen:
        raise InputError("Name the texts that were read; `python -m bot review` lists them.")
    _refuse_shared(chosen, known)
    signature = {"review": REVIEWED, "reviewed_by": f"{by.strip()}, {role.strip()}", "reviewed_on": on.isoformat()}
    written = []
    for path in sorted({known[name].path for name in chosen}):
        here = {name: known[name].words for name in chosen if known[name].path == path}
        path.write_text(_signed(path, here, signature), encoding="utf-8")
        written.append(path)
    return written


def fingerprint(words: str) -> str:
    """Twelve characters that change when the words do."""
    return hashlib.blake2b(words.encode("utf-8"), digest_size=6).hexdigest()


def _texts(folder: Path) -> Iterator[_Text]:
    for path in sorted(folder.rglob("*.yml")):
        document = _read(path)
        for name, variations in (document.get("responses") or {}).items():
            blocks = tuple(v["metadata"] for v in variations if "review" in (v.get("metadata") or {}))
            if blocks:
                yield _Text(name, path, blocks, _words(variations))
        metadata = document.get("metadata")
        if isinstance(metadata, dict) and "review" in metadata:
            words = _words({key: value for key, value in document.items() if key != "metadata"})
            yield _Text(f"{path.parent.name}/{path.stem}", path, (metadata,), words)


def _read(path: Path) -> Dict[str, Any]:
    try:
        found = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ContentError(f"{path.name} cannot be read ({str(error).splitlines()[0]}).") from None
    return found if isinstance(found, dict) else {}


def _words(value: Any) -> str:
    """All that a person can read of it, in order; metadata is about the words, not part of them."""
    if isinstance(value, dict):
        return "\n".join(_words(part) for key, part in value.items() if key != "metadata")
    if isinstance(value, list):
        return "\n".join(_words(part) for part in value)
    return str(value)


def _standing(text: _Text) -> Standing:
    first = text.metadata[0]
    signed = all(block["review"] == REVIEWED and block.get("reviewed_by") for block in text.metadata)
    state = DRAFT
    if signed:
        same = all(block.get("reviewed_words") == fingerprint(text.words) for block in text.metadata)
        state = REVIEWED if same else CHANGED
    begun = str(first.get("reviewed_on") if signed else first.get("written") or "")
    return Standing(
        id=text.id,
        path=text.path,
        topic=str(first.get("topic") or text.path.stem),
        state=state,
        written=str(first.get("written") or ""),
        reviewed_by=str(first.get("reviewed_by") or ""),
        reviewed_on=str(first.get("reviewed_on") or ""),
        due=_day(begun, text.id) + timedelta(days=REVIEW_DAYS) if begun else None,
    )


def _day(value: str, name: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ContentError(f"'{name}' has the date '{value}'. Write it as year-month-day, in quotes.") from None


def _known_id(name: str, known: Mapping[str, _Text]) -> str:
    for candidate in (name, f"utter_faq/{name}", f"utter_{name}"):
        if candidate in known:
            return candidate
    raise InputError(f"There is no text '{name}'. `python -m bot review` lists the ids.")


def _refuse_shared(chosen: Sequence[str], known: Mapping[str, _Text]) -> None:
    """Texts of one file can share a metadata block (`&frame`); one of them cannot be signed without the others."""
    for path in {known[name].path for name in chosen}:
        responses = _read_places(path).get("responses") or {}
        owners: Dict[int, set[str]] = {}
        for name, variations in responses.items():
            for block in (variation["metadata"] for variation in variations if "metadata" in variation):
                owners.setdefault(id(block), set()).add(name)
        for names in owners.values():
            left = names - set(chosen)
            if left and names & set(chosen):
                both = ", ".join(sorted(names))
                raise InputError(f"These texts share their metadata in {path.name} and are signed together: {both}.")


def _read_places(path: Path) -> Any:
    """The file with the place of every key (ruamel's round-trip reader)."""
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8")) or {}
    except YAMLError as error:
        raise ContentError(f"{path.name} cannot be read ({str(error).splitlines()[0]}).") from None


def _signed(path: Path, words: Mapping[str, str], signature: Mapping[str, str]) -> str:
    """The text of the file with the sign-off in it. Comments and layout stay, since only lines are exchanged."""
    document = _read_places(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    blocks: Dict[int, Tuple[Any, str]] = {}
    for name, read in words.items():
        for block in _blocks(document, name):
            blocks[block.lc.key("review")[0]] = (block, read)
    for line in sorted(blocks, reverse=True):
        block, read = blocks[line]
        _exchange(lines, block, {**signature, "reviewed_words": fingerprint(read)}, path)
    return "\n".join(lines)


def _blocks(document: Any, name: str) -> Iterator[Any]:
    if name in (document.get("responses") or {}):
        for variation in document["responses"][name]:
            if "review" in (variation.get("metadata") or {}):
                yield variation["metadata"]
    else:
        yield document["metadata"]


def _exchange(lines: List[str], block: Any, fields: Mapping[str, str], path: Path) -> None:
    if block.fa.flow_style():
        raise ContentError(f"{path.name}: write metadata with one key a line, so that a sign-off can stand in it.")
    line, column = block.lc.key("review")
    old = {block.lc.key(key)[0] for key in _SIGNED_KEYS if key in block}
    new = [f"{' ' * column}review: {fields['review']}"]
    # JSON text is YAML text: quotes and colons in a name stay harmless.
    new += [f"{' ' * column}{key}: {json.dumps(fields[key], ensure_ascii=False)}" for key in _SIGNED_KEYS]
    for number in sorted(old, reverse=True):
        del lines[number]
        line -= number < line
    lines[line : line + 1] = new
