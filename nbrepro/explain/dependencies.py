"""Which cells a cell depends on, and which differences only follow from the first."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass

from nbrepro.explain.sources import Names, names_of
from nbrepro.records import Cause, CauseKind, CellResult, CellState, Confidence, Record, Verdict
from nbrepro.sources.constructs import aliases, constructs

AS_THE_FIRST = ", as the first differing cell does"
"""The end of the link of a cell that reads what the first differing cell reads, and uses nothing that it made."""
_BUILTINS = frozenset(dir(builtins)) | {"display", "get_ipython"}
_DRAWING = frozenset({CauseKind.UNSEEDED_RANDOMNESS, CauseKind.TIME, CauseKind.NETWORK})


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What becomes of one later differing cell once the first is explained."""

    cell: CellResult
    follows: bool
    """Whether the difference only follows from the first one."""
    because: str
    """The link, or the lack of one, as part of a sentence: ``it reads `model```."""
    is_root: bool
    """Whether nothing that the first differing cell made reaches it: the cause may be its own."""
    ran: bool = True
    """Whether the run got to it."""


def needed_by(cells: Sequence[Names], focus: int, *, imports: bool = True) -> frozenset[int]:
    """Return the places of the cells before ``focus`` whose names reach it (a backward slice).

    Without ``imports``, a cell that only imports what is used further down does not reach it.
    """
    modules = frozenset[str]().union(*(names.modules for names in cells))
    wanted = set(cells[focus].reads)
    found: set[int] = set()
    for place in range(focus - 1, -1, -1):
        names = cells[place]
        if (names.changes(modules) - (frozenset() if imports else names.modules)) & wanted:
            found.add(place)
            wanted = (wanted - names.kills) | names.reads
    return frozenset(found)


def localise(
    cells: Sequence[CellResult], *, reference: Record | None = None, candidate: Record | None = None
) -> tuple[FollowUp, ...]:
    """Say of each differing cell after the first whether it only follows from it.

    A cell follows if it reads a name that the first differing cell, or one that follows from it, binds or
    changes; if it reads a file that such a cell wrote; or if it never ran because the run ended before it.
    It also does if it reads the same value as the first differing cell, and neither holds in its own source a
    reason to differ: both then show what became of that value further up.

    Parameters
    ----------
    cells:
        The results of one notebook, in order; their sources are read.
    reference, candidate:
        Records of the two runs, where they exist: they add the files and the cells that never ran.
    """
    first = next((place for place, cell in enumerate(cells) if cell.verdict.fails), None)
    if first is None:
        return ()
    modules = frozenset[str]().union(*(names_of(cell.source).modules for cell in cells))
    taint = _Taint(modules=modules, reference=reference, candidate=candidate)
    taint.spread(cells[first])
    named = aliases([cell.source for cell in cells])
    if not _is_unstable(cells[first], named):
        taint.suspect(cells[first])
    found: list[FollowUp] = []
    for cell in cells[first + 1 :]:
        follow_up = _followed(cell, taint, is_unstable=_is_unstable(cell, named))
        if cell.verdict.fails:
            found.append(follow_up)
    return tuple(found)


def likely_causes(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Return the causes worth reading first: the likely ones, or else the best there is."""
    return tuple(cause for cause in causes if cause.confidence is not Confidence.LOW) or tuple(causes[:1])


def followers(cells: Sequence[CellResult], causes: Sequence[Cause]) -> dict[int, str]:
    """Say why a differing cell only follows from the first, by its place among the differing cells.

    One that shows the same value as the first, and one that uses what the first made, stands for itself where
    a likely cause lies in it. Terminal, reports and panel all fold what is named here, and nothing else.

    Parameters
    ----------
    cells:
        The results of one notebook, in order.
    causes:
        All causes of the result, best first.
    """
    told = localise(cells)
    first = next((cell.index for cell in cells if cell.verdict.fails), None)
    own = {cause.cell for cause in likely_causes(causes)} - {first}
    return {
        place: item.because
        for place, item in enumerate(told, start=1)
        if item.follows and not (item.ran and item.cell.index in own)
    }


def _followed(cell: CellResult, taint: _Taint, *, is_unstable: bool) -> FollowUp:
    """Say what becomes of one cell, and let the doubt spread through it, or end there."""
    link = taint.link(cell)
    shared = None if link or not cell.verdict.fails or is_unstable else taint.shared(cell)
    if link or shared:
        taint.spread(cell)
    else:
        taint.settle(cell)
    return FollowUp(
        cell=cell,
        follows=bool(link or shared),
        because=link or shared or "it uses nothing that the first differing cell made",
        is_root=not link,
        ran=not taint.never_ran(cell),
    )


def _is_unstable(cell: CellResult, names: dict[str, str]) -> bool:
    """Whether the cell's own source holds a reason to differ from run to run."""
    return any(construct.kind in _DRAWING for construct in constructs(cell.source, names))


class _Taint:
    """Names and files whose contents are in doubt after the first difference."""

    def __init__(self, *, modules: frozenset[str], reference: Record | None, candidate: Record | None) -> None:
        self._modules = modules
        self._records = (reference, candidate)
        self._names: set[str] = set()
        self._suspects: set[str] = set()
        self._files: set[str] = set()

    def spread(self, cell: CellResult) -> None:
        names = names_of(cell.source)
        self._names |= names.changes(self._modules) - names.modules  # an import is no result that differs
        self._files |= self._touched(cell, "write")

    def suspect(self, cell: CellResult) -> None:
        """Doubt what the first differing cell reads, but for imports."""
        self._suspects = set(names_of(cell.source).reads - self._modules - _BUILTINS)

    def settle(self, cell: CellResult) -> None:
        """A cell free of doubt binds its names afresh."""
        kills = names_of(cell.source).kills
        self._names -= kills
        self._suspects -= kills

    def link(self, cell: CellResult) -> str | None:
        if self.never_ran(cell):
            return "it never ran"
        if names := sorted(names_of(cell.source).reads & self._names):
            return f"it reads {_listing(names)}"
        if files := sorted(self._touched(cell, "read") & self._files):
            return f"it reads {_listing(files)}"
        return None

    def shared(self, cell: CellResult) -> str | None:
        """What the cell reads that the first differing cell reads too."""
        names = sorted(names_of(cell.source).reads & self._suspects)
        return f"it reads {_listing(names)}{AS_THE_FIRST}" if names else None

    def never_ran(self, cell: CellResult) -> bool:
        """Whether the run ended before the cell."""
        record = self._records[1]
        if record is not None and cell.index in record.cells:
            return record.cells[cell.index].state is CellState.NOT_RUN
        return cell.verdict is Verdict.ERROR and "never ran" in (cell.reason or "")

    def _touched(self, cell: CellResult, mode: str) -> set[str]:
        indices = (cell.reference_index, cell.index)
        return {
            use.path
            for record, index in zip(self._records, indices, strict=True)
            if record is not None and index in record.cells
            for use in record.cells[index].files
            if use.mode == mode
        }


def _listing(names: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
