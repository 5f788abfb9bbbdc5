"""Assembling the record of a run: what the kernel's journal says joined with what the executor saw."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from nbrepro import __version__
from nbrepro.execution.kernelspecs import KernelChoice
from nbrepro.execution.parameters import unused
from nbrepro.execution.requests import RunRequest
from nbrepro.execution.runner import CellOutcome, Execution
from nbrepro.notebooks import attach_record, source_of
from nbrepro.probes import data
from nbrepro.records import CellRecord, CellState, DataFile, ExceptionInfo, FileUse, Fingerprint, Record, Timing
from nbrepro.records.digests import digest_json, digest_text
from nbrepro.store.journal import Journal

_NO_RESULT = frozenset({"execution_count", "traceback"})


@dataclass(frozen=True, kw_only=True)
class Material:
    """All that a record is made of."""

    notebook: NotebookNode
    """The executed one."""
    request: RunRequest
    choice: KernelChoice
    execution: Execution
    journal: Journal
    log: str | None
    """The end of what the kernel wrote to the terminal; ``None`` if none got ready."""
    timing: Timing
    extension: bool


def assemble(material: Material) -> Record:
    """Attach the record to the executed notebook and return it."""
    request, execution, journal = material.request, material.execution, material.journal
    files = _Files.of(journal, request.root)
    record = Record(
        notebook=data.relative(Path(os.path.abspath(request.path)), request.root),  # noqa: PTH100 - links stay links
        nbrepro_version=__version__,
        kernel=material.choice.name,
        fingerprint=_fingerprint(journal, files),
        parameters=_parameters(material),
        problem=execution.problem,
        notes=_notes(material, files),
        timing=material.timing,
        cells={
            index: _cell(material.notebook.cells[index], outcome, journal, files)
            for index, outcome in execution.outcomes.items()
        },
    )
    return attach_record(material.notebook, record)


def _cell(cell: NotebookNode, outcome: CellOutcome, journal: Journal, files: _Files) -> CellRecord:
    """Join one cell: state and outputs as seen from outside, all else as the kernel saw it."""
    seen = journal.cells.get(outcome.request or "")
    record = seen.cell if seen is not None else CellRecord(source_digest="", state=outcome.state)
    ran = outcome.state in {CellState.OK, CellState.ERROR}
    return replace(
        record,
        source_digest=digest_text(source_of(cell)),
        state=outcome.state,
        order=outcome.order,
        outputs=tuple(_output_digest(output) for output in cell.outputs) if ran else (),
        exception=_exception(record.exception, outcome.exception),
        files=files.used(record.files),
        timing=record.timing or outcome.timing,
    )


def _output_digest(output: NotebookNode) -> str:
    """Digest an output as the kernel's recorder does, so that the two can be compared while a session lives."""
    return digest_json({name: value for name, value in output.items() if name not in _NO_RESULT})


def _exception(inside: ExceptionInfo | None, outside: ExceptionInfo | None) -> ExceptionInfo | None:
    """Return the exception that the reply tells, with the line that the kernel knows; of a cell that it could not even
    compile only the reply knows it.
    """
    if outside is None or inside is None or inside.type != outside.type:
        return outside
    return replace(outside, line=inside.line or outside.line)


class _Files:
    """The files of a run: which of them are data, and their digests, each read once."""

    def __init__(self, kept: dict[str, str], known: dict[str, DataFile], read: set[str], overwritten: set[str]) -> None:
        self._kept = kept
        self._known = known
        self.read = read
        self.overwritten = overwritten

    @classmethod
    def of(cls, journal: Journal, root: Path) -> _Files:
        """Look at all files of a journal.

        What lies in the system's folder for temporary files and was made by the run itself, or is gone, carries a
        random name and no result: it is left out.
        """
        first: dict[str, str] = {}
        written: set[str] = set()
        for run in journal.cells.values():
            for use in run.cell.files:
                first.setdefault(use.path, use.mode)
                if use.mode == "write":
                    written.add(use.path)
        scratch = Path(tempfile.gettempdir())
        fetched = {
            use.path: DataFile(digest=use.digest, size=use.size)
            for run in journal.cells.values()
            for use in run.cell.files
            if data.is_address(use.path)
        }
        kept = {
            path: data.relative(Path(path), root)
            for path in first.keys() - fetched.keys()
            if not (_below(path, scratch) and not _below(path, root) and (path in written or not Path(path).exists()))
        }
        read = {path for path in kept if first[path] == "read"} | fetched.keys()
        known = {**data.read([Path(path) for path in kept], root), **fetched}
        kept |= {address: address for address in fetched}
        overwritten = {kept[path] for path in read & written}
        return cls(kept, known, {kept[path] for path in read}, overwritten)

    def inputs(self) -> dict[str, DataFile]:
        """Return the files that the run read before it wrote them."""
        found = ((name, self._as_found(name)) for name in sorted(self.read))
        return {name: file for name, file in found if file is not None}

    def used(self, uses: tuple[FileUse, ...]) -> tuple[FileUse, ...]:
        """Return a cell's uses with relative paths and digests."""
        return tuple(
            replace(use, path=name, digest=known.digest if known else None, size=known.size if known else None)
            for use in uses
            if (name := self._kept.get(use.path)) is not None
            for known in [self._as_found(name) if use.mode == "read" else self._known.get(name)]
        )

    def _as_found(self, name: str) -> DataFile | None:
        """Return a file as it was read; of one that the run wrote afterwards, only that it was there."""
        file = self._known.get(name)
        return replace(file, digest=None, size=None) if file is not None and name in self.overwritten else file


def _fingerprint(journal: Journal, files: _Files) -> Fingerprint:
    fingerprint = journal.fingerprint or Fingerprint(missing={"fingerprint": "no kernel with nbrepro ran"})
    return replace(fingerprint, data=files.inputs())


def _parameters(material: Material) -> dict[str, Any]:
    return dict(sorted(material.request.parameters.items()))


def _notes(material: Material, files: _Files) -> tuple[str, ...]:
    """Say what could not be captured."""
    execution, journal, choice = material.execution, material.journal, material.choice
    notes = [choice.note] if choice.note else []
    notes += [_missing_recorder(material)] if journal.started is None else journal.faults
    if journal.started is not None and not execution.finished:
        notes.append("The kernel could not write its fingerprint at the end: this is the one of its start.")
    notes += [
        f"{name} was read and then written: its contents as they were read are not known."
        for name in sorted(files.overwritten)
    ]
    notes += [
        f"Parameter {name!r} is set, but no cell uses it: is it misspelt?"
        for name in unused(material.notebook, material.request.parameters)
    ]
    return tuple(note for note in (*notes, *execution.notes) if note)


def _missing_recorder(material: Material) -> str:
    choice = material.choice
    without = "only outputs were recorded"
    if material.log is None:
        return ""
    if not material.extension:
        return f"The recorder was not asked for: {without}."
    if choice.language != "python":
        return f"Kernel {choice.name!r} is for {choice.language}, which nbrepro does not look into: {without}."
    if not choice.is_ipykernel:
        return f"Kernel {choice.name!r} is no ipykernel, so nbrepro was not loaded into it: {without}."
    if "No module named 'nbrepro'" in material.log:
        return f"The environment of kernel {choice.name!r} has no nbrepro: {without}. Install nbrepro there."
    return f"nbrepro could not be loaded into kernel {choice.name!r}: {without}."


def _below(path: str, folder: Path) -> bool:
    return Path(path).is_relative_to(os.path.abspath(folder))  # noqa: PTH100 - paths are compared as they are written
