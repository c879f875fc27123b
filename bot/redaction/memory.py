"""Who is `<PERSON_1>` in one conversation: numbers by keyed hash, so that nobody can read names back."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections import OrderedDict
from typing import Any, Dict, Mapping

_SPACES = re.compile(r"[\s.,'’\"\-_@]+")
#: A conversation that names more than this many people or numbers starts to share the last number.
MAX_ENTRIES = 500
_DIGEST_BYTES = 8


class ConversationMemory:
    """Gives the same detail the same placeholder within one conversation.

    Holds only keyed BLAKE2 digests (RFC 7693) under a key of the conversation; equal words in two conversations have
    unrelated digests. Every few words of every text are looked up: HMAC took eight times as long.
    """

    def __init__(self, key: bytes, state: Mapping[str, Mapping[str, int]] | None = None) -> None:
        """Starts empty or from a state that `as_state` gave.

        Args:
            key: Secret of this conversation, 16 to 64 bytes.
            state: Entity → digest (hex, 16 characters) → number.
        """
        self._key = key
        self._numbers: Dict[str, Dict[str, int]] = {entity: dict(seen) for entity, seen in (state or {}).items()}
        self._lock = threading.Lock()

    def placeholder(self, entity: str, value: str) -> str:
        """`<ENTITY_n>` for this value, with the number it had before or the next free one."""
        digest = self._digest(entity, value)
        with self._lock:
            seen = self._numbers.setdefault(entity, {})
            number = seen.get(digest)
            if number is None:
                number = self._same_person(entity, value) or max(seen.values(), default=0) + 1
                if len(seen) < MAX_ENTRIES:
                    seen[digest] = number
                    self._remember_given_name(entity, value, number)
        return f"<{entity}_{number}>"

    def remember_part(self, entity: str, part: str, placeholder: str) -> None:
        """Lets a part of a detail ("oakfield" of a school's name) lead to the same placeholder when it is echoed."""
        number = int(placeholder.rstrip(">").rsplit("_", 1)[1])
        with self._lock:
            seen = self._numbers.setdefault(entity, {})
            if len(seen) < MAX_ENTRIES:
                seen.setdefault(self._digest(entity, part), number)

    def known_placeholder(self, value: str) -> str | None:
        """The placeholder of a value already met in this conversation, or None. Used for echoes in bot text."""
        plain = _plain(value)
        with self._lock:
            for entity, seen in self._numbers.items():
                number = seen.get(self._digest_of_plain(entity, plain))
                if number is not None:
                    return f"<{entity}_{number}>"
        return None

    def as_state(self) -> Dict[str, Dict[str, int]]:
        """A copy that can be written as JSON; digests only."""
        with self._lock:
            return {entity: dict(seen) for entity, seen in self._numbers.items()}

    def learn(self, state: Mapping[str, Mapping[str, int]]) -> None:
        """Takes over numbers that another server gave out meanwhile; those known here stay."""
        with self._lock:
            for entity, numbers in state.items():
                seen = self._numbers.setdefault(entity, {})
                for digest, number in numbers.items():
                    seen.setdefault(digest, number)

    @property
    def is_empty(self) -> bool:
        """True when nothing was found in this conversation yet."""
        return not self._numbers

    def _digest(self, entity: str, value: str) -> str:
        return self._digest_of_plain(entity, _plain(value))

    def _digest_of_plain(self, entity: str, plain: str) -> str:
        named = f"{entity}\0{plain}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(named, key=self._key, digest_size=_DIGEST_BYTES).hexdigest()

    def _same_person(self, entity: str, value: str) -> int | None:
        """ "Katie Smith" after "Katie" is the same person."""
        parts = value.split()
        if entity != "PERSON" or len(parts) < 2:
            return None
        return self._numbers[entity].get(self._digest(entity, parts[0]))

    def _remember_given_name(self, entity: str, value: str, number: int) -> None:
        parts = value.split()
        if entity == "PERSON" and len(parts) > 1:
            self._numbers[entity].setdefault(self._digest(entity, parts[0]), number)


class MemoryBook:
    """The memories of recent conversations in this process, oldest dropped first."""

    def __init__(self, key: bytes, size: int = 2000) -> None:
        self._key = key
        self._size = size
        self._memories: OrderedDict[str, ConversationMemory] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, conversation_id: str, state: Mapping[str, Any] | None = None) -> ConversationMemory:
        """The memory of one conversation; `state`, as another process wrote it, is taken into it."""
        with self._lock:
            memory = self._memories.get(conversation_id)
            if memory is None:
                key = hmac.new(self._key, conversation_id.encode(), hashlib.sha256).digest()
                memory = ConversationMemory(key, state)
                self._memories[conversation_id] = memory
            elif state:
                memory.learn(state)
            self._memories.move_to_end(conversation_id)
            while len(self._memories) > self._size:
                self._memories.popitem(last=False)
        return memory

    def forget(self, conversation_id: str) -> None:
        """Drops one conversation, for example when it is erased."""
        with self._lock:
            self._memories.pop(conversation_id, None)


def _plain(value: str) -> str:
    """Letters and digits in one case: "Katie-Ann" and "katie ann" are the same."""
    return _SPACES.sub("", value).casefold()
