"""Text-message segments: what a text costs, and how a long answer is cut. Pure.

Source: 3GPP TS 23.038 (alphabets) and 23.040 (joined messages). One message holds 140 bytes: 160 characters of the GSM
alphabet or 70 UTF-16 units. A longer text is joined from segments that give 6 bytes to a header: 153 or 67.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, Sequence, Tuple

from bot.content.cards import GSM, gsm

#: These take two places each, and never fall on the border of two segments.
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
_GSM_SINGLE, _GSM_JOINED = 160, 153
_UCS2_SINGLE, _UCS2_JOINED = 70, 67

#: A part of an answer takes at most this many segments, an answer at most this many parts before "more".
SEGMENTS_A_PART = 2
MOST_PARTS = 3

_SENTENCE_END = re.compile(r"(?<=[.!?…؟])(?:[\"'”’)]*)\s+|(?<=[。！？।])\s*|\n+")
#: A word with the blanks after it; the groups of a number are one word: "0800 1111" is never cut in the middle.
_WORD = re.compile(r"(?:\S*\d (?=\d))*\S+\s*")


@dataclass(frozen=True)
class Cut:
    """A long answer in parts.

    Attributes:
        parts: What is sent now, at most MOST_PARTS.
        rest: What is left for "more"; empty when all is said.
    """

    parts: Tuple[str, ...]
    rest: str = ""


def is_gsm(text: str) -> bool:
    """Whether every character is in the GSM alphabet; one that is not makes the whole message UCS-2."""
    return all(character in GSM or character in GSM_EXTENDED for character in text)


def count_segments(text: str) -> int:
    """How many segments a text takes when it is sent; 0 for an empty text."""
    if not text:
        return 0
    if is_gsm(text):
        widths = [2 if character in GSM_EXTENDED else 1 for character in text]
        return _filled(widths, _GSM_SINGLE, _GSM_JOINED)
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return _filled(widths, _UCS2_SINGLE, _UCS2_JOINED)


def _filled(widths: Sequence[int], single: int, joined: int) -> int:
    if sum(widths) <= single:
        return 1
    segments, used = 1, 0
    for width in widths:
        # A character of two units is not torn apart; it moves to the next segment.
        if used + width > joined:
            segments, used = segments + 1, 0
        used += width
    return segments


def cheapest(text: str) -> str:
    """The text in GSM characters when nothing readable is lost by that, else as it is.

    Curly quotes, dashes and Latin accents have plain forms; another script has none and stays.
    """
    spoken = text.replace("—", "-").replace("–", "-").replace("•", "-").replace("\u00a0", " ").replace("→", ">")
    if is_gsm(spoken):
        return spoken
    plain = gsm(spoken)
    return spoken if plain.count("?") > spoken.count("?") else plain


def sentences(text: str) -> List[str]:
    """The sentences of a text, each with the blanks that follow it, so that joining them gives the text back."""
    found, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        if match.end() > start:
            found.append(text[start : match.end()])
            start = match.end()
    return [*found, text[start:]] if start < len(text) else found


def fits(text: str, segments: int = SEGMENTS_A_PART) -> bool:
    """Whether a text takes no more than so many segments."""
    return count_segments(text.strip()) <= segments


def cut_answer(text: str, tail: str, more: str, segments: int = SEGMENTS_A_PART, most: int = MOST_PARTS) -> Cut:
    """Cuts an answer at sentence ends.

    Args:
        text: The answer, in plain characters.
        tail: Belongs after the last sentence (the list of choices), or empty; it is never cut and never sent
            before the text is at its end.
        more: The words that offer the rest, put at the end of the last part while there is a rest.
        segments: Most segments a part.
        most: Most parts now.

    Returns:
        The parts to send now and the rest of the text. A rest is offered again with the same `tail`.
    """
    pieces = _pieces(text, segments)
    whole = _packed(pieces, tail, segments)
    if len(whole) <= most:
        return Cut(_numbered(whole))
    # The last part needs room for the offer; what does not fit beside it is the rest.
    parts, used, begins = [], 0, 0
    for number in range(most):
        ending = f"\n{more}" if number == most - 1 else ""
        begins = used
        part, used = _next_part(pieces, used, ending, segments)
        parts.append(part)
    if used == len(pieces):
        # Only the choices are left. "More" must bring words with them, so the last sentence waits there too.
        if used - begins < 2:
            return Cut(_numbered(whole))
        used -= 1
        parts[-1] = "".join(pieces[begins:used]).strip() + f"\n{more}"
    return Cut(_numbered(parts), "".join(pieces[used:]).strip())


def _packed(pieces: Sequence[str], tail: str, segments: int) -> List[str]:
    parts, used = [], 0
    while used < len(pieces):
        part, used = _next_part(pieces, used, "", segments)
        parts.append(part)
    if not tail:
        return parts
    together = f"{parts[-1]}\n{tail}" if parts else tail
    if parts and fits(_with_number(together), segments):
        return [*parts[:-1], together]
    return [*parts, tail]


def _next_part(pieces: Sequence[str], start: int, ending: str, segments: int) -> Tuple[str, int]:
    """As many pieces as fit with the ending; at least one, so that there is always progress."""
    end = start + 1
    while end < len(pieces) and fits(_with_number("".join(pieces[start : end + 1]).rstrip() + ending), segments):
        end += 1
    return "".join(pieces[start:end]).strip() + ending, end


def _pieces(text: str, segments: int) -> List[str]:
    """Sentences, and the words of a sentence that is too long for one part."""
    found: List[str] = []
    for sentence in sentences(text.strip()):
        if fits(_with_number(sentence), segments):
            found.append(sentence)
            continue
        for word in _WORD.findall(sentence):
            found.extend(_torn(word, segments))
    return found


def _torn(word: str, segments: int) -> List[str]:
    """A word without a blank that is longer than a part (a script without blanks, a long address), in pieces."""
    if fits(_with_number(word), segments):
        return [word]
    step = (_GSM_JOINED if is_gsm(word) else _UCS2_JOINED // 2) * segments // 2
    return [word[start : start + step] for start in range(0, len(word), step)]


def _with_number(part: str) -> str:
    return f"1/{MOST_PARTS} {part}"


def _numbered(parts: Sequence[str]) -> Tuple[str, ...]:
    """Text messages may arrive in another order, so several of them say which is which."""
    if len(parts) == 1:
        return (parts[0],)
    return tuple(f"{number}/{len(parts)} {part}" for number, part in enumerate(parts, start=1))
