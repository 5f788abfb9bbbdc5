"""Sets that a notebook only shows, counts or looks things up in: they are compared as sets, whatever their order."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nbrepro.explain.sources import parse
from nbrepro.sources.signs import ORDER_FREE


def only_shown(sources: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield the place of the cell, the line and the column, from 1, of each such set."""
    trees = [parse(source) or ast.Module(body=[], type_ignores=[]) for source in sources]
    harmless = {id(node) for tree in trees for node in _harmless(tree)}
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)]
    used = {node.id for node in nodes if isinstance(node.ctx, ast.Load) and id(node) not in harmless}
    for place, tree in enumerate(trees):
        for node in ast.walk(tree):
            value = node.value if isinstance(node, ast.Assign) else node if id(node) in harmless else None
            if not _is_set(value):
                continue
            names = node.targets if isinstance(node, ast.Assign) else []
            if all(isinstance(name, ast.Name) and name.id not in used for name in names):
                yield place, value.lineno, value.col_offset + 1  # type: ignore[union-attr]  # it is a set


def _is_set(node: ast.AST | None) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in {"set", "frozenset"}
    return isinstance(node, ast.Set | ast.SetComp)


def _harmless(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions whose order nobody sees: a cell's last one, what is counted or sorted, what is searched in."""
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        yield tree.body[-1].value
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ORDER_FREE:
            yield from node.args
        elif isinstance(node, ast.Compare):
            yield from node.comparators
