"""Chance that a cell takes: what is another one in every run, and which names it may end up in."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from nbrepro.kernel.live import commands
from nbrepro.kernel.live.names import cell_names
from nbrepro.kernel.live.outside import SETTINGS
from nbrepro.kernel.live.touching import may_change
from nbrepro.kernel.live.versions import Execution, Version
from nbrepro.kernel.shown import SHOWN
from nbrepro.records import CauseKind, Finding

_TOLD = {
    CauseKind.UNSEEDED_RANDOMNESS: "takes another random value in every run",
    CauseKind.HASH_ORDER: "uses hashes or an order of a set, which are others in every kernel",
    CauseKind.MEMORY_ADDRESS: "uses an address in memory, which is another one in every run",
    CauseKind.PROCESS: "uses what is another one in every process",
    CauseKind.THREADS: "uses an order that threads or processes decide",
}
_COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.Match)
_BRANCHES = (ast.If, ast.IfExp, ast.While, ast.Try, ast.Match, ast.Assert, ast.BoolOp)
_MAY_SHOW = (ast.Call, ast.Raise, ast.Assert, ast.Await)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Chance(NamedTuple):
    """Something that a cell took, and that no other run gives again."""

    told: str
    line: int | None
    seeds: bool
    """Whether a generator may have been seeded with it."""

    def __str__(self) -> str:
        return self.told if self.line is None else f"{self.told} (line {self.line})"


def chances_in(findings: Iterable[Finding]) -> tuple[Chance, ...]:
    """Return the findings that are chance.

    The clock and the network, which may answer the same, are not, nor are addresses and temporary names in an
    output, which a check sets aside.
    """
    return tuple(
        Chance(_TOLD[finding.kind], finding.line, "seed" in finding.what.lower())
        for finding in findings
        if finding.kind in _TOLD and finding.what not in SHOWN
    )


class Reach(NamedTuple):
    """How far chance gets in a cell."""

    names: frozenset[str]
    """Names that hold it afterwards, or may."""
    perhaps: frozenset[str]
    """Those of them that are bound under a condition, so that another run may bind others."""
    clean: frozenset[str]
    """Names of the source that do not."""
    used: bool
    """Whether anything was done with it, beside binding it."""


def reach(source: str, lines: Collection[int | None], names: Collection[str]) -> Reach | None:
    """Follow chance through the statements of a cell; ``None`` where it may get anywhere.

    Parameters
    ----------
    source:
        The cell's.
    lines:
        Where it takes chance itself.
    names:
        Names in which it comes from cells above, functions that use such names included.
    """
    try:
        body = commands.body_of(source)
        tree = ast.parse(body.source) if not body.partial and not body.opaque else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    moved = body.source != source and source[:1].isspace()
    if tree is None or moved or None in lines:
        return None
    found, held, perhaps, used = set(names), set[str](), set[str](), False
    for statement in tree.body:
        here = any(statement.lineno <= (line or 0) <= (statement.end_lineno or 0) for line in lines)
        uses = not found.isdisjoint(_used(statement))
        if not here and not uses:
            continue
        if isinstance(statement, _Function | ast.ClassDef):
            found.add(statement.name)  # whoever calls it gets the chance
            if here and not _within_functions(statement, lines):
                held.add(statement.name)
            continue
        bound = set(_bound(statement))
        held |= bound | may_change(ast.Module([statement], []))
        found |= held
        used = used or uses or isinstance(statement, _COMPOUND)
        if isinstance(statement, _COMPOUND):
            perhaps |= bound
    spelled = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | set(_made(tree))
    return Reach(frozenset(held), frozenset(perhaps), frozenset(spelled - held), used)


def _used(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _bound(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name


def _made(tree: ast.Module) -> Iterator[str]:
    """Yield the names of functions, classes and imports."""
    for node in ast.walk(tree):
        if isinstance(node, _Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def _within_functions(statement: ast.stmt, lines: Collection[int | None]) -> bool:
    """Whether the lines of a definition that take chance only run when it is called."""
    bodies = [
        (node.body[0].lineno, node.end_lineno or 0) for node in ast.walk(statement) if isinstance(node, _Function)
    ]
    inside = [line for line in lines if line and statement.lineno <= line <= (statement.end_lineno or 0)]
    return all(any(first <= line <= last for first, last in bodies) for line in inside)


class Spread:
    """What an execution made that hangs on chance.

    Parameters
    ----------
    one:
        The execution.
    names:
        Names in which chance comes from cells above, functions that use such names included.
    """

    def __init__(self, one: Execution, names: Collection[str]) -> None:
        self._one = one
        self._names = cell_names(one.source)
        self._reach = reach(one.source, [chance.line for chance in one.chances], names)

    def lost(self) -> set[str]:
        """Return the names; modules are never among them."""
        found = {name for name, version in self._one.writes.items() if self._is_reached(name, version)}
        serials = {version.serial for name in found if (version := self._one.writes[name]) is not None}
        for name in self._one.inplace:  # what holds a part of the same objects
            version = self._one.writes.get(name)
            if version is not None and not serials.isdisjoint(version.shares):
                found.add(name)
        return found | (self._reach.perhaps if self._reach is not None else frozenset())

    def _is_reached(self, name: str, version: Version | None) -> bool:
        if name.startswith("<"):
            return self._is_reached_outside(name, version)
        if version is None or (version.value is not None and version.value.startswith(b"module ")):
            return False
        far = self._reach
        if far is None or name in far.names:
            return True
        return name not in far.clean and name not in self._one.inplace  # a function has bound it

    def _is_reached_outside(self, name: str, version: Version | None) -> bool:
        if name == SETTINGS:
            return self._reach is None or not self._reach.names.isdisjoint(self._names.sets.names)
        if not name.startswith("<random"):
            return True
        far, read = self._reach, self._one.reads.get(name)
        if read is not None and version is not None and read.value == version.value:
            return False
        if far is None or any(chance.seeds for chance in self._one.chances):
            return True
        if name not in self._one.reads:  # it was seeded first
            return far.used
        return self._names.seeds or (read is not None and far.used)


def shows_nothing(one: Execution) -> bool:
    """Whether an execution showed nothing, and its source is not one that may show something another time."""
    if one.outputs is None or any(one.outputs) or not one.finished:
        return False
    try:
        tree = ast.parse(commands.body_of(one.source).source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    branches = (node for node in ast.walk(tree) if isinstance(node, _BRANCHES))
    return not any(isinstance(inner, _MAY_SHOW) for branch in branches for inner in ast.walk(branch))
