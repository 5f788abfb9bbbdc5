"""SVG: compared by its tree, without generated ids, dates and metadata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from lxml import etree

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.markup import Node, compare_nodes, pair_ids, readable
from nbrepro.compare.payload import as_text
from nbrepro.compare.text import compare_text

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
    return ledger.conclude(rules)


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
