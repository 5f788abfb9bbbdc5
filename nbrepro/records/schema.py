"""The JSON Schemas of a record's metadata and of a report, published in the package and in the documentation.

``python -m nbrepro.records.schema`` writes both files anew; a test holds them equal to what is generated here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from nbrepro.records.cells import CellRecord
from nbrepro.records.record import SCHEMA_VERSION, Record
from nbrepro.records.results import REPORT_SCHEMA_VERSION, Difference, NotebookResult

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDERS = (Path(__file__).parent, Path(__file__).parents[2] / "docs" / "reference")
REFERENCE = "#/$defs/{name}"


def record_schema() -> dict[str, Any]:
    """Return the schema of a record: an nbformat 4 notebook that carries ``metadata.nbrepro``."""
    (header, cell), definitions = msgspec.json.schema_components([Record, CellRecord], ref_template=REFERENCE)
    record = definitions["Record"]
    del record["properties"]["cells"]  # they are kept in the cells' own metadata
    record["required"] = sorted({*record.get("required", ()), "schema_version", "digest", "fingerprint"})
    record["properties"]["schema_version"] = _version(SCHEMA_VERSION)
    record["properties"]["settings"] = {
        "type": "object",
        "description": "Settings of this notebook, as in the original.",
    }
    return {
        "$schema": DIALECT,
        "title": "nbrepro record",
        "description": "What nbrepro adds to an executed notebook: a fingerprint of the run, and what each cell did.",
        "type": "object",
        "required": ["nbformat", "metadata", "cells"],
        "properties": {
            "nbformat": {"const": 4},
            "metadata": {"type": "object", "required": ["nbrepro"], "properties": {"nbrepro": header}},
            "cells": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"metadata": {"type": "object", "properties": {"nbrepro": cell}}},
                },
            },
        },
        "$defs": _sorted(definitions),
    }


def report_schema() -> dict[str, Any]:
    """Return the schema of what ``nbrepro check --json`` prints."""
    (notebook, difference), definitions = msgspec.json.schema_components(
        [NotebookResult, Difference], ref_template=REFERENCE
    )
    index = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}
    _add(definitions["NotebookResult"], first_difference=index)
    _add(definitions["CellResult"], differences={"type": "array", "items": difference})
    del definitions["OutputResult"]["properties"]["differences"]  # they stand with the cell
    for definition in definitions.values():
        if "properties" in definition:
            definition["required"] = sorted(definition["properties"])
    return {
        "$schema": DIALECT,
        "title": "nbrepro report",
        "description": "What one call of `nbrepro check` found.",
        "type": "object",
        "required": ["schema_version", "verdict", "exit_code", "notebooks"],
        "properties": {
            "schema_version": _version(REPORT_SCHEMA_VERSION),
            "verdict": {"$ref": REFERENCE.format(name="Verdict")},
            "exit_code": {"enum": [0, 1, 2, 3, 4]},
            "notebooks": {"type": "array", "items": notebook},
        },
        "$defs": _sorted(definitions),
    }


def files() -> dict[str, str]:
    """Return the two published files by name."""
    return {
        "record.schema.json": json.dumps(record_schema(), indent=2) + "\n",
        "report.schema.json": json.dumps(report_schema(), indent=2) + "\n",
    }


def write(folders: tuple[Path, ...] = FOLDERS) -> None:
    """Write both files into each folder."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files().items():
            (folder / name).write_text(text, encoding="utf-8")


def _version(known: str) -> dict[str, Any]:
    """A version that readers of ``known`` understand: the same major one."""
    major = known.partition(".")[0]
    return {"type": "string", "pattern": rf"^{major}\.[0-9]+$"}


def _add(definition: dict[str, Any], **properties: Any) -> None:
    definition["properties"].update(properties)


def _sorted(definitions: dict[str, Any]) -> dict[str, Any]:
    return {name: definitions[name] for name in sorted(definitions)}


if __name__ == "__main__":
    write()
