from __future__ import annotations

from nbrepro.explain import localise
from nbrepro.records import CellRecord, CellResult, CellState, FileUse, Record, Verdict


def results(*cells: tuple[str, str]) -> list[CellResult]:
    """Results of cells given as source and verdict: ``=`` passes, ``!`` differs, ``?`` never ran."""
    verdicts = {"=": Verdict.IDENTICAL, "!": Verdict.DIFFERENT, "?": Verdict.ERROR}
    return [
        CellResult(
            index=n,
            number=n + 1,
            id=str(n),
            verdict=verdicts[mark],
            source=source,
            reference_index=n,
            reason="this cell never ran" if mark == "?" else None,
        )
        for n, (source, mark) in enumerate(cells)
    ]


def followers(cells: list[CellResult], **records: Record | None) -> dict[int, bool]:
    return {item.cell.index: item.follows for item in localise(cells, **records)}


def test_nothing_differs_nothing_follows() -> None:
    assert localise(results(("x = 1", "="), ("x", "="))) == ()


def test_a_cell_that_reads_what_the_first_made_follows_from_it() -> None:
    assert followers(results(("x = draw()", "!"), ("x + 1", "!"))) == {1: True}


def test_a_cell_that_uses_nothing_of_it_is_independent() -> None:
    assert followers(results(("x = draw()", "!"), ("y = 2\ny", "!"))) == {1: False}


def test_the_link_may_run_through_a_cell_without_output() -> None:
    assert followers(results(("x = draw()", "!"), ("y = x * 2", "="), ("y", "!"))) == {2: True}


def test_a_name_bound_anew_is_free_of_doubt() -> None:
    assert followers(results(("x = draw()", "!"), ("x = 3", "="), ("x", "!"))) == {2: False}


def test_a_change_in_place_carries_the_difference_on() -> None:
    assert followers(results(("import m", "="), ("t['a'] = m.draw()\n1", "!"), ("t.sum()", "!"))) == {2: True}


def test_an_import_of_the_first_differing_cell_ties_no_cell_to_it() -> None:
    first = ("import os, time\nprint(os.environ['X'])", "!")
    assert followers(results(first, ("print(os.getpid())", "!"), ("print(time.time())", "!"))) == {1: False, 2: False}


def test_plotting_calls_do_not_tie_cells_together() -> None:
    first = ("import matplotlib.pyplot as plt\nimport random", "=")
    assert followers(results(first, ("plt.plot(a)\nplt.show()", "!"), ("plt.plot(b)\nplt.show()", "!"))) == {2: False}


def test_cells_that_show_the_same_value_share_its_difference() -> None:
    found = localise(results(("t = load()", "="), ("len(t)", "!"), ("t.mean()", "!")))
    assert found[0].follows
    assert found[0].is_root
    assert found[0].because == "it reads `t`, as the first differing cell does"


def test_a_cell_with_a_reason_of_its_own_does_not_share() -> None:
    cells = results(("import time\nt = load()", "="), ("len(t)", "!"), ("t.mean() + time.time()", "!"))
    assert followers(cells) == {2: False}


def test_a_cell_that_never_ran_follows() -> None:
    assert followers(results(("boom()", "!"), ("1 + 1", "?"))) == {1: True}


def test_a_file_carries_the_difference_on() -> None:
    def record(mode: str) -> CellRecord:
        use = FileUse(path="out.csv", mode=mode)
        return CellRecord(source_digest="", state=CellState.OK, files=(use,))

    run = Record(notebook="a.ipynb", nbrepro_version="0", kernel="k", cells={0: record("write"), 1: record("read")})
    cells = results(("save()", "!"), ("show()", "!"))
    assert followers(cells, candidate=run) == {1: True}
    assert followers(cells) == {1: False}
