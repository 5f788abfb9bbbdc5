"""Markdown and LaTeX: their tables as tables, the rest as text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

from nbrepro.compare.base import Comparison, Ledger, Rules
from nbrepro.compare.markup import Node, compare_nodes
from nbrepro.compare.payload import as_text
from nbrepro.compare.tables import Table, compare_tables
from nbrepro.compare.text import compare_text

_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")


class MarkdownComparator:
    """``text/markdown``."""

    name: ClassVar[str] = "markdown"
    mimes: ClassVar[tuple[str, ...]] = ("text/markdown",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 55

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two pieces of Markdown."""
        one, other, rules = as_text(reference), as_text(candidate), _without_sets(rules)
        if one == other:
            return Comparison.identical()
        parts = _parts(one), _parts(other)
        if not any(node.kind == "table" for node in (*parts[0], *parts[1])):
            return compare_text(one, other, rules)
        ledger = Ledger()
        compare_nodes(ledger, *parts, rules, {"table": compare_tables})
        if not (ledger.count or ledger.close or ledger.noise):
            ledger.ignore("layout")
        return ledger.conclude(rules)


class LatexComparator:
    """``text/latex``."""

    name: ClassVar[str] = "latex"
    mimes: ClassVar[tuple[str, ...]] = ("text/latex",)
    priority: ClassVar[int] = 0
    richness: ClassVar[int] = 60

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two formulas."""
        return compare_text(as_text(reference), as_text(candidate), _without_sets(rules))


def _without_sets(rules: Rules) -> Rules:
    """Return the rules for formulas, where braces group and the order in them counts: ``a_{i,j}``."""
    return replace(rules, keep_masks=rules.keep_masks | {"set-order"})


def _parts(text: str) -> list[Node]:
    lines = text.splitlines()
    parts: list[Node] = []
    prose: list[str] = []
    position = 0
    while position < len(lines):
        if position + 1 < len(lines) and "|" in lines[position] and _RULE.fullmatch(lines[position + 1]):
            end = position + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            parts += _text_node(prose)
            prose = []
            parts.append(Node("table", "table", {}, _table(lines[position], lines[position + 2 : end])))
            position = end
        else:
            prose.append(lines[position])
            position += 1
    return parts + _text_node(prose)


def _text_node(prose: list[str]) -> list[Node]:
    return [Node("#text", "text", {}, "\n".join(prose))] if any(line.strip() for line in prose) else []


def _table(header: str, rows: list[str]) -> Table:
    return Table([_cells(header)], [_cells(row) for row in rows], [str(i + 1) for i in range(len(rows))])


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
