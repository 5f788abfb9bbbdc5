"""Records out of journals, without a kernel."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from nbrepro.config import Settings
from nbrepro.execution.assemble import Material, assemble
from nbrepro.execution.kernelspecs import choose_kernel
from nbrepro.execution.requests import RunRequest
from nbrepro.execution.runner import CellOutcome, Execution
from nbrepro.records import CellRecord, CellState, ExceptionInfo, FileUse, Fingerprint, Record, Timing
from nbrepro.store.journal import CellRun, Journal, SessionStart
from tests.execution.conftest import notebook_of

NOW = Timing(started="2030-01-01T00:00:00+00:00", seconds=1.0)


def seen(*files: tuple[Path, str], state: CellState = CellState.OK, **changes: Any) -> CellRecord:
    uses = tuple(FileUse(path=path.as_posix(), mode=mode) for path, mode in files)
    return CellRecord(source_digest="sha256:old", state=state, files=uses, **changes)


def record_of(root: Path, *cells: CellRecord, finished: bool = True, **changes: Any) -> Record:
    notebook = notebook_of(*["pass"] * len(cells))
    outcomes = {
        index: CellOutcome(state=cell.state, request=f"r{index}", order=index + 1, exception=changes.get("exception"))
        for index, cell in enumerate(cells)
    }
    start = SessionStart(fingerprint=Fingerprint(), nbrepro_version="1", started=NOW.started)
    runs = {f"r{index}": CellRun(msg_id=f"r{index}", cell=cell) for index, cell in enumerate(cells)}
    material = Material(
        notebook=notebook,
        request=RunRequest(
            notebook=notebook, path=root / "sub/a.ipynb", root=root, settings=Settings(), seed=1, threads=1
        ),
        choice=choose_kernel(notebook, None),
        execution=Execution(outcomes=outcomes, finished=finished),
        journal=Journal(started=start, cells=runs, fingerprint=Fingerprint(), faults=changes.get("faults", ())),
        log="",
        timing=NOW,
        extension=True,
    )
    return assemble(material)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text("1,2\n")
    (tmp_path / "out.csv").write_text("3,4\n")
    return tmp_path


def test_files_are_named_from_the_root_and_digested(project: Path) -> None:
    record = record_of(project, seen((project / "in.csv", "read"), (project / "out.csv", "write")))
    assert record.notebook == "sub/a.ipynb"
    first, second = record.cells[0].files
    assert (first.path, first.mode, first.size) == ("in.csv", "read", 4)
    assert (second.path, second.mode) == ("out.csv", "write")
    assert first.digest is not None
    assert first.digest.startswith("blake3:")
    assert first.digest != second.digest
    assert list(record.fingerprint.data) == ["in.csv"]
    assert record.fingerprint.data["in.csv"].digest == first.digest


def test_what_the_run_made_itself_is_no_input(project: Path) -> None:
    record = record_of(project, seen((project / "out.csv", "write")), seen((project / "out.csv", "read")))
    assert record.fingerprint.data == {}
    assert record.cells[1].files[0].digest is not None


def test_the_digest_of_an_input_that_was_overwritten_is_not_claimed(project: Path) -> None:
    record = record_of(project, seen((project / "in.csv", "read")), seen((project / "in.csv", "write")))
    assert record.fingerprint.data["in.csv"].digest is None
    assert record.cells[0].files[0].digest is None
    assert record.cells[1].files[0].digest is not None
    assert any("in.csv was read and then written" in note for note in record.notes)


def test_a_file_that_one_cell_writes_and_reads_back_is_no_input(project: Path) -> None:
    record = record_of(project, seen((project / "out.csv", "write"), (project / "out.csv", "read")))
    assert record.fingerprint.data == {}
    assert record.notes == ()
    assert [file.digest is not None for file in record.cells[0].files] == [True, True]


def test_temporary_files_of_the_run_are_left_out_and_those_of_the_user_are_kept(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, scratch = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    (scratch / "data.csv").write_text("1")
    (scratch / "made").write_text("1")
    record = record_of(
        root, seen((scratch / "gone", "read"), (scratch / "made", "write"), (scratch / "data.csv", "read"))
    )
    assert [Path(use.path).name for use in record.cells[0].files] == ["data.csv"]


def test_the_state_is_the_one_of_the_reply_and_the_line_the_kernels(project: Path) -> None:
    inside = ExceptionInfo(type="ValueError", message="long", line=3)
    outside = ExceptionInfo(type="ValueError", message="bad")
    record = record_of(project, seen(state=CellState.ERROR, exception=inside), exception=outside)
    assert record.cells[0].exception == ExceptionInfo(type="ValueError", message="bad", line=3)


def test_a_kernel_that_could_not_finish_leaves_a_note(project: Path) -> None:
    record = record_of(project, seen(), finished=False, faults=("line 3 of the journal is torn",))
    assert any("one of its start" in note for note in record.notes)
    assert "line 3 of the journal is torn" in record.notes
