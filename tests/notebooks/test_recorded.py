from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nbrepro.errors import RecordError
from nbrepro.notebooks import attach_record, has_record, read_notebook, read_record, write_notebook
from nbrepro.records import CellRecord, CellState, Fingerprint, Python, Record, Timing


def executed() -> NotebookNode:
    output = new_output("stream", name="stdout", text="1\n2\n")
    return new_notebook(
        cells=[
            new_markdown_cell("# Title", id="m"),
            new_code_cell("print(1)\nprint(2)", id="c", outputs=[output], execution_count=1),
        ]
    )


def record(**fields: Any) -> Record:
    cell = CellRecord(source_digest="sha256:0", state=CellState.OK, order=1, timing=Timing(started="now", seconds=1))
    python = Python(version="3.11.7", implementation="CPython", build="main")
    given = {"notebook": "a.ipynb", "nbrepro_version": "0", "kernel": "python3", "cells": {1: cell}}
    return Record(**{**given, "fingerprint": Fingerprint(python=python), **fields})


def kept(tmp_path: Path, **fields: Any) -> Path:
    notebook, path = executed(), tmp_path / "a.ipynb"
    attach_record(notebook, record(**fields))
    write_notebook(notebook, path)
    return path


def edit(path: Path, change: Any) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    notebook, path = executed(), tmp_path / "a.ipynb"
    sealed = attach_record(notebook, record())
    write_notebook(notebook, path)
    assert read_record(path)[1] == sealed


def test_two_records_of_one_run_differ_in_time_stamps_alone(tmp_path: Path) -> None:
    first = attach_record(executed(), record(timing=Timing(started="2026-01-01", seconds=1)))
    second = attach_record(executed(), record(timing=Timing(started="2026-02-02", seconds=9)))
    assert first.digest == second.digest


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["cells"][1].update(source="print(3)"),
        lambda d: d["cells"][1]["outputs"][0].update(text="1\n3\n"),
        lambda d: d["cells"].reverse(),
        lambda d: d["metadata"]["nbrepro"]["fingerprint"]["python"].update(version="3.12.0"),
        lambda d: d["cells"][1]["metadata"]["nbrepro"].update(order=7),
        lambda d: d["metadata"]["nbrepro"].update(digest="sha256:0"),
    ],
    ids=["source", "output", "order of cells", "fingerprint", "cell record", "digest"],
)
def test_an_edited_record_is_noticed(tmp_path: Path, change: Any) -> None:
    path = kept(tmp_path)
    edit(path, change)
    with pytest.raises(RecordError, match="was edited after it was made"):
        read_record(path)


def test_a_record_made_before_a_field_came_is_untouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to_metadata = Record.to_metadata

    def of_an_older_nbrepro(self: Record) -> dict[str, Any]:
        data = to_metadata(self)
        del data["fingerprint"]["conda"]
        return data

    with monkeypatch.context() as older:
        older.setattr(Record, "to_metadata", of_an_older_nbrepro)
        path = kept(tmp_path)
    assert "conda" not in json.loads(path.read_text())["metadata"]["nbrepro"]["fingerprint"]
    assert read_record(path)[1].fingerprint.conda == {}


def test_a_record_of_a_newer_major_version_is_refused(tmp_path: Path) -> None:
    path = kept(tmp_path)
    edit(path, lambda d: d["metadata"]["nbrepro"].update(schema_version="2.0"))
    with pytest.raises(RecordError, match=r"schema version 2\.0.*pip install -U nbrepro"):
        read_record(path)


def test_a_record_of_a_newer_minor_version_is_read_with_a_warning(tmp_path: Path) -> None:
    path = kept(tmp_path, schema_version="1.9")
    with pytest.warns(UserWarning, match=r"newer nbrepro \(schema 1\.9"):
        read_record(path)


def test_a_damaged_record_says_where(tmp_path: Path) -> None:
    path = kept(tmp_path)
    edit(path, lambda d: d["cells"][1]["metadata"]["nbrepro"].update(state="sleeping"))
    with pytest.raises(RecordError, match=r"cells\[1\].*sleeping"):
        read_record(path)


def test_a_notebook_without_a_record_is_told(tmp_path: Path) -> None:
    write_notebook(executed(), tmp_path / "a.ipynb")
    with pytest.raises(RecordError, match="nbrepro record"):
        read_record(tmp_path / "a.ipynb")


def test_settings_in_the_metadata_are_no_record_and_are_kept_beside_one(tmp_path: Path) -> None:
    notebook = executed()
    notebook.metadata["nbrepro"] = {"settings": {"rtol": 0.1}}
    assert not has_record(notebook)
    attach_record(notebook, record())
    assert has_record(notebook)
    assert notebook.metadata["nbrepro"]["settings"] == {"rtol": 0.1}


def test_cells_that_papermill_inserts_after_an_error_are_no_edit(tmp_path: Path) -> None:
    path = kept(tmp_path)
    mark = {
        "cell_type": "markdown",
        "id": "mark",
        "source": "error",
        "metadata": {"tags": ["papermill-error-cell-tag"]},
    }
    edit(path, lambda d: d["cells"].insert(0, mark))
    assert read_record(path)[1].cells.keys() == {2}


_text = st.text(max_size=30)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_outputs = st.one_of(
    st.builds(lambda text: new_output("stream", name="stdout", text=text), _text),
    st.builds(lambda value: new_output("display_data", data={"application/json": value}), _json),
    st.builds(lambda text: new_output("display_data", data={"text/html": text, "text/plain": text}), _text),
    st.builds(lambda text: new_output("error", ename="E", evalue=text, traceback=[text]), _text),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(source=_text, outputs=st.lists(_outputs, max_size=3), parameters=st.dictionaries(_text, _json, max_size=3))
def test_any_run_survives_the_way_to_the_file_and_back(
    tmp_path: Path, source: str, outputs: list[Any], parameters: dict[str, Any]
) -> None:
    notebook = new_notebook(cells=[new_code_cell(source, id="c", outputs=outputs)])
    cell = CellRecord(source_digest="sha256:0", state=CellState.OK)
    sealed = attach_record(notebook, record(cells={0: cell}, parameters=parameters))
    write_notebook(notebook, tmp_path / "a.ipynb")
    loaded, found = read_record(tmp_path / "a.ipynb")
    assert found == sealed
    assert loaded.cells[0].outputs == notebook.cells[0].outputs
    assert read_notebook(tmp_path / "a.ipynb") == loaded
