"""What a process remembers for a while, bounded: the oldest is forgotten first."""

from __future__ import annotations

from typing import Any, Generic, Optional, OrderedDict, TypeVar

MOST = 20_000

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(OrderedDict[Key, Value], Generic[Key, Value]):
    """An ordered dictionary, the newest last; only `note` keeps it bounded."""

    def __init__(self, most: Optional[int] = None) -> None:
        """Creates it empty; `most` keys are kept, by default `MOST`."""
        super().__init__()
        self._most = most or MOST

    def note(self, key: Key, value: Any = True) -> None:
        """Remembers it as the newest, and forgets the oldest when there are too many."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > self._most:
            self.popitem(last=False)
