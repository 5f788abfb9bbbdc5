"""What only the source of a cell tells: clocks, ids, orders of sets, queries, workers; nothing there can be hooked.

The source is read after the cell has run, with the namespace at hand: a name stands for what it holds. What
stands in a function is put down to the line that uses the function.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from nbrepro.kernel.activity import RunningCell
from nbrepro.kernel.hashes import Hash, hash_orders
from nbrepro.kernel.looking import is_a, module_name, named
from nbrepro.kernel.workers import WORDS_OF_WORKERS, workers
from nbrepro.records import CauseKind
from nbrepro.sources.constructs import Construct, aliases, constructs
from nbrepro.sources.parsing import parse
from nbrepro.sources.signs import SIGNS

MAX_SOURCE = 20_000
"""Characters of a source that is read in the kernel; to read 20 kB takes some 20 ms."""
_READ = frozenset({
    CauseKind.TIME, CauseKind.PROCESS, CauseKind.MEMORY_ADDRESS, CauseKind.THREADS, CauseKind.UNSEEDED_RANDOMNESS,
})  # fmt: skip
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_TELLING = frozenset({ast.Set, ast.SetComp, ast.FunctionDef, ast.AsyncFunctionDef})
_SETS = frozenset({"set", "frozenset"})
_MODULES = ("duckdb", "pyarrow.compute", "psutil", "tqdm")
_WORDS = SIGNS | WORDS_OF_WORKERS
_PUBLIC = {"_duckdb": "duckdb", "torch._C": "torch", "builtins": ""}
_KEPT_FUNCTIONS = 2000
_WORD = re.compile(r"\w+")


class SourceReader:
    """Finds what the sources of cells tell.

    Parameters
    ----------
    shell:
        The IPython shell, for its namespace.
    pinned:
        Whether the hash seed is pinned.
    """

    def __init__(self, shell: Any, *, pinned: bool) -> None:
        self._shell = shell
        self._pinned = pinned
        self._functions: dict[str, tuple[Construct, ...]] = {}
        """What stands in functions of cells, by name, and in methods, by ``Class.method``."""

    def read(self, cell: RunningCell) -> None:
        """Note the findings of a cell that has just run."""
        namespace = self._shell.user_ns
        if len(cell.source) > MAX_SOURCE or not self._may_tell(cell.source, namespace):
            return
        tree = parse(cell.source)
        if tree is None:
            return
        resolved = self._resolved_if_telling(tree, namespace)
        if resolved is not None:
            self._read(cell, tree, namespace, resolved)
        elif "%time" in cell.source:
            for construct in constructs(cell.source, {}):
                cell.find(construct.kind, construct.what, construct.line)

    def _may_tell(self, source: str, namespace: Mapping[str, Any]) -> bool:
        """Whether anything in a cell can be a finding, by its words alone; most cells end here, and are not parsed."""
        words = set(_WORD.findall(source))
        if not source.isascii() or "{" in source or "%time" in source or "def" in words:
            return True
        if self._any_telling(words, words):
            return True
        return any(_is_telling(_full_name(namespace[name])) for name in words if name in namespace)

    def _resolved_if_telling(self, tree: ast.Module, namespace: Mapping[str, Any]) -> dict[str, str] | None:
        """Return what the names of a cell stand for, or ``None`` where nothing in it can be a finding."""
        roots: set[str] = set()
        words: set[str] = set()
        telling = False
        for node in ast.walk(tree):
            kind = type(node)
            if kind is ast.Name:
                roots.add(node.id)  # type: ignore[attr-defined]  # it is a name
            elif kind is ast.Attribute:
                words.add(node.attr)  # type: ignore[attr-defined]  # it is an attribute
            elif kind in _TELLING:
                telling = True
        resolved = {name: _full_name(namespace[name]) for name in roots if name in namespace}
        telling = telling or self._any_telling(words | roots, roots)
        return resolved if telling or any(map(_is_telling, resolved.values())) else None

    def _any_telling(self, words: set[str], names: set[str]) -> bool:
        """Whether a word of a cell can be a finding, or a name of it a function in which something stands."""
        return not (_WORDS.isdisjoint(words) and self._functions.keys().isdisjoint(names))

    def _read(
        self, cell: RunningCell, tree: ast.Module, namespace: Mapping[str, Any], resolved: Mapping[str, str]
    ) -> None:
        found = constructs(cell.source, {**aliases([cell.source]), **resolved})
        functions = dict(_functions(tree))
        self._remember(functions, found)
        bodies = [(node.lineno, node.end_lineno or node.lineno) for node in functions.values()]
        runtime = {(kind, line) for kind, _, line in cell.findings}
        told = [(c.kind, c.what, c.line) for c in found if _is_told(c) and not _within(c.line, bodies)]
        told += self._used(tree, bodies, namespace)
        told += workers(tree, namespace, self._draws_globally)
        for what, line, made_of in hash_orders(tree, namespace, pinned=self._pinned):
            told.append((CauseKind.MEMORY_ADDRESS if made_of is Hash.ADDRESS else CauseKind.HASH_ORDER, what, line))
        for kind, what, line in dict.fromkeys(told):
            if (kind, line) not in runtime:
                cell.find(kind, what, line)

    def _remember(self, functions: dict[str, _Function], found: tuple[Construct, ...]) -> None:
        """Keep what stands in the functions of a cell, and in those that they call."""
        if len(self._functions) > _KEPT_FUNCTIONS:
            self._functions.clear()
        for _ in range(2):  # one function may use another that stands below it
            for name, node in functions.items():
                lines = [(node.lineno, node.end_lineno or node.lineno)]
                own = [construct for construct in found if _within(construct.line, lines)]
                called = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} - {name}
                for other in called & self._functions.keys():
                    own += self._functions[other]
                self._functions.pop(name, None)
                if own:
                    self._functions[name] = tuple(dict.fromkeys(own))

    def _used(
        self, tree: ast.Module, bodies: list[tuple[int, int]], namespace: Mapping[str, Any]
    ) -> Iterator[tuple[CauseKind, str, int]]:
        """Yield what the functions do that the cell uses, at the lines where it does."""
        for node in ast.walk(tree) if self._functions else ():
            name = _function_name(node, namespace)
            if name is None or _within(node.lineno, bodies):  # type: ignore[attr-defined]  # it is an expression
                continue
            for construct in self._known(name):
                if _is_told(construct):
                    yield construct.kind, f"{construct.what}  # in {name}", node.lineno  # type: ignore[attr-defined]

    def _known(self, name: str) -> Iterator[Construct]:
        yield from self._functions.get(name, ())
        for method in ("__init__", "__post_init__", "__new__"):
            yield from self._functions.get(f"{name}.{method}", ())

    def _draws_globally(self, name: str) -> bool:
        return any(construct.is_global for construct in self._functions.get(name, ()))


def _is_told(construct: Construct) -> bool:
    """Whether no hook sees it, and no state of a generator that is on record."""
    if construct.kind is CauseKind.ENVIRONMENT_VARIABLE:
        return construct.reads_all
    if construct.kind is CauseKind.TIME and ".savefig(" in construct.what and "SOURCE_DATE_EPOCH" in os.environ:
        return False
    return construct.kind in _READ and not construct.is_global and not construct.is_watched


def _within(line: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= line <= last for first, last in ranges)


def _functions(tree: ast.Module) -> Iterator[tuple[str, _Function]]:
    """Yield the functions of a cell, and the methods of its classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{inner.name}", inner) for inner in node.body if isinstance(inner, _Function))
    methods = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for inner in node.body}
    for node in ast.walk(tree):
        if isinstance(node, _Function) and id(node) not in methods:
            yield node.name, node


def _function_name(node: ast.AST, namespace: Mapping[str, Any]) -> str | None:
    """Return the name under which a function of a cell is used here."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        value = namespace.get(node.id)
        return node.id if value is None or named(value)[0] == "__main__" else None
    if isinstance(node, ast.Attribute):
        base = node.value.func if isinstance(node.value, ast.Call) else node.value
        value = namespace.get(base.id) if isinstance(base, ast.Name) else None
        module, name = named(value if is_a(value, type) else type(value))
        return f"{name.rpartition('.')[2]}.{node.attr}" if module == "__main__" else None
    return None


def _is_telling(name: str) -> bool:
    """Whether what a name stands for, told in full, can be a finding."""
    return (
        name in _SETS or name.startswith(_MODULES) or name.rpartition(".")[2] in _WORDS or name.startswith("__main__.")
    )


def _full_name(value: Any) -> str:
    if is_a(value, ModuleType):
        return module_name(value)
    module, name = named(value)
    return f"{_PUBLIC.get(module, module)}.{name}".lstrip(".")
