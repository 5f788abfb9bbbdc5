from __future__ import annotations

from dataclasses import replace
from typing import Any

from nbrepro.explain import explain
from nbrepro.records import CauseKind, Drift


def test_an_edit_of_the_differing_cell_is_certain_and_names_the_line(make: Any) -> None:
    before, after = make.notebook(["x = 1", "y = 2\nx * 2"]), make.notebook(["x = 1", "y = 2\nx * 3"])
    (cause,) = explain(make.case(before, after, differing=[1]))
    assert (cause.kind, cause.confidence.value) == (CauseKind.SOURCE, "high")
    assert (cause.cell, cause.line) == (1, 2)
    assert cause.summary == "cell 2 was edited (line 2)"
    assert "`x * 2` → `x * 3`" in cause.evidence[0]


def test_an_edit_of_a_cell_that_feeds_the_differing_one_is_certain(make: Any) -> None:
    before, after = make.notebook(["x = 1", "x * 2"]), make.notebook(["x = 5", "x * 2"])
    (cause,) = explain(make.case(before, after, differing=[1]))
    assert (cause.cell, cause.confidence.value) == (0, "high")
    assert cause.evidence[1] == "cell 2 uses what it makes"


def test_an_edit_of_an_unrelated_earlier_cell_is_only_possible(make: Any) -> None:
    before, after = make.notebook(["y = 1", "x"]), make.notebook(["y = 5", "x"])
    (cause,) = explain(make.case(before, after, differing=[1]))
    assert cause.confidence.value == "medium"


def test_an_edit_below_the_differing_cell_is_no_cause(make: Any, told: Any) -> None:
    before, after = make.notebook(["x", "y = 1"]), make.notebook(["x", "y = 5"])
    assert told(explain(make.case(before, after, differing=[0]))) == ["unknown low"]


def test_a_new_comment_is_no_cause(make: Any, told: Any) -> None:
    before, after = make.notebook(["x = 1", "x"]), make.notebook(["x = 1  # why", "x"])
    assert told(explain(make.case(before, after, differing=[1]))) == ["unknown low"]


def test_a_missing_cell_that_made_a_name_is_certain(make: Any) -> None:
    before = make.notebook(["x = 1", "x = x + 1", "x"], ids=["a", "b", "c"])
    after = make.notebook(["x = 1", "x"], ids=["a", "c"])
    (cause,) = explain(make.case(before, after, differing=[1]))
    assert (cause.kind, cause.confidence.value) == (CauseKind.CELL_MISSING, "high")
    assert cause.summary == "cell 2 of the reference is gone: `x = x + 1`"


def test_an_extra_cell_before_the_difference_is_told(make: Any) -> None:
    before = make.notebook(["x = 1", "x"], ids=["a", "c"])
    after = make.notebook(["x = 1", "x = 7", "x"], ids=["a", "b", "c"])
    (cause,) = explain(make.case(before, after, differing=[2]))
    assert (cause.kind, cause.cell, cause.confidence.value) == (CauseKind.CELL_MISSING, 1, "high")


def test_a_local_module_that_the_cell_imports_is_certain(make: Any) -> None:
    notebook = make.notebook(["from helpers import clean", "clean(3)"])
    drift = [
        Drift(kind=CauseKind.LOCAL_MODULE, name="src/helpers.py", reference="blake3:aaaa1", candidate="blake3:bbbb1")
    ]
    (cause,) = explain(make.case(notebook, differing=[1], drift=drift, records=(make.record(notebook),) * 2))
    assert (cause.kind, cause.confidence.value, cause.cell) == (CauseKind.LOCAL_MODULE, "high", 0)
    assert cause.summary == "src/helpers.py changed (aaaa… → bbbb…)"


def test_saved_prompt_numbers_that_fall_tell_of_another_order(make: Any) -> None:
    notebook = make.notebook(["x = 1", "x = 2", "x"])
    for cell, count in zip(notebook.cells, (3, 2, 4), strict=True):
        cell["execution_count"] = count
    (cause,) = explain(make.case(notebook, make.notebook(["x = 1", "x = 2", "x"]), differing=[2]))
    assert cause.kind is CauseKind.EXECUTION_ORDER
    assert cause.confidence.value == "high"
    assert "[3] at cell 1, then [2] at cell 2" in cause.evidence[0]


def test_a_gap_in_the_prompt_numbers_is_a_weak_hint(make: Any, told: Any) -> None:
    notebook = make.notebook(["x = 1", "x"])
    notebook.cells[1]["execution_count"] = 9
    causes = explain(make.case(notebook, make.notebook(["x = 1", "x"]), differing=[1]))
    assert told(causes) == ["execution_order low"]


def test_a_record_was_run_from_the_top_so_its_numbers_tell_nothing(make: Any, told: Any) -> None:
    notebook = make.notebook(["x = 1", "x"])
    notebook.cells[0]["execution_count"] = 7
    records = (make.record(notebook), make.record(notebook))
    assert told(explain(make.case(notebook, differing=[1], records=records))) == ["unknown low"]


def parameterised(make: Any, **values: Any) -> tuple[Any, Any]:
    """A run with these parameters, and its record."""
    lines = "\n".join(["# Parameters", *(f"{name} = {value!r}" for name, value in values.items())])
    notebook = make.notebook([lines, "n, unit"], ids=["nbrepro-parameters", "shown"])
    notebook.cells[0].metadata["tags"] = ["injected-parameters"]
    return notebook, replace(make.record(notebook), parameters=values)


def test_a_parameter_given_otherwise_is_told_as_such_and_not_as_an_edit(make: Any) -> None:
    (before, kept), (after, seen) = parameterised(make, n=3, unit="cm"), parameterised(make, n=2, unit="cm")
    (cause,) = explain(make.case(before, after, differing=[1], records=(kept, seen)))
    assert (cause.kind, cause.summary) == (CauseKind.SOURCE, "the parameter n was 3 and is 2")


def test_a_parameter_that_the_reference_did_not_have_is_told_as_such(make: Any) -> None:
    before = make.notebook(["n, unit"], ids=["shown"])
    after, seen = parameterised(make, n=2)
    (cause,) = explain(make.case(before, after, differing=[1], records=(make.record(before), seen)))
    assert (cause.kind, cause.summary) == (CauseKind.CELL_MISSING, "the parameter n was not given and is 2")
