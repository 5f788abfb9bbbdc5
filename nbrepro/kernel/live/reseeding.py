"""Which global generators a cell seeds before anything else, so that it does not depend on how they stood."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from nbrepro.kernel.live import commands
from nbrepro.kernel.looking import is_a, module_name

_SEEDING = {"random.seed": "random", "numpy.random.seed": "numpy", "torch.manual_seed": "torch"}
_WORDS = ("seed(",)


def seeded_first(source: str, objects: Mapping[str, Any]) -> frozenset[str]:
    """Return the libraries whose generators a cell seeds with a given number, with only imports and numbers above.

    Parameters
    ----------
    source:
        The cell's.
    objects:
        What the notebook's names hold.
    """
    if not any(word in source for word in _WORDS):
        return frozenset()
    try:
        body = commands.body_of(source)
        tree = ast.parse(body.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(_seeded(tree, objects)) if not body.partial else frozenset()


def _seeded(tree: ast.Module, objects: Mapping[str, Any]) -> Iterator[str]:
    for statement in tree.body:
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.Import | ast.ImportFrom) or isinstance(value, ast.Constant):
            continue
        library = _library(value, objects) if isinstance(statement, ast.Expr) else None
        if library is None:
            return
        yield library


def _library(call: Any, objects: Mapping[str, Any]) -> str | None:
    if not isinstance(call, ast.Call) or call.keywords or len(call.args) != 1:
        return None
    given = call.args[0]
    if not (isinstance(given, ast.Name) or (isinstance(given, ast.Constant) and type(given.value) is int)):
        return None
    parts: list[str] = []
    node = call.func
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    base: Any = objects.get(node.id) if isinstance(node, ast.Name) else None
    return _SEEDING.get(".".join([module_name(base), *parts])) if is_a(base, ModuleType) else None
