from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.notebooks import attach_record
from nbrepro.records import (
    Cause,
    CauseKind,
    CellRecord,
    CellResult,
    CellState,
    Confidence,
    Difference,
    ExceptionInfo,
    FileUse,
    Finding,
    Fingerprint,
    NotebookResult,
    OutputResult,
    Package,
    Problem,
    Python,
    Record,
    Report,
    Timing,
    Verdict,
    schema,
)


def written() -> dict[str, Any]:
    """A record as it stands in a notebook's file."""
    notebook = new_notebook(cells=[new_code_cell("x")])
    cell = CellRecord(
        source_digest="sha256:00",
        state=CellState.ERROR,
        order=1,
        exception=ExceptionInfo(type="KeyError", message="'a'", line=1),
        files=(FileUse(path="a.csv", mode="read", digest="blake3:00", size=3),),
        findings=(Finding(kind=CauseKind.TIME, what="time.time()", line=2),),
        random_before={"numpy": "sha256:00"},
        timing=Timing(started="2026-11-23T20:00:00Z", seconds=0.1),
    )
    record = Record(
        notebook="a.ipynb",
        nbrepro_version="0",
        kernel="python3",
        fingerprint=Fingerprint(
            python=Python(version="3.11.7", implementation="CPython", build="x"),
            packages={"numpy": Package(version="2")},
        ),
        problem=Problem(kind="exception", message="KeyError", cell=0),
        cells={0: cell},
    )
    attach_record(notebook, record)
    return dict(msgspec.json.decode(msgspec.json.encode(notebook)))


def test_the_published_files_are_those_that_are_generated() -> None:
    for folder in schema.FOLDERS:
        for name, text in schema.files().items():
            assert (folder / name).read_text(encoding="utf-8") == text, (
                f"run `python -m nbrepro.records.schema` ({name})"
            )


@pytest.mark.parametrize("generate", [schema.record_schema, schema.report_schema])
def test_the_schemas_are_schemas(generate: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(generate())


def test_a_written_record_is_valid() -> None:
    jsonschema.validate(written(), schema.record_schema())


def test_a_notebook_without_a_record_is_not() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"nbformat": 4, "metadata": {}, "cells": []}, schema.record_schema())


def test_a_record_of_another_major_version_is_not() -> None:
    notebook = written()
    notebook["metadata"]["nbrepro"]["schema_version"] = "2.0"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(notebook, schema.record_schema())


def test_a_cell_in_a_state_that_does_not_exist_is_not() -> None:
    notebook = written()
    notebook["cells"][0]["metadata"]["nbrepro"]["state"] = "fine"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(notebook, schema.record_schema())


def report() -> dict[str, Any]:
    difference = Difference(output=0, mime="text/plain", where="number 1", reference="1", candidate="2", distance=1.0)
    judged = OutputResult(output=0, mime="text/plain", verdict=Verdict.DIFFERENT, differences=(difference,))
    cell = CellResult(index=1, number=1, id="a", verdict=Verdict.DIFFERENT, outputs=(judged,), reference_index=1)
    cause = Cause(kind=CauseKind.SOURCE, summary="s", confidence=Confidence.HIGH, evidence=("e",))
    result = NotebookResult(
        path="a.ipynb",
        reference="saved outputs",
        verdict=Verdict.DIFFERENT,
        exit_code=1,
        cells=(cell,),
        causes=(cause,),
    )
    return Report(notebooks=(result,)).to_dict()


def test_a_report_is_valid() -> None:
    jsonschema.validate(report(), schema.report_schema())
    jsonschema.validate(Report().to_dict(), schema.report_schema())


@pytest.mark.parametrize("name", ["first_difference", "cells", "seconds", "causes"])
def test_a_report_that_lacks_a_part_is_not(name: str) -> None:
    data = report()
    del data["notebooks"][0][name]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema.report_schema())
