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
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from PIL import Image

from nbrepro.compare.metrics import METRIC
from nbrepro.report.html import render
from nbrepro.report.views import View
from tests.report.gallery_runs import runs
from tests.report.making import chapter

PAIRS = Path(__file__).parent.parent / "corpus" / "pairs"

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
    chapters = [chapter(name, [pairs[pair] for pair in names]) for name, names in CHAPTERS.items()]
    return [*chapters, *runs(pairs)]


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


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
