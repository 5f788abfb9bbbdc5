"""Trees of elements, flattened: what HTML and SVG are compared by."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.binary import differ_in_bytes
from nbrepro.compare.ids import Renaming
from nbrepro.compare.images import compare_images
from nbrepro.compare.linediff import changes, overlap
from nbrepro.compare.payload import shorten
from nbrepro.compare.text import compare_text


class Node(NamedTuple):
    """One piece of a document: an element's start, a text, or what a format compares as a whole."""

    kind: str
    """The tag's name, ``#text``, or a name that ``parts`` of `compare_nodes` knows."""
    where: str
    attributes: Mapping[str, str]
    content: Any = ""

    @property
    def key(self) -> str:
        """What two pieces must share to be held against each other in documents of different length."""
        return f"{self.kind} {self.content}" if isinstance(self.content, str) else self.kind


PartComparator = Callable[[Any, Any, Rules], Comparison]

_ID = re.compile(r"""id(?<!\wid)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""")


def declared_ids(text: str) -> Iterator[str]:
    """Yield the values of the ``id`` attributes, in order."""
    for match in _ID.finditer(text):
        yield next(part for part in match.groups() if part is not None)


def pair_ids(reference: str, candidate: str, generated: Callable[[str], bool]) -> Renaming:
    """Pair the ids that two documents declare, in order, where both sides' look generated."""
    renaming = Renaming()
    for one, other in zip(declared_ids(reference), declared_ids(candidate), strict=False):
        if one != other and generated(one) and generated(other):
            renaming.pair(one, other)
    return renaming


def compare_nodes(
    ledger: Ledger, reference: list[Node], candidate: list[Node], rules: Rules, parts: Mapping[str, PartComparator]
) -> None:
    """Compare two flattened documents piece by piece."""
    kinds = [node.kind for node in reference], [node.kind for node in candidate]
    if kinds[0] == kinds[1]:
        for one, other in zip(reference, candidate, strict=True):
            _compare_pair(ledger, one, other, rules, parts)
        return
    keys = [node.key for node in reference], [node.key for node in candidate]
    ledger.weigh(overlap(*keys), max(len(reference), len(candidate), 1))
    for change in changes(*keys):
        gone, new = [reference[i] for i in change.reference], [candidate[j] for j in change.candidate]
        if [node.kind for node in gone] == [node.kind for node in new]:
            for one, other in zip(gone, new, strict=True):
                _compare_pair(ledger, one, other, rules, parts)
            continue
        for node in gone:
            ledger.differ(f"{node.where}, lost", _shown(node), None)
        for node in new:
            ledger.differ(f"{node.where}, new", None, _shown(node))
    if not ledger.count:
        ledger.differ("structure", f"{len(reference)} pieces", f"{len(candidate)} pieces")


def _shown(node: Node) -> str:
    if isinstance(node.content, str) and node.content:
        return node.content
    return f"<{node.kind}>"


def _compare_pair(ledger: Ledger, one: Node, other: Node, rules: Rules, parts: Mapping[str, PartComparator]) -> None:
    if one.kind in parts:
        ledger.absorb(parts[one.kind](one.content, other.content, rules), "", _weight(one))
    elif one.content != other.content:
        ledger.absorb(compare_text(one.content, other.content, rules), one.where)
    else:
        ledger.weigh(1, 1)
    if one.attributes != other.attributes:
        compare_attributes(ledger, one.where, one.attributes, other.attributes, rules)


def _weight(node: Node) -> float:
    return float(max(1, len(node.content))) if isinstance(node.content, (list, tuple)) else 1.0


def compare_attributes(
    ledger: Ledger, where: str, one: Mapping[str, str], other: Mapping[str, str], rules: Rules
) -> None:
    """Compare the attributes of two elements; an embedded image is compared as one."""
    for name in _ordered(one, other):
        a, b = one.get(name), other.get(name)
        if a == b:
            continue
        place = f"{name} of {where}"
        if a is None or b is None:
            ledger.differ(place, a, b)
            continue
        files = data_uri(a), data_uri(b)
        if files[0] is not None and files[1] is not None:
            ledger.absorb(_compare_files(files[0], files[1], _is_picture(a) or _is_picture(b), rules), place)
        else:
            comparison = compare_text(a, b, rules, layout=True)
            ledger.absorb(comparison, place)


def _is_picture(address: str) -> bool:
    return address.lstrip().startswith("data:image/")


def _compare_files(reference: bytes, candidate: bytes, are_pictures: bool, rules: Rules) -> Comparison:
    if are_pictures:
        return compare_images(reference, candidate, rules)
    ledger = Ledger()
    if reference == candidate:
        ledger.ignore("encoding")
    else:
        differ_in_bytes(ledger, reference, candidate)
    return ledger.conclude(rules)


def _ordered(one: Iterable[str], other: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*one, *other)))


_DATA_URI = re.compile(r"\s*data:(?P<mime>[\w.+/-]*)(?P<options>[^,]*),(?P<data>.*)", re.DOTALL)


def data_uri(value: str) -> bytes | None:
    """Return the bytes of a picture or a sound that is embedded in an address; ``None`` where none is."""
    if not value.lstrip().startswith("data:"):
        return None
    match = _DATA_URI.fullmatch(value)
    if match is None or not match["mime"].startswith(("image/", "audio/", "video/")):
        return None
    if "base64" not in match["options"]:
        return unquote_to_bytes(match["data"])
    try:
        return base64.b64decode(re.sub(r"\s+", "", match["data"]))
    except (binascii.Error, ValueError):
        return None


def readable(text: str | None) -> str:
    """Return a text with its white space as a browser shows it."""
    return " ".join((text or "").split())


def place(node: str, text: str) -> str:
    """Return the place of a piece, for people: its tag and the beginning of what it says."""
    return f"<{node}> “{shorten(text, 40)}”" if text else f"<{node}>"
