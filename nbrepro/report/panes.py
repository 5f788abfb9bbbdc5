"""Outputs as the HTML report shows them: each pair as text, pictures, framed HTML or an error, side by side."""

from __future__ import annotations

import base64
import io
import json
import re
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nbrepro.compare.binary import value_bytes
from nbrepro.compare.outputs import Unit, pair_units, read_outputs
from nbrepro.compare.terminal import render
from nbrepro.records import OutputResult
from nbrepro.records.digests import digest_bytes, short
from nbrepro.report import documents, frames, images, textdiff, trees
from nbrepro.report.excerpts import plain_text
from nbrepro.report.kinds import kind_name

MAX_TEXT = 60_000
"""Characters of one output's text that go into the report."""
MAX_MEDIA = 2_000_000
"""Characters of one sound or film that go into the report."""
_SCRIPTS, _SHORT_SCRIPT = ("application/javascript", "text/javascript"), 2000
_MAX_WIDTH = 4000
_BINARY = ("audio/", "video/", "application/pdf", "application/octet-stream", "application/zip")
_ON_SCREEN = ("stream/stdout", "stream/stderr", "text/plain", "error")
"""Types that are read as a terminal shows them: a progress bar by its end."""
_MAX_SCREEN = 5_000_000
_UNDRAWN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_SEEN = re.compile(r"<(img|svg|table|audio|video|input|canvas|progress|hr|meter)\b|data:image", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_SIDES = ("reference", "candidate")
_NONE = Unit(-1, "display", {})


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a pair, or its whole where a kind shows both at once."""

    uri: str | None = None
    srcdoc: str | None = None
    note: str | None = None
    """Why nothing is shown, or what is."""
    width: int | None = None
    """Pixels across at which a picture is shown; its own width where that is not known."""


@dataclass(frozen=True, kw_only=True)
class Pane:
    """One pair of outputs, ready for the template."""

    kind: str
    """``text``, ``picture``, ``frame``, ``audio``, ``video``, ``bytes`` or ``none``."""
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
    missing: str | None = None
    """The side that has no such output: ``reference`` or ``candidate``."""
    enlarged: int = 1
    """How many times as large a picture is shown."""
    on_paper: bool = False
    """Whether HTML brings colours that were chosen for a white page."""

    @property
    def told(self) -> str:
        """How much of two pictures differs, where no difference that is listed says so."""
        listed = self.result.differences if self.result else ()
        said = any("% of pixels" in difference.where for difference in listed)
        said = said or "of the pixels differ" in str(self.result and self.result.reason)
        return self.third.words if self.third and not said else ""

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
        return _picture(mime, (before, after), (_width(left, mime), _width(right, mime)), result)
    if mime == "text/html" and not all(_undrawn(value) for value in (before, after) if value is not None):
        return _frame(mime, before, after, result)
    if mime == "application/pdf" and (pages := documents.pages_of(before, after)):
        return _page(mime, pages, (before, after), result)
    if mime.startswith(_BINARY):
        return _media(mime, before, after, result)
    if _needs_script(mime, before, after):
        said = "A script draws this output, and a report runs none."
        return Pane(kind="none", mime=mime, result=result, notes=(f"{said} What changed in its data is listed.",))
    return _texts(mime, (before, after), result, notes, _traceback(right) if mime == "error" else "")


def _texts(mime: str, values: tuple[Any, Any], result: OutputResult | None, notes: list[str], traceback: str) -> Pane:
    texts = []
    for side, value in zip(_SIDES, values, strict=True):
        text = _own_ids(_readable_text(mime, value), result if side == "candidate" else None)
        if len(text) > MAX_TEXT:
            notes.append(f"Of the {side}, the first {MAX_TEXT:,} of {len(text):,} characters are shown.")
        texts.append(text[:MAX_TEXT].removesuffix("\n"))
    missing = next((side for side, value in zip(_SIDES, values, strict=True) if value is None), None)
    if missing:
        diff = textdiff.alone("".join(texts), is_reference=missing == "candidate")
    else:
        diff = textdiff.compare(texts[0], texts[1], _aside(result))
    return Pane(
        kind="text", mime=mime, result=result, diff=diff, notes=tuple(notes), traceback=traceback, missing=missing
    )


def _aside(result: OutputResult | None) -> list[tuple[str, str]]:
    """Return what was set aside of two texts, as it stood in either."""
    found = (mask.text.partition(" → ") for mask in (result.masked if result is not None else ()))
    return [(plain_text(before), plain_text(after)) for before, arrow, after in found if arrow]


def _undrawn(value: Any) -> bool:
    """Whether HTML shows nothing where no script runs."""
    text = _text(value)
    if len(text) > frames.MAX_FRAME:
        return False
    seen = _UNDRAWN.sub("", text)
    return not _SEEN.search(seen) and not _TAG.sub("", seen).strip()


def _needs_script(mime: str, before: Any, after: Any) -> bool:
    long = max(len(_text(value)) for value in (before, after, ""))
    return mime == "text/html" or (mime in _SCRIPTS and long > _SHORT_SCRIPT)


def _media(mime: str, before: Any, after: Any, result: OutputResult | None) -> Pane:
    """Return a pane of what is told by its size, and can be played where it is a sound or a film."""
    kind = mime.partition("/")[0] if mime.startswith(("audio/", "video/")) else "bytes"
    sides = [_described(mime, value, is_played=kind != "bytes") for value in (before, after)]
    notes = (documents.UNDRAWN,) if mime == "application/pdf" else ()
    return Pane(kind=kind, mime=mime, result=result, left=sides[0], right=sides[1], notes=notes)


def _page(mime: str, pages: documents.Pages, values: tuple[Any, Any], result: OutputResult | None) -> Pane:
    shown = _picture("image/png", pages.pictures, pages.widths, result)
    left, right = (
        Side(note="no such page") if picture is None and value is not None else side
        for side, picture, value in zip((shown.left, shown.right), pages.pictures, values, strict=True)
    )
    return replace(shown, mime=mime, left=left, right=right, notes=pages.notes)


def _described(mime: str, value: Any, *, is_played: bool) -> Side:
    if value is None:
        return Side(note="no such output")
    raw = value_bytes(value)
    parts = [f"{len(raw):,} bytes, sha256 {short(digest_bytes(raw))}"]
    if mime in ("audio/wav", "audio/x-wav", "audio/wave"):
        parts = [*_sound(raw), *parts]
    encoded = base64.b64encode(raw).decode("ascii")
    is_shown = is_played and len(encoded) <= MAX_MEDIA and re.fullmatch(r"(audio|video)/[\w.+-]+", mime)
    return Side(note=", ".join(parts), uri=f"data:{mime};base64,{encoded}" if is_shown else None)


def _sound(raw: bytes) -> list[str]:
    """Return how long a sound is, and how it was sampled."""
    try:
        with wave.open(io.BytesIO(raw)) as sound:
            rate, channels = sound.getframerate(), sound.getnchannels()
            return [
                f"{sound.getnframes() / rate:.3g} s at {rate:,} Hz",
                "mono" if channels == 1 else f"{channels} channels",
            ]
    except (wave.Error, EOFError, ZeroDivisionError):
        return []


def _readable_text(mime: str, value: Any) -> str:
    if value is None:
        return ""
    if mime.endswith("json"):
        return plain_text(trees.lines(mime, value))
    text = _text(value)
    return plain_text(render(text) if mime in _ON_SCREEN and len(text) <= _MAX_SCREEN else text)


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


def _width(unit: Unit | None, mime: str) -> float | None:
    """Return the width at which the notebook shows a picture, where it says so."""
    told = unit.metadata.get(mime) if unit is not None and isinstance(unit.metadata, Mapping) else None
    width = told.get("width") if isinstance(told, Mapping) else None
    return float(width) if isinstance(width, (int, float)) and 0 < width <= _MAX_WIDTH else None


def _picture(
    mime: str, values: tuple[Any, Any], told: tuple[float | None, float | None], result: OutputResult | None
) -> Pane:
    before, after = values
    differs = before != after and mime in (*images.RASTER, "image/svg+xml") and before is not None and after is not None
    third = images.difference(before, after) if differs else None
    widths = [own or images.natural_width(mime, value) for own, value in zip(told, values, strict=True)]
    times = images.enlargement(widths)
    shown = [round(width * times) if width else None for width in widths]
    return Pane(
        kind="picture",
        mime=mime,
        result=result,
        left=_shown_picture(mime, before, shown[0]),
        right=_shown_picture(mime, after, shown[1]),
        third=replace(third, width=max(filter(None, shown), default=third.width)) if third else None,
        enlarged=times,
    )


def _shown_picture(mime: str, value: Any, width: int | None) -> Side:
    if value is None:
        return Side(note="no such output")
    uri = images.data_uri(mime, value)
    return Side(uri=uri, width=width) if uri else Side(note=f"not shown: {len(_text(value)):,} characters of {mime}")


def _frame(mime: str, before: Any, after: Any, result: OutputResult | None) -> Pane:
    texts = [None if value is None else _text(value) for value in (before, after)]
    framed = frames.frame(texts[0], texts[1], result)
    sides = [
        Side(note="no such output")
        if text is None
        else Side(srcdoc=document)
        if document is not None
        else Side(note=f"not shown: {len(text):,} characters of HTML")
        for text, document in zip(texts, (framed.before, framed.after), strict=True)
    ]
    return Pane(
        kind="frame",
        mime=mime,
        result=result,
        left=sides[0],
        right=sides[1],
        height=framed.height,
        on_paper=framed.on_paper,
    )
