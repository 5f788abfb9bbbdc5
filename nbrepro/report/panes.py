"""Outputs as the HTML report shows them: each pair as text, pictures, framed HTML or an error, side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nbrepro.compare.outputs import Unit, pair_units, read_outputs
from nbrepro.records import OutputResult
from nbrepro.report import images, textdiff
from nbrepro.report.excerpts import plain_text

MAX_TEXT = 60_000
"""Characters of one output's text that go into the report."""
MAX_FRAME = 400_000
"""Characters of one HTML output that go into the report."""
_ROW_HEIGHT, _FRAME_MARGIN, _FRAME_MAX = 27, 34, 460
_FRAME_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:"
_FRAME_STYLE = (
    ":root{color-scheme:light dark}body{font:13px/1.4 system-ui,sans-serif;margin:8px}"
    "table{border-collapse:collapse}td,th{padding:3px 9px;text-align:right;border-bottom:1px solid #8884}"
    "table[border],table[border] :is(td,th){border:0}table[border] :is(td,th){border-bottom:1px solid #8884}"
    "table[border] thead th{border-bottom:1px solid #888}img,svg{max-width:100%}"
)


_NONE = Unit(-1, "display", {})


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a pair, or its whole where a kind shows both at once."""

    uri: str | None = None
    srcdoc: str | None = None
    note: str | None = None
    """Why nothing is shown, or not all of it."""


@dataclass(frozen=True, kw_only=True)
class Pane:
    """One pair of outputs, ready for the template."""

    kind: str
    """``text``, ``picture`` or ``frame``."""
    mime: str
    result: OutputResult | None
    left: Side | None = None
    right: Side | None = None
    diff: textdiff.TextDiff | None = None
    third: images.DifferencePicture | None = None
    height: int = 0
    notes: tuple[str, ...] = field(default=())


def panes(reference: Sequence[Any], candidate: Sequence[Any], results: Sequence[OutputResult]) -> list[Pane]:
    """Return the outputs of one cell as pairs, in order."""
    pairs = pair_units(read_outputs(_readable(reference), {}), read_outputs(_readable(candidate), {}))
    judged: Sequence[OutputResult | None] = results
    if len(results) != len(pairs):  # some were set aside by a tag
        by_index = {result.output: result for result in reversed(results)}
        judged = [by_index.get((other or one or _NONE).index) for one, other in pairs]
    return [_pane(one, other, result) for (one, other), result in zip(pairs, judged, strict=True)]


def _readable(outputs: Sequence[Any]) -> Sequence[Any]:
    return [output for output in outputs if isinstance(output, dict)]


def _pane(left: Unit | None, right: Unit | None, result: OutputResult | None) -> Pane:
    mime = _chosen(left, right, result)
    if mime.startswith("image/"):
        return _picture(mime, _value(left, mime), _value(right, mime), result)
    if mime == "text/html":
        return _frame(mime, _value(left, mime), _value(right, mime), result)
    before, after = _value(left, mime), _value(right, mime)
    texts, notes = [], []
    for side, value in (("reference", before), ("candidate", after)):
        text = plain_text(_text(value)) if value is not None else ""
        if value is None:
            notes.append(f"The {side} has no such output.")
        if len(text) > MAX_TEXT:
            notes.append(f"Of the {side}, the first {MAX_TEXT:,} of {len(text):,} characters are shown.")
        texts.append(text[:MAX_TEXT].removesuffix("\n"))
    return Pane(kind="text", mime=mime, result=result, diff=textdiff.compare(*texts), notes=tuple(notes))


def _chosen(left: Unit | None, right: Unit | None, result: OutputResult | None) -> str:
    """Return the representation to show: the one that was judged, or else the richest that both have."""
    offered = [set(_bundle(side)) for side in (left, right) if side is not None]
    if result is not None and any(result.mime in side for side in offered):
        return result.mime
    shared = set.intersection(*offered) if offered else set()
    ranked = (*images.RASTER, "image/svg+xml", "text/html", "text/markdown", "text/latex", "text/plain")
    every = set().union(*offered)
    return next(
        (mime for pool in (shared, every) for mime in ranked if mime in pool), next(iter(sorted(every)), "none")
    )


def _bundle(unit: Unit) -> dict[str, Any]:
    """Return what an output holds by MIME type, streams and errors under the names that results give them."""
    if unit.kind == "display":
        return dict(unit.content)
    if unit.kind == "error":
        return {"error": f"{unit.content.get('ename')}: {unit.content.get('evalue')}"}
    return {unit.kind: unit.content}


def _value(unit: Unit | None, mime: str) -> Any:
    return None if unit is None else _bundle(unit).get(mime)


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False, default=str)


def _picture(mime: str, before: Any, after: Any, result: OutputResult | None) -> Pane:
    differs = before != after and mime in images.RASTER and before is not None and after is not None
    return Pane(
        kind="picture",
        mime=mime,
        result=result,
        left=_shown_picture(mime, before),
        right=_shown_picture(mime, after),
        third=images.difference(before, after) if differs else None,
    )


def _shown_picture(mime: str, value: Any) -> Side:
    if value is None:
        return Side(note="no such output")
    uri = images.data_uri(mime, value)
    return Side(uri=uri) if uri else Side(note=f"not shown: {len(_text(value)):,} characters of {mime}")


def _frame(mime: str, before: Any, after: Any, result: OutputResult | None) -> Pane:
    texts = [_text(value) for value in (before, after) if value is not None]
    rows = max((text.count("<tr") + text.count("<br") + text.count("<p") for text in texts), default=0)
    height = min(_FRAME_MAX, _FRAME_MARGIN + _ROW_HEIGHT * max(rows, 2))
    sides = [_framed(value) for value in (before, after)]
    return Pane(kind="frame", mime=mime, result=result, left=sides[0], right=sides[1], height=height)


def _framed(value: Any) -> Side:
    """Return HTML for the inside of a sandboxed frame, with a policy of its own that forbids all but styles."""
    if value is None:
        return Side(note="no such output")
    text = _text(value)
    if len(text) > MAX_FRAME:
        return Side(note=f"not shown: {len(text):,} characters of HTML")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_FRAME_POLICY}">'
    return Side(srcdoc=f"<!doctype html><html><head>{policy}<style>{_FRAME_STYLE}</style></head><body>{text}")
