"""Messages with unique secrets, and the search for them in everything a deployment wrote."""

from __future__ import annotations

import base64
import json
import random
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

_SYLLABLES = tuple("bacedifoguhajikelomunapiquareotuvawyxoza"[at : at + 2] for at in range(0, 40, 2))


@dataclass(frozen=True)
class Canary:
    """One message.

    Attributes:
        text: What the person types.
        secrets: Parts of it that must be found nowhere, lower case, each unique to this message.
    """

    text: str
    secrets: Tuple[str, ...]


def make_canaries(count: int, seed: int = 1) -> List[Canary]:
    """The same messages each time: risky, ordinary and off-topic ones, one to three secrets in each."""
    rng = random.Random(seed)
    taken: set[str] = set()

    def word() -> str:
        while True:
            made = "".join(rng.choice(_SYLLABLES) for _ in range(4)) + rng.choice("bdklmnrtvz")
            if made not in taken:
                taken.add(made)
                return made

    def digits(length: int) -> str:
        made = "".join(rng.choice("123456789") for _ in range(length))
        taken.add(made)
        return made

    makers = (
        lambda: _one("my name is {} and he says he will post my pics", word()),
        lambda: _one("my friend {} said i can trust him", word()),
        lambda: _one("im {} im 13 and a man wants to meet", word()),
        lambda: _one("call me on 07{} pls", digits(9)),
        lambda: _one("my email is {}@gmail.com", word()),
        lambda: _one("my snap is {}_{} add me", word(), digits(4)),
        lambda: _one("he said look at https://www.instagram.com/{}/", word()),
        lambda: _one("i live at {} {} road", digits(3), word()),
        lambda: _one("i go to {} academy in year 8", word()),
        lambda: _one("my password is {}{}!", word(), digits(3)),
        lambda: _one("i play for {} rovers on sundays", word()),
        lambda: _one("my passport number is {}", digits(9)),
        lambda: _one("@{} keeps messaging me on tiktok", word()),
        lambda: _one("mr {} is my teacher, how do i make instagram private", word()),
        lambda: _one("my card is 4{}", digits(15)),
        lambda: _one("hi im {}, what is grooming", word()),
        lambda: _one("a man called {} {} wants to kill me", word(), word()),
        lambda: _one("i want to die, tell {} i love her", word()),
    )
    return [makers[number % len(makers)]() for number in range(count)]


def _one(template: str, *secrets: str) -> Canary:
    return Canary(template.format(*secrets), tuple(secret.lower() for secret in secrets if len(secret) > 5))


def leaks(canaries: Sequence[Canary], places: Dict[str, str]) -> List[Tuple[str, str]]:
    """(place, secret) for each secret that stands in a place.

    Args:
        canaries: What was sent.
        places: Name → everything that stands there, as text.
    """
    lowered = {name: content.lower() for name, content in places.items()}
    return [
        (name, secret)
        for canary in canaries
        for secret in canary.secrets
        for name, content in lowered.items()
        if secret in content
    ]


def read_files(folder: Path) -> Dict[str, str]:
    """Every file below a folder as it stands on disk, also databases and their logs."""
    return {
        f"file {path.relative_to(folder)}": path.read_bytes().decode("latin-1")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_decrypted(folder: Path) -> Dict[str, str]:
    """Every cell of every SQLite table, decrypted with the deployment's own key, and every spool batch."""
    from bot.store.keys import load_key_ring

    keys = load_key_ring("", folder / "keys")
    places: Dict[str, str] = {}
    for path in sorted(folder.rglob("*.db")):
        for table, row in _rows(path):
            name = f"table {path.name}:{table}"
            places[name] = places.get(name, "") + " ".join(open_cell(keys, cell) for cell in row) + "\n"
    for path in sorted(folder.rglob("spool/*/*.log")):
        lines = path.read_bytes().splitlines()
        places[f"spool {path.name}"] = "\n".join(
            keys.decrypt(base64.b64decode(line), b"spool").decode() for line in lines
        )
    return places


def _rows(path: Path) -> Iterator[Tuple[str, Tuple[Any, ...]]]:
    connection = sqlite3.connect(path)
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - our own table names
                yield table, row
    finally:
        connection.close()


def open_cell(keys: Any, cell: Any) -> str:
    """A cell in clear: encrypted columns and Rasa's events are opened, other values stay."""
    if isinstance(cell, bytes) and cell[:1] == b"\x01":
        return str(keys.decrypt(cell).decode("utf-8"))
    if isinstance(cell, str) and cell.startswith("k1:"):
        return json.dumps(json.loads(keys.decrypt(base64.b64decode(cell[3:]), b"tracker")), ensure_ascii=False)
    return str(cell)
