"""The case that the rules judge: two runs, what differs, and what follows from that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from nbrepro.explain.dependencies import needed_by
from nbrepro.explain.sources import names_of, parse
from nbrepro.explain.statements import Statement, leading
from nbrepro.notebooks import align_cells, cell_numbers, source_of
from nbrepro.records import (
    CauseKind,
    CellRecord,
    CellResult,
    Drift,
    ExceptionInfo,
    Fingerprint,
    Record,
    Verdict,
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One code cell as both runs know it."""

    place: int
    """Position among the steps, from 0."""
    reference: int | None
    candidate: int | None
    number: int | None
    before: str
    """Source in the reference; empty where the reference lacks the cell."""
    after: str
    """Source in the candidate; empty where the candidate lacks the cell."""
    result: CellResult | None

    @property
    def source(self) -> str:
        """The source as the candidate has it, or else the reference."""
        return self.after if self.candidate is not None else self.before

    @property
    def label(self) -> str:
        """The cell in words: ``cell 6``."""
        return "a cell" if self.number is None else f"cell {self.number}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """Everything known about two runs that are held side by side."""

    reference: NotebookNode
    candidate: NotebookNode
    reference_record: Record | None
    candidate_record: Record | None
    cells: tuple[CellResult, ...]
    drift: tuple[Drift, ...]
    root: Path
    focus: CellResult | None = None
    """The differing cell that is to be explained; ``None`` for the first."""

    @cached_property
    def first(self) -> CellResult | None:
        """The differing cell in question."""
        if self.focus is not None:
            return self.focus
        return next((cell for cell in self.cells if cell.verdict.fails), None)

    @property
    def differs(self) -> bool:
        """Whether there is anything to explain."""
        return self.first is not None or (
            self.candidate_record is not None and self.candidate_record.problem is not None
        )

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The code cells of both notebooks, in the candidate's order."""
        numbers, former = cell_numbers(self.candidate), cell_numbers(self.reference)
        by_index = {cell.index: cell for cell in self.cells if self._is_in_candidate(cell)}
        by_id = {cell.id: cell for cell in self.cells if not self._is_in_candidate(cell)}
        found = []
        for place, (left, right) in enumerate(align_cells(self.reference, self.candidate)):
            before = "" if left is None else source_of(self.reference.cells[left])
            after = "" if right is None else source_of(self.candidate.cells[right])
            if right is not None:
                number, result = numbers.get(right), by_index.get(right)
            else:
                number, result = former.get(left or 0), by_id.get(self.reference.cells[left].get("id"))
            found.append(
                Step(
                    place=place,
                    reference=left,
                    candidate=right,
                    number=number,
                    before=before,
                    after=after,
                    result=result,
                )
            )
        return tuple(found)

    def _is_in_candidate(self, cell: CellResult) -> bool:
        cells = self.candidate.cells
        return cell.index < len(cells) and cells[cell.index].get("id") == cell.id

    @cached_property
    def target(self) -> Step | None:
        """The step of the differing cell, or of the one that ended the run."""
        problem = self.candidate_record.problem if self.candidate_record else None
        ended = problem.cell if problem else None
        if self.first is not None and (self.focus is not None or ended is None or self.first.index <= ended):
            return next((step for step in self.steps if step.result is self.first), None)
        return None if ended is None else next((step for step in self.steps if step.candidate == ended), None)

    @cached_property
    def history(self) -> tuple[Step, ...]:
        """The steps up to the differing cell, itself last."""
        if self.target is None:
            return self.steps
        return self.steps[: self.target.place + 1]

    @cached_property
    def known_users(self) -> frozenset[int]:
        """Places of the differing cell and of those before it whose names reach it."""
        if self.target is None:
            return frozenset()
        names = [names_of(step.source) for step in self.history]
        return needed_by(names, self.target.place) | {self.target.place}

    def reaches(self, step: Step) -> bool:
        """Whether the differing cell is known to use what this step makes."""
        return step.place in self.known_users

    def hands_on(self, step: Step, line: int | None) -> bool:
        """Whether the differing cell may use what a line of this step makes: to share an import alone is no use."""
        if not self.reaches(step) or line is None:
            return self.reaches(step)
        if self._is_import(step, line):
            return True  # what a module does as it is imported
        names = [names_of(other.source) for other in self.history]
        return step is self.target or step.place in needed_by(names, self.history[-1].place, imports=False)

    @staticmethod
    def _is_import(step: Step, line: int) -> bool:
        tree = parse(step.source)
        imports = (node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)) if tree else ()
        return any(node.lineno <= line <= (node.end_lineno or line) for node in imports)

    @property
    def reaching(self) -> Iterator[Step]:
        """The steps that the differing cell is known to use, itself included, nearest first."""
        return (step for step in reversed(self.history) if self.reaches(step))

    @cached_property
    def _leading(self) -> list[Statement] | None:
        """The statements that lead to what differs; ``None`` where that cannot be told."""
        step = self.target
        if (
            step is None
            or step.candidate is None
            or step.result is None
            or any(s.candidate is None for s in self.history)
        ):
            return None
        outputs = self.candidate.cells[step.candidate].get("outputs", [])
        return leading([other.source for other in self.history], step.result.differences, outputs)

    @property
    def knows_what_leads(self) -> bool:
        """Whether it can be told which statements lead to what differs."""
        return self._leading is not None

    def leads(self, step: Step, line: int | None) -> bool:
        """Whether a line of a step may lead to what differs: only a line that is known not to does not."""
        if line is None or self._leading is None:
            return True
        return any(s.place == step.place and s.first <= line <= s.last for s in self._leading)

    def reference_cell(self, step: Step) -> CellRecord | None:
        """What the step did in the reference's run."""
        if self.reference_record is None or step.reference is None:
            return None
        return self.reference_record.cells.get(step.reference)

    def candidate_cell(self, step: Step) -> CellRecord | None:
        """What the step did in the candidate's run."""
        if self.candidate_record is None or step.candidate is None:
            return None
        return self.candidate_record.cells.get(step.candidate)

    @property
    def reference_fingerprint(self) -> Fingerprint:
        """The reference's fingerprint; an empty one where there is no record."""
        return self.reference_record.fingerprint if self.reference_record else Fingerprint()

    @property
    def candidate_fingerprint(self) -> Fingerprint:
        """The candidate's fingerprint; an empty one where there is no record."""
        return self.candidate_record.fingerprint if self.candidate_record else Fingerprint()

    @property
    def saved_python(self) -> str:
        """The version of Python that the reference notebook says it was saved by; empty if it says none."""
        info = self.reference.metadata.get("language_info")
        return str(info.get("version") or "") if isinstance(info, dict) else ""

    def drifts(self, *kinds: CauseKind) -> Iterator[Drift]:
        """The points of these kinds in which the fingerprints differ."""
        return (drift for drift in self.drift if drift.kind in kinds)

    @cached_property
    def raised(self) -> ExceptionInfo | None:
        """The exception that the candidate raised in the differing cell and the reference did not."""
        step = self.target
        if step is None or step.candidate is None:
            return None
        problem = self.candidate_record.problem if self.candidate_record else None
        ended_here = problem is not None and problem.cell == step.candidate
        if step.result is not None and step.result.verdict is not Verdict.ERROR and not ended_here:
            return None
        seen = self.candidate_cell(step)
        found = (seen.exception if seen else None) or _exception_in(self.candidate.cells[step.candidate])
        if found is None or step.reference is None:
            return found
        before = _exception_in(self.reference.cells[step.reference])
        return None if before and (before.type, before.message) == (found.type, found.message) else found

    @cached_property
    def traceback(self) -> str:
        """The candidate's traceback in the differing cell, without colours."""
        step = self.target
        if step is None or step.candidate is None:
            return ""
        outputs = self.candidate.cells[step.candidate].get("outputs", [])
        lines = [line for output in outputs if output.output_type == "error" for line in output.get("traceback", [])]
        return _COLOUR.sub("", "\n".join(map(str, lines)))


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LINE = re.compile(r"^-+> (\d+)[ \n]|^Cell In\s?\[\d+\], line (\d+)", re.MULTILINE)


def _exception_in(cell: NotebookNode) -> ExceptionInfo | None:
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            text = _COLOUR.sub("", "\n".join(map(str, output.get("traceback", []))))
            found = _LINE.search(text)
            line = int(found[1] or found[2]) if found else None
            return ExceptionInfo(type=str(output.get("ename")), message=str(output.get("evalue")), line=line)
    return None
