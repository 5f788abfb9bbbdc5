from __future__ import annotations

import pytest

from nbrepro.kernel.border import Border, Faults


def interrupt() -> None:
    raise KeyboardInterrupt


def fail() -> None:
    raise RecursionError("deep")


def test_a_fault_amid_the_users_code_is_kept_and_swallowed() -> None:
    border = Border(Faults())
    border.observe("files", fail)
    assert list(border.faults.last) == ["files: RecursionError: deep"]


def test_a_ctrl_c_amid_the_users_code_is_the_users() -> None:
    border = Border(Faults())
    with pytest.raises(KeyboardInterrupt):
        border.observe("files", interrupt)
    seen: list[int] = []
    border.observe("files", seen.append, 1)
    assert seen == [1]


def test_a_ctrl_c_between_cells_is_told_and_swallowed() -> None:
    border = Border(Faults())
    assert border.between("before a cell", interrupt)
    assert not border.between("before a cell", fail)


def test_what_the_recorder_itself_does_is_not_observed() -> None:
    border = Border(Faults())
    seen: list[int] = []
    border.between("work", lambda: border.observe("files", seen.append, 1))
    border.observe("work", lambda: border.observe("files", seen.append, 2))
    assert seen == []


def test_faults_are_bounded_and_repetitions_are_counted() -> None:
    faults = Faults()
    for number in range(200):
        faults.add("files", f"fault {number // 2}")
    assert faults.count == 200
    assert len(faults.last) == 50
    assert faults.last[-1] == "files: fault 99"


def test_a_journal_that_fails_is_itself_a_fault() -> None:
    faults = Faults()

    def broken(_: str) -> None:
        raise OSError("full")

    faults.journal = broken
    faults.add("files", "x")
    assert list(faults.last) == ["files: x", "journal: full"]
