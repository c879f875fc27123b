"""`python -m bot ask`: one JSON object for each message, in process."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Iterator, List, Optional

import typer

from bot.errors import InputError

CHANNELS = ("web", "telegram", "whatsapp", "sms", "generic")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def ask(
        texts: Optional[List[str]] = typer.Argument(None, metavar="TEXT…", help="Messages of one conversation."),
        audience: Optional[str] = typer.Option(None, help="child, parent or professional."),
        country: Optional[str] = typer.Option(None, help="Two-letter country code, such as GB."),
        channel: str = typer.Option("web", help="Channel whose form the replies take: " + ", ".join(CHANNELS) + "."),
        file: Optional[Path] = typer.Option(
            None, help='JSON lines {"id", "turns": […], "audience"?, "country"?}; "-" reads standard input.'
        ),
    ) -> None:
        """Asks the assistant, without a server. Prints one JSON object a message."""
        if channel not in CHANNELS:
            raise InputError(f"There is no channel '{channel}'. Use one of: {', '.join(CHANNELS)}.")
        conversations = list(_conversations(texts, audience, country, file))
        for conversation in conversations:
            _check(conversation)
        from bot.assistant import as_line, get_assistant

        for conversation in conversations:
            results = get_assistant().converse(
                conversation["turns"],
                conversation["id"],
                conversation.get("audience"),
                conversation.get("country"),
                channel,
            )
            for result in results:
                print(as_line(result), flush=True)


def _conversations(
    texts: Optional[List[str]], audience: Optional[str], country: Optional[str], file: Optional[Path]
) -> Iterator[dict[str, Any]]:
    defaults = {name: value for name, value in (("audience", audience), ("country", country)) if value}
    if file is not None:
        yield from ({**defaults, **line} for line in read_json_lines(file))
    elif texts:
        yield {"id": "1", "turns": texts, **defaults}
    else:
        raise InputError("There is nothing to ask. Give a TEXT, or --file with JSON lines.")


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Reads JSON objects, one a line; `-` is standard input.

    Raises:
        InputError: The file is missing or no text, or a line is not a JSON object; the message gives its number.
    """
    # Not `splitlines`: a text may hold other line ends, such as U+2028, which JSON leaves as they are.
    for number, line in enumerate(_read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"Line {number} of {path.name} is not JSON: {error.msg}.") from None
        if not isinstance(found, dict):
            raise InputError(f"Line {number} of {path.name} must be a JSON object.")
        yield found


def _read_text(path: Path) -> str:
    if str(path) != "-" and not path.is_file():
        raise InputError(f"There is no file {path}.")
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text in UTF-8.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def _check(conversation: dict[str, Any]) -> None:
    turns = conversation.get("turns")
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns) or "id" not in conversation:
        raise InputError('Each line needs an "id" and "turns", a list of texts.')
    audience = conversation.get("audience")
    if audience not in (None, "child", "parent", "professional"):
        raise InputError(f"audience is '{audience}', but it must be child, parent or professional.")
    country = conversation.get("country")
    if country is not None and not (isinstance(country, str) and len(country) == 2 and country.isalpha()):
        raise InputError(f"country is '{country}', but it must be a two-letter code such as GB.")
    if country:
        conversation["country"] = country.upper()
