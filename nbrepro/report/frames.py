"""HTML outputs in a report: each side in a sandboxed frame of a fitting height, what differs marked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml import html as parser

from nbrepro.records import OutputResult
from nbrepro.report import markedhtml

MAX_FRAME = 400_000
"""Characters of one HTML output that go into the report."""
_ROW, _LINE, _MARGIN, _LEAST, _MOST = 26, 20, 30, 64, 460
_COLUMNS = 62
"""Characters of a line of text in a frame, roughly."""
_BLOCKS = frozenset(
    {"p", "li", "div", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt", "dd", "blockquote", "figcaption"}
)
_POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; font-src data:"
_STYLE = (
    ":root{color-scheme:light dark}body{font:13px/1.4 system-ui,sans-serif;margin:8px}"
    "table{border-collapse:collapse}td,th{padding:3px 9px;text-align:right;border-bottom:1px solid #8884}"
    "table[border],table[border] :is(td,th){border:0}table[border] :is(td,th){border-bottom:1px solid #8884}"
    "table[border] thead th{border-bottom:1px solid #888}img,svg{max-width:100%}"
    "table.dataframe :is(td,th){white-space:nowrap}"
) + markedhtml.STYLE
_COLOURED = re.compile(
    r"""(?<![\w-])(?:color|background|background-color|fill|stroke)\s*:|\b(?:bgcolor|color|fill|stroke)\s*=\s*["']""",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<script\b.*?</script\s*>", re.DOTALL | re.IGNORECASE)
_SCHEMES = re.compile(r"prefers-color-scheme|light-dark\(", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Framed:
    """Two documents for the insides of two frames; ``None`` where there is none, or one too long."""

    before: str | None
    after: str | None
    height: int
    on_paper: bool
    """Whether the outputs bring colours of their own, which were chosen for a white page."""


def frame(before: str | None, after: str | None, result: OutputResult | None) -> Framed:
    """Return the documents of both sides, what differs between them marked."""
    texts = [text if text is not None and len(text) <= MAX_FRAME else None for text in (before, after)]
    on_paper = any(text and _is_coloured(_SCRIPT.sub("", text)) for text in texts)
    if texts[0] is not None and texts[1] is not None and texts[0] != texts[1]:
        texts = list(markedhtml.mark(texts[0], texts[1], result.differences if result else ()) or texts)
    height = max((_height(text) for text in texts if text is not None), default=_LEAST)
    documents = [None if text is None else _document(text, on_paper=on_paper) for text in texts]
    return Framed(before=documents[0], after=documents[1], height=height, on_paper=on_paper)


def _is_coloured(text: str) -> bool:
    return bool(_COLOURED.search(text)) and not _SCHEMES.search(text)


def _document(text: str, *, on_paper: bool) -> str:
    """Return HTML for the inside of a frame, with a policy of its own that forbids all but styles."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    style = _STYLE.replace("light dark", "only light") if on_paper else _STYLE
    return f"<!doctype html><html><head>{policy}<style>{style}</style></head><body>{text}"


def _height(text: str) -> int:
    """Return how high a document will be, roughly: a frame in which nothing runs cannot tell."""
    try:
        tree = parser.fragment_fromstring(text, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return _MOST
    return max(_LEAST, min(_MOST, _MARGIN + sum(_heights(tree))))


def _heights(element: Any) -> Iterator[int]:
    for child in element:
        if not isinstance(child.tag, str) or child.tag in ("style", "script", "head") or _is_hidden(child):
            continue
        if child.tag == "tr":
            yield max([_ROW, *(min(3, _lines(_said(cell), 40)) * _LINE for cell in child)])
            continue
        if child.tag == "pre":
            yield (_said(child).count("\n") + 1) * _LINE
        elif child.tag in ("img", "svg", "video", "canvas", "iframe"):
            yield _told_height(child)
        elif child.tag == "audio":
            yield 60
        elif child.tag == "br":
            yield _LINE
        elif child.tag in _BLOCKS and (own := " ".join([child.text or "", *(c.tail or "" for c in child)])).strip():
            yield _lines(own, _COLUMNS) * _LINE + (14 if child.tag == "p" else 0)
        if child.tag not in ("pre", "svg"):
            yield from _heights(child)


def _is_hidden(element: Any) -> bool:
    above, kind = element.getparent(), element.get("class", "")
    if "sk-container" in kind:  # scikit-learn's diagram, which its own styles show
        return False
    is_folded = above.tag == "details" and above.get("open") is None and element.tag != "summary"
    is_closed = "sk-toggleable__content" in kind and not above.xpath("./input[@checked]")
    is_unseen = element.get("hidden") is not None or "display:none" in element.get("style", "").replace(" ", "")
    return is_folded or is_closed or is_unseen or "sk-text-repr-fallback" in kind


def _said(element: Any) -> str:
    return "".join(element.itertext())


def _lines(text: str, columns: int) -> int:
    return max(1, math.ceil(len(" ".join(text.split())) / columns))


def _told_height(element: Any) -> int:
    found = re.match(r"\s*(\d+)", element.get("height", ""))
    return min(int(found[1]) if found else 60, _MOST)
