# ruff: noqa: E501 - an expression is easier to check on one line
"""Dates of birth in other languages and in English words, as expressions. Rows as in `patterns`."""

from __future__ import annotations

from typing import Tuple

from bot.redaction.constants import BIRTH_DATE
from bot.redaction.shape import Shape
from bot.redaction.spoken import MONTH, TEEN, TENS, UNIT

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
#: Spanish, French, German, Portuguese, Italian and Dutch.
_MONTH = (
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre"
    r"|janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre"
    r"|januar|jänner|februar|m(?:ä|ae)rz|april|juni|juli|august|september|oktober|november|dezember"
    r"|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro"
    r"|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|januari|februari|maart|mei|augustus|december)"
)
_YEAR = r"(?:(?:19|20)\d\d|'?\d\d)\b"
_FOREIGN_DATE = (
    rf"(?:{_DAY}(?:er|\.|º)?\s*(?:de\s+)?{_MONTH}\b(?:,?\s+(?:del?\s+)?{_YEAR})?"
    rf"|\d{{1,2}}\s?[/.\-]\s?\d{{1,2}}(?:\s?[/.\-]\s?\d{{2,4}})?(?!\d|\s*(?:uhr|h)\b)|(?:19|20)\d\d\b)"
)
_FOREIGN_CUE = (
    r"(?:nac[ií]|naci[óo]|nacid[oa]|nacimiento|cumple(?:a[ñn]os)?|cumplo|née?|naissance|anniv(?:ersaire)?|geboren|geb\.?|geburtstag|geburtsdatum"
    r"|nasci|nascid[oa]|nascimento|anivers[áa]rio|compleanno|nat[oa]|verjaardag|geboortedatum|jarig)"
)
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth"
    r"|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|thirty[\s\-]first"
    r"|twenty[\s\-](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))"
)
_YEAR_IN_WORDS = (
    rf"(?:two thousand(?:\s+(?:and\s+)?(?:{TEEN}|twenty(?:[\s\-]{UNIT})?|{UNIT}))?|twenty\s+(?:{TEEN}|twenty(?:[\s\-]{UNIT})?|oh\s+{UNIT})"
    rf"|nineteen\s+(?:{TEEN}|{TENS}(?:[\s\-]{UNIT})?))"
)
_DATE_IN_WORDS = (
    rf"(?:(?:{_ORDINAL}\s+(?:of\s+)?{MONTH}|{MONTH}\s+(?:the\s+)?{_ORDINAL})\b"
    rf"(?:,?\s+(?:in\s+)?(?:{_YEAR_IN_WORDS}|(?:19|20)\d\d))?|{_YEAR_IN_WORDS})\b"
)

BIRTH_SHAPES: Tuple[Shape, ...] = (
    Shape(BIRTH_DATE, "date after a birth word of another language", rf"\b{_FOREIGN_CUE}(?!\w)[\w\s,'’:=\-]{{0,20}}?(?<!\d)(?P<x>{_FOREIGN_DATE})", 0.9),
    Shape(BIRTH_DATE, "date before 'geboren'", rf"(?<!\d)(?P<x>{_FOREIGN_DATE})\s+(?:(?:in|aan?)\s+\w+\s+)?(?:geboren|jarig)\b", 0.9),
    Shape(
        BIRTH_DATE,
        "date in words after a birth word",
        rf"\b(?:born|birth|dob|birthdate|birthday|bday|b-day|b day)\b[\w\s,'’:=\-]{{0,20}}?(?P<x>{_DATE_IN_WORDS})",
        0.9,
    ),
    Shape(
        BIRTH_DATE,
        "date in words before a birth word",
        rf"(?P<x>{_DATE_IN_WORDS})\s+(?:is|was|that's|thats)\s+(?:my|his|her|their)\s+(?:birthday|bday)",
        0.9,
    ),
)
