"""Readers of free text: each names the choice that the words stand for, or None when they do not say. Pure."""

from __future__ import annotations

from typing import Callable, Mapping

from bot.learning.refusal import read_refusal

Reader = Callable[[str], "str | None"]

READERS: Mapping[str, Reader] = {"refusal": read_refusal}
