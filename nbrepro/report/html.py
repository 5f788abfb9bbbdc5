"""The report as one self-contained HTML file: nothing is fetched, nothing runs, hostile content stays text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from nbrepro.records import VERDICT_DESCRIPTIONS, Cause, CellResult, Difference, Verdict
from nbrepro.report.excerpts import clipped, plain_text, windows
from nbrepro.report.kinds import percent, place_name, shortened, shown_at_once, told_first
from nbrepro.report.panes import Pane, panes
from nbrepro.report.symbols import SIGNS
from nbrepro.report.views import View, cell_name, cell_title, counted, grouped, is_pictured, remarks

MAX_BYTES = 24_000_000
"""Size of a page beyond which further outputs are left out, and that is said."""
MAX_SOURCE_LINES = 120
MAX_STRIP = 400
"""Cells drawn in a notebook's strip."""
DIFFERENCES_SHOWN = 12
ALIKE = 4
"""Differences with the same two values that are listed."""
VALUE = 160
"""Characters of a value in the list of differences."""


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One line of a cell's source."""

    number: int
    text: str
    marked: bool
    """Whether a cause points at it."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One difference in the list above the outputs."""

    difference: Difference
    output: int | None
    """Number of the output, from 1, where the cell has several."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CellCard:
    """One differing cell, ready for the template."""

    cell: CellResult
    anchor: str
    name: str
    title: str
    lines: tuple[SourceLine, ...]
    more_lines: int
    panes: tuple[Pane, ...]
    places: tuple[Place, ...]
    more_places: int
    note: str | None = None

    @property
    def is_measured(self) -> bool:
        """Whether a distance is to be shown."""
        return any(place.difference.distance is not None for place in self.places)


@dataclass(frozen=True, kw_only=True, eq=False)
class Section:
    """One notebook, ready for the template."""

    view: View
    anchor: str
    verdict: Verdict
    cards: tuple[CellCard, ...]
    followers: tuple[CellCard, ...]

    @cached_property
    def tally(self) -> str:
        """The cells by verdict, in words."""
        counts = self.view.result.counts()
        parts = (f"{number} {verdict.label}" for verdict, number in counts.items())
        return f"{counted(len(self.view.result.cells), 'cell')}: {', '.join(parts)}" if counts else "no cells"

    @cached_property
    def passing(self) -> tuple[CellResult, ...]:
        """The cells that do not differ."""
        return tuple(cell for cell in self.view.result.cells if cell not in self.view.failing)

    @cached_property
    def noticed(self) -> tuple[tuple[CellResult, tuple[str, ...]], ...]:
        """The cells that pass and have something worth a look."""
        found = ((cell, remarks(cell)) for cell in self.passing)
        return tuple((cell, told) for cell, told in found if told)

    def anchor_of(self, cell: CellResult) -> str:
        """The address of a cell's card inside the page."""
        return f"{self.anchor}-c{cell.index}{'r' if cell.reference_index == cell.index and cell.number is None else ''}"

    def cause_cell(self, cause: Cause) -> CellResult | None:
        """The cell in which a cause sits."""
        return next(
            (cell for cell in self.view.result.cells if cause.cell is not None and cell.index == cause.cell), None
        )


