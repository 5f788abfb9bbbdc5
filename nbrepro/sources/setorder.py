"""Where the order of a set reaches the outside: iterated over, listed, printed, taken one from.

IPython shows a set sorted, so one that a cell ends with is no such place.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator

_EXPOSING = frozenset({
    "array", "asarray", "chain", "cycle", "deque", "display", "dumps", "enumerate", "fromkeys", "fsum", "fromiter",
    "iter", "join", "list", "map", "next", "print", "product", "reduce", "repr", "Series", "DataFrame", "Index", "str",
    "tensor", "tuple", "zip", "filter", "islice", "permutations", "combinations", "pprint", "format", "choice",
    "sample",
})  # fmt: skip
_COMBINING = frozenset({"copy", "difference", "intersection", "symmetric_difference", "union"})
_ORDER_FREE = frozenset({"all", "any", "frozenset", "len", "max", "min", "set", "sorted", "Counter"})


def exposures(tree: ast.Module, sets: Container[str]) -> Iterator[tuple[ast.expr, int]]:
    """Yield expressions that are sets and whose order shows, each with the line where it does.

    Parameters
    ----------
    sets:
        Names whose values are sets.
    """
    calm = _consumed_without_order(tree)
    for node in ast.walk(tree):
        for candidate in _exposed(node, calm):
            if _is_set(candidate, sets):
                yield candidate, getattr(node, "lineno", candidate.lineno)


def _exposed(node: ast.AST, calm: set[int]) -> Iterator[ast.expr]:
    """Yield the expressions whose order a node hands on."""
    if isinstance(node, ast.For | ast.AsyncFor):
        yield node.iter
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
        if id(node) not in calm:
            yield from (generator.iter for generator in node.generators)
    elif isinstance(node, ast.Call):
        yield from _handed_on(node, calm)
    elif isinstance(node, ast.FormattedValue | ast.Starred) or (
        isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List)
    ):
        yield node.value


def _handed_on(call: ast.Call, calm: set[int]) -> Iterator[ast.expr]:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if isinstance(function, ast.Attribute) and name == "pop" and not call.args:
        yield function.value
    if name in _EXPOSING and id(call) not in calm:
        yield from call.args


def _consumed_without_order(tree: ast.Module) -> set[int]:
    """The ids of what is only sorted, counted or made a set of."""
    return {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ORDER_FREE
        for argument in node.args
    }


def _is_set(node: ast.expr, sets: Container[str]) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Name):
        return node.id in sets
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor) and (
            _is_set(node.left, sets) or _is_set(node.right, sets)
        )
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            return node.func.id in {"set", "frozenset"} and bool(node.args)
        return isinstance(node.func, ast.Attribute) and node.func.attr in _COMBINING and _is_set(node.func.value, sets)
    return False
