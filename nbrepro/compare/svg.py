"""SVG: compared by its tree, without generated ids, dates and metadata; trees that differ are drawn, if resvg is there.

Two trees of other elements or attributes that draw the same pixels are equivalent; in trees of one form, a value that
changed is a difference even where it is too small to be seen. What a picture cannot
show (a title that is read out, a link) is left to the tree, so a drawing that holds such is judged by its tree alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from lxml import etree

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.drawing import changed_pixels, draw
from nbrepro.compare.markup import Node, compare_nodes, pair_ids, readable
from nbrepro.compare.payload import as_text
from nbrepro.compare.text import compare_text
from nbrepro.records import Verdict

_SVG = "{http://www.w3.org/2000/svg}"
_UNSEEN = frozenset({"id", "class", "version", "baseProfile", "{http://www.w3.org/XML/1998/namespace}space"})


class SvgComparator:
    """``image/svg+xml``."""

    name: ClassVar[str] = "svg"
    mimes: ClassVar[tuple[str, ...]] = ("image/svg+xml",)
    priority: ClassVar[int] = 1
    richness: ClassVar[int] = 80

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two drawings."""
        return compare_svg(as_text(reference), as_text(candidate), rules)


def compare_svg(reference: str, candidate: str, rules: Rules) -> Comparison:
    """Compare two drawings; one that is no XML is compared as text."""
    if reference == candidate:
        return Comparison.identical()
    ledger = Ledger()
    if rules.sets_aside("generated-id"):
        renamed = pair_ids(reference, candidate, bool).apply(candidate)
        if renamed != candidate:
            ledger.ignore("generated-id")
            candidate = renamed
    if reference != candidate:
        drawings = _parse(reference), _parse(candidate)
        if drawings[0] is None or drawings[1] is None:
            ledger.absorb(compare_text(reference, candidate, rules))
        else:
            compare_nodes(ledger, drawings[0], drawings[1], rules, {})
            if not (ledger.count or ledger.close or ledger.noise):
                ledger.ignore("metadata")
    comparison = ledger.conclude(rules)
    return comparison if comparison.passes else _drawn(reference, candidate, comparison, rules)


_SAME = "the drawings are written differently and draw the same pixels"
_UNDRAWN = frozenset({"title", "desc", "a", "text", "script", "animate", "animateTransform", "set", "foreignObject"})
"""Elements of which something is not in the pixels: links, what is read out, letters that look alike, movement."""


def _drawn(reference: str, candidate: str, comparison: Comparison, rules: Rules) -> Comparison:
    """Return the verdict on two trees that differ by what they draw; unchanged where they cannot be drawn."""
    pixels = draw(reference), draw(candidate)
    if pixels[0] is None or pixels[1] is None:
        return comparison
    share, similarity = changed_pixels(pixels[0], pixels[1], 0)
    written_otherwise = _form(reference) != _form(candidate)
    if share == 0 and written_otherwise and rules.sets_aside("svg-markup") and not _holds_more(reference, candidate):
        return Comparison(
            verdict=Verdict.EQUIVALENT, reason=_SAME, noise=("svg-markup",), remarks=(_SAME,), masked=comparison.masked
        )
    if pixels[0].shape != pixels[1].shape:
        said = "the drawings have not the same proportions"
    else:
        said = "drawn, every pixel is the same" if share == 0 else f"drawn, {share:.2%} of the pixels differ"
    return replace(
        comparison,
        reason="; ".join(filter(None, (said, comparison.reason))),
        remarks=(said, *comparison.remarks),
        similarity=min(similarity, 1 - 1e-9),
    )


def _form(drawing: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the elements and the names of their attributes: where these agree, only values differ, and count."""
    return [(node.kind, tuple(sorted(node.attributes))) for node in _parse(drawing) or ()]


def _holds_more(*drawings: str) -> bool:
    return any(
        node.kind in _UNDRAWN
        or any("href" in name and not value.startswith("#") for name, value in node.attributes.items())
        for drawing in drawings
        for node in _parse(drawing) or ()
    )


def _parse(text: str) -> list[Node] | None:
    if "<!ENTITY" in text:  # entities may unfold without end; no plotting library writes any
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "backslashreplace"), parser)
        return list(_flatten(root, root.tag if isinstance(root.tag, str) else "svg"))
    except (etree.LxmlError, ValueError, RecursionError):
        return None


def _flatten(root: Any, name: str) -> Iterator[Node]:
    del name
    for element in root.iter():
        if not isinstance(element.tag, str) or any(a.tag == f"{_SVG}metadata" for a in element.iterancestors()):
            continue
        tag = element.tag.rpartition("}")[2]
        if tag == "metadata":
            continue
        where = _where(element, tag)
        yield Node(
            tag, where, {str(k): str(v) for k, v in element.attrib.items() if k not in _UNSEEN}, readable(element.text)
        )
        if readable(element.tail):
            yield Node("#text", where, {}, readable(element.tail))


def _where(element: Any, tag: str) -> str:
    named = element.get("id") or next((a.get("id") for a in element.iterancestors() if a.get("id")), None)
    return f"<{tag}> in {named}" if named else f"<{tag}>"
