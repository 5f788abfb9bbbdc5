"""Outputs as the HTML report shows them: each pair as text, pictures, framed HTML or an error, side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbrepro.compare.binary import value_bytes
from nbrepro.compare.outputs import Unit, pair_units, read_outputs
from nbrepro.records import OutputResult
from nbrepro.records.digests import digest_bytes, short
from nbrepro.report import images, markedhtml, textdiff, trees
from nbrepro.report.excerpts import plain_text
from nbrepro.report.kinds import kind_name

MAX_TEXT = 60_000
"""Characters of one output's text that go into the report."""
MAX_FRAME = 400_000
"""Characters of one HTML output that go into the report."""
_SCRIPTS, _SHORT_SCRIPT = ("application/javascript", "text/javascript"), 2000
_ROW_HEIGHT, _FRAME_MARGIN, _FRAME_MAX = 27, 34, 460
_FRAME_POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; font-src data:"
_BINARY = ("audio/", "video/", "application/pdf", "application/octet-stream", "application/zip")
_UNDRAWN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_SEEN = re.compile(r"<(img|svg|table|audio|video|input|canvas|progress|hr|meter)\b|data:image", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_FRAME_STYLE = (
    ":root{color-scheme:light dark}body{font:13px/1.4 system-ui,sans-serif;margin:8px}"
    "table{border-collapse:collapse}td,th{padding:3px 9px;text-align:right;border-bottom:1px solid #8884}"
    "table[border],table[border] :is(td,th){border:0}table[border] :is(td,th){border-bottom:1px solid #8884}"
    "table[border] thead th{border-bottom:1px solid #888}img,svg{max-width:100%}"
) + markedhtml.STYLE


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
    traceback: str = ""
    """Where the candidate's exception came from."""

    @property
    def name(self) -> str:
        """What the output is, in words."""
        return kind_name(self.mime)


def panes(
    reference: Sequence[Any],
    candidate: Sequence[Any],
    results: Sequence[OutputResult],
    models: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> list[Pane]:
    """Return the outputs of one cell as pairs, in order.

    Parameters
    ----------
    models:
        The states of the widgets of both notebooks.
    """
    pairs = pair_units(read_outputs(_readable(reference), models[0]), read_outputs(_readable(candidate), models[1]))
    judged: Sequence[OutputResult | None] = results
    if len(results) != len(pairs):  # some were set aside by a tag
        by_index = {result.output: result for result in reversed(results)}
        judged = [by_index.get((other or one or _NONE).index) for one, other in pairs]
    return [_pane(one, other, result) for (one, other), result in zip(pairs, judged, strict=True)]


def _readable(outputs: Sequence[Any]) -> Sequence[Any]:
    return [output for output in outputs if isinstance(output, dict)]


def _pane(left: Unit | None, right: Unit | None, result: OutputResult | None) -> Pane:
    mime = _chosen(left, right, result)
    notes: list[str] = []
    if left and right and "text/plain" in (shared := set(_bundle(left)) & set(_bundle(right))) and mime not in shared:
        notes.append(f"Only the {'reference' if mime in _bundle(left) else 'candidate'} has this as {kind_name(mime)}.")
        mime = "text/plain"
    before, after = _value(left, mime), _value(right, mime)
    if mime.startswith("image/"):
        return _picture(mime, before, after, result)
    if mime == "text/html" and not all(_undrawn(value) for value in (before, after) if value is not None):
        return _frame(mime, before, after, result)
    if mime.startswith(_BINARY):
        sides = [_described(mime, value) for value in (before, after)]
        return Pane(kind="bytes", mime=mime, result=result, left=sides[0], right=sides[1])
    if _needs_script(mime, before, after):
        said = "A script draws this output, and a report runs none."
        return Pane(kind="none", mime=mime, result=result, notes=(f"{said} What changed in its data is listed.",))
    texts = []
    for side, value in (("reference", before), ("candidate", after)):
        text = _own_ids(_readable_text(mime, value), result if side == "candidate" else None)
        if value is None:
            notes.append(f"The {side} has no such output.")
        if len(text) > MAX_TEXT:
            notes.append(f"Of the {side}, the first {MAX_TEXT:,} of {len(text):,} characters are shown.")
        texts.append(text[:MAX_TEXT].removesuffix("\n"))
    return Pane(
        kind="text",
        mime=mime,
        result=result,
        diff=textdiff.compare(*texts),
        notes=tuple(notes),
        traceback=_traceback(right) if mime == "error" else "",
    )


def _undrawn(value: Any) -> bool:
    """Whether HTML shows nothing where no script runs."""
    text = _text(value)
    if len(text) > MAX_FRAME:
        return False
    seen = _UNDRAWN.sub("", text)
    return not _SEEN.search(seen) and not _TAG.sub("", seen).strip()


def _needs_script(mime: str, before: Any, after: Any) -> bool:
    long = max(len(_text(value)) for value in (before, after, ""))
    return mime == "text/html" or (mime in _SCRIPTS and long > _SHORT_SCRIPT)


def _described(mime: str, value: Any) -> Side:
    if value is None:
        return Side(note="no such output")
    raw = value_bytes(value)
    return Side(note=f"{len(raw):,} bytes of {mime}, sha256 {short(digest_bytes(raw))}")


def _readable_text(mime: str, value: Any) -> str:
    if value is None:
        return ""
    if mime.endswith("json"):
        return plain_text(trees.lines(mime, value))
    return plain_text(_text(value))


def _own_ids(text: str, result: OutputResult | None) -> str:
    """Return the candidate's text with the reference's generated ids, so that they are not shown as changed."""
    for mask in result.masked if result is not None else ():
        before, arrow, after = mask.text.partition(" → ")
        if mask.rule == "generated-id" and arrow and len(after) > 1:
            text = text.replace(after, before)
    return text


def _traceback(unit: Unit | None) -> str:
    lines = unit.content.get("traceback") if unit is not None and isinstance(unit.content, Mapping) else None
    return plain_text("\n".join(map(str, lines)))[-6000:] if isinstance(lines, list) else ""


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
    differs = before != after and mime in (*images.RASTER, "image/svg+xml") and before is not None and after is not None
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
    if before is not None and after is not None and before != after and max(map(len, texts)) <= MAX_FRAME:
        found = result.differences if result else ()
        before, after = markedhtml.mark(texts[0], texts[1], found) or (before, after)
        texts = [_text(value) for value in (before, after)]
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
