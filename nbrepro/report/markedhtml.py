"""Two HTML outputs with what differs between them marked: rows and cells of tables, other elements one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml import etree
from lxml import html as parser

from nbrepro.compare.linediff import changes
from nbrepro.records import Difference
from nbrepro.report.textdiff import Piece, marked

MOST_ELEMENTS = 4000
"""Elements of one side beyond which nothing is marked but in tables."""
_AROUND = 2
"""Equal rows shown on each side of one that differs."""
_FOLD = 4
"""Equal rows in a run that are worth folding."""

_VOID = frozenset({"img", "input", "br", "hr", "source", "area", "col", "embed", "track", "wbr"})
_ATTRIBUTE = 60
"""Characters of an attribute's value that are shown."""

STYLE = (
    ".nbrepro-old{background:#ffe1b3!important;color:#1c1e21!important;outline:2px solid #8a4b00}"
    ".nbrepro-new{background:#cfe4ff!important;color:#1c1e21!important;outline:2px solid #0b4f94}"
    ".nbrepro-ring-old{outline:2px solid #c77700!important}.nbrepro-ring-new{outline:2px solid #3b82d6!important}"
    ".nbrepro-note{font:11px/1.4 ui-monospace,monospace;margin:0 4px;padding:0 3px}"
    ".nbrepro-note{outline:0!important;overflow-wrap:anywhere}"
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
        are_paired = bool(tables[0]) and len(tables[0]) == len(tables[1])
        if are_paired:
            for one, other in zip(*tables, strict=True):
                _Table(one, other, found).mark()
        _mark_elements(*trees, in_tables=not are_paired)
        for tree in trees:
            _open(tree)
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


def _mark_elements(one: Any, other: Any, *, in_tables: bool) -> None:
    """Mark the elements whose own text or attributes differ, and those that only one side has."""
    elements = list(_visible(one, in_tables=in_tables)), list(_visible(other, in_tables=in_tables))
    if max(map(len, elements)) > MOST_ELEMENTS:
        return
    keys = [[_key(element) for element in side] for side in elements]
    for change in changes(*keys):
        sides = [elements[0][n] for n in change.reference], [elements[1][n] for n in change.candidate]
        if [element.tag for element in sides[0]] == [element.tag for element in sides[1]]:
            for before, after in zip(*sides, strict=True):
                _mark_pair(before, after)
            continue
        for side, style in zip(sides, ("nbrepro-old", "nbrepro-new"), strict=True):
            for element in side:
                _add(element, style)


def _visible(tree: Any, *, in_tables: bool) -> Iterator[Any]:
    for element in tree.iterdescendants():
        if not isinstance(element.tag, str) or element.tag in ("style", "script", "meta", "link"):
            continue
        if in_tables or not (element.tag == "table" or _inside(element)):
            yield element


def _key(element: Any) -> str:
    return f"{element.tag} {_attributes(element)} {[text.strip() for text in _slots(element) if text.strip()]}"


def _attributes(element: Any) -> dict[str, str]:
    return {name: value for name, value in sorted(element.attrib.items()) if name not in ("id", "class", "for")}


def _slots(element: Any) -> list[str]:
    """Return the texts that are an element's own: before its first child, and behind each."""
    return [element.text or "", *(child.tail or "" for child in element)]


def _mark_pair(before: Any, after: Any) -> None:
    """Mark the words and the attributes in which two elements differ."""
    attributes = _attributes(before), _attributes(after)
    slots = _slots(before), _slots(after)
    if len(slots[0]) != len(slots[1]):
        _add(before, "nbrepro-old")
        _add(after, "nbrepro-new")
        return
    holders = list(before), list(after)
    for place in reversed(range(len(slots[0]))):
        if slots[0][place].split() != slots[1][place].split():
            found = marked(slots[0][place], slots[1][place])
            for element, inner, pieces, style in zip((before, after), holders, found, ("old", "new"), strict=True):
                _fill(element, inner[place - 1] if place else None, pieces, f"nbrepro-{style}")
    changed = sorted(name for name in {**attributes[0], **attributes[1]} if len({a.get(name) for a in attributes}) > 1)
    for element, own, style in zip((before, after), attributes, ("old", "new"), strict=True):
        if changed:
            _add(element, f"nbrepro-ring-{style}")
            _note(element, {name: own[name] for name in changed if name in own}, f"nbrepro-{style}")


def _fill(element: Any, child: Any, pieces: Sequence[Piece], style: str) -> None:
    """Put a text, its changed pieces marked, in place of an element's first text or of the one behind a child."""
    texts = [""]
    spans = []
    for piece in pieces:
        if piece.changed:
            span = etree.Element("span", {"class": style})
            span.text = piece.text
            spans.append(span)
            texts.append("")
        else:
            texts[-1] += piece.text
    start = 0
    if child is None:
        element.text = texts[0]
    else:
        child.tail = texts[0]
        start = element.index(child) + 1
    for place, (span, text) in enumerate(zip(spans, texts[1:], strict=True)):
        span.tail = text
        element.insert(start + place, span)


def _note(element: Any, attributes: dict[str, str], style: str) -> None:
    """Write the attributes that differ beside an element; embedded files speak for themselves."""
    told = [
        f"{name}: {value if len(value) <= _ATTRIBUTE else value[:_ATTRIBUTE] + '…'}"
        for name, value in attributes.items()
        if not value.lstrip().startswith("data:")
    ]
    if not told:
        return
    note = etree.Element("span", {"class": f"nbrepro-note {style}"})
    note.text = "; ".join(told)
    if element.tag in _VOID:
        parent = element.getparent()
        note.tail, element.tail = element.tail, None
        parent.insert(parent.index(element) + 1, note)
    else:
        element.append(note)


def _open(tree: Any) -> None:
    """Unfold what hides a marked place: details, and the parts of a diagram of scikit-learn."""
    for element in tree.xpath(".//*[contains(@class, 'nbrepro-')]"):
        for above in element.iterancestors():
            if above.tag == "details":
                above.set("open", "open")
            elif "sk-toggleable__content" in above.get("class", ""):
                for control in above.getparent().xpath("./input[@type='checkbox']"):
                    control.set("checked", "checked")
