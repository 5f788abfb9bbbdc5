"""Which statements lead to what differs: a backward slice through the notebook, statement by statement.

Cells are too coarse where one reads the clock for a progress line and computes a result beside it. The slice errs on
the side of more: what cannot be told leads to everything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from nbrepro.explain.sources import Names, names_of, parse
from nbrepro.records import Difference

_PRINTERS = frozenset({"print", "display", "pprint"})
_SHOWERS = frozenset({"info", "show", "summary", "display"})
_WRITERS = re.compile(r"\b(?:open|write\w*|save\w*|dump\w*|to_\w+|execute\w*|exec|eval|globals|setattr)\b")
_LINE = re.compile(r"^line (\d+)\b")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a notebook's cell."""

    place: int
    """Position of its cell among the steps."""
    first: int
    last: int
    node: ast.stmt
    names: Names

    @property
    def is_open(self) -> bool:
        """Whether it may act on what no name stands for: files, databases, the namespace itself."""
        return bool(_WRITERS.search(ast.unparse(self.node)))


def statements_of(place: int, source: str) -> list[Statement] | None:
    """Return the statements of a cell; ``None`` where it is no plain Python."""
    tree = parse(source)
    if tree is None or any(line.lstrip().startswith(("%%", "!")) for line in source.split("\n")):
        return None
    return [
        Statement(
            place=place,
            first=min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]),
            last=node.end_lineno or node.lineno,
            node=node,
            # what follows keeps a call for its effect from being taken for the cell's result
            names=names_of(ast.unparse(node) + ("" if node is tree.body[-1] else "\npass")),
        )
        for node in tree.body
    ]


def leading(
    sources: Sequence[str], differences: Sequence[Difference], outputs: Sequence[NotebookNode]
) -> list[Statement] | None:
    """Return the statements that lead to differences in the last of these cells; ``None`` where that cannot be told.

    Parameters
    ----------
    sources:
        The cells up to the differing one.
    differences:
        Where its outputs differ.
    outputs:
        What it put out.
    """
    cells = [statements_of(place, source) for place, source in enumerate(sources)]
    if not cells or any(cell is None for cell in cells):
        return None
    flat = [statement for cell in cells for statement in cell or ()]
    target = [statement for statement in flat if statement.place == len(sources) - 1]
    shown = _shown(target, flat, differences, outputs)
    return None if shown is None else list(_slice(flat, shown))


def _slice(flat: Sequence[Statement], shown: Sequence[Statement]) -> Iterator[Statement]:
    modules = frozenset[str]().union(*(statement.names.modules for statement in flat))
    sinks = {id(statement) for statement in shown}
    wanted: set[str] = set()
    for statement in reversed(flat):
        changed = statement.names.changes(modules) & wanted
        touches_module = statement.names.mutates & modules and not statement.names.writes
        if id(statement) in sinks or changed or statement.is_open or touches_module:
            yield statement
        if id(statement) in sinks:
            wanted |= statement.names.reads
        elif changed:
            wanted = (wanted - statement.names.kills) | statement.names.reads


def _shown(
    target: Sequence[Statement],
    flat: Sequence[Statement],
    differences: Sequence[Difference],
    outputs: Sequence[NotebookNode],
) -> list[Statement] | None:
    """The statements of the differing cell that put out what differs."""
    if not target or not differences:
        return None
    found: list[Statement] = []
    for difference in differences:
        if difference.output is None or difference.output >= len(outputs) or difference.mime == "error":
            return None
        output = outputs[difference.output]
        if output.output_type == "execute_result":
            found.append(target[-1])
        elif output.output_type == "stream":
            alone = sum(other.output_type == "stream" for other in outputs) == 1
            found += _printing(target, flat, difference, lines=output.text.count("\n") if alone else None)
        else:
            return None
    return found or None


def _printing(
    target: Sequence[Statement], flat: Sequence[Statement], difference: Difference, *, lines: int | None
) -> Sequence[Statement]:
    """The statements that may have printed a line; the one that did, where each of them printed one line."""
    own = {s.node.name for s in flat if isinstance(s.node, ast.FunctionDef | ast.ClassDef)}
    printers = [statement for statement in target if _prints(statement.node, own)]
    if not any(_PRINTERS & _called(statement.node) for statement in printers):
        return target
    line = _LINE.match(difference.where)
    if line and len(printers) == lines and all(map(_prints_once, printers)) and int(line[1]) <= lines:
        return [printers[int(line[1]) - 1]]
    return printers


def _prints(node: ast.stmt, own: set[str]) -> bool:
    called = _called(node)
    return isinstance(node, ast.Expr) or bool(called & (_PRINTERS | _SHOWERS | own))


def _called(node: ast.AST) -> set[str]:
    calls = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return {
        function.attr if isinstance(function, ast.Attribute) else function.id
        for function in calls
        if isinstance(function, ast.Attribute | ast.Name)
    }


def _prints_once(statement: Statement) -> bool:
    """Whether a statement is a single call of `print`, without an end of its own."""
    call = statement.node.value if isinstance(statement.node, ast.Expr) else None
    function = call.func if isinstance(call, ast.Call) else None
    return isinstance(function, ast.Name) and function.id == "print" and not call.keywords  # type: ignore[union-attr]
