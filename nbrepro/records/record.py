"""The record of a run, as it is kept in the metadata of the executed notebook."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from nbrepro.errors import RecordError
from nbrepro.records.cells import CellRecord, CellState, Timing
from nbrepro.records.fingerprint import Fingerprint
from nbrepro.records.versions import check_schema_version

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a run did not get to its end."""

    kind: str
    """``exception``, ``timeout``, ``kernel_death``, ``kernel_start``, ``output_limit`` or ``interrupted``."""
    message: str
    cell: int | None = None
    """Index of the cell in the notebook, from 0."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A run kept: everything in a record beside the notebook's own sources and outputs."""

    notebook: str
    """Path of the notebook, relative to the project's root."""
    nbrepro_version: str
    kernel: str
    """Name of the kernel specification."""
    fingerprint: Fingerprint = field(default_factory=Fingerprint)
    parameters: dict[str, Any] = field(default_factory=dict)
    problem: Problem | None = None
    notes: tuple[str, ...] = ()
    """What could not be captured, one sentence each."""
    timing: Timing | None = None
    digest: str = ""
    """Binds fingerprint, sources, outputs and cell records; empty until the record is written."""
    schema_version: str = SCHEMA_VERSION
    cells: dict[int, CellRecord] = field(default_factory=dict)
    """By index of the code cell in the notebook. Kept in the cells' own metadata."""

    @property
    def not_run(self) -> frozenset[int]:
        """The indices of the cells that the run never came to."""
        return frozenset(index for index, cell in self.cells.items() if cell.state is CellState.NOT_RUN)

    def to_metadata(self) -> dict[str, Any]:
        """Return the notebook's ``metadata.nbrepro``, without the cells' part."""
        data: dict[str, Any] = plain(replace(self, cells={}))
        del data["cells"]
        return data

    def cell_metadata(self) -> dict[int, dict[str, Any]]:
        """Return each code cell's ``metadata.nbrepro`` by index."""
        return {index: _cell_metadata(cell) for index, cell in self.cells.items()}

    @classmethod
    def from_metadata(cls, metadata: object, cells: dict[int, object]) -> Record:
        """Build a record from ``metadata.nbrepro`` of a notebook and of its cells.

        Raises
        ------
        RecordError
            If the metadata is not that of a record, or of a newer major version of the schema.
        """
        if not isinstance(metadata, dict) or "schema_version" not in metadata:
            msg = "the notebook holds no record: make one with `nbrepro record`"
            raise RecordError(msg)
        check_schema_version(metadata["schema_version"], SCHEMA_VERSION)
        try:
            header = msgspec.convert({**metadata, "cells": {}}, cls)
        except msgspec.ValidationError as fault:
            msg = f"the record is damaged ({fault}): record the notebook again, or restore the record from git"
            raise RecordError(msg) from None
        return replace(header, cells={index: _cell(index, value) for index, value in cells.items()})


def plain(value: object) -> Any:
    """Return ``value`` as what a JSON file would give back: lists for tuples, strings for enums."""
    return msgspec.json.decode(msgspec.json.encode(value))


def _cell_metadata(cell: CellRecord) -> dict[str, Any]:
    data: dict[str, Any] = plain(cell)
    for name in ("calibration", "draws", "names_read", "names_written"):  # most cells have none
        if not data.get(name):
            data.pop(name, None)
    return data


def _cell(index: int, value: object) -> CellRecord:
    try:
        return msgspec.convert(value, CellRecord)
    except msgspec.ValidationError as fault:
        msg = f"the record is damaged ({fault}): record the notebook again, or restore the record from git"
        raise RecordError(msg, context=(f"cells[{index}]",)) from None
