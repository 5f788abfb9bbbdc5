"""HTML: compared as a browser would show it; tables by cell, embedded images by pixels, data in scripts as data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, ClassVar

import numpy as np
from lxml import etree

from nbrepro.compare.aligned import Aligned, align
from nbrepro.compare.base import MAX_DIFFERENCES, Comparison, Ledger, Rules
from nbrepro.compare.htmltables import read_table
from nbrepro.compare.ids import looks_generated
from nbrepro.compare.markup import Node, PartComparator, compare_nodes, pair_ids, place, readable
from nbrepro.compare.matching import match_roughly
from nbrepro.compare.numbers import Judged
from nbrepro.compare.payload import as_text
from nbrepro.compare.scripts import compare_scripts
from nbrepro.compare.tables import compare_tables
from nbrepro.compare.text import compare_text

_UNSEEN = frozenset(
    {
        "class",
        "id",
        "for",
        "name",
        "border",
        "scope",
        "role",
        "tabindex",
        "type",
        "charset",
        "lang",
        "rel",
        "valign",
        "halign",
    }
)
"""Attributes that carry no result of their own; so do ``data-…`` and ``aria-…``."""
_PANDAS_STYLE = re.compile(r"\s*\.dataframe tbody tr th")
_INVISIBLE = frozenset({"html", "body", "head", "meta", "tbody", "thead"})


class HtmlComparator:
    """``text/html``."""

    name: ClassVar[str] = "html"
    mimes: ClassVar[tuple[str, ...]] = ("text/html",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 65

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two pieces of HTML."""
        return compare_html(as_text(reference), as_text(candidate), rules)


def compare_html(reference: str, candidate: str, rules: Rules) -> Comparison:
    """Compare two pieces of HTML, malformed ones as a browser would mend them."""
    if reference == candidate:
        return Comparison.identical()
    ledger = Ledger()
    if rules.sets_aside("generated-id"):
        renaming = pair_ids(reference, candidate, looks_generated)
        renamed = renaming.apply(candidate)
        if renamed != candidate:
            ledger.ignore("generated-id")
            candidate = renamed
    aligned = align(reference, candidate, rules)
    judged = _judged_roughly(reference, candidate, rules) if aligned is None else aligned.judged
    if judged is not None and judged.close.all():
        ledger.tolerate(float(judged.distance.max()), len(judged.close))
        ledger.weigh(1, 1)
    elif aligned is None or not _compare_beginnings(ledger, reference, candidate, aligned, rules):
        _compare_documents(ledger, reference, candidate, rules)
    return ledger.conclude(rules)


def _judged_roughly(reference: str, candidate: str, rules: Rules) -> Judged | None:
    """Return what becomes of the pieces that differ, without a look at what they are pieces of."""
    rough = match_roughly(_apart(reference), _apart(candidate), rules)
    return None if rough is None else rough.judged


def _compare_documents(ledger: Ledger, reference: str, candidate: str, rules: Rules) -> None:
    if reference == candidate:
        return
    documents = _parse(reference), _parse(candidate)
    if documents[0] is None or documents[1] is None:
        ledger.absorb(compare_text(reference, candidate, rules))
        return
    compare_nodes(ledger, documents[0], documents[1], rules, _PARTS)
    if not (ledger.count or ledger.close or ledger.noise):
        _note_markup(ledger, reference, candidate, rules)


def _compare_beginnings(ledger: Ledger, reference: str, candidate: str, aligned: Aligned, rules: Rules) -> bool:
    """Compare two documents that differ in very many numbers up to where enough of them are shown; count the rest.

    Returns
    -------
    :
        Whether that says all; ``False`` where only the whole documents do.
    """
    judged = aligned.judged
    if judged is None or not (reference.isascii() and candidate.isascii()):
        return False
    far = np.flatnonzero(judged.far)
    if len(far) <= 2 * MAX_DIFFERENCES or not aligned.stand_between(b">", b"<"):
        return False
    if aligned.may_be_sorted(rules):
        return False
    last = far[MAX_DIFFERENCES]
    cuts = [_end_of_row(text, int(ends[last])) for text, ends in zip((reference, candidate), aligned.ends, strict=True)]
    begun = Ledger()
    _compare_documents(begun, reference[: cuts[0]], candidate[: cuts[1]], rules)
    if begun.count < MAX_DIFFERENCES:
        return False
    shown = int(np.count_nonzero(aligned.starts[0][far] < cuts[0]))
    cells = _cells(reference), _cells(reference[: cuts[0]])
    ledger.absorb(begun.conclude(rules), weight=cells[1])
    ledger.count += len(far) - shown
    ledger.weigh(max(0, cells[0] - cells[1] - (len(far) - shown)), cells[0] - cells[1])
    return True


def _end_of_row(text: str, place: int) -> int:
    end = text.find("</tr>", place)
    return len(text) if end < 0 else end + len("</tr>")


def _cells(text: str) -> int:
    return text.count("<td") + text.count("<th") + 1


