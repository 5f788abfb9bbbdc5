"""Listings of folders in the order in which the file system gives them, where that order can matter.

``sorted(os.listdir(…))`` is no finding, nor is a listing that is only counted or turned into a set: the source
around the call tells.
"""

from __future__ import annotations

import ast
import sys
from types import FrameType
from typing import Any

from nbrepro.kernel import calls
from nbrepro.kernel.activity import Activity, RunningCell
from nbrepro.kernel.audit import Handler
from nbrepro.kernel.border import Border
from nbrepro.kernel.frames import CallerFinder
from nbrepro.records import CauseKind

_LISTING = frozenset({"listdir", "scandir", "iterdir", "glob", "rglob", "iglob", "walk", "fwalk"})
_MECHANISM = frozenset(
    {"os", "glob", "pathlib", "pathlib._local", "pathlib._abc", "pathlib._os", "fnmatch", "contextlib"}
)
_ORDER_FREE = frozenset({"len", "set", "frozenset", "sum", "any", "all", "max", "min", "Counter", "bool"})
_KEEPS_ORDER = frozenset({"list", "tuple", "map", "filter", "iter"})
_TRANSPARENT = (ast.comprehension, ast.GeneratorExp, ast.ListComp, ast.Starred, ast.NamedExpr, ast.IfExp, ast.keyword)


class ListingWatch:
    """Notes listings that own code makes without sorting them."""

    def __init__(self, activity: Activity, finder: CallerFinder, border: Border) -> None:
        self._activity = activity
        self._finder = finder
        self._border = border

    def handlers(self) -> dict[str, Handler]:
        """Return the audit events to listen to."""
        return {"os.listdir": self._on_listing, "os.scandir": self._on_listing}

    def _on_listing(self, _: tuple[Any, ...]) -> None:
        cell = self._activity.current()
        if cell is not None:
            self._border.observe("listings", self._listed, sys._getframe(2), cell)  # noqa: SLF001 - see entropy

    def _listed(self, frame: FrameType, cell: RunningCell) -> None:
        nearest = self._finder.nearest(frame, _MECHANISM)
        if nearest is None or not nearest[2]:
            return
        inner = nearest[0]
        key = (inner.f_code, inner.f_lasti)
        if key in cell.seen:
            return
        cell.seen.add(key)
        node = _current_node(inner, self._finder.source(cell)(inner))
        if node is not None and _is_order_free(*node):
            return
        caller = self._finder.caller(frame, _MECHANISM, cell)
        if caller is None:
            return
        call = None if node is None else _listing_call(*node)
        what = "os.scandir()" if call is None else calls.described(call, inner)
        cell.find(CauseKind.FILESYSTEM_ORDER, what, caller.line)


def _listing_call(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.Call | None:
    """Return the call that lists: in what is being evaluated, or in the comprehension around it."""
    around: ast.AST | None = node
    while isinstance(around, (ast.expr, ast.comprehension)):
        for inner in ast.walk(around):
            if isinstance(inner, ast.Call) and calls.last_name(inner.func) in _LISTING:
                return inner
        around = parents.get(around)
    return None


def _current_node(frame: FrameType, lines: list[str]) -> tuple[ast.AST, dict[ast.AST, ast.AST]] | None:
    """Return the expression that the frame is evaluating, and every node's parent."""
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return None
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    place = calls.position(frame)
    for node in parents:
        if place is None:
            if isinstance(node, ast.Call) and node.lineno == frame.f_lineno and calls.last_name(node.func) in _LISTING:
                return node, parents
        elif isinstance(node, (ast.expr, ast.For)) and _position_of(node) == place:
            return (node.iter if isinstance(node, ast.For) else node), parents
    return None


def _position_of(node: ast.expr | ast.For) -> calls.Position:
    return node.lineno, node.end_lineno or 0, node.col_offset, node.end_col_offset or 0


def _is_order_free(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether what is listed is sorted, counted, or looked up in before its order can matter."""
    if isinstance(node, ast.Call) and _frees_of_order(node):  # the listing is a generator that this call consumes
        return True
    if isinstance(node, ast.SetComp):  # Python 3.11 says so of what a comprehension iterates over
        return True
    parent = parents.get(node)
    while parent is not None and _hands_on(node, parent):
        node, parent = parent, parents.get(parent)
    if isinstance(parent, ast.Call):
        return node is not parent.func and _frees_of_order(parent)
    if isinstance(parent, ast.Compare):
        return node is not parent.left and all(isinstance(op, (ast.In, ast.NotIn)) for op in parent.ops)
    if isinstance(parent, ast.Assign):
        return _is_sorted_later(parent, parents)
    return isinstance(parent, ast.SetComp)


def _hands_on(node: ast.AST, parent: ast.AST) -> bool:
    """Whether the parent has the order of the node."""
    if isinstance(parent, ast.Call):
        return node is not parent.func and calls.last_name(parent.func) in _KEEPS_ORDER
    return isinstance(parent, _TRANSPARENT)


def _frees_of_order(call: ast.Call) -> bool:
    name = calls.last_name(call.func)
    return name in _ORDER_FREE or "sort" in name


def _is_sorted_later(assignment: ast.Assign, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether ``names = os.listdir()`` is followed by ``names.sort()`` or ``sorted(names)``."""
    names = {target.id for target in assignment.targets if isinstance(target, ast.Name)}
    return any(
        isinstance(node, ast.Call)
        and node.lineno > assignment.lineno
        and _frees_of_order(node)
        and not names.isdisjoint(_names_in(node))
        for node in parents
    )


def _names_in(call: ast.Call) -> set[str]:
    owner = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    return {node.id for node in [*owner, *call.args] if isinstance(node, ast.Name)}
