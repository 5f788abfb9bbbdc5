"""The report as one self-contained HTML file: nothing is fetched, nothing runs, hostile content stays text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from nbrepro.records import CAUSE_DESCRIPTIONS, VERDICT_DESCRIPTIONS, Cause, CellResult, Verdict
from nbrepro.report.excerpts import clipped, plain_text
from nbrepro.report.kinds import kind_name, percent, place_name, shown_at_once
from nbrepro.report.panes import Pane, panes
from nbrepro.report.symbols import SIGNS
from nbrepro.report.views import View, cell_list, cell_name, counted, is_pictured

MAX_BYTES = 24_000_000
"""Size of a page beyond which further outputs are left out, and that is said."""
MAX_SOURCE_LINES = 120
MAX_STRIP = 400
"""Cells drawn in a notebook's strip."""
DIFFERENCES_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One line of a cell's source."""

    number: int
    text: str
    marked: bool
    """Whether a cause points at it."""


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
    note: str | None = None


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

    @property
    def follow_words(self) -> str:
        """Which cells follow from which."""
        verb = "follows" if len(self.followers) == 1 else "follow"
        return f"{cell_list(self.view.followers)} only {verb} from {cell_name(self.view.failing[0])}"

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
        kind=kind_name,
        place=place_name,
        at_once=shown_at_once,
        percent=percent,
        plain=plain_text,
        clipped=clipped,
        cell_name=cell_name,
        prose=_prose,
    )
    environment.tests.update(pictured=is_pictured)
    environment.globals.update(
        signs=SIGNS,
        verdicts=VERDICT_DESCRIPTIONS,
        causes=CAUSE_DESCRIPTIONS,
        max_strip=MAX_STRIP,
        differences_shown=DIFFERENCES_SHOWN,
    )
    return environment


def _prose(text: str, most: int = 600) -> Markup:
    """Return a sentence whose parts between backticks are set as code; everything in it is escaped."""
    parts = clipped(text, most, 6).split("`")
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
    size = sum(len(side.uri or "") + len(side.srcdoc or "") for side in sides) + len(
        pane.third.uri if pane.third else ""
    )
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
    verb = "raises" if cell.verdict is Verdict.ERROR and cell.outputs else "differs"
    return CellCard(
        cell=cell,
        anchor=section.anchor_of(cell),
        name=name,
        title=f"{name[0].upper()}{name[1:]} {verb}{' first' if leads else ''}",
        lines=tuple(lines[:MAX_SOURCE_LINES]) if cell.source.strip() else (),
        more_lines=max(0, len(lines) - MAX_SOURCE_LINES),
        panes=kept,
        note="The outputs of this cell are left out: the report would grow too large." if found and not kept else None,
    )
