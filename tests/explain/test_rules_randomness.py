from __future__ import annotations

from typing import Any

from nbrepro.explain import explain
from nbrepro.records import CauseKind, Drift, Finding, Randomness

UNSEEDED = Finding(kind=CauseKind.UNSEEDED_RANDOMNESS, what="numpy.random.default_rng()", line=1)


def state(before: str, after: str | None = None, library: str = "numpy") -> dict[str, Any]:
    return {"random_before": {library: before}, "random_after": {library: after or before}}


def test_an_unseeded_generator_seen_in_a_cell_that_feeds_the_differing_one_is_certain(make: Any) -> None:
    notebook = make.notebook(["rng = make_rng()", "rng.normal()"])
    record = make.record(notebook, {0: {"findings": (UNSEEDED,)}})
    (cause,) = explain(make.case(notebook, differing=[1], records=(record, record)))
    assert cause.summary == "cell 1 draws from an unseeded NumPy generator (line 1)"
    assert (cause.confidence.value, cause.cell, cause.line) == ("high", 0, 1)
    assert cause.evidence[0] == "cell 1 (line 1) called `numpy.random.default_rng()` (in both runs)"
    assert "default_rng(42)" in (cause.mend or "")


def test_a_seed_that_was_passed_since_asks_for_a_new_record(make: Any) -> None:
    before = make.notebook(["rng = numpy.random.default_rng()", "rng.normal()"])
    after = make.notebook(["rng = numpy.random.default_rng(42)", "rng.normal()"])
    records = (make.record(before, {0: {"findings": (UNSEEDED,)}}), make.record(after))
    edit, cause = explain(make.case(before, after, differing=[1], records=records))
    assert edit.kind is CauseKind.SOURCE
    assert cause.summary == "the reference was made without a seed, and cell 1 passes one now: record again"
    assert cause.mend == "Keep a reference that has the seed: `nbrepro record`."


def test_an_unseeded_generator_that_reaches_nothing_is_only_possible(make: Any) -> None:
    notebook = make.notebook(["rng = make_rng()", "x"])
    record = make.record(notebook, {0: {"findings": (UNSEEDED,)}})
    (cause,) = explain(make.case(notebook, differing=[1], records=(record, record)))
    assert cause.confidence.value == "medium"


def test_an_unseeded_generator_below_the_difference_is_no_cause(make: Any, told: Any) -> None:
    notebook = make.notebook(["x", "rng = make_rng()"])
    record = make.record(notebook, {1: {"findings": (UNSEEDED,)}})
    assert told(explain(make.case(notebook, differing=[0], records=(record, record)))) == ["unknown low"]


def test_random_bytes_of_the_system_are_called_so(make: Any) -> None:
    finding = Finding(kind=CauseKind.UNSEEDED_RANDOMNESS, what="uuid.uuid4()", line=2)
    notebook = make.notebook(["x"])
    record = make.record(notebook, {0: {"findings": (finding,)}})
    (cause,) = explain(make.case(notebook, differing=[0], records=(record, record)))
    assert cause.summary == "cell 1 takes random bytes from the operating system (line 2)"


def test_streams_that_part_inside_a_cell_were_drawn_from_differently(make: Any) -> None:
    notebook = make.notebook(["a = draw()", "b = draw()"])
    reference = make.record(notebook, {0: state("s0", "s1"), 1: state("s1", "s2")})
    candidate = make.record(notebook, {0: state("s0", "s9"), 1: state("s9", "s8")})
    (cause,) = explain(make.case(notebook, differing=[1], records=(reference, candidate)))
    assert (cause.kind, cause.cell, cause.confidence.value) == (CauseKind.RANDOM_CONSUMPTION, 0, "high")
    assert cause.summary == "cell 1 draws another number of times from the global NumPy generator"


def test_streams_that_start_from_other_seeds_are_told(make: Any) -> None:
    notebook = make.notebook(["a = draw()"])
    reference = make.record(
        notebook, {0: state("s0", "s1")}, randomness=Randomness(seed=42, hash_seed="0", seeded=("numpy",))
    )
    candidate = make.record(
        notebook, {0: state("t0", "t1")}, randomness=Randomness(seed=7, hash_seed="0", seeded=("numpy",))
    )
    (cause,) = explain(make.case(notebook, differing=[0], records=(reference, candidate)))
    assert cause.summary == "the global NumPy generator started from another seed (seed 42 → 7)"


def test_streams_that_part_but_are_never_drawn_from_are_no_cause(make: Any, told: Any) -> None:
    notebook = make.notebook(["a = 1", "a"])
    reference = make.record(notebook, {0: state("s0"), 1: state("s0")})
    candidate = make.record(notebook, {0: state("t0"), 1: state("t0")})
    assert told(explain(make.case(notebook, differing=[1], records=(reference, candidate)))) == ["unknown low"]


def test_a_seed_that_a_cell_sets_brings_the_streams_together_again(make: Any, told: Any) -> None:
    notebook = make.notebook(["seed()", "a = draw()"])
    reference = make.record(notebook, {0: state("s0", "k"), 1: state("k", "k1")})
    candidate = make.record(notebook, {0: state("t0", "k"), 1: state("k", "k1")})
    assert told(explain(make.case(notebook, differing=[1], records=(reference, candidate)))) == ["unknown low"]


