from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbrepro.errors import StoreError
from nbrepro.records import CauseKind, CellRecord, CellState, ExceptionInfo, FileUse, Finding, Fingerprint, Randomness
from nbrepro.store.journal import CellRun, JournalWriter, SessionStart, read_journal

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
records = st.builds(
    CellRecord,
    source_digest=texts,
    state=st.sampled_from(CellState),
    order=st.integers(1, 1000),
    outputs=st.lists(texts, max_size=3).map(tuple),
    exception=st.none() | st.builds(ExceptionInfo, type=texts, message=texts, line=st.none() | st.integers(1, 99)),
    random_before=st.dictionaries(texts, texts, max_size=3),
    files=st.lists(st.builds(FileUse, path=texts, mode=st.sampled_from(["read", "write"])), max_size=3).map(tuple),
    findings=st.lists(
        st.builds(Finding, kind=st.sampled_from(CauseKind), what=texts, line=st.none() | st.integers(1, 99)),
        max_size=3,
    ).map(tuple),
)


def session(name: str, seed: int = 1) -> SessionStart:
    fingerprint = Fingerprint(randomness=Randomness(seed=seed, hash_seed="0"))
    return SessionStart(fingerprint=fingerprint, nbrepro_version="1", started="2026-01-01T00:00:00Z", session=name)


def run(msg_id: str, order: int = 1) -> CellRun:
    cell = CellRecord(source_digest="sha256:0", state=CellState.OK, order=order)
    return CellRun(msg_id=msg_id, cell=cell, cell_id="c1", execution_count=order)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "deep" / "journal.jsonl")
    writer.start(session("a"))
    writer.cell(run("m1"))
    writer.fault("something")
    journal = read_journal(writer.path)
    assert journal.started == session("a")
    assert journal.cells == {"m1": run("m1")}
    assert journal.faults == ("something",)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(cells=st.lists(records, min_size=1, max_size=4), cut=st.integers(1, 10_000))
def test_a_torn_last_line_costs_only_itself(tmp_path: Path, cells: list[CellRecord], cut: int) -> None:
    path = tmp_path / "journal.jsonl"
    path.unlink(missing_ok=True)
    writer = JournalWriter(path)
    runs = [CellRun(msg_id=str(number), cell=cell) for number, cell in enumerate(cells)]
    for each in runs:
        writer.cell(each)
    assert list(read_journal(path).cells.values()) == runs
    data = path.read_bytes()
    last = len(data.splitlines()[-1])
    path.write_bytes(data[: len(data) - 1 - min(cut, last)])
    assert list(read_journal(path).cells.values()) == runs[:-1]
    later = JournalWriter(path)
    later.cell(runs[-1])
    assert list(read_journal(path).cells.values()) == runs
    writer.close()
    later.close()


def test_the_fingerprint_of_the_start_stands_until_there_is_a_full_one(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "journal.jsonl")
    writer.start(session("a", seed=1))
    assert read_journal(writer.path).fingerprint == session("a", seed=1).fingerprint
    full = Fingerprint(randomness=Randomness(seed=2, hash_seed="0"))
    writer.fingerprint(full)
    assert read_journal(writer.path).fingerprint == full


def test_a_restarted_kernel_begins_anew(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "journal.jsonl")
    writer.start(session("first"))
    writer.cell(run("m1"))
    writer.start(session("second"))
    writer.cell(run("m2"))
    assert list(read_journal(writer.path).cells) == ["m2"]


def test_loading_again_in_the_same_process_keeps_what_ran(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "journal.jsonl")
    writer.start(session("same"))
    writer.cell(run("m1"))
    writer.start(session("same"))
    writer.cell(run("m2", 2))
    assert list(read_journal(writer.path).cells) == ["m1", "m2"]


def test_the_second_entry_of_a_message_takes_the_place_of_the_first(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "journal.jsonl")
    writer.cell(run("m1", 1))
    writer.cell(run("m1", 7))
    assert read_journal(writer.path).cells["m1"].cell.order == 7


def test_damaged_lines_are_told_and_stepped_over(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "journal.jsonl")
    writer.cell(run("m1"))
    with writer.path.open("ab") as file:
        file.write(b'{"cell": 3}\n\xff\xfe\n')
    writer.cell(run("m2"))
    journal = read_journal(writer.path)
    assert list(journal.cells) == ["m1", "m2"]
    assert len(journal.faults) == 2


def test_no_journal_is_an_empty_one(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "none.jsonl").cells == {}


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot open the journal"):
        JournalWriter(tmp_path / "file" / "journal.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence() -> None:
    writer = JournalWriter(Path("/dev/full"))
    with pytest.raises(StoreError, match="No space left"):
        writer.fault("x")


def test_a_forked_child_does_not_write(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "journal.jsonl")
    child = os.fork()
    if child == 0:
        writer.fault("from the child")
        os._exit(0)
    os.waitpid(child, 0)
    writer.fault("from the parent")
    assert read_journal(writer.path).faults == ("from the parent",)


def test_writing_after_the_end_does_nothing(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "journal.jsonl")
    writer.close()
    writer.close()
    writer.fault("late")
    assert read_journal(writer.path).faults == ()
