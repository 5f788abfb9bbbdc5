from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.explain import Case, explain
from nbrepro.explain.registry import SPECIFICITY, rules
from nbrepro.records import CauseKind, CellResult, CellState, Drift, FileUse, Finding, Randomness, Verdict

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


READING = "t = read('a.csv')\nlen(t)"
CSV = Drift(kind=CauseKind.DATA_CHANGED, name="a.csv", reference="blake3:9f2c", candidate="blake3:41aa")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([READING, "m = t.x.mean()\nm"], [READING, "m = t.x.mean() + 1\nm"]),
        ([READING, "m = t.x.mean()", "m"], [READING, "m = t.x.mean() + 1", "m"]),
    ],
)
def test_an_edit_below_changed_data_is_named_beside_it(
    make: Any, told: Any, before: list[str], after: list[str]
) -> None:
    records = [with_csv(make, make.notebook(sources)) for sources in (before, after)]
    differing = [place for place, source in enumerate(after) if "\n" in source or source == "m"]
    case = make.case(
        make.notebook(before), make.notebook(after), differing=differing, records=tuple(records), drift=[CSV]
    )
    causes = explain(case)
    assert told(causes) == ["data_changed high", "source high"]
    assert (causes[1].summary, causes[1].cell) == ("cell 2 was edited (line 1)", 1)


def test_an_edited_cell_that_never_ran_is_not_blamed(make: Any, told: Any) -> None:
    before, after = make.notebook([READING, "m = 1\nm"]), make.notebook([READING, "m = 2\nm"])
    record = make.record(after, {0: {"files": (FileUse(path="a.csv", mode="read"),)}, 1: {"state": CellState.NOT_RUN}})
    case = make.case(before, after, differing=[0, 1], records=(with_csv(make, before), record), drift=[CSV])
    assert told(explain(case)) == ["data_changed high"]


def with_csv(make: Any, notebook: Any) -> Any:
    return make.record(notebook, {0: {"files": (FileUse(path="a.csv", mode="read"),)}})


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


def test_the_first_difference_is_explained_first_however_sure_a_later_one_is(make: Any, told: Any) -> None:
    before = make.notebook(["import numpy as np", "np.ones(1).sum()", "a = 1\na"])
    after = make.notebook(["import numpy as np", "np.ones(1).sum()", "a = 2\na"])
    drift = [Drift(kind=CauseKind.PYTHON, name="python.version", reference="3.11.1", candidate="3.12.1")]
    records = (make.record(before), make.record(after))
    causes = explain(make.case(before, after, differing=[1, 2], records=records, drift=drift))
    assert told(causes) == ["python medium", "source high"]


def test_a_cause_is_as_sure_as_the_cell_that_it_is_surest_for_makes_it(make: Any, told: Any) -> None:
    notebook = make.notebook(["import os", "1.5 * 2", "os.environ['OMP_STACKSIZE']"])
    record = make.record(notebook)
    drift = [
        Drift(kind=CauseKind.ENVIRONMENT_VARIABLE, name="OMP_STACKSIZE", reference="1", candidate="2"),
        Drift(kind=CauseKind.PYTHON, name="python.version", reference="3.11.1", candidate="3.12.1"),
    ]
    causes = explain(make.case(notebook, differing=[1, 2], records=(record, record), drift=drift))
    assert told(causes) == ["python medium", "environment_variable high"]


DRAW = "np.random.rand(3)"
SEEDED = Randomness(seed=42, hash_seed="0", seeded=("numpy",))
STARTS = {"unseeded": Randomness(seed=None, hash_seed="0"), "seed 7": replace(SEEDED, seed=7)}


def after_drawing(make: Any, started: Randomness, before: list[str], after: list[str], draws_in: int) -> Any:
    """A case whose last cell differs, NumPy's generator started otherwise, loaded by the first cell that names it."""
    records = []
    for letter, sources, randomness in (("r", before, started), ("c", after, SEEDED)):
        loads = next(place for place, source in enumerate(sources) if "import numpy" in source)
        states: dict[int, dict[str, Any]] = {}
        for place in range(loads, len(sources)):
            now = f"{letter}{int(place > draws_in)}"
            states[place] = {"random_after": {"numpy": f"{letter}{int(place >= draws_in)}"}}
            states[place] |= {} if place == loads else {"random_before": {"numpy": now}}
        records.append(make.record(make.notebook(sources), states, randomness=randomness))
    notebooks = make.notebook(before), make.notebook(after)
    return make.case(*notebooks, differing=[len(after) - 1], records=tuple(records))


@pytest.mark.parametrize("started", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize(
    ("before", "after", "draws_in"),
    [
        (["import numpy as np", "a = 1", DRAW], ["import numpy as np", "a = 2", DRAW], 2),
        (["import numpy as np\na = 1", DRAW], ["import numpy as np\na = 2", DRAW], 1),
        (["a = 1", f"import numpy as np\n{DRAW}"], ["a = 2", f"import numpy as np\n{DRAW}"], 1),
        (["import numpy as np\na = 1", f"x = {DRAW}", "x"], ["import numpy as np\na = 2", f"x = {DRAW}", "x"], 1),
    ],
)
def test_another_seed_comes_before_an_edit_that_the_drawing_cell_is_not_known_to_feel(
    make: Any, told: Any, started: Randomness, before: list[str], after: list[str], draws_in: int
) -> None:
    causes = explain(after_drawing(make, started, before, after, draws_in))
    assert told(causes) == ["unseeded_randomness high", "source medium"]
    assert causes[1].evidence[1].startswith("it stands before cell ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["import numpy as np\nn = 1", "np.random.rand(n)"], ["import numpy as np\nn = 2", "np.random.rand(n)"]),
        (["import numpy as np\nn = 1", "np.random.rand(n)"], ["import numpy as np", "np.random.rand(n)"]),
        (["import numpy as np", DRAW], ["import numpy as np", "np.random.rand(4)"]),
        (["import numpy as np\nnp.random.seed(4)", DRAW], ["import numpy as np\npass", DRAW]),
        (["import numpy as np\nimport a as b", DRAW], ["import numpy as np\nimport c as b", DRAW]),
    ],
)
def test_an_edit_that_the_drawing_cell_feels_comes_before_another_seed(
    make: Any, told: Any, before: list[str], after: list[str]
) -> None:
    causes = explain(after_drawing(make, STARTS["unseeded"], before, after, 1))
    assert told(causes) == ["source high", "unseeded_randomness high"]


def test_a_cell_that_loads_and_seeds_a_library_starts_alike_in_both_runs(make: Any, told: Any) -> None:
    sources = ["a = 1", f"import numpy as np\nnp.random.seed(1)\n{DRAW}"]
    case = after_drawing(make, STARTS["unseeded"], sources, ["a = 2", sources[1]], 1)
    assert told(explain(case)) == ["source medium"]


def test_with_equal_states_an_edit_of_the_importing_cell_stays_certain(make: Any, told: Any) -> None:
    before, after = (make.notebook([f"import numpy as np\na = {n}", DRAW]) for n in (1, 2))
    states = {1: {"random_before": {"numpy": "s0"}, "random_after": {"numpy": "s1"}}}
    records = tuple(make.record(notebook, states, randomness=SEEDED) for notebook in (before, after))
    assert told(explain(make.case(before, after, differing=[1], records=records))) == ["source high"]
