"""The wording book: every `responses:` block under `data/`, chosen by Rasa's rules, without Rasa.

The crisis card must go out when Rasa is slow or broken, so the wording is read and chosen here, in process.
The choice follows `rasa.core.nlg.generator.ResponseVariationFilter`, see `_eligible`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Mapping, Sequence, Tuple

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.yaml_text import parse_yaml

#: A name in braces, as Rasa writes variables.
PLACEHOLDER = re.compile(r"\{([^\n{}]+?)\}")

#: Slots any wording may name; a response adds its own with `metadata: {variables: [...]}`.
KNOWN_SLOTS = frozenset(
    ("audience", "country", "last_faq", "last_platform", "last_setting", "card_level", "check_in", "barrier")
)

#: Gives the value of one variable from the slots of the conversation.
Provider = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Button:
    """A choice: what the person reads and what is sent when they take it."""

    title: str
    payload: str


@dataclass(frozen=True)
class Variation:
    """One wording of a response, as written in YAML."""

    text: str
    buttons: Tuple[Button, ...] = ()
    channel: str | None = None
    conditions: Tuple[Tuple[str, Any], ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    custom: Any = None


@dataclass(frozen=True)
class Response:
    """The wording to send, filled; `name` is the response it came from."""

    text: str
    buttons: Tuple[Button, ...]
    metadata: Mapping[str, Any]
    name: str
    custom: Any = None


#: The reader of wordings for adults about themselves or about another grown-up: "your child" is wrong there.
ADULT = "adult"


class ResponseBook:
    """All responses by name."""

    def __init__(
        self, responses: Mapping[str, Sequence[Variation]], providers: Mapping[str, Provider] | None = None
    ) -> None:
        self._responses = dict(responses)
        self._providers = dict(providers or {})

    def __contains__(self, name: object) -> bool:
        return name in self._responses

    @property
    def names(self) -> Tuple[str, ...]:
        """Every response name, sorted."""
        return tuple(sorted(self._responses))

    def variations(self, name: str) -> Tuple[Variation, ...]:
        """All wordings of one response, in file order. Raises ContentError for an unknown name."""
        if name not in self._responses:
            raise ContentError(f"No response '{name}' under data/. Add it to a file in data/responses/.")
        return tuple(self._responses[name])

    def is_worded_for(self, name: str, audience: str) -> bool:
        """Whether a response has a wording of its own for an audience or a reader such as ADULT."""
        return any(("audience", audience) in variation.conditions for variation in self.variations(name))

    def choose(
        self,
        name: str,
        audience: str | None = None,
        channel: str = "web",
        slots: Mapping[str, Any] | None = None,
        turn: int = 0,
        reader: str | None = None,
    ) -> Response:
        """Picks and fills one wording.

        Args:
            name: Response name, such as `utter_greet` or `utter_faq/what_is_grooming`.
            audience: child, parent, professional or None.
            channel: web, telegram, whatsapp, sms or plain.
            slots: Values for conditions and placeholders; `audience` is added to them.
            turn: Which of several equally fitting wordings (modulo their number), so that nothing is random here.
            reader: In whose words, where that is not the audience: ADULT for one. Helplines and other values are those
                for the audience.

        Raises:
            ContentError: The response is unknown or has no wording for this audience and channel.
        """
        chosen = self.wording(name, reader or audience, channel, slots, turn)
        values = {**(slots or {}), "audience": audience, "channel": channel}
        buttons = tuple(Button(self.fill(b.title, values), b.payload) for b in chosen.buttons)
        return Response(self.fill(chosen.text, values), buttons, chosen.metadata, name, chosen.custom)

    def wording(
        self,
        name: str,
        audience: str | None = None,
        channel: str = "web",
        slots: Mapping[str, Any] | None = None,
        turn: int = 0,
    ) -> Variation:
        """The same choice, as it stands in the file. Raises ContentError as `choose` does."""
        fitting = _eligible(self.variations(name), {**(slots or {}), "audience": audience}, channel)
        if not fitting:
            raise ContentError(
                f"Response '{name}' has no wording for audience '{audience}' on '{channel}'. "
                "Add one variation without a condition."
            )
        return fitting[turn % len(fitting)]

    def fill(self, text: str, values: Mapping[str, Any]) -> str:
        """Replaces `{name}` by the value given, else by its provider; an unknown name leaves nothing behind."""

        def value_of(match: re.Match[str]) -> str:
            name = match.group(1)
            given = values.get(name)
            if given is not None:
                return str(given)
            provider = self._providers.get(name)
            return provider(values) if provider else ""

        return PLACEHOLDER.sub(value_of, text) if "{" in text else text

    def problems(self) -> List[str]:
        """One sentence for each placeholder nobody fills and each response without a default wording."""
        found = []
        for name, variations in self._responses.items():
            for variation in variations:
                known = KNOWN_SLOTS | set(self._providers) | set(variation.metadata.get("variables", ()))
                texts = [variation.text, *(button.title for button in variation.buttons)]
                for placeholder in {p for text in texts for p in PLACEHOLDER.findall(text)} - known:
                    found.append(
                        f"'{name}' names {{{placeholder}}}, which nothing fills. "
                        "Correct it, or list it under metadata: variables."
                    )
            if any(isinstance(value, date) for v in variations for value in v.metadata.values()):
                found.append(f"'{name}' has a date without quotes, which Rasa cannot store. Put it in quotes.")
            if all(v.conditions or v.channel for v in variations):
                found.append(f"'{name}' has no wording that fits everybody. Add one without condition and channel.")
        return found

    def check(self) -> None:
        """Stops the start when wording is broken. Raises ContentError with every problem found."""
        found = self.problems()
        if found:
            raise ContentError("Wording under data/ needs a correction: " + " ".join(found))


def _eligible(variations: Sequence[Variation], slots: Mapping[str, Any], channel: str) -> List[Variation]:
    """The group that Rasa would draw from: with condition and channel, then channel, then condition, then neither.

    Source: `rasa/core/nlg/generator.py`, `responses_for_utter_action`. Rasa draws at random within the group.
    """
    groups: Tuple[List[Variation], ...] = ([], [], [], [])
    for variation in variations:
        if variation.channel not in (None, channel):
            continue
        if not all(_matches(slots.get(slot), value) for slot, value in variation.conditions):
            continue
        group = (0 if variation.channel else 2) + (0 if variation.conditions else 1)
        groups[group].append(variation)
    return next((group for group in groups if group), [])


def _matches(actual: Any, wanted: Any) -> bool:
    # Rasa compares strings without regard to case.
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual.casefold() == wanted.casefold()
    return bool(actual == wanted)


def read_responses(files: Iterable[Path]) -> Dict[str, List[Variation]]:
    """Reads the `responses:` block of each YAML file.

    Raises:
        ContentError: A file is not YAML, a response is not a list, or a wording lacks a text.
    """
    found: Dict[str, List[Variation]] = {}
    for path in files:
        source = path.read_text(encoding="utf-8")
        # Most files hold examples only; parsing them would double the time to start.
        if not re.search(r"^responses:", source, re.MULTILINE):
            continue
        try:
            content = parse_yaml(source)
        except yaml.YAMLError as error:
            raise ContentError(f"{path} is not valid YAML: {error}") from error
        for name, items in (content.get("responses") or {}).items():
            if not isinstance(items, list):
                raise ContentError(f"{path}: response '{name}' must be a list of `- text: …` items.")
            found.setdefault(name, []).extend(_variation(path, name, item) for item in items)
    return found


def _variation(path: Path, name: str, item: Any) -> Variation:
    if not isinstance(item, dict) or not (item.get("text") or item.get("custom")):
        raise ContentError(f"{path}: response '{name}' has an item without `text:`.")
    try:
        buttons = tuple(Button(str(b["title"]), str(b.get("payload", b["title"]))) for b in item.get("buttons") or ())
        conditions = tuple((c["name"], c["value"]) for c in item.get("condition") or () if c.get("type") == "slot")
    except (KeyError, TypeError) as error:
        raise ContentError(f"{path}: response '{name}' has a button or condition without {error}.") from error
    return Variation(
        text=str(item.get("text") or "").strip(),
        buttons=buttons,
        channel=item.get("channel"),
        conditions=conditions,
        # YAML turns 2026-11-24 into a date, which no JSON event can carry.
        metadata={k: v.isoformat() if isinstance(v, date) else v for k, v in (item.get("metadata") or {}).items()},
        custom=item.get("custom"),
    )


def response_files(folder: Path = DATA_DIR) -> List[Path]:
    """Every YAML file under a folder, sorted."""
    return sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")])


def load_responses(folder: Path = DATA_DIR, providers: Mapping[str, Provider] | None = None) -> ResponseBook:
    """A book from the files of one folder. Raises ContentError when a file cannot be read."""
    return ResponseBook(read_responses(response_files(folder)), providers)


@lru_cache(maxsize=1)
def get_responses() -> ResponseBook:
    """The wording book of this process, read once, with the variables that helplines provide."""
    # Imported here: the providers read the directory, which uses this module for its own wording.
    from bot.content.barriers import barrier_providers
    from bot.content.variables import PROVIDERS

    return load_responses(DATA_DIR, {**PROVIDERS, **barrier_providers()})
