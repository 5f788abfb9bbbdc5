"""One report with a difference of every kind, from real outputs, for a person to look at.

Write it and open it in a browser, in light and in dark, wide and narrow::

    python -m tests.report.gallery gallery.html

The outputs are those of ``tests/corpus/pairs``, and a few of types that no library of the corpus writes.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import wave
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from nbrepro.compare import compare_notebooks
from nbrepro.compare.calibration import learn
from nbrepro.compare.metrics import METRIC
from nbrepro.config import Settings
from nbrepro.records import CellResult, NotebookResult, Problem, Verdict, worst
from nbrepro.records.record import plain
from nbrepro.report.html import render
from nbrepro.report.views import View

PAIRS = Path(__file__).parent.parent / "corpus" / "pairs"
STATE = "application/vnd.jupyter.widget-state+json"

CHAPTERS: Mapping[str, Sequence[str]] = {
    "text": (
        "python/accuracy-third-digit",
        "python/word-changed",
        "python/line-lost",
        "python/coloured-text-other-word",
        "python/nested-structure-one-leaf",
        "python/value-beside-elapsed-time-changed",
        "python/set-one-element-changed",
        "python/long-list-one-number-changed",
        "numpy/array-one-value-changed",
        "numpy/array-reshaped",
        "exceptions/log-message-changed",
        "pandas/wrapped-frame-one-value-changed",
        "pandas/info-non-null-count-changed",
        "torch/training-loss-changed",
        "sklearn/classification-report-support",
    ),
    "tables": (
        "pandas/frame-one-value-changed",
        "pandas/frame-text-changed",
        "pandas/frame-row-lost",
        "pandas/frame-row-added",
        "pandas/frame-rows-reordered",
        "pandas/frame-column-lost",
        "pandas/frame-columns-swapped",
        "pandas/frame-column-renamed",
        "pandas/multi-index-value-changed",
        "pandas/styler-gradient-colour-changed",
        "pandas/frame-as-markdown-value-changed",
        "pandas/frame-as-latex-value-changed",
        "polars/frame-value-changed",
        "polars/frame-dtype-changed",
        "rich/rich-table-cell-changed",
    ),
    "pictures": (
        "matplotlib/plot-one-point-changed",
        "matplotlib/plot-size-changed",
        "matplotlib/jpeg-other-quality",
        "matplotlib/image-shown-at-another-width",
        "matplotlib/one-pixel-black",
        "pillow/image-one-block-changed",
        "pillow/image-grey-against-colour",
        "pillow/image-alpha-changed",
        "pillow/gif-second-frame-changed",
        "pillow/gif-frame-lost",
        "pillow/sixteen-bit-image-value-changed",
        "pillow/embedded-image-in-html-changed",
        "own/webp",
        "matplotlib/svg-point-moved",
        "matplotlib/svg-colour-changed",
        "matplotlib/svg-tick-label-changed",
        "matplotlib/pdf-line-changed",
    ),
    "plots": (
        "plots/plotly-typed-array-value-changed",
        "plots/plotly-title-changed",
        "plots/plotly-trace-lost",
        "plots/plotly-dtype-of-typed-array-changed",
        "plots/altair-value-changed",
        "plots/altair-mark-changed",
        "plots/altair-html-renderer-value-changed",
        "plots/bokeh-value-changed",
        "plots/bokeh-glyph-colour-changed",
    ),
    "widgets": (
        "widgets/slider-value-changed",
        "widgets/nested-box-inner-value-changed",
        "widgets/nested-box-child-lost",
        "widgets/dropdown-options-changed",
        "widgets/html-widget-text-changed",
        "widgets/tqdm-notebook-bar-stopped-early",
        "widgets/tqdm-text-stopped-early",
    ),
    "documents": (
        "sympy/matrix-element-changed",
        "rich/markdown-word-changed",
        "rich/javascript-changed",
        "rich/json-display-leaf-changed",
        "rich/json-display-key-lost",
        "rich/geojson-coordinate-changed",
        "rich/html-text-changed",
        "rich/html-link-changed",
        "rich/html-inline-style-changed",
        "rich/html-list-item-lost",
        "rich/html-lost-only-text-left",
        "rich/custom-type-changed",
        "rich/audio-changed",
        "own/audio",
        "own/video",
        "sklearn/pipeline-step-changed",
    ),
    "outputs": (
        "exceptions/exception-type-changed",
        "exceptions/exception-message-number-changed",
        "exceptions/exception-only-in-candidate",
        "exceptions/exception-only-in-reference",
        "exceptions/stderr-line-changed",
        "exceptions/output-lost-when-semicolon-added",
        "exceptions/output-gained",
        "exceptions/one-of-three-displays-lost",
        "exceptions/two-displays-swapped",
        "matplotlib/second-figure-lost",
        "own/metric",
    ),
    "passing": (
        "exceptions/new-warning-is-told",
        "exceptions/warning-gone-is-told",
        "exceptions/warning-at-another-path-and-line",
        "python/pid-temporary-directory-and-time-on-one-line",
        "python/print-set-of-strings-hash-order",
        "python/pretty-printed-dict-at-another-width",
        "numpy/array-last-digits",
        "numpy/nan-stays-nan-beside-noise",
        "pandas/frame-float-noise",
        "matplotlib/png-text-chunk-software",
        "matplotlib/svg-ids-and-date",
        "widgets/tqdm-text-timing",
        "widgets/nested-box-model-ids",
        "rich/representations-disagree",
        "python/identical-print",
        "own/metric-close",
        "own/ignored",
    ),
}
"""The pairs shown, by chapter; those that begin with ``own/`` are made here."""


def views() -> list[View]:
    """Return one view a chapter, and those that need more than one pair of outputs."""
    pairs = {**_corpus(), **_own()}
    chapters = [_chapter(name, [pairs[pair] for pair in names]) for name, names in CHAPTERS.items()]
    return [*chapters, _warnings_that_fail(pairs), _calibrated(), _flaky(), _died(), _nothing_compared()]


def page() -> str:
    """Return the report."""
    return render(views(), title="Every kind of difference", created="2026-11-23 20:55 UTC")


def _corpus() -> dict[str, dict[str, Any]]:
    return {
        f"{path.stem}/{pair['name']}": pair
        for path in sorted(PAIRS.glob("*.json"))
        for pair in json.loads(path.read_text(encoding="utf-8"))
    }


def _own() -> dict[str, dict[str, Any]]:
    """Return pairs of types that the corpus does not hold."""
    metric = {"name": "auc", "value": 0.9127, "rtol": 0.01, "atol": None}
    made: dict[str, tuple[str, str, Any, Any]] = {
        "webp": ("Image(shades)", "image/webp", _webp(0), _webp(60)),
        "audio": ("Audio(tone, rate=8000)", "audio/wav", _tone(440), _tone(442)),
        "video": ('Video("run.mp4", embed=True)', "video/mp4", _encoded(b"\0\0\0\x18ftypmp42" + bytes(400)), _encoded(
            b"\0\0\0\x18ftypmp42" + bytes(380) + b"moov" + bytes(90))),
        "metric": ('nbrepro.metric("auc", auc, rtol=0.01)', METRIC, metric, {**metric, "value": 0.8411}),
        "metric-close": ('nbrepro.metric("auc", auc, rtol=0.01)', METRIC, metric, {**metric, "value": 0.9131}),
        "ignored": ("time.ctime()", "text/plain", "'Mon Nov 23 20:55:01 2026'", "'Mon Nov 23 20:56:11 2026'"),
    }  # fmt: skip
    return {
        f"own/{name}": {
            "name": name,
            "source": source,
            "reference": {"outputs": [_display(mime, before)]},
            "candidate": {"outputs": [_display(mime, after)]},
            "tags": ["nbrepro-ignore-output"] if name == "ignored" else [],
        }
        for name, (source, mime, before, after) in made.items()
    }


def _display(mime: str, value: Any) -> NotebookNode:
    data = {mime: value}
    if mime == METRIC:
        data["text/plain"] = f"{value['name']} = {value['value']}"
    return new_output("display_data", data)


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _webp(shift: int) -> str:
    image = Image.linear_gradient("L").convert("RGB")
    image.paste((200, 60 + shift, 40), (60, 60, 130, 130))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=True)
    return _encoded(buffer.getvalue())


def _tone(pitch: int) -> str:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(128 + (n * pitch // 8000 % 2) * 64 for n in range(2000)))
    return _encoded(buffer.getvalue())


def _notebook(pairs: Sequence[Mapping[str, Any]], side: str) -> NotebookNode:
    cells = [
        new_code_cell(
            pair["source"],
            outputs=pair[side]["outputs"],
            execution_count=number,
            id=f"c{number}",
            metadata={"tags": pair.get("tags", [])},
        )
        for number, pair in enumerate(pairs, start=1)
    ]
    models: dict[str, Any] = {}
    for pair in pairs:
        models |= pair[side].get("widgets", {})
    return new_notebook(cells=cells, metadata={"widgets": {STATE: {"state": models}}})


def _chapter(name: str, pairs: Sequence[Mapping[str, Any]], **settings: Any) -> View:
    reference, candidate = _notebook(pairs, "reference"), _notebook(pairs, "candidate")
    return _view(name, reference, candidate, compare_notebooks(reference, candidate, Settings(**settings)))


def _view(
    name: str, reference: NotebookNode, candidate: NotebookNode, cells: tuple[CellResult, ...], **more: Any
) -> View:
    verdict = worst(cell.verdict for cell in cells)
    result = NotebookResult(
        path=f"kinds/{name}.ipynb",
        reference=f".nbrepro/records/kinds/{name}.ipynb",
        verdict=verdict,
        exit_code=more.pop("exit_code", 0 if verdict.passes else 1),
        cells=cells,
        seconds=1.2,
        **more,
    )
    return Unrelated(result=result, reference=reference, candidate=candidate)


class Unrelated(View):
    """A notebook of which no cell follows from another."""

    @cached_property
    def following(self) -> dict[int, str]:
        """Nothing: the chapters put cells side by side that have nothing to do with each other."""
        return {}


def _warnings_that_fail(pairs: Mapping[str, Any]) -> View:
    return _chapter("warnings", [pairs["exceptions/new-warning-is-told"]], fail_on=("warnings",))


def _printed(source: str, text: str) -> dict[str, Any]:
    return {"source": source, "run": {"outputs": [new_output("stream", name="stdout", text=text)]}}


def _calibrated() -> View:
    """A number inside its learned limits, and one outside."""
    source = "print(f'loss {loss:.3f}')"
    losses = ["loss 0.412\n", "loss 0.437\n", "loss 0.398\n", "loss 0.425\n"]
    reference, *others, candidate = (
        _notebook([_printed(source, first), _printed(source, second)], "run")
        for first, second in zip([*losses, "loss 0.443\n"], [*losses, "loss 0.891\n"], strict=True)
    )
    for index, known in learn(reference, others, Settings()).items():
        reference.cells[index]["metadata"] = NotebookNode({"nbrepro": {"calibration": plain(known)}})
    return _view("calibrated", reference, candidate, compare_notebooks(reference, candidate, Settings()))


def _flaky() -> View:
    """Two cells that a second run told apart: one differs again otherwise, one in the same way."""
    pairs = [
        {"source": source, **{side: {"outputs": [new_output("stream", name="stdout", text=text)]}
                              for side, text in (("reference", before), ("candidate", after))}}
        for source, before, after in (
            ("print(random.random())", "0.6394\n", "0.0250\n"), ("print(len(rows))", "891\n", "889\n"))
    ]  # fmt: skip
    reference, candidate = _notebook(pairs, "reference"), _notebook(pairs, "candidate")
    flaky, changed = compare_notebooks(reference, candidate, Settings())
    told = tuple(
        replace(cell, confirmed=word, outputs=tuple(replace(output, confirmed=word) for output in cell.outputs))
        for cell, word in ((flaky, "flaky"), (changed, "changed"))
    )
    return _view("second-look", reference, candidate, told)


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
    reference, candidate = _notebook(pairs, "reference"), _notebook(pairs, "candidate")
    cells = compare_notebooks(reference, candidate, Settings(), not_run=frozenset({2}))
    problem = Problem(kind="kernel_death", message="the kernel died in cell 2 (killed by signal 11, SIGSEGV)", cell=1)
    return _view("kernel-died", reference, candidate, cells, exit_code=3, problem=problem)


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


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