def render(views: Sequence[View], *, title: str, created: str) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    views:
        The notebooks, in the order in which they are shown.
    title:
        The page's heading.
    created:
        When the report was made, as it is to be shown.
    """
    budget = _Budget(MAX_BYTES)
    sections = [_section(view, place, budget) for place, view in enumerate(views, start=1)]
    tally = [(word, sum(view.headline == word for view in views)) for word in dict.fromkeys(v.headline for v in views)]
    page = _environment().get_template("report.html.j2")
    return page.render(
        title=title,
        created=created,
        sections=sections,
        tally=tally,
        total=counted(len(views), "notebook"),
        passed=sum(view.result.exit_code == 0 for view in views),
        seconds=sum(view.result.seconds for view in views),
        overspent=budget.overspent,
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("nbrepro.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        place=place_name,
        grouped=grouped,
        percent=percent,
        plain=plain_text,
        shortened=shortened,
        clipped=clipped,
        cell_name=cell_name,
        prose=_prose,
    )
    environment.tests.update(pictured=is_pictured)
    environment.globals.update(
        signs=SIGNS,
        verdicts=VERDICT_DESCRIPTIONS,
        max_strip=MAX_STRIP,
    )
    return environment


def _prose(text: str, most: int = 600, lines: int = 6) -> Markup:
    """Return a sentence whose parts between backticks are set as code; everything in it is escaped."""
    parts = clipped(text, most, lines).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )


class _Budget:
    """Bytes of outputs that a page may still take."""

    def __init__(self, most: int) -> None:
        self._left = most
        self.overspent = False

    def take(self, found: Sequence[Pane]) -> tuple[Pane, ...]:
        """Return the panes that fit, all of a cell or none."""
        size = sum(map(_size, found))
        if size > self._left:
            self.overspent = True
            return ()
        self._left -= size
        return tuple(found)


def _size(pane: Pane) -> int:
    sides = (side for side in (pane.left, pane.right) if side is not None)
    size = sum(len(side.uri or "") + len(side.srcdoc or "") for side in sides)
    size += len(pane.third.uri or "") if pane.third else 0
    rows = pane.diff.rows if pane.diff else ()
    pieces = (piece for row in rows for side in (row.left, row.right) for piece in side or ())
    return size + sum(len(piece.text) + 40 for piece in pieces)


def _section(view: View, place: int, budget: _Budget) -> Section:
    anchor = f"n{place}"
    verdict = Verdict.ERROR if view.result.exit_code in {2, 3} else view.result.verdict
    shell = Section(view=view, anchor=anchor, verdict=verdict, cards=(), followers=())
    first = view.failing[0] if view.failing else None
    return Section(
        view=view,
        anchor=anchor,
        verdict=verdict,
        cards=tuple(_card(shell, cell, budget, leads=cell is first) for cell in view.independent),
        followers=tuple(_card(shell, cell, budget, leads=False) for cell in view.followers),
    )


def _card(section: Section, cell: CellResult, budget: _Budget, *, leads: bool) -> CellCard:
    marked = {cause.line for cause in section.view.result.causes if cause.cell == cell.index and cause.line}
    lines = [
        SourceLine(number=number, text=clipped(line, 400, 1) if line else "", marked=number in marked)
        for number, line in enumerate(plain_text(cell.source).split("\n"), start=1)
    ]
    found = panes(*section.view.outputs_of(cell), cell.outputs, section.view.models)
    kept = budget.take(found)
    name = cell_name(cell)
    told = told_first(cell)
    shown = _unalike(told)[: shown_at_once(cell, DIFFERENCES_SHOWN)]
    return CellCard(
        cell=cell,
        anchor=section.anchor_of(cell),
        name=name,
        title=_title(section.view, cell, leads=leads),
        lines=tuple(lines[:MAX_SOURCE_LINES]) if cell.source.strip() else (),
        more_lines=max(0, len(lines) - MAX_SOURCE_LINES),
        panes=kept,
        places=tuple(Place(difference=_in_sight(item), output=_output_number(item, found)) for item in shown),
        more_places=len(told) - len(shown) if shown else 0,
        note="The outputs of this cell are left out: the report would grow too large." if found and not kept else None,
    )


def _title(view: View, cell: CellResult, *, leads: bool) -> str:
    title = cell_title(view, cell, leads=leads)
    return f"{title[0].upper()}{title[1:]}"


def _unalike(told: Sequence[Difference]) -> list[Difference]:
    """Return the differences without those that tell the same two values again and again."""
    seen: Counter[tuple[str | None, str | None]] = Counter()
    kept = []
    for item in told:
        values = item.reference, item.candidate
        seen[values] += 1
        if seen[values] <= ALIKE:
            kept.append(item)
    return kept


def _in_sight(difference: Difference) -> Difference:
    """Return a difference whose values are cut to where they part."""
    before, after = windows(difference.reference, difference.candidate, VALUE)
    return replace(difference, reference=before, candidate=after)


def _output_number(difference: Difference, found: Sequence[Pane]) -> int | None:
    """Return the number of the pane that a difference belongs to; ``None`` where there is one pane only."""
    owners = (n for n, pane in enumerate(found, start=1) if pane.result and difference in pane.result.differences)
    return next(owners, None) if len(found) > 1 else None
