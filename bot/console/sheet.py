"""A page of our own that is kept as Markdown (the scorecard), as the console shows it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import List, Mapping

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

_HEADINGS = ("h2", "h3")


@dataclass(frozen=True)
class Sheet:
    """A page that was rendered.

    Attributes:
        html: The page without its first heading, which the template writes.
        sections: `id` and `name` of each second-level heading, for a list of contents.
    """

    html: str
    sections: List[Mapping[str, str]]


def render_sheet(text: str) -> Sheet:
    """Renders a page of the repository.

    Args:
        text: Markdown that we wrote ourselves; not for words of people, whose HTML it would let through.
    """
    parser = Markdown(extensions=["tables", "toc"], extension_configs={"toc": {"toc_depth": "2-3"}})
    # After the headings have their ids (priority 5).
    parser.treeprocessors.register(_Tables(parser), "readable-tables", 3)
    html = parser.convert(text)
    return Sheet(html, [{"id": one["id"], "name": one["name"]} for one in parser.toc_tokens])


class _Tables(Treeprocessor):
    """Wide tables scroll by themselves, say what they are about, and name what each row and column is."""

    def run(self, root: ET.Element) -> None:
        section, tables = "", 0
        for place, child in enumerate(list(root)):
            if child.tag in _HEADINGS:
                section, tables = "".join(child.itertext()), 0
            if child.tag == "table":
                tables += 1
                name = section if tables == 1 else f"{section}, table {tables}"
                root.remove(child)
                root.insert(place, _in_region(_with_heads(child), name))
        first = root.find("h1")
        if first is not None:
            root.remove(first)


def _in_region(table: ET.Element, name: str) -> ET.Element:
    region = ET.Element("div", {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": name or "Table"})
    region.append(table)
    return region


def _with_heads(table: ET.Element) -> ET.Element:
    table.set("class", "figures")
    for cell in table.iterfind("thead/tr/th"):
        if "".join(cell.itertext()).strip():
            cell.set("scope", "col")
        else:
            # The corner above the names of the rows heads nothing.
            cell.tag = "td"
    for name in table.iterfind("tbody/tr/td[1]"):
        name.tag = "th"
        name.set("scope", "row")
    return table
