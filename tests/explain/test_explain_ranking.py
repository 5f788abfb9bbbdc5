from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.explain import Case, explain
from nbrepro.explain.registry import SPECIFICITY, rules
from nbrepro.records import CauseKind, CellResult, Drift, Finding, Verdict

UNSEEDED = Finding(kind=CauseKind.UNSEEDED_RANDOMNESS, what="numpy.random.default_rng()", line=1)
NUMPY = Drift(kind=CauseKind.PACKAGE, name="numpy", reference="1", candidate="2")


def test_nothing_differs_nothing_is_explained(make: Any) -> None:
    assert explain(make.case(make.notebook(["x = 1"]), drift=[NUMPY])) == ()


def test_a_difference_without_evidence_is_a_single_honest_unknown(make: Any, told: Any) -> None:
    causes = explain(make.case(make.notebook(["x = 1", "x"]), differing=[1]))
    assert told(causes) == ["unknown low"]
    assert "saved in the notebook" in causes[0].evidence[0]


def test_what_sits_in_the_cell_comes_before_what_concerns_the_machine(make: Any, told: Any) -> None:
    notebook = make.notebook(["import numpy as np\nrng = np.random.default_rng()", "rng.normal()"])
    record = make.record(notebook, {0: {"findings": (UNSEEDED,)}})
    causes = explain(make.case(notebook, differing=[1], drift=[NUMPY], records=(record, record)))
    assert told(causes) == ["unseeded_randomness high", "package high"]


def test_two_independent_faults_are_both_named(make: Any, told: Any) -> None:
    before = make.notebook(["rng = make()\nrng.normal()", "a = 1\na"])
    after = make.notebook(["rng = make()\nrng.normal()", "a = 2\na"])
    record = make.record(before, {0: {"findings": (UNSEEDED,)}})
    causes = explain(make.case(before, after, differing=[0, 1], records=(record, record)))
    assert told(causes) == ["unseeded_randomness high", "source high"]


def test_a_cause_is_told_once_however_many_cells_it_reaches(make: Any) -> None:
    notebook = make.notebook(["import numpy as np", "np.ones(1)", "np.ones(2)"])
    record = make.record(notebook)
    assert len(explain(make.case(notebook, differing=[1, 2], drift=[NUMPY], records=(record, record)))) == 1


def test_every_kind_has_its_rank() -> None:
    assert set(SPECIFICITY) == set(CauseKind)
    assert len(SPECIFICITY) == len(CauseKind)


def test_every_rule_says_what_it_looks_for() -> None:
    assert len(rules()) > 15
    assert all(rule.__doc__ for rule in rules())


SOURCE = st.sampled_from(
    [
        "",
        "x = 1",
        "x",
        "rng = np.random.default_rng()",
        "import numpy as np",
        "print(set('ab'))",
        "not python (",
        "%time x",
    ]
)
DRIFT = st.builds(
    Drift,
    kind=st.sampled_from(CauseKind),
    name=st.sampled_from(["numpy", "data/a.csv", "python.version", "TZ"]),
    reference=st.none() | st.text(max_size=5),
    candidate=st.none() | st.text(max_size=5),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(SOURCE, min_size=1, max_size=5),
    st.lists(SOURCE, min_size=1, max_size=5),
    st.lists(DRIFT, max_size=4),
    st.data(),
)
def test_no_case_raises_and_no_cause_lacks_evidence(
    before: list[str], after: list[str], drift: list[Drift], data: st.DataObject
) -> None:
    from pathlib import Path

    notebooks = []
    for sources in (before, after):
        cells = [new_code_cell(source) for source in sources]
        for place, cell in enumerate(cells):
            cell["id"] = f"cell-{place}"
        notebooks.append(new_notebook(cells=cells))
    cells_found = tuple(
        CellResult(
            index=place,
            number=place + 1,
            id=f"cell-{place}",
            verdict=data.draw(st.sampled_from(Verdict)),
            source=source,
            reference_index=place if place < len(before) else None,
        )
        for place, source in enumerate(after)
    )
    case = Case(
        reference=notebooks[0],
        candidate=notebooks[1],
        reference_record=None,
        candidate_record=None,
        cells=cells_found,
        drift=tuple(drift),
        root=Path(),
    )
    causes = explain(case)
    assert bool(causes) == any(cell.verdict in {Verdict.DIFFERENT, Verdict.ERROR} for cell in cells_found)
    assert all(cause.evidence and all(cause.evidence) and cause.summary for cause in causes)
    assert [cause.kind for cause in causes].count(CauseKind.UNKNOWN) in {0, len(causes)}