def test_against_saved_outputs_an_unseeded_draw_seen_in_the_run_is_certain(make: Any) -> None:
    notebook = make.notebook(["import numpy as np", "np.random.rand(3)"])
    candidate = make.record(notebook, {0: state("s0"), 1: state("s0", "s1")})
    (cause,) = explain(make.case(notebook, differing=[1], records=(None, candidate)))
    assert (cause.kind, cause.confidence.value) == (CauseKind.UNSEEDED_RANDOMNESS, "high")
    assert cause.summary == "cell 2 draws from the global NumPy generator, which no cell seeds (line 1)"


def test_against_saved_outputs_a_seeded_notebook_is_not_blamed(make: Any, told: Any) -> None:
    notebook = make.notebook(["import numpy as np\nnp.random.seed(0)", "np.random.rand(3)"])
    assert told(explain(make.case(notebook, differing=[1]))) == ["unknown low"]


def test_without_any_record_the_source_still_tells_of_an_unseeded_generator(make: Any) -> None:
    notebook = make.notebook(["import numpy as np\nrng = np.random.default_rng()", "rng.normal()"])
    (cause,) = explain(make.case(notebook, differing=[1]))
    assert (cause.kind, cause.confidence.value, cause.line) == (CauseKind.UNSEEDED_RANDOMNESS, "medium", 2)


def test_a_set_in_the_cell_and_another_hash_seed_is_hash_order(make: Any) -> None:
    notebook = make.notebook(["words = ['a', 'b']", "print(set(words))"])
    drift = [Drift(kind=CauseKind.HASH_ORDER, name="PYTHONHASHSEED", reference="0", candidate="1")]
    records = (make.record(notebook), make.record(notebook))
    (cause,) = explain(make.case(notebook, differing=[1], drift=drift, records=records))
    assert (cause.kind, cause.confidence.value, cause.line) == (CauseKind.HASH_ORDER, "high", 1)


def test_another_hash_seed_alone_is_a_weak_cause(make: Any, told: Any) -> None:
    notebook = make.notebook(["x"])
    drift = [Drift(kind=CauseKind.HASH_ORDER, name="PYTHONHASHSEED", reference="0", candidate="1")]
    records = (make.record(notebook), make.record(notebook))
    assert told(explain(make.case(notebook, differing=[0], drift=drift, records=records))) == ["hash_order low"]


def test_with_equal_hash_seeds_a_set_is_not_blamed(make: Any, told: Any) -> None:
    notebook = make.notebook(["print(set(words))"])
    record = make.record(notebook, randomness=Randomness(seed=1, hash_seed="0"))
    assert told(explain(make.case(notebook, differing=[0], records=(record, record)))) == ["unknown low"]


def test_a_listing_seen_in_the_differing_cell_is_told(make: Any, told: Any) -> None:
    notebook = make.notebook(["files()"])
    finding = Finding(kind=CauseKind.FILESYSTEM_ORDER, what="os.listdir('.')", line=1)
    record = make.record(notebook, {0: {"findings": (finding,)}})
    assert told(explain(make.case(notebook, differing=[0], records=(record, record)))) == ["filesystem_order high"]


def test_a_clock_in_the_source_of_the_differing_cell_is_told(make: Any) -> None:
    (cause,) = explain(make.case(make.notebook(["import time\ntime.time()"]), differing=[0]))
    assert (cause.kind, cause.confidence.value) == (CauseKind.TIME, "medium")
    assert cause.summary == "cell 1 reads the clock (line 2)"


def test_a_library_that_is_loaded_inside_a_cell_starts_from_its_seed(make: Any) -> None:
    notebook = make.notebook(["a = draw()", "b = draw()"])
    seeded = Randomness(seed=42, hash_seed="0", seeded=("numpy",))
    reference = make.record(notebook, {0: {"random_after": {"numpy": "s1"}}, 1: state("s1", "s2")}, randomness=seeded)
    candidate = make.record(notebook, {0: {"random_after": {"numpy": "t1"}}, 1: state("t1", "t2")}, randomness=seeded)
    (cause,) = explain(make.case(notebook, differing=[1], records=(reference, candidate)))
    assert (cause.kind, cause.cell) == (CauseKind.RANDOM_CONSUMPTION, 0)


def test_an_edit_that_shifts_the_numbers_below_it_is_certain(make: Any, told: Any) -> None:
    before, after = make.notebook(["a = draw(3)", "b = draw()"]), make.notebook(["a = draw(4)", "b = draw()"])
    reference = make.record(before, {0: state("s0", "s1"), 1: state("s1", "s2")})
    candidate = make.record(after, {0: state("s0", "t1"), 1: state("t1", "t2")})
    causes = explain(make.case(before, after, differing=[1], records=(reference, candidate)))
    assert told(causes) == ["source high", "random_consumption high"]
    assert "it draws another number of times from the global NumPy generator" in causes[0].evidence
