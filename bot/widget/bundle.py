"""Puts the element's modules, styles and English words into one file: one request, one integrity hash.

The modules are plain JavaScript that needs no translation; what is done here is joining, and leaving out comments and
indentation. Each top-level name must be unique across modules (a test checks it).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.content.hotlines import get_directory
from bot.widget.strings import DEFAULT_LANGUAGE, get_strings, languages

FOLDER = Path(__file__).resolve().parent
#: In the order in which they need one another.
MODULES = (
    "dom", "rich-text", "cards", "memory", "quick-exit", "transport", "transcript", "composer", "tools", "plan",
    "safety-chat", "define",
)  # fmt: skip

_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(async )?(function|class|const))", re.MULTILINE)
_DOC_COMMENT = re.compile(r"^[ \t]*/\*\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_LINE_COMMENT = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
_TRAILING_COMMENT = re.compile(r"[ \t]+// [^\"'`\n]*$", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_BLANK = re.compile(r"\n{2,}")


@dataclass(frozen=True)
class Bundle:
    """The file that a page loads.

    Attributes:
        integrity: For the `integrity` attribute of the script tag.
    """

    text: str
    integrity: str


def build(countries: list[str]) -> Bundle:
    """Joins the modules.

    Args:
        countries: ISO codes offered in the list of countries.
    """
    embedded = {
        "STYLES": _small_styles((FOLDER / "styles.css").read_text(encoding="utf-8")),
        "ENGLISH": get_strings(DEFAULT_LANGUAGE),
        "LANGUAGES": languages(),
        "COUNTRIES": countries,
    }
    head = "".join(f"const {name} = {_script_safe(content)};\n" for name, content in embedded.items())
    text = head + "".join(_small((FOLDER / f"{name}.js").read_text(encoding="utf-8")) for name in MODULES)
    digest = hashlib.sha384(text.encode()).digest()
    return Bundle(text, f"sha384-{base64.b64encode(digest).decode()}")


@lru_cache(maxsize=1)
def get_bundle() -> Bundle:
    """The bundle of this process, built once."""
    return build(list(get_directory().countries))


def _script_safe(content: object) -> str:
    # "</" would end a script element if someone pasted the file into a page.
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def _small(source: str) -> str:
    for pattern in (_IMPORT, _EXPORT, _DOC_COMMENT, _LINE_COMMENT, _TRAILING_COMMENT, _INDENT):
        source = pattern.sub("", source)
    return _BLANK.sub("\n", source)


def _small_styles(source: str) -> str:
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "", source).replace(": ", ":").replace(" {", "{").replace("; ", ";").replace("{ ", "{")
