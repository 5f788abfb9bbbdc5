"""What a renderer shows: a result, and the two notebooks where outputs are to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nbformat import NotebookNode

from nbrepro.compare.widgets import models_of
from nbrepro.explain import localise
from nbrepro.records import Cause, CellResult, Confidence, Difference, Drift, NotebookResult, Report

UNLIKELY = Confidence.LOW


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """One notebook of a report."""

    result: NotebookResult
    reference: NotebookNode | None = field(default=None, repr=False)
    candidate: NotebookNode | None = field(default=None, repr=False)

    @cached_property
    def failing(self) -> tuple[CellResult, ...]:
        """The cells that do not pass, in order."""
        return tuple(cell for cell in self.result.cells if cell.verdict.fails)

    @cached_property
    def following(self) -> dict[int, str]:
        """Why a differing cell only follows from the first, by position in `failing`."""
        told = localise(self.result.cells)
        return {place: item.because for place, item in enumerate(told, start=1) if item.follows}

    @property
    def independent(self) -> tuple[CellResult, ...]:
        """The differing cells that do not merely follow from the first; the first itself leads them."""
        return tuple(cell for place, cell in enumerate(self.failing) if place not in self.following)

    @property
    def followers(self) -> tuple[CellResult, ...]:
        """The differing cells that only follow from the first."""
        return tuple(self.failing[place] for place in self.following)

    @property
    def likely(self) -> tuple[Cause, ...]:
        """The causes worth reading first: the likely ones, or else the best there is."""
        causes = self.result.causes
        return tuple(cause for cause in causes if cause.confidence is not UNLIKELY) or causes[:1]

    @property
    def unlikely(self) -> tuple[Cause, ...]:
        """The remaining causes."""
        return tuple(cause for cause in self.result.causes if cause not in self.likely)

    @property
    def drift(self) -> tuple[Drift, ...]:
        """What differs between the two fingerprints."""
        return self.result.drift

    @property
    def headline(self) -> str:
        """The verdict on the notebook in words."""
        return headline(self.result)

    @cached_property
    def models(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The states of the widgets that the two notebooks saved."""
        return _models(self.reference), _models(self.candidate)

    def outputs_of(self, cell: CellResult) -> tuple[list[Any], list[Any]]:
        """Return the cell's outputs in the reference and in the candidate."""
        return _outputs(self.reference, cell, cell.reference_index), _outputs(self.candidate, cell, cell.index)


def _models(notebook: NotebookNode | None) -> Mapping[str, Any]:
    return {} if notebook is None else models_of(notebook.get("metadata", {}))


def _outputs(notebook: NotebookNode | None, cell: CellResult, index: int | None) -> list[Any]:
    """The outputs at an index; a cell that only one side has is told by its id."""
    if notebook is None or index is None or not 0 <= index < len(notebook.cells):
        return []
    found = notebook.cells[index]
    if found.get("cell_type") != "code" or (cell.reference_index is None and found.get("id") != cell.id):
        return []
    return list(found.get("outputs", []))


def views_of(report: Report) -> tuple[View, ...]:
    """Return views without notebooks, for renderers that show no outputs."""
    return tuple(View(result=notebook) for notebook in report.notebooks)


def headline(result: NotebookResult) -> str:
    """Return the verdict on a notebook in words: ``reproduced``, ``different``, ``not run to its end``."""
    words = {0: "reproduced", 1: "different", 2: "not readable", 3: "not run to its end", 4: "not compared"}
    return words.get(result.exit_code, result.verdict.label)


def cell_name(cell: CellResult) -> str:
    """Return the cell in words: ``cell 6``; one that has no number is told by its place."""
    return f"cell {cell.number}" if cell.number is not None else f"cell at place {cell.index + 1}"


def cell_list(cells: Sequence[CellResult]) -> str:
    """Return several cells in words, runs shortened: ``cells 8, 9 and 12 to 15``."""
    numbers = sorted({cell.number if cell.number is not None else cell.index + 1 for cell in cells})
    parts: list[str] = []
    start = 0
    for place, number in enumerate(numbers):
        if place + 1 < len(numbers) and numbers[place + 1] == number + 1:
            continue
        run = numbers[start : place + 1]
        parts += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(item) for item in run]  # noqa: PLR2004
        start = place + 1
    joined = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{'cell' if len(numbers) == 1 else 'cells'} {joined}"


def counted(number: int, word: str, plural: str | None = None) -> str:
    """Return a number with its word: ``1 cell``, ``2 cells``."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def is_pictured(difference: Difference) -> bool:
    """Whether a difference has no values to set side by side, as that of two pictures; what there is describes it."""
    return difference.reference is None and (difference.candidate is None or str(difference.mime).startswith("image/"))


def distance_words(distance: float | None) -> str:
    """Return a distance for people; nothing where there is none."""
    return "" if distance is None else f"distance {distance:.3g}"
