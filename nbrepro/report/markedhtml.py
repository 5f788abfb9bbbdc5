"""Two HTML outputs with what differs between them marked: rows and cells of tables, other elements one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml import etree
from lxml import html as parser

from nbrepro.compare.linediff import changes
from nbrepro.records import Difference

MOST_ELEMENTS = 4000
"""Elements of one side beyond which nothing is marked but in tables."""
_AROUND = 2
"""Equal rows shown on each side of one that differs."""
_FOLD = 4
"""Equal rows in a run that are worth folding."""

STYLE = (
    ".nbrepro-old{background:#ffe1b3!important;color:#1c1e21!important;outline:2px solid #8a4b00}"
    ".nbrepro-new{background:#cfe4ff!important;color:#1c1e21!important;outline:2px solid #0b4f94}"
    ".nbrepro-near{text-decoration:underline dotted!important}"
    ".nbrepro-row>:first-child::before{content:attr(data-nbrepro) ' ';font-weight:700}"
    ".nbrepro-fold>td{text-align:left!important;opacity:.7;font-style:italic}"
)


def mark(reference: str, candidate: str, differences: Iterable[Difference]) -> tuple[str, str] | None:
    """Return both documents with what differs marked; ``None`` where they cannot be read as HTML.

    Parameters
    ----------
    differences:
        What the comparison found: a table's cell that it does not name is marked as near only.
    """
    try:
        trees = [parser.fragment_fromstring(text, create_parent="div") for text in (reference, candidate)]
        found = {(difference.reference, difference.candidate) for difference in differences}
        tables = [[table for table in tree.iter("table") if not _inside(table)] for tree in trees]
        if tables[0] and len(tables[0]) == len(tables[1]):
            for one, other in zip(*tables, strict=True):
                _Table(one, other, found).mark()
        else:
            _mark_elements(*trees)
        return tuple(etree.tostring(tree, encoding="unicode", method="html") for tree in trees)  # type: ignore[return-value]
    except (etree.LxmlError, ValueError, RecursionError, AssertionError):
        return None


def _inside(table: Any) -> bool:
    return any(above.tag == "table" for above in table.iterancestors())


class _Table:
    """Two tables that stand for each other."""

    def __init__(self, one: Any, other: Any, found: set[tuple[str | None, str | None]]) -> None:
        self.rows = _rows(one), _rows(other)
        self.texts = tuple([[_text(cell) for cell in row] for row in rows] for rows in self.rows)
        self.found = found

    def mark(self) -> None:
        """Mark lost, new and moved rows and columns, and the cells that changed."""
        if not all(self.texts):
            return
        gone, new = self._columns()
        keys = [
            ["\t".join(text for n, text in enumerate(row) if n not in drop) for row in texts]
            for texts, drop in zip(self.texts, (gone, new), strict=True)
        ]
        changed: tuple[set[int], set[int]] = (set(), set())
        for change in changes(*keys):
            changed[0].update(change.reference)
            changed[1].update(change.candidate)
            if len(change.reference) == len(change.candidate) and not self._moved(change, keys):
                self._pairs(zip(change.reference, change.candidate, strict=True), gone, new)
            else:
                self._lines(change, keys)
        _fold(self.rows[0], changed[0])
        _fold(self.rows[1], changed[1])

    def _columns(self) -> tuple[set[int], set[int]]:
        heads = self.texts[0][0], self.texts[1][0]
        gone: set[int] = set()
        new: set[int] = set()
        if len(heads[0]) != len(heads[1]):
            for change in changes(*heads):
                gone.update(change.reference)
                new.update(change.candidate)
        for rows, columns, style in ((self.rows[0], gone, "nbrepro-old"), (self.rows[1], new, "nbrepro-new")):
            for row in rows:
                for place in columns:
                    if place < len(row):
                        _add(row[place], style)
        return gone, new

    def _moved(self, change: Any, keys: Sequence[Sequence[str]]) -> bool:
        """Whether rows stand in another place: those of both sides are the same, or one of them is elsewhere."""
        sides = [[keys[0][i] for i in change.reference], [keys[1][j] for j in change.candidate]]
        others = Counter(keys[1]), Counter(keys[0])
        return any(others[n][key] for n in (0, 1) for key in sides[n])

    def _pairs(self, pairs: Iterable[tuple[int, int]], gone: set[int], new: set[int]) -> None:
        for i, j in pairs:
            cells = (
                [cell for n, cell in enumerate(self.rows[0][i]) if n not in gone],
                [cell for n, cell in enumerate(self.rows[1][j]) if n not in new],
            )
            for one, other in zip(*cells, strict=False):
                texts = _text(one), _text(other)
                if texts[0] != texts[1]:
                    far = texts in self.found or not self.found or one.tag == "th"
                    _add(one, "nbrepro-old" if far else "nbrepro-near")
                    _add(other, "nbrepro-new" if far else "nbrepro-near")

    def _lines(self, change: Any, keys: Sequence[Sequence[str]]) -> None:
        others = set(keys[1]), set(keys[0])
        for side, places, word, style in (
            (0, change.reference, "lost:", "nbrepro-old"),
            (1, change.candidate, "new:", "nbrepro-new"),
        ):
            for place in places:
                row = self.rows[side][place]
                line = row[0].getparent() if row else None
                if line is None:
                    continue
                row[0].set("data-nbrepro", "moved:" if keys[side][place] in others[side] else word)
                _add(line, "nbrepro-row")
                for cell in row:
                    _add(cell, style)


def _rows(table: Any) -> list[list[Any]]:
    return [[cell for cell in line if cell.tag in ("td", "th")] for line in table.iter("tr")]


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _add(element: Any, style: str) -> None:
    element.set("class", f"{element.get('class', '')} {style}".strip())


def _fold(rows: list[list[Any]], changed: set[int]) -> None:
    """Put one line in place of each long run of equal rows; the head stays, and the rows beside a changed one."""
    if not changed:
        return
    near = {place + step for place in changed for step in range(-_AROUND, _AROUND + 1)}
    run: list[Any] = []
    for place, row in [*enumerate(rows), (len(rows), [])]:
        line = row[0].getparent() if row else None
        if line is not None and place not in near and line.getparent().tag != "thead" and place:
            run.append(line)
            continue
        if len(run) >= _FOLD:
            _replace(run)
        run = []


def _replace(run: list[Any]) -> None:
    first = run[0]
    line = parser.fragment_fromstring(f'<tr class="nbrepro-fold"><td colspan="99">⋯ {len(run)} equal rows</td></tr>')
    first.getparent().insert(first.getparent().index(first), line)
    for row in run:
        row.getparent().remove(row)


def _mark_elements(one: Any, other: Any) -> None:
    """Mark the elements whose own text or attributes differ, and those that only one side has."""
    elements = list(_visible(one)), list(_visible(other))
    if max(map(len, elements)) > MOST_ELEMENTS:
        return
    keys = [[_key(element) for element in side] for side in elements]
    for change in changes(*keys):
        for place in change.reference:
            _add(elements[0][place], "nbrepro-old")
        for place in change.candidate:
            _add(elements[1][place], "nbrepro-new")


def _visible(tree: Any) -> Iterator[Any]:
    for element in tree.iterdescendants():
        if isinstance(element.tag, str) and element.tag not in ("style", "script", "meta", "link"):
            yield element


def _key(element: Any) -> str:
    own = [(name, value) for name, value in sorted(element.attrib.items()) if name not in ("id", "class", "for")]
    texts = (element.text, *(child.tail for child in element))
    return f"{element.tag} {own} {[text.strip() for text in texts if text and text.strip()]}"
