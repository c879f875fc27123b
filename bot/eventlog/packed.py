"""Events of a conversation in memory as compressed JSON: a small part of what the same dictionaries take."""

from __future__ import annotations

import json
import zlib
from itertools import chain
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Sequence, Tuple, Union, overload

EventDict = Dict[str, Any]
#: Fast: the next level saves a tenth more and takes twice as long.
_LEVEL = 1


class _Part(NamedTuple):
    """Events that came together, usually those of one turn: they repeat each other. A turn compresses its own only."""

    size: int
    packed: bytes

    @classmethod
    def of(cls, events: List[EventDict]) -> _Part:
        written = json.dumps(events, ensure_ascii=False, separators=(",", ":"))
        return cls(len(events), zlib.compress(written.encode(), _LEVEL))

    def read(self) -> List[EventDict]:
        found: List[EventDict] = json.loads(zlib.decompress(self.packed))
        return found


class PackedEvents(Sequence[EventDict]):
    """Behaves like a tuple of dictionaries; each look makes new ones."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Tuple[_Part, ...] = ()) -> None:
        """Takes packed events; `PackedEvents.of` packs."""
        self._parts = parts

    @classmethod
    def of(cls, events: Iterable[EventDict]) -> PackedEvents:
        """Packs; events that are packed already are taken as they are."""
        if isinstance(events, PackedEvents):
            return events
        together = list(events)
        return cls((_Part.of(together),) if together else ())

    def plus(self, events: Iterable[EventDict]) -> PackedEvents:
        """With more behind."""
        return PackedEvents(self._parts + PackedEvents.of(events)._parts)

    def __len__(self) -> int:
        return sum(part.size for part in self._parts)

    @overload
    def __getitem__(self, index: int) -> EventDict: ...

    @overload
    def __getitem__(self, index: slice) -> PackedEvents: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[EventDict, PackedEvents]:
        if isinstance(index, slice):
            return PackedEvents.of(list(self)[index])
        return list(self)[index]

    def __iter__(self) -> Iterator[EventDict]:
        return chain.from_iterable(part.read() for part in self._parts)
