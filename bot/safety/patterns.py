"""The small pattern language of `data/risk/`: plain words with a few marks, compiled once to a bounded regex.

| written | means |
|---|---|
| `post my {image}` | words in a row; `{image}` is any entry of that group in `data/risk/words/groups.yml` |
| `(share\\|send)` | either word; alternatives may hold several words |
| `threaten*` | a word that starts like this |
| `really?` | a word that may be left out |
| `_3` | up to three words of any kind, inside one sentence |
| `^` … `$` | the message starts, or ends, here |

Gaps are bounded and sentences end a match, so time grows with the length of the text and never faster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator, Mapping, Pattern, Sequence, Tuple

from bot.errors import ContentError
from bot.text.cleanup import CleanText

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.!?;:]")
_ANY = r"(?:[^\s.]+ )"


@dataclass(frozen=True)
class TokenText:
    """A clean text as words with single spaces, ready for patterns.

    Attributes:
        line: ` word word . word ` with one leading and one trailing space; sentence ends are a `.` of their own.
        tokens: Span `[start, end)` of each token in the clean text.
        offsets: Position in `line` at which each token starts.
    """

    line: str
    tokens: Tuple[Tuple[int, int], ...]
    offsets: Tuple[int, ...]

    def clean_span(self, start: int, end: int) -> Tuple[int, int]:
        """Turns a span of `line` into a span of the clean text."""
        inside = [span for span, offset in zip(self.tokens, self.offsets, strict=True) if start <= offset < end]
        return (inside[0][0], inside[-1][1]) if inside else (0, 0)


def tokenize(cleaned: CleanText) -> TokenText:
    """Splits a clean text into words and sentence ends."""
    words, spans, offsets = [], [], []
    position = 1
    for match in _WORD.finditer(cleaned.text):
        word = match.group() if match.group()[0].isalnum() else "."
        words.append(word)
        spans.append(match.span())
        offsets.append(position)
        position += len(word) + 1
    return TokenText(f" {' '.join(words)} ", tuple(spans), tuple(offsets))


def compile_patterns(written: Sequence[str], groups: Mapping[str, Sequence[str]], place: str) -> Pattern[str]:
    """Compiles several patterns into one.

    Args:
        written: Patterns as in the table above.
        groups: Group name to its entries, each itself a pattern without groups.
        place: Where the patterns stand, for the error message.

    Raises:
        ContentError: A group is unknown or a pattern cannot be read.
    """
    try:
        body = "|".join(f"(?:{_compile(pattern, groups)})" for pattern in written)
        return re.compile(f"(?<= )(?:{body})")
    except KeyError as error:
        raise ContentError(f"{place}: the group {{{error.args[0]}}} is not in data/risk/words/groups.yml.") from None
    except re.error as error:
        raise ContentError(f"{place}: a pattern cannot be read ({error}).") from None


def _compile(pattern: str, groups: Mapping[str, Sequence[str]]) -> str:
    return "".join(_compile_piece(piece, groups) for piece in _pieces(pattern))


def _pieces(pattern: str) -> list[str]:
    """Splits at the spaces that stand outside parentheses."""
    pieces, depth = [""], 0
    for char in pattern:
        depth += (char == "(") - (char == ")")
        if char == " " and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += char
    return [piece for piece in pieces if piece]


def _alternatives(body: str) -> list[str]:
    """Splits at the bars that stand outside parentheses."""
    parts, depth = [""], 0
    for char in body:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _compile_piece(piece: str, groups: Mapping[str, Sequence[str]]) -> str:
    if piece == "^":
        return r"(?<=^ )"
    if piece == "$":
        return r"(?:\. )*$"
    if re.fullmatch(r"_\d{1,2}", piece):
        return f"{_ANY}{{0,{piece[1:]}}}"
    optional = "?" if piece.endswith("?") else ""
    core = piece[:-1] if optional else piece
    if core.startswith("{"):
        choices = list(groups[core.strip("{}")])
    elif core.startswith("("):
        choices = _alternatives(core[1:-1])
    else:
        word = f"{re.escape(core[:-1])}[^\\s.]* " if core.endswith("*") else f"{re.escape(core)} "
        return f"(?:{word}){optional}"
    return f"(?:{'|'.join(_compile(choice, groups) for choice in choices)}){optional}"


def find(pattern: Pattern[str], text: TokenText) -> Iterator[Tuple[int, int]]:
    """Yields each span `[start, end)` in `text.line` where a pattern fits."""
    for match in pattern.finditer(text.line):
        yield match.span()
