"""Tables of HTML, read into texts."""

from __future__ import annotations

from typing import Any

from nbrepro.compare.images import fingerprint
from nbrepro.compare.markup import data_uri, readable
from nbrepro.compare.numbers import is_number
from nbrepro.compare.tables import Table

_LARGEST = 500_000
"""Cells of a table beyond which spans are no longer followed."""
_POINTERS = ("href", "src", "value", "alt", "title")


def read_table(element: Any) -> Table:
    """Return the texts of a ``<table>``; a cell that spans columns stands in each of them."""
    header: list[list[str]] = []
    rows: list[list[str]] = []
    labels: list[str] = []
    names: list[str] = []
    styles: dict[tuple[int, int], str] = {}
    hanging: dict[int, tuple[int, str]] = {}
    size = named = 0
    for line in element.iter("tr"):
        cells = [cell for cell in line if cell.tag in ("td", "th")]
        if (size := size + len(cells) + len(hanging)) > _LARGEST:
            hanging.clear()
        texts = _spread(cells, hanging, spans=size <= _LARGEST)
        size += len(texts)
        heads = [cell for cell in cells if cell.tag == "th"]
        first = bool(cells) and len(heads) == len(cells) and not rows and not header
        if first or line.getparent().tag == "thead":
            header.append(texts)
            continue
        for column, cell in enumerate(cells):
            if style := _style(cell):
                styles[len(rows), column] = style
        named = max(named, sum(cell.tag == "th" for cell in cells))
        labels.append(" / ".join(name for name in map(_text, heads) if name) or str(len(rows) + 1))
        names += [] if header or named else [_name(cells)]
        rows.append(texts)
    if len(names) == len(rows) == len(set(names)) and not any(not name or is_number(name) for name in names):
        labels = names
    return Table(header, rows, labels, _outside(element), styles, named)


def _name(cells: list[Any]) -> str:
    """Return the first words of a row that has something beside them: tables without a head name their rows so."""
    said = [cell for cell in cells if _text(cell)]
    return next((readable(text) for text in said[0].itertext() if readable(text)), "") if len(said) > 1 else ""


def _outside(table: Any) -> str:
    """Return what stands in a table beside its cells: the caption, and what malformed markup left there."""
    parts = [readable("".join(part.itertext())) for part in table.iter("caption")]
    for part in table.iter("table", "thead", "tbody", "tfoot", "tr"):
        parts.append(readable(part.text))
        parts += [readable(child.tail) for child in part if child.tail and not child.tail.isspace()]
        parts += [_text(child) for child in part if child.tag not in _STRUCTURE]
    return " ".join(part for part in parts if part)


_STRUCTURE = frozenset({"caption", "thead", "tbody", "tfoot", "tr", "td", "th", "colgroup", "col"})


def _style(cell: Any) -> str:
    style = cell.get("style")
    if not len(cell):
        return readable(style) if style else ""
    inner = [part.get("style") for part in cell.iterdescendants() if part.get("style")]
    return readable("; ".join([style, *inner] if style else inner))


def _spread(cells: list[Any], hanging: dict[int, tuple[int, str]], *, spans: bool) -> list[str]:
    """Return a row's texts, with cells that hang down from rows above in their columns."""
    if not spans or (not hanging and not any(cell.get("colspan") or cell.get("rowspan") for cell in cells)):
        return [_text(cell) for cell in cells]
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
        text = _text(cell)
        across, down = _span(cell, "colspan"), _span(cell, "rowspan")
        for _ in range(across):
            if down > 1:
                hanging[len(texts)] = (down - 1, text)
            texts.append(text)


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(1000, max(1, int(value))) if value.isdecimal() and len(value) < 5 else 1  # noqa: PLR2004 - browsers stop at 1000


def _text(cell: Any) -> str:
    """Return what a cell shows: its text, where its links point, what its pictures show."""
    if not len(cell):
        return readable(cell.text) if cell.text else ""
    parts = [readable("".join(cell.itertext()))]
    for inner in cell.iterdescendants():
        parts += [f"[{_pointer(inner.get(name))}]" for name in _POINTERS if inner.get(name)]
    return " ".join(part for part in parts if part)


def _pointer(value: str) -> str:
    picture = data_uri(value)
    return value if picture is None else fingerprint(picture)
