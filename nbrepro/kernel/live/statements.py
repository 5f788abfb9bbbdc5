"""Statements that set something outside of the notebook's names, and what each of them replaces."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

_LATER = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
_ONE_OF_A_KIND = re.compile(r"set_option|set_\w+|setlocale|set|use|config")
_ADDS_UP = frozenset({"style"})


class SettingStatement(NamedTuple):
    """One statement that sets something."""

    base: str
    """The name that it is set on."""
    key: str
    """Equal for statements of which the later one replaces the earlier."""
    text: str
    inputs: frozenset[str]
    """Other names that it uses."""
    alone: bool
    """Whether it touches nothing that others set: they may be set before or after it."""


def statements_on(tree: ast.Module, bases: Collection[str]) -> Iterator[SettingStatement]:
    """Yield the statements that set something on these names."""
    pending: list[ast.AST] = list(reversed(tree.body)) if bases else []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.Delete):
            found = _statement(node, bases)
            if found is not None:
                yield found
        elif not isinstance(node, _LATER):
            pending.extend(reversed([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]))


def come_first(tree: ast.Module, statements: Collection[SettingStatement]) -> bool:
    """Whether only imports stand before and between these: then nothing has seen what they replace."""
    left = {one.text for one in statements}
    for node in tree.body:
        if not left:
            break
        if not isinstance(node, ast.Import | ast.ImportFrom):
            text = ast.dump(node)
            if text not in left:
                return False
            left.discard(text)
    return not left


def _statement(
    node: ast.Expr | ast.Assign | ast.AnnAssign | ast.Delete, bases: Collection[str]
) -> SettingStatement | None:
    targets = _targets(node)
    base = next((name for target in targets for name in _base(target) if name in bases), None)
    if base is None:
        return None
    text = ast.dump(node)
    names = frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)) - {base}
    if isinstance(node, ast.Expr):
        key, alone = _of_call(node.value, text)
    else:
        key, alone = ";".join(map(ast.dump, targets)), True
    return SettingStatement(base, key, text, names, alone)


def _targets(node: ast.Expr | ast.Assign | ast.AnnAssign | ast.Delete) -> list[ast.expr]:
    if isinstance(node, ast.Expr):
        return [node.value]
    return [node.target] if isinstance(node, ast.AnnAssign) else node.targets


def _of_call(call: ast.expr, text: str) -> tuple[str, bool]:
    """Return the key of a call, and whether it sets one thing by its name."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return text, False
    within = call.func.value
    if not _ONE_OF_A_KIND.fullmatch(call.func.attr) or (isinstance(within, ast.Attribute) and within.attr in _ADDS_UP):
        return text, False
    named = len(call.args) > 1 and isinstance(call.args[0], ast.Constant)
    return ast.dump(call.func) + (ast.dump(call.args[0]) if named else ""), named


def _base(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id
