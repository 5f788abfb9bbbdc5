"""Which expressions of a cell's source are proven to be a time spent: the difference of two readings of a clock."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

STOPWATCHES = frozenset(
    {"perf_counter", "process_time", "monotonic", "default_timer", "thread_time", "time"}
    | {f"{name}_ns" for name in ("perf_counter", "process_time", "monotonic", "thread_time", "time")}
)
"""Clocks that give a number, of which the difference of two readings is a time spent."""
CLOCKS = STOPWATCHES | {"now", "utcnow", "today"}
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
_CONVERSIONS = frozenset({"gmtime", "strftime", "timedelta"})
_SAME_TIME = _CONVERSIONS | {"abs", "float", "format", "int", "round", "str"}
_UNITS = frozenset({60, 3600, *(10**power for power in (3, 6, 9)), *(float(f"1e-{power}") for power in (3, 6, 9))})
_PARTS = frozenset({"seconds", "microseconds"})


def parsed(source: str) -> ast.Module | None:
    """Return the tree of a cell's source without its magics; ``None`` where it is no plain Python."""
    try:
        return ast.parse(_MAGIC.sub("", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class Spent:
    """The names of a cell, and what they hold wherever they are bound.

    A name counts only where everything that is bound to it does: a parameter, a loop's variable or a second use for
    something else makes it an unknown one. What another cell bound is unknown, too, but what is taken from a reading
    of a clock and is not bound here must be one.
    """

    def __init__(self, tree: ast.AST) -> None:
        self._bound = _bindings(tree)
        self._readings: set[str] = set()
        self._spent: set[str] = set()
        before = -1
        while before != (before := len(self._readings) + len(self._spent)):
            for name, values in self._bound.items():
                if all(value is not None and self._is_reading(value) for value in values):
                    self._readings.add(name)
                known = [value for value in values if not _is_zero(value)]
                if known and all(value is not None and self.covers(value) for value in known):
                    self._spent.add(name)

    def covers(self, node: ast.AST) -> bool:
        """Whether an expression is a time spent, or the same time in other units or another form."""
        match node:
            case ast.Name():
                return node.id in self._spent
            case ast.Attribute():
                return _dotted(node) in self._spent or (node.attr in _PARTS and self.covers(node.value))
            case ast.BinOp():
                return self._is_difference(node) or self._is_same(node)
            case ast.Call():
                return self._keeps(node)
        return False

    def _is_difference(self, node: ast.BinOp) -> bool:
        return isinstance(node.op, ast.Sub) and self._is_reading(node.left) and self._may_be_reading(node.right)

    def _is_same(self, node: ast.BinOp) -> bool:
        """Whether it is a sum of times, or a time in another unit; a rate or a price is another thing."""
        left, right = self.covers(node.left), self.covers(node.right)
        match node.op:
            case ast.Add() | ast.Sub():
                return left and right
            case ast.Mult():
                return (left and _is_unit(node.right)) or (right and _is_unit(node.left))
            case ast.Div() | ast.FloorDiv() | ast.Mod():
                return left and (_is_unit(node.right) or self._is_count(node.right))
        return False

    def _is_count(self, node: ast.AST) -> bool:
        """Whether it is an integer that stands in the source, or how many things there are."""
        match node:
            case ast.Constant(value=int()):
                return True
            case ast.Call(func=ast.Name(id="len")):
                return True
            case ast.Name():
                values = self._bound.get(node.id, ())
                return bool(values) and all(isinstance(v, ast.Constant) and self._is_count(v) for v in values)
        return False

    def _keeps(self, call: ast.Call) -> bool:
        """Whether a call returns the time that it gets."""
        if isinstance(call.func, ast.Attribute):
            if call.func.attr == "total_seconds":
                return self.covers(call.func.value)
            is_same = call.func.attr in _CONVERSIONS
        else:
            is_same = isinstance(call.func, ast.Name) and call.func.id in _SAME_TIME
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        others = [value for value in given if not self.covers(value)]
        return is_same and len(others) < len(given) and all(isinstance(value, ast.Constant) for value in others)

    def _is_reading(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Call):
            return self._reads(node)
        return _dotted(node) in self._readings

    def _may_be_reading(self, node: ast.AST) -> bool:
        name = _dotted(node)
        return self._is_reading(node) or (name is not None and name not in self._bound)

    def _reads(self, call: ast.Call) -> bool:
        name = _dotted(call.func)
        if call.args or call.keywords or name is None or name in self._bound:
            return False
        module, _, last = name.rpartition(".")
        if last == "time":  # a song has a time, too
            return module in {"", "time", "_time", "t", "tm"} and module not in self._bound
        return last in CLOCKS


def _bindings(tree: ast.AST) -> dict[str, list[ast.expr | None]]:
    """Return what is bound to each name; ``None`` where that is no expression."""
    bound: dict[str, list[ast.expr | None]] = defaultdict(list)
    seen: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for part, value in _paired(target, node.value):
                    seen.add(id(part))
                    name = _dotted(part)
                    if name is not None and value is not None:
                        is_sum = not isinstance(node, ast.AugAssign) or isinstance(node.op, ast.Add)
                        bound[name].append(value if is_sum else None)
        elif isinstance(node, ast.arg):
            bound[node.arg].append(None)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound[node.name].append(None)
        elif isinstance(node, ast.Name | ast.Attribute) and not isinstance(node.ctx, ast.Load) and id(node) not in seen:
            bound[_dotted(node) or ""].append(None)
    return dict(bound)


def _paired(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Yield the parts of a target, each with what it gets where an unpacking tells that."""
    if isinstance(target, ast.Tuple | ast.List):
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            for part, element in zip(target.elts, value.elts, strict=True):
                yield from _paired(part, element)
    else:
        yield target, value


def _dotted(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


def _is_unit(node: ast.AST) -> bool:
    """Whether it is a number that only changes a time's unit; any other may make a price of it."""
    match node:
        case ast.Constant(value=int() | float()):
            return node.value in _UNITS
        case ast.BinOp(op=ast.Mult() | ast.Div()):
            return _is_unit(node.left) and _is_unit(node.right)
    return False


def _is_zero(node: ast.expr | None) -> bool:
    """Whether it is where a sum of times begins."""
    return isinstance(node, ast.Constant) and node.value in (0, None)
