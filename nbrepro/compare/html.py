"""HTML: compared as a browser would show it; tables by cell, embedded images by pixels, data in scripts as data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from lxml import etree

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.ids import looks_generated
from nbrepro.compare.markup import Node, PartComparator, compare_nodes, pair_ids, place, readable
from nbrepro.compare.payload import as_text
from nbrepro.compare.scripts import compare_scripts
from nbrepro.compare.tables import Table, compare_tables
from nbrepro.compare.text import compare_text

_UNSEEN = frozenset(
    {
        "class",
        "id",
        "for",
        "name",
        "border",
        "scope",
        "role",
        "tabindex",
        "type",
        "charset",
        "lang",
        "rel",
        "valign",
        "halign",
    }
)
"""Attributes that carry no result of their own; so do ``data-…`` and ``aria-…``."""
_PANDAS_STYLE = re.compile(r"\s*\.dataframe tbody tr th")
_INVISIBLE = frozenset({"html", "body", "head", "meta", "tbody", "thead"})


class HtmlComparator:
    """``text/html``."""

    name: ClassVar[str] = "html"
    mimes: ClassVar[tuple[str, ...]] = ("text/html",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 65

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two pieces of HTML."""
        return compare_html(as_text(reference), as_text(candidate), rules)


def compare_html(reference: str, candidate: str, rules: Rules) -> Comparison:
    """Compare two pieces of HTML, malformed ones as a browser would mend them."""
    if reference == candidate:
        return Comparison.identical()
    ledger = Ledger()
    if rules.sets_aside("generated-id"):
        renaming = pair_ids(reference, candidate, looks_generated)
        renamed = renaming.apply(candidate)
        if renamed != candidate:
            ledger.ignore("generated-id")
            candidate = renamed
    if reference != candidate:
        documents = _parse(reference), _parse(candidate)
        if documents[0] is None or documents[1] is None:
            ledger.absorb(compare_text(reference, candidate, rules))
        else:
            compare_nodes(ledger, documents[0], documents[1], rules, _PARTS)
            if not (ledger.count or ledger.close or ledger.noise):
                ledger.ignore("markup")
    return ledger.conclude(rules)


def _parse(text: str) -> list[Node] | None:
    data = text.replace("\x00", "\ufffd").encode("utf-8", "backslashreplace")
    parser = etree.HTMLParser(encoding="utf-8", recover=True, huge_tree=True, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(b"<div>" + data + b"</div>", parser)
        return list(_flatten(root)) if root is not None else None
    except (etree.LxmlError, ValueError, RecursionError):
        return None


def _flatten(root: Any) -> Iterator[Node]:
    """Yield the pieces of a document; the texts of neighbouring inline elements stay apart."""
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if not isinstance(tag, str) or _inside_whole(element):
            continue
        if event == "start":
            yield from _start(element, tag)
        if event == "end" and readable(element.tail):
            yield Node("#text", place(str(element.getparent().tag), ""), {}, readable(element.tail))


_WHOLE = frozenset({"table", "script", "style", "pre"})


def _inside_whole(element: Any) -> bool:
    return any(ancestor.tag in _WHOLE for ancestor in element.iterancestors())


def _start(element: Any, tag: str) -> Iterator[Node]:
    if tag == "table":
        yield Node("table", "table", {}, read_table(element))
    elif tag == "script":
        if element.get("src"):
            yield Node("#text", "<script src>", {}, element.get("src"))
        yield Node("script", "script", {}, element.text or "")
    elif tag == "style":
        if not _PANDAS_STYLE.match(element.text or ""):
            yield Node("style", "style", {}, element.text or "")
    elif tag == "pre":
        styles = [readable(inner.get("style")) for inner in element.iter() if inner.get("style")]
        yield Node("pre", "pre", {}, ("".join(element.itertext()), styles))
    else:
        text = readable(element.text)
        if tag not in _INVISIBLE:
            yield Node(tag, place(tag, text), _seen(element.attrib))
        if text:
            yield Node("#text", place(tag, ""), {}, text)


def _seen(attributes: Any) -> dict[str, str]:
    return {
        str(name): str(value)
        for name, value in attributes.items()
        if name not in _UNSEEN and not str(name).startswith(("data-", "aria-", "on"))
    }


def read_table(element: Any) -> Table:
    """Return the texts of a ``<table>``; a cell that spans columns stands in each of them."""
    header: list[list[str]] = []
    rows: list[list[str]] = []
    labels: list[str] = []
    styles: dict[tuple[int, int], str] = {}
    hanging: dict[int, tuple[int, str]] = {}
    for line in element.iter("tr"):
        cells = [cell for cell in line if cell.tag in ("td", "th")]
        texts = _spread(cells, hanging)
        in_head = any(ancestor.tag == "thead" for ancestor in line.iterancestors())
        if in_head or (cells and not rows and all(cell.tag == "th" for cell in cells) and not header):
            header.append(texts)
            continue
        for column, cell in enumerate(cells):
            if cell.get("style"):
                styles[len(rows), column] = readable(cell.get("style"))
        names = [readable("".join(cell.itertext())) for cell in cells if cell.tag == "th"]
        labels.append(" / ".join(name for name in names if name) or str(len(rows) + 1))
        rows.append(texts)
    caption = " ".join(readable("".join(part.itertext())) for part in element.iter("caption"))
    return Table(header, rows, labels, caption, styles)


def _spread(cells: list[Any], hanging: dict[int, tuple[int, str]]) -> list[str]:
    """Return a row's texts, with cells that hang down from rows above in their columns."""
    texts: list[str] = []
    waiting = iter(cells)
    while True:
        if len(texts) in hanging:
            left, text = hanging.pop(len(texts))
            if left > 1:
                hanging[len(texts)] = (left - 1, text)
            texts.append(text)
            continue
        cell = next(waiting, None)
        if cell is None:
            return texts
        text = cell_text(cell)
        down = _span(cell, "rowspan")
        for _ in range(_span(cell, "colspan")):
            if down > 1:
                hanging[len(texts)] = (down - 1, text)
            texts.append(text)


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(1000, max(1, int(value))) if value.isdecimal() and len(value) < 5 else 1  # noqa: PLR2004 - browsers stop at 1000


def cell_text(cell: Any) -> str:
    """Return what a cell shows: its text, and where its links and pictures point."""
    parts = [readable("".join(cell.itertext()))]
    for inner in cell.iterdescendants():
        parts += [f"[{inner.get(name)}]" for name in ("href", "src", "value") if inner.get(name)]
    return " ".join(part for part in parts if part)


def _compare_styles(reference: str, candidate: str, rules: Rules) -> Comparison:
    ledger = Ledger()
    ledger.absorb(compare_text(reference, candidate, rules), "style")
    return ledger.conclude(rules)


def _compare_preformatted(
    reference: tuple[str, list[str]], candidate: tuple[str, list[str]], rules: Rules
) -> Comparison:
    """Compare two texts as they stand, then their colours; how a progress bar is coloured is left out."""
    ledger = Ledger()
    ledger.absorb(compare_text(reference[0], candidate[0], rules))
    if not ledger.count and reference[1] != candidate[1] and not any(n.endswith("-progress") for n in ledger.noise):
        ledger.absorb(compare_text("\n".join(reference[1]), "\n".join(candidate[1]), rules), "style")
    return ledger.conclude(rules)


_PARTS: dict[str, PartComparator] = {
    "table": compare_tables,
    "script": compare_scripts,
    "style": _compare_styles,
    "pre": _compare_preformatted,
}
