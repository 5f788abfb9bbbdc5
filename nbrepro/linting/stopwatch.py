"""Readings of a clock of which only the difference is printed, as a time spent: `check` sets such a time aside."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TypeGuard

from nbrepro.compare.normalisers import all_normalisers
from nbrepro.compare.normalisers.spent import STOPWATCHES
from nbrepro.explain.sources import parse
from nbrepro.sources.printed import Piece, printed

_SECONDS, _WHOLE = 2.3456, 2345678
"""A time spent as a clock in seconds gives it, and as one in whole nanoseconds does."""
_SAME_TIME = frozenset({"abs", "float", "int", "round"})
_WHOLE_ONLY = frozenset({"int", "round"})
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_Name = tuple[int, str]
"""A name, in the function of that identity, or in the notebook (0)."""


def only_timed(sources: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield the place of the cell, the line and the column, from 1, of each such reading."""
    if any(name in source for source in sources for name in STOPWATCHES):
        yield from _Notebook(sources).harmless()


class _Kind(Enum):
    READING = 1
    SPENT = 2
    MIXED = 3
    """A name that is the one here, the other there."""


class _Notebook:
    """The cells' trees, and where a clock's readings go in them."""

    def __init__(self, sources: Sequence[str]) -> None:
        self.sources = sources
        self.trees = [parse(source) or ast.Module(body=[], type_ignores=[]) for source in sources]
        self.parents: dict[int, ast.AST] = {}
        self.cells: dict[int, int] = {}
        for place, tree in enumerate(self.trees):
            for node in ast.walk(tree):
                self.cells[id(node)] = place
                self.parents.update((id(child), node) for child in ast.iter_child_nodes(node))
        self.locals = {
            id(node): _locals_of(node) for tree in self.trees for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)
        }
        self.loads: dict[_Name, list[ast.Name]] = defaultdict(list)
        for tree in self.trees:
            for node in ast.walk(tree):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    self.loads[self.name(node)].append(node)
        self.kinds: dict[_Name, _Kind] = {}
        self.whole: set[_Name] = set()
        while self._learn():
            pass

    def harmless(self) -> Iterator[tuple[int, int, int]]:
        for place, tree in enumerate(self.trees):
            for node in ast.walk(tree):
                if _is_reading(node):
                    ends = list(self._ends(node, set()))
                    if ends and all(ends):
                        yield place, node.lineno, node.col_offset + 1

    def _learn(self) -> bool:
        """Note what the names hold; tell whether that was news."""
        before = (dict(self.kinds), len(self.whole))
        for tree in self.trees:
            for node in ast.walk(tree):
                value = node.value if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) else None
                kind = None if value is None else self.kind(value)
                if value is None or kind is None:
                    continue
                for target in _targets(node):
                    name = self.name(target)
                    known = self.kinds.setdefault(name, kind)
                    is_sum = isinstance(node, ast.AugAssign) and kind is not _Kind.SPENT
                    self.kinds[name] = _Kind.MIXED if is_sum or known is not kind else kind
                    if self._may_be_whole(value):
                        self.whole.add(name)
        return before != (self.kinds, len(self.whole))

    def name(self, node: ast.Name) -> _Name:
        """The name that a node means, by the function that it is local to."""
        above = self.parents.get(id(node))
        while above is not None:
            if node.id in self.locals.get(id(above), ()):
                return id(above), node.id
            above = self.parents.get(id(above))
        return 0, node.id

    def kind(self, node: ast.AST) -> _Kind | None:
        """What an expression is, if it is a clock's."""
        if _is_reading(node):
            return _Kind.READING
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            return self.kinds.get(self.name(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SAME_TIME and node.args:
            return _Kind.SPENT if self.kind(node.args[0]) is _Kind.SPENT else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
            sides = {self.kind(node.left), self.kind(node.right)}
            if sides == {_Kind.READING} and isinstance(node.op, ast.Sub):
                return _Kind.SPENT
            return _Kind.SPENT if _Kind.SPENT in sides and sides <= {_Kind.SPENT, None} else None
        return None

    def _is_time(self, node: ast.AST) -> bool:
        return self.kind(node) is not None

    def _ends(self, node: ast.AST, seen: set[_Name]) -> Iterator[bool]:
        """Yield of each end that a reading comes to whether nothing of it counts there."""
        while self.kind(self.parents[id(node)]) is not None:
            node = self.parents[id(node)]
        above, kind = self.parents[id(node)], self.kind(node)
        if isinstance(above, ast.Assign | ast.AnnAssign | ast.AugAssign) and above.value is node:
            names = list(_targets(above))
            if len(names) != len(above.targets if isinstance(above, ast.Assign) else [above.target]):
                yield False  # into an attribute, an item
            for name in {self.name(target) for target in names} - seen:
                seen.add(name)
                for load in self.loads[name]:
                    yield from self._ends(load, seen)
        else:
            yield kind is _Kind.SPENT and self._is_set_aside(node)

    def _is_set_aside(self, node: ast.AST) -> bool:
        """Whether a time spent is only printed, in a form that `check` sets aside in that cell's output."""
        call: ast.AST = node
        while not isinstance(call, ast.stmt):
            above = self.parents[id(call)]
            if isinstance(above, ast.Expr):
                break
            call = above
        if not isinstance(call, ast.Call) or not self._is_printed_here(call):
            return False
        source = self.sources[self.cells[id(call)]]
        samples = [_WHOLE] if self._may_be_whole(node) else []
        return all(_masks(printed(call, self._is_time, sample), source) for sample in (_SECONDS, *samples))

    def _is_printed_here(self, call: ast.Call) -> bool:
        """Whether what is printed comes out of the cell that prints it, whose source `check` looks at."""
        above, place = self.parents.get(id(call)), self.cells[id(call)]
        while above is not None and not isinstance(above, (*_FUNCTIONS, ast.ClassDef)):
            above = self.parents.get(id(above))
        if above is None:
            return True
        made = {node.name for node in ast.walk(self.trees[place]) if isinstance(node, _DEFINITIONS)}
        used = (node for tree in self.trees if tree is not self.trees[place] for node in ast.walk(tree))
        return not any(
            (isinstance(node, ast.Name) and node.id in made) or (isinstance(node, ast.Attribute) and node.attr in made)
            for node in used
        )

    def _may_be_whole(self, node: ast.AST) -> bool:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call) and (
                _called(inner).endswith("_ns") or (_called(inner) in _WHOLE_ONLY and len(inner.args) == 1)
            ):
                return True
            if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.FloorDiv):
                return True
            if isinstance(inner, ast.Name) and self.name(inner) in self.whole:
                return True
        return False


def _masks(pieces: list[Piece] | None, source: str) -> bool:
    """Whether `check` would set aside every time in a text that a cell of this source puts out."""
    if pieces is None or not any(is_time for _, is_time in pieces):
        return False
    text = "".join(piece for piece, _ in pieces)
    spans = [span for normaliser in all_normalisers() for span in normaliser.places(text, source)]
    start = 0
    for piece, is_time in pieces:
        end = start + len(piece)
        first = end - len(piece.lstrip())
        if is_time and not any(span[0] <= first and end <= span[1] for span in spans):
            return False
        start = end
    return True


def _is_reading(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and not node.args and not node.keywords and _called(node) in STOPWATCHES


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _targets(node: ast.AST) -> Iterator[ast.Name]:
    """The names that a statement gives a value to."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    yield from (target for target in targets if isinstance(target, ast.Name))


def _locals_of(function: ast.AST) -> frozenset[str]:
    """The names that are a function's own: its parameters, and what it binds without calling it global."""
    own: set[str] = set()
    outside: set[str] = set()
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            own.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            outside.update(node.names)
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
    return frozenset(own - outside)
