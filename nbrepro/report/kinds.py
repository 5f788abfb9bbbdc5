"""Names of kinds of outputs for people, and distances in words."""

from __future__ import annotations

import re

from nbrepro.records import CellResult, Difference

NAMES = {
    "stream/stdout": "printed text",
    "stream/stderr": "standard error",
    "error": "exception",
    "text/plain": "text",
    "text/html": "HTML",
    "text/markdown": "Markdown",
    "text/latex": "LaTeX",
    "image/png": "PNG picture",
    "image/jpeg": "JPEG picture",
    "image/gif": "GIF picture",
    "image/webp": "WebP picture",
    "image/svg+xml": "SVG drawing",
    "application/pdf": "PDF",
    "application/javascript": "JavaScript",
    "application/json": "JSON",
    "application/geo+json": "GeoJSON",
    "application/vnd.jupyter.widget-view+json": "widget",
    "application/vnd.nbrepro.metric+json": "metric",
}
_BEGINNINGS = {
    "application/vnd.plotly": "plotly figure",
    "application/vnd.vega": "Vega chart",
    "application/vnd.bokeh": "Bokeh plot",
    "audio/": "sound",
    "video/": "film",
    "image/": "picture",
}


def kind_name(mime: str | None) -> str:
    """Return what an output is, in words; a type without a name is its own.

    >>> kind_name("application/vnd.vegalite.v5+json")
    'Vega chart'
    """
    mime = mime or "cell"
    return NAMES.get(mime) or next((name for start, name in _BEGINNINGS.items() if mime.startswith(start)), mime)


_OF_A_TABLE = ("row ", "rows", "column ", "columns", "header ", "style of row", "caption")
_LINES = ("text/plain", "text/markdown", "text/latex", "stream/stdout", "stream/stderr", "error")
"""Types in which the number of a line leads somewhere."""
_LONG_ID = re.compile(r"\b([0-9a-f]{6})[0-9a-f-]{18,}\b")
WHOLE = "the whole output"


def place_name(difference: Difference) -> str:
    """Return where a difference is, in words: the kind of output, and the place in it."""
    name, where = kind_name(difference.mime), shortened(difference.where)
    if difference.mime not in _LINES:
        where = re.sub(r"(^|, )line 1, (word|number) 1$", "", where).replace(", line 1, ", ", ")
    where = re.sub(r"^shown at image/[\w.+-]+?\.(width|height)$", r"the \1 at which it is shown", where)
    if difference.mime in ("text/html", "text/markdown") and where.startswith(_OF_A_TABLE):
        name = "table"
    if ".roots[" in where:
        name, where = "Bokeh plot", where.partition(".roots")[2].replace(".attributes", "").partition("].")[2] or where
    return f"{name}, {where}" if where and where != name else name


def shortened(text: str) -> str:
    """Return a text whose long generated ids are cut.

    >>> shortened("datasets.data-4b6c08663b001a11a5095a8219450445[1].y")
    'datasets.data-4b6c08…[1].y'
    """
    return _LONG_ID.sub(r"\1…", text)


def told_first(cell: CellResult) -> tuple[Difference, ...]:
    """Return the differences of a cell as they are listed: exceptions lead, and of drawings what is farthest apart."""
    found = tuple(sorted(cell.differences, key=lambda difference: difference.mime != "error"))
    if {difference.mime for difference in found} <= _DRAWN:
        return tuple(
            sorted(found, key=lambda difference: -(1.0 if difference.distance is None else difference.distance))
        )
    return found


_DRAWN = {"image/svg+xml", "application/pdf"}


def shown_at_once(cell: CellResult, most: int) -> int:
    """Return how many differences of a cell are listed: few where the outputs themselves tell it better."""
    if any("in another order" in (output.reason or "") for output in cell.outputs):
        return 0
    if all(difference.where == WHOLE for difference in cell.differences):
        return 0
    return min(most, 5) if {difference.mime for difference in cell.differences} <= _DRAWN else most


def percent(distance: float) -> str:
    """Return a relative distance in words, with two digits.

    >>> percent(0.00109)
    '0.11 %'
    """
    share = 100 * distance
    return "under 0.0001 %" if 0 < share < 0.0001 else f"{share:.2g} %" if share < 99.5 else f"{share:.0f} %"  # noqa: PLR2004
