"""What a process remembers for a while, bounded: the oldest is forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

MOST = 20_000


class Recent(OrderedDict[str, Any]):
    """Keys, each with a value where one is needed, the newest last."""

    def note(self, key: str, value: Any = True) -> None:
        """Remembers it as the newest."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > MOST:
            self.popitem(last=False)