_HIDDEN = re.compile(r"<!--(?:(?!<!--).)*?-->|<style\b(?:(?!<style\b).)*?</style>|<[^<>]*>", re.DOTALL | re.IGNORECASE)


def _note_markup(ledger: Ledger, reference: str, candidate: str, rules: Rules) -> None:
    """Note a difference that the trees do not show: markup, unless the parser dropped a text (deep nesting)."""
    shown = [unescape(_HIDDEN.sub(" ", text)) for text in (reference, candidate)]
    if "".join(shown[0].split()) == "".join(shown[1].split()):
        ledger.ignore("markup")
    else:
        ledger.absorb(compare_text(shown[0], shown[1], rules))


def _apart(text: str) -> str:
    """Return the markup with white space round its tags."""
    return text.replace("<", " <").replace(">", "> ")


def _parse(text: str) -> list[Node] | None:
    data = text.replace("\x00", "\ufffd").encode("utf-8", "backslashreplace")
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(b"<div>" + data + b"</div>", parser)
        nodes = list(_flatten(root)) if root is not None else None
    except (etree.LxmlError, ValueError, RecursionError):
        return None
    return nodes and sorted(nodes, key=lambda node: node.kind == "style")  # what values look like is told behind them


_WHOLE = frozenset({"table", "script", "style", "pre"})


def _flatten(root: Any) -> Iterator[Node]:
    """Yield the pieces of a document; the texts of neighbouring inline elements stay apart."""
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        element, ended = waiting.pop()
        tag = element.tag
        if not ended:
            waiting.append((element, True))
            if isinstance(tag, str):
                yield from _start(element, tag)
                waiting += [] if tag in _WHOLE else [(child, False) for child in reversed(element)]
        elif text := readable(element.tail):
            yield Node("#text", place(str(element.getparent().tag), ""), {}, text)


def _start(element: Any, tag: str) -> Iterator[Node]:
    if tag == "table":
        yield Node("table", "table", {}, read_table(element))
    elif tag == "script":
        if element.get("src"):
            yield Node("#text", "<script src>", {}, element.get("src"))
        yield Node("script", "script", {}, element.text or "")
    elif tag == "style":
        if not _PANDAS_STYLE.match(element.text or ""):
            yield Node("style", "style", {}, element.text or "")
    elif tag == "pre":
        styles = [readable(inner.get("style")) for inner in element.iter() if inner.get("style")]
        yield Node("pre", "pre", {}, ("".join(element.itertext()), styles))
    else:
        text = readable(element.text)
        if tag not in _INVISIBLE:
            yield Node(tag, place(tag, text), _seen(element.attrib))
        if text:
            yield Node("#text", place(tag, ""), {}, text)


def _seen(attributes: Any) -> dict[str, str]:
    return {
        str(name): str(value)
        for name, value in attributes.items()
        if name not in _UNSEEN and not str(name).startswith(("data-", "aria-", "on"))
    }


_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def _compare_styles(reference: str, candidate: str, rules: Rules) -> Comparison:
    """Compare two style sheets; however many rules of theirs differ, that is one difference."""
    comparison = compare_text(reference, candidate, rules)
    ledger = Ledger()
    if comparison.passes:
        ledger.absorb(comparison, "style")
        return ledger.conclude(rules)
    sheets = _rules_of(reference), _rules_of(candidate)
    changed = [name for name in {**sheets[0], **sheets[1]} if sheets[0].get(name) != sheets[1].get(name)]
    ledger.weigh(comparison.similarity, 1)
    where = f"style of {len(changed)} rule{'s' if len(changed) > 1 else ''}" if changed else "style"
    shown = (
        [_shown_rule(sheet, changed[0]) for sheet in sheets] if changed else [readable(reference), readable(candidate)]
    )
    ledger.differ(where, shown[0], shown[1])
    return ledger.conclude(rules)


def _shown_rule(sheet: dict[str, str], selector: str) -> str | None:
    return f"{selector} {{ {sheet[selector]} }}" if selector in sheet else None


def _rules_of(sheet: str) -> dict[str, str]:
    """Return what a style sheet declares, by selector."""
    return {readable(name): readable(match[2]) for match in _RULE.finditer(sheet) for name in match[1].split(",")}


def _compare_preformatted(
    reference: tuple[str, list[str]], candidate: tuple[str, list[str]], rules: Rules
) -> Comparison:
    """Compare two texts as they stand, then their colours; how a progress bar is coloured is left out."""
    ledger = Ledger()
    ledger.absorb(compare_text(reference[0], candidate[0], rules))
    if not ledger.count and reference[1] != candidate[1] and not any(n.endswith("-progress") for n in ledger.noise):
        ledger.absorb(compare_text("\n".join(reference[1]), "\n".join(candidate[1]), rules), "style")
    return ledger.conclude(rules)


_PARTS: dict[str, PartComparator] = {
    "table": compare_tables,
    "script": compare_scripts,
    "style": _compare_styles,
    "pre": _compare_preformatted,
}
