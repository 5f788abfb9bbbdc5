"""What lint found as SARIF 2.1.0 (OASIS, 2020), with the lines of the notebook's file, which code hosts annotate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbrepro
from nbrepro.linting.codes import CODES
from nbrepro.linting.lint import Fault

_PAGES = "https://nbrepro.readthedocs.io"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_CELL = re.compile(r'^   "source": (\[\]|\[|")')
"""Where the source of a cell begins in a file that nbformat wrote; deeper, the same key stands further right."""


def sarif(found: Sequence[tuple[str, Fault]], unread: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return a log of one run.

    Parameters
    ----------
    found:
        The path of a notebook as people know it, relative to the current folder where it lies in it, and a fault.
    unread:
        Such a path of a notebook that could not be read, and a sentence that says why.
    """
    driver = {
        "name": "nbrepro",
        "version": nbrepro.__version__,
        "informationUri": _PAGES,
        "rules": [_rule(code, text) for code, text in CODES.items()],
    }
    lines = {path: _lines_of(path) for path in dict.fromkeys(path for path, _ in found)}
    results = [_result(path, fault, lines[path]) for path, fault in found]
    run = {"tool": {"driver": driver}, "invocations": [_invocation(unread)], "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _invocation(unread: Sequence[tuple[str, str]]) -> dict[str, Any]:
    told = [
        {
            "level": "error",
            "message": {"text": sentence},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _address(path)}}}],
        }
        for path, sentence in unread
    ]
    return {"executionSuccessful": not unread, "toolExecutionNotifications": told}


def _rule(code: str, text: str) -> dict[str, Any]:
    page = f"{_PAGES}/en/latest/reference/lint/#{code.lower()}"
    return {"id": code, "shortDescription": {"text": text}, "helpUri": page}


def _result(path: str, fault: Fault, lines: Mapping[tuple[int, int], int]) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _address(path)}}
    line = lines.get((fault.index, fault.line))
    if line is not None:
        place["region"] = {"startLine": line}
    cell = {"name": f"cell {fault.cell}", "kind": "cell"}
    return {
        "ruleId": fault.code,
        "ruleIndex": list(CODES).index(fault.code),
        "level": "warning",
        "message": {"text": f"cell {fault.cell}, line {fault.line}: {fault.message}"},
        "locations": [{"physicalLocation": place, "logicalLocations": [cell]}],
    }


def _address(path: str) -> str:
    return Path(path).as_uri() if Path(path).is_absolute() else quote(Path(path).as_posix())


def _lines_of(path: str) -> dict[tuple[int, int], int]:
    """The line of the file, from 1, for an index of a cell and a line of it; empty for another layout of the JSON."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        count = len(json.loads(text)["cells"])
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    found = dict(_walked(text.splitlines()))
    return found if len({index for index, _ in found}) == count else {}


def _walked(lines: list[str]) -> Iterator[tuple[tuple[int, int], int]]:
    index, line = -1, 0
    for number, text in enumerate(lines, start=1):
        if begins := _CELL.match(text):
            index, line = index + 1, 0
            if begins[1] != "[":
                yield (index, 1), number
        elif index >= 0 and line >= 0 and text.startswith('    "'):
            line += 1
            yield (index, line), number
        elif text.startswith("   ]"):
            line = -1  # the source is over; other lists are as deep
