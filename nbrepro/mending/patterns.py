"""Mechanical mends of one cell: a seed, a sorted listing, a sorted set, results in the order of their inputs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nbrepro.mending.splices import Splice, added, replaced, segment
from nbrepro.records import CauseKind
from nbrepro.sources.constructs import aliases, constructs
from nbrepro.sources.parsing import parse

SEED = 42

_TAKES_SEED = frozenset(
    {
        "numpy.random.default_rng",
        "numpy.random.RandomState",
        "numpy.random.SeedSequence",
        "numpy.random.PCG64",
        "numpy.random.PCG64DXSM",
        "numpy.random.MT19937",
        "numpy.random.Philox",
        "numpy.random.SFC64",
        "numpy.random.seed",
        "random.Random",
        "random.seed",
    }
)
_OTHERWISE = {"random.SystemRandom": "Random", "torch.seed": "manual_seed"}
_GLOBAL = {"numpy.random": "seed", "random": "seed", "torch": "manual_seed"}
"""The function that seeds each library's global generator."""
_RANDOM_STATE = frozenset({"sample"})
_LISTINGS = frozenset({"glob.glob", "glob.iglob", "os.listdir", "os.scandir"})
_LISTING_METHODS = frozenset({"glob", "iterdir", "rglob"})
_IN_ORDER = frozenset({"tuple", "enumerate", "print", "iter", "zip", "map"})
_SORTED = frozenset({"sorted", "len", "set", "frozenset", "sum", "min", "max", "any", "all"})


@dataclass(frozen=True)
class Cell:
    """A cell as the patterns see it."""

    source: str
    names: dict[str, str]
    """What names stand for, by the imports of the notebook: ``np`` for ``numpy``."""
    sets: frozenset[str]
    """Names that some cell binds to a set."""

    def dotted(self, node: ast.expr) -> str:
        """Return the full name of what is called, empty where it has none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        return ".".join([self.names.get(node.id, node.id), *reversed(parts)]) if isinstance(node, ast.Name) else ""


def cell_of(source: str, sources: list[str]) -> Cell:
    """Return one of the notebook's cells."""
    return Cell(source=source, names=aliases(sources), sets=frozenset(_named_sets(sources)))


