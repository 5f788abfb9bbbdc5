"""What a renderer shows: a result, and the two notebooks where outputs are to be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from nbrepro.compare.widgetstates import models_of
from nbrepro.explain import AS_THE_FIRST, followers, likely_causes
from nbrepro.records import Cause, CellResult, Difference, Drift, Mask, NotebookResult, Verdict
from nbrepro.report.kinds import percent

_ENDINGS = {"kernel_death": "the kernel died here", "timeout": "it ran out of time"}
"""What befell a cell in which a run ended, by the kind of problem."""
_NOTABLE = ("new warning", "a warning is gone")


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
        return followers(self.result.cells, self.result.causes)

    @property
    def independent(self) -> tuple[CellResult, ...]:
        """The differing cells that do not merely follow from the first; the first itself leads them."""
        return tuple(cell for place, cell in enumerate(self.failing) if place not in self.following)

    @property
    def followers(self) -> tuple[CellResult, ...]:
        """The differing cells that only follow from the first."""
        return tuple(self.failing[place] for place in self.following)

    @property
    def follow_words(self) -> str:
        """Which cells differ for no reason of their own, and why where there is one such cell."""
        is_one = len(self.followers) == 1
        links = self.following.values()
        if all(link.endswith(AS_THE_FIRST) for link in links):
            verb = "differs with" if is_one else "differ with"
        else:
            verb = "only follows from" if is_one else "only follow from"
        why = f": {next(iter(links))}" if is_one else ""
        return f"{cell_list(self.followers)} {verb} {cell_name(self.failing[0])}{why}"

    @property
    def likely(self) -> tuple[Cause, ...]:
        """The causes worth reading first: the likely ones, or else the best there is."""
        return likely_causes(self.result.causes)

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


def told_values(view: View, cell: CellResult, difference: Difference) -> tuple[str | None, str | None]:
    """Return the two values of a difference; where only one side raised, what the other one put out instead."""
    values = difference.reference, difference.candidate
    if difference.mime != "error" or None not in values:
        return values
    before, after = (
        _calm(outputs) if value is None else value for value, outputs in zip(values, view.outputs_of(cell), strict=True)
    )
    return before, after


def _calm(outputs: Sequence[Any]) -> str:
    """What a cell put out that raised nothing: ``no exception; printed 6``."""
    for output in outputs:
        text, verb = output.get("text"), "printed"
        if output.output_type in {"execute_result", "display_data"}:
            text, verb = output.get("data", {}).get("text/plain"), "showed"
        lines = str(text or "").strip().split("\n")
        if lines[0]:
            return f"no exception; {verb} {lines[0]}" + (" …" if len(lines) > 1 else "")
    return "no exception"


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


def headline(result: NotebookResult) -> str:
    """Return the verdict on a notebook in words: ``reproduced``, ``different``, ``not run to its end``."""
    if result.exit_code == 3 and (result.problem is None or result.problem.kind == "kernel_start"):  # noqa: PLR2004
        return "could not be started"
    if result.exit_code == 2 and reason_words(result).startswith("is no notebook"):  # noqa: PLR2004
        return "is no notebook"
    words = {0: "reproduced", 1: "different", 2: "not readable", 3: "not run to its end", 4: "not compared"}
    return words.get(result.exit_code, result.verdict.label)


def remarks(cell: CellResult) -> tuple[str, ...]:
    """Return what is worth a look in a cell that passes: new and lost warnings, representations that disagree."""
    parts = (part for output in cell.outputs for part in (output.reason or "").split("; "))
    return tuple(part for part in parts if part.startswith(_NOTABLE) or " disagrees: " in part)


def proof_words(cause: Cause) -> str:
    """Return ``proved by 3 runs``, empty for a cause that is not proved."""
    return f"proved by {cause.proved_by.partition(':')[0]}" if cause.proved_by else ""


def cell_name(cell: CellResult) -> str:
    """Return the cell in words: ``cell 6``; one that has no number is told by its place."""
    return f"cell {cell.number}" if cell.number is not None else f"cell at place {cell.index + 1}"


def cell_title(view: View, cell: CellResult, *, leads: bool) -> str:
    """Return what a cell did that does not pass: ``cell 6 differs first``."""
    name, problem = cell_name(cell), view.result.problem
    ended = problem is not None and problem.cell == cell.index
    if problem is not None and ended and problem.kind in _ENDINGS:
        return f"{name}: {_ENDINGS[problem.kind]}"
    if cell.verdict is Verdict.ERROR and not cell.outputs and not ended:
        return f"{name} never ran"
    return f"{name} {'raises' if cell.verdict is Verdict.ERROR else 'differs'}{' first' if leads else ''}"


def second_look(cell: CellResult) -> str:
    """Return what a second run said of a cell; empty without one."""
    words = {
        "flaky": "flaky: a second run under the same conditions gave another result again",
        "changed": "changed: a second run differed from the reference in the same way",
    }
    return words.get(cell.confirmed or "", "")


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
    if difference.reference is not None:
        return False
    return difference.candidate is None or "% of pixels" in difference.where


def grouped(masks: Iterable[Mask]) -> dict[str, list[Mask]]:
    """Return what was set aside by rule, in the order of the rules' first places."""
    found: dict[str, list[Mask]] = {}
    for mask in masks:
        found.setdefault(mask.rule, []).append(mask)
    return found


def distance_words(difference: Difference) -> str:
    """Return how far two values are apart, for people; nothing where that is not measured, or told by the place."""
    if difference.distance is None or is_pictured(difference):
        return ""
    return f"apart by {percent(difference.distance)}"


def reason_words(result: NotebookResult) -> str:
    """Return why a notebook was not compared, read or run; its own path, which stands above, is not told again."""
    reason = result.reason or (result.problem.message if result.problem else "")
    path, colon, rest = reason.partition(": ")
    return rest if colon and Path(path).absolute() == Path(result.path).absolute() else reason
