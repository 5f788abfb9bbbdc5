"""Notebooks of a gallery that tell more than a pair of outputs: how a run ended, what two runs said, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from nbrepro.compare import compare_notebooks
from nbrepro.compare.calibration import learn
from nbrepro.config import Settings
from nbrepro.records import Cause, CauseKind, Confidence, Drift, NotebookResult, Problem, Verdict
from nbrepro.records.record import plain
from nbrepro.report.views import View
from tests.report.making import OTHER_PYTHON, chapter, notebook_of, view_of


def runs(pairs: Mapping[str, Any]) -> list[View]:
    """Return one view a kind of ending, of second look and of cause."""
    return [
        _warnings_that_fail(pairs),
        _calibrated(),
        _flaky(),
        _causes(),
        _not_compared(),
        _cell_lost(),
        _died(),
        _timed_out(),
        _nothing_compared(),
    ]


def _warnings_that_fail(pairs: Mapping[str, Any]) -> View:
    return chapter("warnings", [pairs["exceptions/new-warning-is-told"]], fail_on=("warnings",))


def _printed(source: str, text: str) -> dict[str, Any]:
    return {"source": source, "run": {"outputs": [new_output("stream", name="stdout", text=text)]}}


def _calibrated() -> View:
    """A number inside its learned limits, and one outside."""
    source = "print(f'loss {loss:.3f}')"
    losses = ["loss 0.412\n", "loss 0.437\n", "loss 0.398\n", "loss 0.425\n"]
    reference, *others, candidate = (
        notebook_of([_printed(source, first), _printed(source, second)], "run")
        for first, second in zip([*losses, "loss 0.443\n"], [*losses, "loss 0.891\n"], strict=True)
    )
    for index, known in learn(reference, others, Settings()).items():
        reference.cells[index]["metadata"] = NotebookNode({"nbrepro": {"calibration": plain(known)}})
    return view_of("calibrated", reference, candidate, compare_notebooks(reference, candidate, Settings()))


def _flaky() -> View:
    """Two cells that a second run told apart: one differs again otherwise, one in the same way."""
    pairs = [
        {"source": source, **{side: {"outputs": [new_output("stream", name="stdout", text=text)]}
                              for side, text in (("reference", before), ("candidate", after))}}
        for source, before, after in (
            ("print(random.random())", "0.6394\n", "0.0250\n"), ("print(len(rows))", "891\n", "889\n"))
    ]  # fmt: skip
    reference, candidate = notebook_of(pairs, "reference"), notebook_of(pairs, "candidate")
    flaky, changed = compare_notebooks(reference, candidate, Settings())
    told = tuple(
        replace(cell, confirmed=word, outputs=tuple(replace(output, confirmed=word) for output in cell.outputs))
        for cell, word in ((flaky, "flaky"), (changed, "changed"))
    )
    return view_of("second-look", reference, candidate, told)


def _died() -> View:
    pairs = [
        {"source": "frame = load()", "reference": {"outputs": []}, "candidate": {"outputs": []}},
        {
            "source": "numbers = native(frame)\nprint(numbers.sum())",
            "reference": {"outputs": [new_output("stream", name="stdout", text="41.5\n")]},
            "candidate": {"outputs": []},
        },
        {
            "source": "numbers.mean()",
            "reference": {"outputs": [new_output("execute_result", {"text/plain": "0.83"}, execution_count=3)]},
            "candidate": {"outputs": []},
        },
    ]
    reference, candidate = notebook_of(pairs, "reference"), notebook_of(pairs, "candidate")
    cells = compare_notebooks(reference, candidate, Settings(), not_run=frozenset({2}))
    problem = Problem(kind="kernel_death", message="the kernel died in cell 2 (killed by signal 11, SIGSEGV)", cell=1)
    return view_of("kernel-died", reference, candidate, cells, exit_code=3, problem=problem)


def _nothing_compared() -> View:
    reason = "there are no outputs to compare with: run and save the notebook, or `nbrepro record` it"
    result = NotebookResult(
        path="kinds/fresh.ipynb",
        reference="saved outputs",
        verdict=Verdict.NOT_COMPARED,
        exit_code=4,
        reason=reason,
    )
    return View(result=result)


def _cell(source: str, before: Any, after: Any, **more: Any) -> dict[str, Any]:
    sides = {"reference": before, "candidate": after}
    outputs = {side: {"outputs": [] if text is None else [_said(text)]} for side, text in sides.items()}
    return {"source": source, **outputs, **more}


def _said(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text)


def _causes() -> View:
    """A cause that is proved, a likely one, an unlikely one, drift, and cells that only follow."""
    pairs = [
        _cell("import numpy as np\nimport pandas as pd", None, None),
        _cell("rng = np.random.default_rng()\nsample = rng.normal(size=3)\nprint(sample[0])", "0.3047\n", "-1.0399\n"),
        _cell("print(sample.mean())", "0.2217\n", "-0.4418\n"),
        _cell('print(len(pd.read_csv("data/orders.csv")))', "891\n", "889\n"),
    ]
    reference, candidate = notebook_of(pairs, "reference"), notebook_of(pairs, "candidate")
    shown = view_of("causes", reference, candidate, compare_notebooks(reference, candidate, Settings()))
    causes = (
        Cause(
            kind=CauseKind.UNSEEDED_RANDOMNESS,
            summary="cell 2 draws from an unseeded NumPy generator (line 1)",
            confidence=Confidence.HIGH,
            evidence=("cell 2 (line 1) called `numpy.random.default_rng()` (in both runs)",),
            cell=1,
            line=1,
            proved_by="2 runs: seeded alike, both gave the same",
            mend="Pass a seed: `np.random.default_rng(42)`.",
        ),
        Cause(
            kind=CauseKind.DATA_CHANGED,
            summary="`data/orders.csv` changed, and cell 4 reads it",
            confidence=Confidence.MEDIUM,
            evidence=("data/orders.csv: 81,204 bytes → 80,950 bytes", "cell 4 (line 1) opened it in both runs"),
            cell=3,
            line=1,
            mend="Restore it with `nbrepro restore`, or accept the new outputs with `nbrepro check --update`.",
        ),
        OTHER_PYTHON,
    )
    drift = (
        Drift(kind=CauseKind.DATA_CHANGED, name="data/orders.csv", reference="9c51…e0", candidate="07aa…41"),
        Drift(kind=CauseKind.PACKAGE, name="tqdm", reference=None, candidate="4.67.1"),
        Drift(kind=CauseKind.PYTHON, name="python.version", reference="3.11.7", candidate="3.11.9"),
    )
    notes = ("the notebook was run with 2 threads, as its reference was",)
    result = replace(shown.result, causes=causes, drift=drift, notes=notes, run_id="20261123-204501-3f2a")
    return View(result=result, reference=reference, candidate=candidate)


def _not_compared() -> View:
    """Each reason for which a cell is not compared."""
    pairs = [
        _cell("print(secret)", "a\n", "b\n", tags=["nbrepro-skip"]),
        _cell("time.ctime()", "Mon\n", "Tue\n", tags=["nbrepro-ignore-output"]),
        _cell("print('never run in the reference')", None, "here\n"),
        _cell("print('the same')", "the same\n", "the same\n"),
        _cell("print('a cell that the reference lacks')", None, "new\n"),
    ]
    reference, candidate = notebook_of(pairs, "reference"), notebook_of(pairs, "candidate")
    reference.cells[2]["execution_count"] = None
    del reference.cells[4]
    return view_of("not-compared", reference, candidate, compare_notebooks(reference, candidate, Settings()))


def _cell_lost() -> View:
    pairs = [_cell("rows = 3", None, None), _cell("print(rows)", "3\n", None)]
    reference, candidate = notebook_of(pairs, "reference"), notebook_of(pairs[:1], "candidate")
    return view_of("cell-lost", reference, candidate, compare_notebooks(reference, candidate, Settings()))


def _timed_out() -> View:
    pairs = [
        _cell("model = load()", None, None),
        _cell("while not converged(model):\n    step(model)\nprint('done')", "done\n", None),
        _cell("model.score", "0.83\n", None),
    ]
    reference, candidate = notebook_of(pairs, "reference"), notebook_of(pairs, "candidate")
    cells = compare_notebooks(reference, candidate, Settings(), not_run=frozenset({2}))
    problem = Problem(kind="timeout", message="cell 2 ran longer than 600 s and was interrupted", cell=1)
    return view_of("timed-out", reference, candidate, cells, exit_code=3, problem=problem)
