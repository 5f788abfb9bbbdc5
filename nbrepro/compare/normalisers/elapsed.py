"""Which labels in a cell's output stand before a time that the cell measured, as its source tells."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import lru_cache

from nbrepro.compare.normalisers.base import Span
from nbrepro.compare.normalisers.spent import CLOCKS, parsed
from nbrepro.sources.printed import PLACES

_BRACKETS = ("(", "[")
_ENTRY = re.compile(r"""['"]:\s*\Z""")


def is_measured(text: str, source: str, span: Span) -> bool:
    """Whether the amount at ``span`` stands behind a label that the source puts before a clock's difference.

    A source that is no plain Python decides nothing: then the form of the output has to do.
    """
    labels = _labels(source)
    if labels is None:
        if _ENTRY.search(text, 0, span[0]):
            return False  # a key alone is no label
        return text[span[0] - 1 : span[0]] not in _BRACKETS  # a bracket alone is no label
    before = text[text.rfind("\n", 0, span[0]) + 1 : span[0]].rstrip()
    return any(before.endswith(label) or label.endswith(before) for label in labels)


@lru_cache(maxsize=64)
def _labels(source: str) -> frozenset[str] | None:
    tree = parsed(source)
    if tree is None:
        return None
    measured = _measured_names(tree)
    found = {_shown(label) for node in ast.walk(tree) for label in _labels_of(node, measured)}
    others = {_shown(label) for node in ast.walk(tree) for label in _labels_of_others(node, measured)}
    return frozenset(found - others - {""})


def _shown(label: str) -> str:
    return label.rpartition("\n")[2].rstrip()


def _labels_of_others(node: ast.AST, measured: set[str]) -> Iterator[str]:
    """Yield the brackets that a formatted string puts before a value that no clock gave, and such a value's key."""
    if isinstance(node, ast.Dict):
        yield from (label for label, value in _entries(node) if not _is_spell(value, measured))
    if isinstance(node, ast.JoinedStr):
        for piece, value in zip(node.values, node.values[1:], strict=False):
            if isinstance(piece, ast.Constant) and not _reads_clock(value, measured):
                label = str(piece.value)
                if label.strip() in _BRACKETS:
                    yield label


def _measured_names(tree: ast.AST) -> set[str]:
    """Return the names, attributes and functions whose value comes from a clock."""
    names: set[str] = set()
    while True:
        before = len(names)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if node.value is not None and _reads_clock(node.value, names):
                    names.update(name for target in targets for name in _names_in(target))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _reads_clock(node, names):
                names.add(node.name)
        if len(names) == before:
            return names


def _reads_clock(node: ast.AST, names: set[str]) -> bool:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and set(_names_in(inner.func)) & CLOCKS:
            return True
        if isinstance(inner, ast.Name | ast.Attribute) and next(iter(_names_in(inner))) in names:
            return True
    return False


def _names_in(node: ast.AST) -> Iterator[str]:
    """Yield the name itself, or the last part of a dotted one; the parts of an unpacking."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            yield from _names_in(element)


def _labels_of(node: ast.AST, measured: set[str]) -> Iterator[str]:
    """Yield the pieces of text that a formatted string, or a call with text among its arguments, puts before a time."""
    if isinstance(node, ast.JoinedStr):
        for piece, value in zip(node.values, node.values[1:], strict=False):
            if (
                isinstance(piece, ast.Constant)
                and isinstance(value, ast.FormattedValue)
                and _reads_clock(value, measured)
            ):
                yield str(piece.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add) and _reads_clock(node.right, measured):
        yield from _literals(node.left)
    elif isinstance(node, ast.Dict):
        yield from (label for label, value in _entries(node) if _is_spell(value, measured))
    elif isinstance(node, ast.Call) and any(_reads_clock(part, measured) for part in _arguments(node)):
        yield from _literals(node.func)
        for argument in node.args:
            yield from _literals(argument)


def _entries(node: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    """The keys of a dictionary that are text, as it prints them and as JSON does, with their values."""
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield from ((f"{quote}{key.value}{quote}:", value) for quote in "'\"")


def _is_spell(node: ast.expr, measured: set[str]) -> bool:
    """Whether a value is the difference of two readings of a clock; a reading itself is a date."""
    differences = (inner for inner in ast.walk(node) if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub))
    return any(_reads_clock(inner.left, measured) and _reads_clock(inner.right, measured) for inner in differences)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _literals(node: ast.AST) -> Iterator[str]:
    """Yield what stands between the places of a text to be formatted; of a plain text, all of it."""
    node = node.value if isinstance(node, ast.Attribute) else node  # "… {}".format
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from PLACES.split(node.value)
        try:
            yield from (literal for literal, *_ in string.Formatter().parse(node.value))
        except ValueError:
            return
