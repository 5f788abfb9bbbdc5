"""Names of kinds of outputs for people, and distances in words."""

from __future__ import annotations

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


def place_name(difference: Difference) -> str:
    """Return where a difference is, in words: the kind of output, and the place in it."""
    name = kind_name(difference.mime)
    if difference.mime in ("text/html", "text/markdown") and difference.where.startswith(_OF_A_TABLE):
        name = "table"
    return f"{name}, {difference.where}" if difference.where else name


def shown_at_once(cell: CellResult, most: int) -> int:
    """Return how many differences of a cell are listed: few where the outputs themselves tell it better."""
    if any("in another order" in (output.reason or "") for output in cell.outputs):
        return 0
    drawn = {difference.mime for difference in cell.differences} <= {"image/svg+xml", "application/pdf"}
    return min(most, 5) if drawn else most


def percent(distance: float) -> str:
    """Return a relative distance in words, with two digits.

    >>> percent(0.00109)
    '0.11 %'
    """
    share = 100 * distance
    return "under 0.0001 %" if 0 < share < 0.0001 else f"{share:.2g} %" if share < 99.5 else f"{share:.0f} %"  # noqa: PLR2004
