"""What of a file in Rasa's format is learned from, so that a changed sentence of an answer trains nothing."""

from __future__ import annotations

import re

_SECTION = re.compile(rb"^(?=\w+:)", re.MULTILINE)
_RESPONSE_NAME = re.compile(rb"^ +[\"']?(utter_[^\s:\"']+)", re.MULTILINE)


def learned_from(content: bytes) -> bytes:
    """Of responses only the names: their words are read when they are spoken."""
    sections = _SECTION.split(content)
    return b"".join(
        b" ".join(_RESPONSE_NAME.findall(section)) if section.startswith(b"responses:") else section
        for section in sections
    )
