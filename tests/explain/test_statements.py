from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from nbformat.v4 import new_output

from nbrepro.explain import explain
from nbrepro.explain.statements import leading
from nbrepro.records import CauseKind, Confidence, Difference, Finding, Mask, OutputResult, Verdict

CLOCK = "import time\nt0 = time.time()\n"
RESULT = [new_output("execute_result", data={"text/plain": "0.9"})]


def _line(number: int) -> Difference:
    return Difference(output=0, mime="stream/stdout", where=f"line {number}, number 1", reference="1", candidate="2")


def _value() -> Difference:
    return Difference(output=0, mime="text/plain", where="number 1", reference="0.9", candidate="0.8")


def _printed(lines: int) -> list[Any]:
    return [new_output("stream", name="stdout", text="a line\n" * lines)]


def lines_of(sources: list[str], difference: Difference, outputs: list[Any]) -> list[tuple[int, int]] | None:
    found = leading(sources, [difference], outputs)
    return None if found is None else sorted((statement.place, statement.first) for statement in found)


def test_a_statement_that_only_stands_beside_a_result_does_not_lead_to_it() -> None:
    assert lines_of([f"{CLOCK}score = 3\nscore"], _value(), RESULT) == [(0, 3), (0, 4)]


def test_what_the_result_is_made_of_leads_to_it_through_other_cells() -> None:
    sources = ["a = 1\nb = 2", "def half(x):\n    return x / 2", "c = half(a)\nc"]
    assert lines_of(sources, _value(), RESULT) == [(0, 1), (1, 1), (2, 1), (2, 2)]


def test_of_several_prints_the_one_whose_line_differs_is_meant() -> None:
    source = f"{CLOCK}score = 3\nprint('took', time.time() - t0)\nprint(score)"
    assert lines_of([source], _line(2), _printed(2)) == [(0, 3), (0, 5)]
    assert lines_of([source], _line(1), _printed(2)) == [(0, 1), (0, 2), (0, 4)]


def test_where_prints_and_lines_do_not_match_each_print_may_be_meant() -> None:
    source = f"{CLOCK}print('took', time.time() - t0)\nprint(table)"
    assert (0, 2) in (lines_of([source], _line(2), _printed(5)) or ())


@pytest.mark.parametrize("source", ["%%bash\ndate", "!date\nx = 1\nx", "print(", "x = 1"])
def test_what_cannot_be_told_is_none(source: str) -> None:
    difference = Difference(output=3, mime="text/plain", where="", reference=None, candidate=None)
    assert leading([source], [difference], RESULT) is None


def test_files_and_modules_lead_to_everything() -> None:
    written = "import random, time\nopen('t', 'w').write(str(time.time()))\nrandom.seed(time.time())"
    source = f"{written}\nscore = read('t')\nscore"
    assert lines_of([source], _value(), RESULT) == [(0, 2), (0, 3), (0, 4), (0, 5)]


@pytest.mark.parametrize(
    ("shown", "expected"), [("score", Confidence.LOW), ("score + t0", Confidence.HIGH)], ids=["beside", "inside"]
)
def test_a_clock_beside_what_differs_is_weak_evidence(make: Any, shown: str, expected: Confidence) -> None:
    notebook = make.notebook([f"{CLOCK}score = fit()\n{shown}"])
    notebook.cells[0].outputs = RESULT
    record = make.record(notebook, {0: {"findings": (Finding(kind=CauseKind.TIME, what="time.time()", line=2),)}})
    (cause,) = explain(make.case(notebook, differing=[0], records=(record, record)))
    assert (cause.kind, cause.confidence) == (CauseKind.TIME, expected)


@pytest.mark.parametrize(
    ("source", "expected"), [("time.time() - t0", Confidence.LOW), ("time.ctime()", Confidence.HIGH)]
)
def test_a_stopwatch_whose_time_was_set_aside_is_weak_evidence_and_a_date_is_not(
    make: Any, source: str, expected: Confidence
) -> None:
    notebook = make.notebook([f"{CLOCK}print('took', {source}, 'sum', s)"])
    call = source.partition(")")[0] + ")"
    record = make.record(notebook, {0: {"findings": (Finding(kind=CauseKind.TIME, what=call, line=3),)}})
    case = make.case(notebook, differing=[0], records=(record, record))
    mask = Mask(rule="elapsed-time", where="line 1", text="0.1 → 0.2")
    outputs = (OutputResult(output=0, mime="stream/stdout", verdict=Verdict.DIFFERENT, masked=(mask,)),)
    (cause,) = explain(replace(case, cells=tuple(replace(cell, outputs=outputs) for cell in case.cells)))
    assert (cause.kind, cause.confidence) == (CauseKind.TIME, expected)


def test_a_clock_in_the_source_beside_what_differs_is_not_blamed(make: Any) -> None:
    notebook = make.notebook([f"{CLOCK}score = fit()\nscore"])
    notebook.cells[0].outputs = RESULT
    (cause,) = explain(make.case(notebook, differing=[0]))
    assert cause.kind is CauseKind.UNKNOWN


def test_a_cell_of_which_only_an_import_is_used_is_not_blamed(make: Any) -> None:
    notebook = make.notebook(
        ["import time, datetime\nfor i in range(3):\n    s = time.time()", "%%time\n1", "print(datetime.date(y, 1, 1))"]
    )
    record = make.record(notebook, {0: {"findings": (Finding(kind=CauseKind.TIME, what="time.time()", line=3),)}})
    (cause,) = explain(make.case(notebook, differing=[2], records=(record, record)))
    assert cause.confidence is Confidence.LOW
    assert not any("uses what cell 1 makes" in line for line in cause.evidence)
