"""Reports made by hand: notebooks with real outputs, and the results that a comparison would have found."""

from __future__ import annotations

import base64
import io

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image, ImageDraw

from nbrepro.records import (
    Cause,
    CauseKind,
    CellResult,
    Confidence,
    Difference,
    Drift,
    Mask,
    NotebookResult,
    OutputResult,
    Problem,
    Verdict,
)
from nbrepro.report.views import View
from tests.report.making import OTHER_PYTHON

SOURCES = [
    "import numpy as np\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression",
    'table = pd.read_csv("data/train.csv")\ntable.shape',
    "rng = np.random.default_rng()\nsample = table.iloc[rng.permutation(len(table))]\nsample.head(3)",
    'X, y = sample.drop(columns="label"), sample["label"]\nmodel = fit(X, y)\nprint("accuracy", model.score(X, y))',
    "model.coef_",
    "plot(model)",
    "model",
    'print("done")',
]
FRAME = (
    '<table border="1" class="dataframe"><thead><tr><th></th><th>age</th><th>dose</th><th>label</th></tr></thead>'
    "<tbody>{rows}</tbody></table>"
)


def picture(shift: int = 0, size: tuple[int, int] = (360, 220)) -> str:
    """A small plot, base64 as a notebook holds it."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((30, 10, size[0] - 10, size[1] - 25), outline="#444444")
    for place, height in enumerate((60, 130, 90, 150, 40)):
        tall = height + (shift if place == 2 else 0)
        left = 50 + place * 60
        draw.rectangle((left, size[1] - 26 - tall, left + 36, size[1] - 26), fill="#4477aa")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def frame(values: list[tuple[int, int, float, int]]) -> dict[str, str]:
    rows = "".join(f"<tr><th>{i}</th><td>{a}</td><td>{d}</td><td>{k}</td></tr>" for i, a, d, k in values)
    return {
        "text/html": FRAME.format(rows=rows),
        "text/plain": "\n".join(f"{i}  {a}  {d}  {k}" for i, a, d, k in values),
    }


def notebook_of(outputs: list[list[NotebookNode]], sources: list[str] | None = None) -> NotebookNode:
    cells = [
        new_code_cell(source, execution_count=number, outputs=found)
        for number, (source, found) in enumerate(zip(sources or SOURCES, outputs, strict=True), start=1)
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return new_notebook(cells=cells)


def outputs(*, moved: bool) -> list[list[NotebookNode]]:
    rows = (
        [(7, 61, 2.5, 1), (12, 44, 1.0, 0), (3, 39, 1.5, 0)]
        if moved
        else [(4, 52, 2.0, 1), (1, 33, 0.5, 0), (9, 47, 1.5, 1)]
    )
    coefficients = "0.4471, -1.2093" if moved else "0.4466, -1.2118"
    return [
        [],
        [new_output("execute_result", {"text/plain": "(891, 4)"}, execution_count=2)],
        [new_output("execute_result", frame(rows), execution_count=3)],
        [new_output("stream", name="stdout", text=f"accuracy {0.907 if moved else 0.913}\n")],
        [new_output("execute_result", {"text/plain": f"array([[{coefficients},  0.0031]])"}, execution_count=5)],
        [
            new_output(
                "display_data", {"image/png": picture(-28 if moved else 0), "text/plain": "<Figure size 360x220>"}
            )
        ],
        [
            new_output(
                "execute_result",
                {"text/plain": f"<Model at 0x{'7f3a91c0' if moved else '7fe41d20'}>"},
                execution_count=7,
            )
        ],
        [new_output("stream", name="stdout", text="done\n")],
    ]


def result_of(index: int, verdict: Verdict, *found: Difference, **more: object) -> CellResult:
    mime = found[0].mime if found else "text/plain"
    judged = (OutputResult(output=0, mime=mime or "text/plain", verdict=verdict, differences=found, **more),)  # type: ignore[arg-type]
    return CellResult(
        index=index,
        number=index + 1,
        id=f"cell-{index}",
        verdict=verdict,
        source=SOURCES[index],
        reference_index=index,
        outputs=judged if verdict is not Verdict.NOT_COMPARED and index else (),
    )


def difference(
    mime: str, where: str, before: str | None, after: str | None, distance: float | None = None
) -> Difference:
    return Difference(output=0, mime=mime, where=where, reference=before, candidate=after, distance=distance)


@pytest.fixture
def reproduced() -> View:
    notebook = notebook_of(outputs(moved=False))
    cells = [result_of(index, Verdict.IDENTICAL) for index in range(len(SOURCES))]
    mask = Mask(rule="address", where="line 1", text="0x7fe41d20 → 0x7f3a91c0")
    cells[6] = result_of(6, Verdict.EQUIVALENT, masked=(mask,), reason="set aside: address")
    result = NotebookResult(
        path="survey/explore.ipynb",
        reference="saved outputs",
        verdict=Verdict.EQUIVALENT,
        exit_code=0,
        cells=tuple(cells),
        seconds=2.31,
    )
    return View(result=result, reference=notebook, candidate=notebook)


@pytest.fixture
def different() -> View:
    moved = result_of(
        2,
        Verdict.DIFFERENT,
        difference("text/html", "row 1, column age", "52", "61", 0.148),
        difference("text/html", "row 1, column dose", "2.0", "2.5", 0.2),
    )
    score = result_of(3, Verdict.DIFFERENT, difference("stream/stdout", "line 1, number 1", "0.913", "0.907", 0.0066))
    weights = result_of(4, Verdict.DIFFERENT, difference("text/plain", "number 1", "0.4466", "0.4471", 0.0011))
    plot = result_of(5, Verdict.DIFFERENT, difference("image/png", "1.3 % of the pixels", None, None, 0.013))
    mask = Mask(rule="address", where="line 1", text="0x7fe41d20 → 0x7f3a91c0")
    cells = (
        result_of(0, Verdict.IDENTICAL),
        result_of(1, Verdict.IDENTICAL),
        moved,
        score,
        weights,
        plot,
        result_of(6, Verdict.EQUIVALENT, masked=(mask,), reason="set aside: address"),
        result_of(7, Verdict.IDENTICAL),
    )
    causes = (
        Cause(
            kind=CauseKind.UNSEEDED_RANDOMNESS,
            summary="cell 3 draws from an unseeded NumPy generator (line 1)",
            confidence=Confidence.HIGH,
            evidence=("cell 3 (line 1) called `numpy.random.default_rng()` (in both runs)",),
            cell=2,
            line=1,
            mend="Pass a seed: `np.random.default_rng(42)`.",
        ),
        Cause(
            kind=CauseKind.PACKAGE,
            summary="pandas 3.0.2 → 3.1.1",
            confidence=Confidence.MEDIUM,
            evidence=("pandas 3.0.2 → 3.1.1", "the notebook had imported it"),
            mend="Install pandas==3.0.2, or accept the new outputs with `nbrepro check --update`.",
        ),
        OTHER_PYTHON,
    )
    drift = (
        Drift(kind=CauseKind.PACKAGE, name="pandas", reference="3.0.2", candidate="3.1.1"),
        Drift(kind=CauseKind.PYTHON, name="python.version", reference="3.11.7", candidate="3.11.9"),
        Drift(kind=CauseKind.PACKAGE, name="tqdm", reference=None, candidate="4.67.1"),
    )
    result = NotebookResult(
        path="trial/model.ipynb",
        reference=".nbrepro/records/trial/model.ipynb",
        verdict=Verdict.DIFFERENT,
        exit_code=1,
        cells=cells,
        causes=causes,
        drift=drift,
        run_id="20261123-204501-3f2a",
        seconds=4.12,
    )
    return View(result=result, reference=notebook_of(outputs(moved=False)), candidate=notebook_of(outputs(moved=True)))


@pytest.fixture
def broken() -> View:
    sources = ["fit = prepare(raw)", "fit.report()"]
    trace = ["Traceback (most recent call last)", "NameError: name 'raw' is not defined"]
    text = new_output("execute_result", {"text/plain": "ok"}, execution_count=9)
    reference = notebook_of([[], [text]], sources)
    failed = new_output("error", ename="NameError", evalue="name 'raw' is not defined", traceback=trace)
    candidate = notebook_of([[failed], []], sources)
    raised = difference("error", "the whole output", None, "NameError: name 'raw' is not defined")
    judged = (OutputResult(output=0, mime="error", verdict=Verdict.ERROR, differences=(raised,)),)
    cells = (
        CellResult(
            index=0, number=1, id="cell-0", verdict=Verdict.ERROR, source=sources[0], reference_index=0, outputs=judged
        ),
        CellResult(
            index=1,
            number=2,
            id="cell-1",
            verdict=Verdict.NOT_COMPARED,
            reason="it never ran: the run ended before it",
            source=sources[1],
            reference_index=1,
        ),
    )
    cause = Cause(
        kind=CauseKind.HIDDEN_STATE,
        summary="no cell defines `raw`: it lived only in the kernel that made the reference",
        confidence=Confidence.HIGH,
        evidence=("cell 1 raised NameError: name 'raw' is not defined (line 1)", "none of 2 code cells binds `raw`"),
        cell=0,
        line=1,
        mend="Add a cell that defines `raw` above cell 1.",
    )
    problem = Problem(kind="exception", message="cell 1 raised NameError: name 'raw' is not defined", cell=0)
    result = NotebookResult(
        path="old/report.ipynb",
        reference="saved outputs",
        verdict=Verdict.ERROR,
        exit_code=3,
        cells=cells,
        causes=(cause,),
        problem=problem,
        seconds=0.8,
    )
    return View(result=result, reference=reference, candidate=candidate)


@pytest.fixture
def unreadable() -> View:
    reason = "is no notebook: its JSON breaks off or is malformed at line 3 (Expecting value)"
    result = NotebookResult(path="torn.ipynb", reference=None, verdict=Verdict.NOT_COMPARED, exit_code=2, reason=reason)
    return View(result=result)
