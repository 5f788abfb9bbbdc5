"""The report as JUnit XML: a test case for each compared cell, in a suite for each notebook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from nbrepro.records import Cause, CellResult, Difference, Verdict
from nbrepro.report.excerpts import clipped
from nbrepro.report.kinds import place_name, told_first
from nbrepro.report.views import (
    View,
    cell_name,
    distance_words,
    is_pictured,
    proof_words,
    reason_words,
    remarks,
    second_look,
)

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MESSAGE = 300
DIFFERENCES_SHOWN = 20


def render(views: Sequence[View]) -> str:
    """Return the report as the text of a JUnit file.

    Cells that pass are passed, cells that differ failed with the cause as the message; a cell that was not
    compared is skipped with its reason, and what kept a notebook from being read or run to its end is an error.
    """
    root = ET.Element("testsuites", name="nbrepro")
    for view in views:
        _suite(root, view)
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    root.set("time", f"{sum(view.result.seconds for view in views):.3f}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ET.Element, view: View) -> None:
    suite = ET.SubElement(root, "testsuite", name=_clean(view.result.path))
    taken: set[str] = set()
    problem = view.result.problem
    for cell in view.result.cells:
        case = _case(suite, view, _unique(_name(cell), taken), _seconds(view, cell))
        if problem is not None and problem.cell == cell.index:
            _tell(case, "error", problem.kind, problem.message, _body(view, cell))
        elif cell.verdict is Verdict.NOT_COMPARED:
            ET.SubElement(case, "skipped", message=_clean(cell.reason or "nothing was compared"))
        elif not cell.verdict.passes:
            _tell(case, "failure", cell.verdict.value, _message(view, cell), _body(view, cell))
        elif (cell.verdict is Verdict.WITHIN_TOLERANCE or remarks(cell)) and cell.reason:
            ET.SubElement(case, "system-out").text = _clean(cell.reason)
    _notebook_itself(suite, view, taken)
    suite.set("tests", str(len(suite)))
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{kind}"))))
    suite.set("time", f"{view.result.seconds:.3f}")
    if view.result.notes:
        ET.SubElement(suite, "system-out").text = _clean("\n".join(view.result.notes))


def _notebook_itself(suite: ET.Element, view: View, taken: set[str]) -> None:
    """Add a case for what concerns no cell: a notebook that cannot be read or run, or holds nothing to compare."""
    result = view.result
    told = suite.find("testcase/error") is not None
    if result.exit_code in {2, 3} and not told:
        what = result.problem.kind if result.problem else "input"
        why = result.problem.message if result.problem else reason_words(result) or view.headline
        _tell(_case(suite, view, _unique("notebook", taken), 0.0), "error", what, why, why)
    elif not len(suite):
        case = _case(suite, view, _unique("notebook", taken), 0.0)
        ET.SubElement(case, "skipped", message=_clean(result.reason or "nothing was compared"))


def _case(suite: ET.Element, view: View, name: str, seconds: float) -> ET.Element:
    path = view.result.path
    classname = re.sub(r"[^\w.-]+", ".", path.removesuffix(".ipynb").replace("/", ".")).strip(".")
    attributes = {"classname": classname or "notebook", "name": name, "file": path, "time": f"{seconds:.3f}"}
    return ET.SubElement(suite, "testcase", {key: _clean(value) for key, value in attributes.items()})


def _name(cell: CellResult) -> str:
    first = next((line.strip() for line in cell.source.split("\n") if line.strip()), "")
    return f"{cell_name(cell)}: {clipped(first, 60, 1)}" if first else cell_name(cell)


def _unique(name: str, taken: set[str]) -> str:
    """Return the name, numbered where an equal one was given: some services drop what has the same name."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    taken.add(candidate)
    return candidate


def _tell(case: ET.Element, kind: str, type_: str, message: str, body: str) -> None:
    element = ET.SubElement(case, kind, type=_clean(type_), message=_clean(clipped(message, MESSAGE, 1)))
    element.text = _clean(body)


def _message(view: View, cell: CellResult) -> str:
    here = [cause for cause in view.likely if cause.cell == cell.index]
    proved = [cause for cause in view.likely if cause.proved_by]
    causes = [cause for cause in here if cause.proved_by] or proved or here or list(view.likely)
    what = next((_difference(difference) for difference in told_first(cell)), cell.reason or cell.verdict.label)
    return f"{_cause(causes[0])}; {what}" if causes else what


def _cause(cause: Cause) -> str:
    marks = filter(None, (cause.kind.value, cause.confidence.value, proof_words(cause)))
    return f"{cause.summary} [{', '.join(marks)}]"


def _difference(difference: Difference) -> str:
    values = f"{clipped(difference.reference, 60, 1)} → {clipped(difference.candidate, 60, 1)}"
    if is_pictured(difference):
        values = clipped(difference.candidate, 120, 1)
    distance = distance_words(difference)
    return f"{place_name(difference)}: {values}" + (f" ({distance})" if distance else "")


def _body(view: View, cell: CellResult) -> str:
    lines = [part for part in (cell.reason, second_look(cell)) if part]
    for cause in view.likely:
        lines += [
            f"{'proved' if cause.proved_by else 'likely'} cause: {_cause(cause)}",
            *(f"  - {evidence}" for evidence in cause.evidence),
        ]
        lines += [f"  mend: {cause.mend}"] if cause.mend else []
    lines += ["", "differences:"] if cell.differences else []
    for difference in told_first(cell)[:DIFFERENCES_SHOWN]:
        lines.append(", ".join(filter(None, (place_name(difference), distance_words(difference)))))
        if is_pictured(difference):
            lines.append(f"  {clipped(difference.candidate, 400, 8)}")
            continue
        lines.append(f"  reference: {clipped(difference.reference, 400, 8)}")
        lines.append(f"  candidate: {clipped(difference.candidate, 400, 8)}")
    if len(cell.differences) > DIFFERENCES_SHOWN:
        lines.append(f"… {len(cell.differences) - DIFFERENCES_SHOWN} more differences")
    return "\n".join(["", *lines, "", "source:", clipped(cell.source, 200, 40), ""])


def _seconds(view: View, cell: CellResult) -> float:
    """How long the candidate's cell took, by its record."""
    cells = view.candidate.cells if view.candidate is not None else []
    if not 0 <= cell.index < len(cells) or cells[cell.index].get("id") != cell.id:
        return 0.0
    own = cells[cell.index].get("metadata", {}).get("nbrepro", {})
    timing = own.get("timing") if isinstance(own, dict) else None
    seconds = timing.get("seconds") if isinstance(timing, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def _clean(text: str) -> str:
    """Return text without what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
