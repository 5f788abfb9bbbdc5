"""Hashes and orders of sets in a cell, held against what the values in the namespace are made of."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import islice
from typing import Any

from nbrepro.kernel.looking import is_a
from nbrepro.sources.setorder import exposures

_LOOKED_AT = 64
_DEPTH = 3
_STEADY = (int, float, complex, bool)
_PASSES_ON = frozenset({"set", "frozenset", "list", "tuple", "sorted"})
_GIVES_NUMBERS = frozenset({"range", "len", "int", "float", "ord", "id", "round"})
_GIVES_TEXT = frozenset({"lower", "split", "splitlines", "strip", "upper"})


class Hash(Enum):
    """What decides the hash of a value."""

    VALUE = 0
    """The value alone, in every process."""
    SEED = 1
    """``PYTHONHASHSEED``."""
    ADDRESS = 2
    """Where the object lies in memory."""


def hash_orders(tree: ast.Module, namespace: Mapping[str, Any], *, pinned: bool) -> Iterator[tuple[str, int, Hash]]:
    """Yield code whose result hangs on hashes that another process does not repeat, its line, and on what.

    Parameters
    ----------
    pinned:
        Whether the hash seed is: then addresses alone vary.
    """
    sets = {name for name in _names(tree) if type(namespace.get(name)) in (set, frozenset)}
    for node, line in exposures(tree, sets):
        made_of = _of_expression(node, namespace)
        if _varies(made_of, pinned=pinned):
            yield _shown(node), line, made_of or Hash.SEED
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "hash" and call.args:
            made_of = _of_expression(call.args[0], namespace)
            if _varies(made_of, pinned=pinned) and "hash" not in namespace:
                yield _shown(call), call.lineno, made_of or Hash.SEED


def _varies(made_of: Hash | None, *, pinned: bool) -> bool:
    """Whether the hash is another one in another process; what is not known may be made of strings."""
    return made_of is Hash.ADDRESS or (made_of is not Hash.VALUE and not pinned)


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _of_expression(node: ast.expr, namespace: Mapping[str, Any]) -> Hash | None:
    """Return what decides the hashes in the value of an expression, or ``None`` where that cannot be told."""
    if isinstance(node, ast.Constant):
        return hash_of(node.value)
    if isinstance(node, ast.Name):
        return hash_of(namespace[node.id]) if node.id in namespace else None
    if isinstance(node, ast.Set | ast.Tuple | ast.List):
        return _worst([_of_expression(element, namespace) for element in node.elts])
    if isinstance(node, ast.BinOp):
        return _worst([_of_expression(side, namespace) for side in (node.left, node.right)])
    return _of_call(node, namespace) if isinstance(node, ast.Call) else None


def _of_call(call: ast.Call, namespace: Mapping[str, Any]) -> Hash | None:
    if isinstance(call.func, ast.Attribute):
        return Hash.SEED if call.func.attr in _GIVES_TEXT else None
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in _PASSES_ON and call.args:
        return _of_expression(call.args[0], namespace)
    made = namespace.get(name)
    if is_a(made, type) and _by_address(made):
        return Hash.ADDRESS
    return Hash.VALUE if name in _GIVES_NUMBERS else None


def _by_address(kind: Any) -> bool:
    """Whether the hash of such objects is their address."""
    return type.__getattribute__(kind, "__hash__") is object.__hash__


def _worst(hashes: list[Hash | None]) -> Hash | None:
    known = [made_of for made_of in hashes if made_of is not None]
    if len(known) < len(hashes) and Hash.ADDRESS not in known:
        return None
    return max(known, key=lambda made_of: made_of.value, default=Hash.VALUE)


def hash_of(value: Any, depth: int = _DEPTH) -> Hash:
    """Return what decides the hash of a value, or the hashes of what it holds; nothing of the user's is called."""
    kind = type(value)
    if kind in _STEADY:
        return Hash.VALUE
    if value is None:
        return Hash.VALUE if sys.version_info >= (3, 12) else Hash.ADDRESS
    if kind is str or kind is bytes:
        return Hash.SEED if value else Hash.VALUE
    if kind in (tuple, frozenset, set, list, dict) and depth:
        found = [hash_of(item, depth - 1) for item in islice(tuple(value), _LOOKED_AT)]
        return max(found, key=lambda made_of: made_of.value, default=Hash.VALUE)
    return Hash.ADDRESS if _by_address(kind) else Hash.SEED


def _shown(node: ast.expr, most: int = 60) -> str:
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= most else f"{text[: most - 1]}…"
