from __future__ import annotations

from nbrepro.kernel import runs as module
from nbrepro.kernel.runs import MAX_RUNS, Runs
from nbrepro.records import CellRecord, CellState, ExceptionInfo, FileUse
from nbrepro.store.journal import CellRun


def run(number: int, cell: str | None = None, *, files: int = 0, raised: bool = False) -> CellRun:
    record = CellRecord(
        source_digest=f"sha256:{number if cell is None else cell}",
        state=CellState.ERROR if raised else CellState.OK,
        order=number,
        files=tuple(FileUse(path=f"/f{index}", mode="read") for index in range(files)),
        exception=ExceptionInfo(type="ValueError", message="") if raised else None,
    )
    return CellRun(msg_id=f"m{number}", cell=record, cell_id=cell)


def test_the_latest_execution_of_every_cell_outlives_the_superseded_ones() -> None:
    runs = Runs()
    for number in range(50):
        runs.add(run(number, f"cell {number}"))
    for number in range(50, 10_000):
        runs.add(run(number, "busy"))
    assert {kept.cell_id for kept in runs.values()} == {"busy", *(f"cell {number}" for number in range(50))}
    assert len(runs) < 300
    assert list(runs)[-1] == "m9999"


def test_cells_without_an_id_are_bounded_too_and_counted() -> None:
    runs = Runs()
    for number in range(3 * MAX_RUNS):
        runs.add(run(number, raised=number % 3 == 0))
    assert len(runs) == MAX_RUNS
    assert (runs.total, runs.raised) == (3 * MAX_RUNS, MAX_RUNS)


def test_the_same_message_again_is_one_execution() -> None:
    runs = Runs()
    runs.add(run(1, "a"))
    runs.add(run(2, "b"))
    runs.add(run(1, "a", raised=True))
    assert (list(runs), runs.total) == (["m2", "m1"], 2)


def test_cells_that_read_thousands_of_files_are_kept_in_lesser_number() -> None:
    runs = Runs()
    for number in range(100):
        runs.add(run(number, f"cell {number}", files=5000))
    assert sum(len(kept.cell.files) for kept in runs.values()) <= module._MAX_FILE_USES
    assert list(runs)[-1] == "m99"
