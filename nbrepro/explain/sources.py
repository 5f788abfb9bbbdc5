"""What the source of a cell reads, writes and mutates, found without running it."""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nbrepro.sources.parsing import parse, plain_python

__all__ = ["Names", "first_changed_line", "names_of", "parse", "plain_python", "same_code"]

_MUTATORS = frozenset(
    [
        "add",
        "add_module",
        "append",
        "backward",
        "choice",
        "clear",
        "extend",
        "fill",
        "fit",
        "fit_predict",
        "fit_transform",
        "gauss",
        "insert",
        "integers",
        "load_state_dict",
        "normal",
        "partial_fit",
        "permutation",
        "pop",
        "popitem",
        "rand",
        "randint",
        "randn",
        "random",
        "remove",
        "reverse",
        "sample",
        "seed",
        "setdefault",
        "shuffle",
        "sort",
        "standard_normal",
        "step",
        "train",
        "uniform",
        "update",
        "write",
    ]
)
_HARMLESS_CALLS = frozenset(dir(builtins)) | {"display", "show", "plot"}
_HARMLESS_METHODS = frozenset(
    [
        "describe",
        "head",
        "hist",
        "info",
        "items",
        "keys",
        "plot",
        "save",
        "savefig",
        "show",
        "summary",
        "tail",
        "values",
    ]
)


@dataclass(frozen=True, kw_only=True)
class Names:
    """The notebook-wide names that one cell touches."""

    reads: frozenset[str] = frozenset()
    """Names whose value comes from outside the cell."""
    writes: frozenset[str] = frozenset()
    """Names that the cell binds, perhaps under a condition."""
    kills: frozenset[str] = frozenset()
    """Names that the cell binds in any case."""
    mutates: frozenset[str] = frozenset()
    """Names whose object the cell changes in place."""
    imports: frozenset[str] = frozenset()
    """Top-level modules that the cell imports."""
    modules: frozenset[str] = frozenset()
    """Names that the cell binds by importing: `np`, `LinearRegression`."""
    parsed: bool = True

    def changes(self, modules: frozenset[str]) -> frozenset[str]:
        """Everything whose value may be another after the cell, given the notebook's imported names."""
        return self.writes | (self.mutates - modules)


@lru_cache(maxsize=1024)
def names_of(source: str) -> Names:
    """Return the names that a cell with this source touches."""
    tree = parse(source)
    if tree is None:
        return Names(parsed=False)
    reads: set[str] = set()
    writes: set[str] = set()
    kills: set[str] = set()
    for statement in tree.body:
        read, written = _statement(statement)
        reads |= read - kills
        writes |= written
        if isinstance(statement, _SIMPLE):
            kills |= written
    return Names(
        reads=frozenset(reads),
        writes=frozenset(writes),
        kills=frozenset(kills),
        mutates=frozenset(_mutated(tree)),
        imports=frozenset(_modules(tree)),
        modules=frozenset(_imported_names(tree)),
    )


_SIMPLE = (
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.Expr,
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)


def _statement(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the names that one statement reads from the notebook's namespace, and those it binds there."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = symtable.symtable(ast.unparse(statement), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return set(), set()
    reads = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    writes = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    for child in _descendants(table):
        for symbol in child.get_symbols():
            if symbol.is_global():
                reads |= {symbol.get_name()} if symbol.is_referenced() else set()
                writes |= {symbol.get_name()} if symbol.is_assigned() else set()
    reads |= {node.target.id for node in ast.walk(statement) if _augments_name(node)}  # type: ignore[attr-defined]
    return reads, writes


def _descendants(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _descendants(child)


def _augments_name(node: ast.AST) -> bool:
    return isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)


def _imported_names(tree: ast.Module) -> set[str]:
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return {alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names}


def _modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _mutated(tree: ast.Module) -> Iterator[str]:
    """Yield the names whose object a cell changes in place, as far as its text shows."""
    last = tree.body[-1] if tree.body else None
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield from _base(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from _called_for_its_effect(node.value, shown=node is last)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS:
            yield from _base(node.func)


def _called_for_its_effect(call: ast.Call, *, shown: bool) -> Iterator[str]:
    if any(keyword.arg == "inplace" for keyword in call.keywords):
        yield from _base(call.func)
    if shown:
        return
    if isinstance(call.func, ast.Attribute):
        if call.func.attr not in _HARMLESS_METHODS and not call.func.attr.startswith("to_"):
            yield from _base(call.func)
    elif isinstance(call.func, ast.Name) and call.func.id not in _HARMLESS_CALLS:
        yield from (argument.id for argument in call.args if isinstance(argument, ast.Name))


def _base(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id


def same_code(first: str, second: str) -> bool:
    """Whether two sources run the same: comments, blank lines and layout do not count."""
    if first.strip() == second.strip():
        return True
    if _special_lines(first) != _special_lines(second):
        return False
    trees = parse(first), parse(second)
    if trees[0] is None or trees[1] is None:
        return False
    return ast.dump(trees[0]) == ast.dump(trees[1])


def _special_lines(source: str) -> list[str]:
    return [line.strip() for line in source.split("\n") if line.lstrip().startswith(("%", "!"))]


def first_changed_line(reference: str, candidate: str) -> int | None:
    """Return the first line, from 1, of ``candidate`` that is another than in ``reference``."""
    before, after = reference.split("\n"), candidate.split("\n")
    for number, line in enumerate(after, start=1):
        if number > len(before) or before[number - 1] != line:
            return number
    return len(after) if len(before) > len(after) else None