def splices(cell: Cell, kind: CauseKind, line: int | None) -> list[Splice]:
    """Return the mechanical mends of a kind of cause: those on a line, or where there are none, in the whole cell."""
    find = _FINDERS.get(kind)
    tree = parse(cell.source)
    if find is None or tree is None:
        return []
    parents = {id(child): parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    found = list(find(cell, tree, parents))
    here = [splice for splice in found if line is not None and splice.start[0] <= line <= splice.end[0]]
    return here or found


Parents = Mapping[int, ast.AST]


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _seeds(cell: Cell, tree: ast.Module, _: Parents) -> Iterator[Splice]:
    for call in _calls(tree):
        name = cell.dotted(call.func)
        function = segment(cell.source, call.func)
        first = call.args[0] if call.args else None
        bare = not call.args and not call.keywords
        if name in _OTHERWISE and bare:
            yield replaced(cell.source, call, f"{function.rpartition('.')[0]}.{_OTHERWISE[name]}({SEED})".lstrip("."))
        elif name in _TAKES_SEED and (bare or (isinstance(first, ast.Constant) and first.value is None)):
            yield replaced(cell.source, call, f"{function}({SEED})")
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "seed" and bare and name not in _TAKES_SEED:
            yield replaced(cell.source, call, f"{function.removesuffix('seed')}manual_seed({SEED})")
        elif (state := _unset_state(cell, call, name)) is not None:
            yield state
    yield from _global_seeds(cell, tree)


def _global_seeds(cell: Cell, tree: ast.Module) -> Iterator[Splice]:
    """A seed before the first statement that draws from a library's global generator."""
    told: set[str] = set()
    for statement in tree.body:
        for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
            name, function = cell.dotted(call.func), segment(cell.source, call.func)
            library, owner = name.rpartition(".")[0], function.rpartition(".")[0]
            if library in _GLOBAL and owner and owner not in told and _is_drawn(cell, call):
                told.add(owner)
                yield added(statement.lineno, f"{owner}.{_GLOBAL[library]}({SEED})")


def _unset_state(cell: Cell, call: ast.Call, name: str) -> Splice | None:
    """A call that takes ``random_state`` and is not given one."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if None in given:
        return None  # **options may hold it
    value = given.get("random_state")
    if isinstance(value, ast.Constant) and value.value is None:
        return replaced(cell.source, value, str(SEED))
    method = name.rpartition(".")[2] if name else getattr(call.func, "attr", "")
    takes = (name.startswith("sklearn.") and _is_drawn(cell, call)) or (
        method in _RANDOM_STATE and not name.startswith(("random.", "numpy.", "torch."))
    )
    if value is not None or not takes:
        return None
    text = segment(cell.source, call)
    inner = text[:-1].rstrip()
    comma = "" if inner.endswith("(") else " " if inner.endswith(",") else ", "
    return replaced(cell.source, call, f"{inner}{comma}random_state={SEED})")


def _is_drawn(cell: Cell, call: ast.Call) -> bool:
    return any(
        construct.kind is CauseKind.UNSEEDED_RANDOMNESS
        and (construct.line, construct.column - 1, construct.is_global) == (call.lineno, call.col_offset, True)
        for construct in constructs(cell.source, cell.names)
    )


def _listings(cell: Cell, tree: ast.Module, parents: Parents) -> Iterator[Splice]:
    for call in _calls(tree):
        name = cell.dotted(call.func)
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name not in _LISTINGS and (method not in _LISTING_METHODS or name.startswith("glob.")):
            continue
        above = parents.get(id(call))
        if isinstance(above, ast.withitem) or (isinstance(above, ast.Call) and _is_sorting(above, call)):
            continue
        key = ", key=lambda entry: entry.name" if name == "os.scandir" else ""
        outer = above if isinstance(above, ast.Call) and _name_of(above) == "list" and not key else call
        yield replaced(cell.source, outer, f"sorted({segment(cell.source, call)}{key})")


def _is_sorting(call: ast.Call, argument: ast.expr) -> bool:
    return argument is not call.func and _name_of(call) in _SORTED


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _sets(cell: Cell, tree: ast.Module, parents: Parents) -> Iterator[Splice]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr) or not _is_set(node, cell.sets):
            continue
        above = parents.get(id(node))
        if isinstance(above, ast.Call) and node in above.args and _name_of(above) == "list":
            yield replaced(cell.source, above, f"sorted({segment(cell.source, node)})")
        elif above is not None and _shows_order(above, node, tree):
            yield replaced(cell.source, node, f"sorted({segment(cell.source, node)})")


def _shows_order(above: ast.AST, node: ast.expr, tree: ast.Module) -> bool:
    """Whether what stands around a set takes its elements in their order."""
    if isinstance(above, ast.Call):
        return node in above.args and (_name_of(above) in _IN_ORDER or _joins(above))
    if isinstance(above, ast.For | ast.comprehension):
        return above.iter is node
    return isinstance(above, ast.Starred) or (isinstance(above, ast.Expr) and above is tree.body[-1])


def _joins(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "join"


def _is_set(node: ast.expr, sets: frozenset[str]) -> bool:
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Load) and node.id in sets
    return isinstance(node, ast.Set | ast.SetComp) or (
        isinstance(node, ast.Call) and _name_of(node) in {"set", "frozenset"} and bool(node.args)
    )


def _named_sets(sources: list[str]) -> Iterator[str]:
    for source in sources:
        for node in ast.walk(parse(source) or ast.Module(body=[], type_ignores=[])):
            if isinstance(node, ast.Assign) and _is_set(node.value, frozenset()):
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _completions(cell: Cell, tree: ast.Module, _: Parents) -> Iterator[Splice]:
    for call in _calls(tree):
        name = cell.dotted(call.func)
        if name in {"concurrent.futures.as_completed", "asyncio.as_completed"} and call.args:
            first = call.args[0]
            if not _is_set(first, cell.sets):
                yield replaced(cell.source, call, segment(cell.source, first))
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "imap_unordered":
            function = segment(cell.source, call.func)
            yield replaced(cell.source, call.func, function.removesuffix("imap_unordered") + "imap")


_FINDERS: Mapping[CauseKind, Callable[[Cell, ast.Module, Parents], Iterator[Splice]]] = {
    CauseKind.UNSEEDED_RANDOMNESS: _seeds,
    CauseKind.FILESYSTEM_ORDER: _listings,
    CauseKind.HASH_ORDER: _sets,
    CauseKind.THREADS: _completions,
}
