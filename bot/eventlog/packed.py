"""Events of a conversation in memory as JSON: a fifth of what the same dictionaries take (35 instead of 184 KB)."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterable, Iterator, Sequence, Tuple, Union, overload

EventDict = Dict[str, Any]


class PackedEvents(Sequence[EventDict]):
    """Behaves like a tuple of dictionaries; each look makes new ones."""

    __slots__ = ("_packed",)

    def __init__(self, packed: Tuple[bytes, ...] = ()) -> None:
        """Takes packed events; `PackedEvents.of` packs."""
        self._packed = packed

    @classmethod
    def of(cls, events: Iterable[EventDict]) -> PackedEvents:
        """Packs; events that are packed already are taken as they are."""
        if isinstance(events, PackedEvents):
            return events
        return cls(tuple(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() for event in events))

    def plus(self, events: Iterable[EventDict]) -> PackedEvents:
        """With more behind."""
        return PackedEvents(self._packed + PackedEvents.of(events)._packed)

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, index: int) -> EventDict: ...

    @overload
    def __getitem__(self, index: slice) -> PackedEvents: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[EventDict, PackedEvents]:
        if isinstance(index, slice):
            return PackedEvents(self._packed[index])
        return dict(json.loads(self._packed[index]))

    def __iter__(self) -> Iterator[EventDict]:
        return map(json.loads, self._packed)
