"""What the source of a cell reads and writes, from its compiled code and the order of its statements."""

from __future__ import annotations

import ast
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType

from nbrepro.kernel.live import commands
from nbrepro.kernel.live.bytecode import code_names, nested, operations, runs_at_once, sees_everything, sets_seeds
from nbrepro.kernel.live.settings import NOTHING_SET, SOMEWHERE, Settings, settings_in
from nbrepro.kernel.live.statements import SettingStatement, come_first, statements_on
from nbrepro.kernel.live.touching import calls_unknown, lambdas_apart, may_change

_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_HISTORY = re.compile(r"_{1,3}|_i{1,3}|_i?\d+|_[oid]h")
_APPENDS = re.compile(r"""["'](?:a|[ar]b?\+|[ar]\+b|ab)["']""")
_QUERIES = frozenset({"query", "eval", "sql", "execute", "from_formula", "ols", "logit", "glm", "ggplot"})
_ASKING = frozenset({"exists", "isfile", "isdir", "is_file", "is_dir", "listdir", "scandir", "glob", "iglob", "rglob",
                     "iterdir", "getsize", "getmtime", "stat"})  # fmt: skip
_MOVING = frozenset({"unlink", "remove", "rmtree", "rename", "replace", "move"})
_NAMESPACES = frozenset({"vars", "dir", "locals", "__import__"})
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_MAX_SOURCE = 200_000
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class CellNames:
    """The notebook's names that one source touches."""

    loads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Names that are looked up, each with the names that the cell has surely bound before it does."""
    stores: frozenset[str] = _NONE
    """Names that it may bind."""
    sure: frozenset[str] = _NONE
    """Names that it binds in any case, if it runs to its end."""
    deletes: frozenset[str] = _NONE
    defs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Functions and classes of the cell: what their bodies look up and bind when they are called."""
    history: bool = False
    """Whether it looks into IPython's history by a name that only IPython binds: `_`, `_i1`, `_oh`."""
    appends: bool = False
    """Whether what it writes to files may follow what they hold."""
    asks_for_files: bool = False
    """Whether it may ask which files there are."""
    moves_files: bool = False
    """Whether it may remove or rename files."""
    seeds: bool = False
    """Whether it names what sets or reads the state of a generator."""
    sets: Settings = NOTHING_SET
    """What it sets on names: perhaps an option of a library, or an environment variable."""
    statements: tuple[SettingStatement, ...] = ()
    """The statements that do."""
    sets_first: bool = False
    """Whether it does so before anything else."""
    opaque: bool = False
    """Whether it can read or write names that it does not spell."""
    trivial: bool = False
    """Whether it does nothing."""

    @property
    def reads(self) -> frozenset[str]:
        """Names whose value comes from outside the cell."""
        return frozenset(name for name, bound in self.loads.items() if name not in bound)


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What a source may do beyond binding names; only asked for where what it did was not seen."""

    risky: frozenset[str] = _NONE
    """Names whose object it may change in place."""
    calls: bool = True
    """Whether it calls anything that is not known to be harmless."""
    meaning: str
    """Equal for sources that differ in comments and layout alone."""


@lru_cache(maxsize=512)
def effects(source: str) -> Effects:
    """Return what a source may do to objects and to what lies outside of the names."""
    try:
        body = commands.body_of(source)
        tree = _parse(body.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Effects(meaning=source)
    magics = commands.commands_in(tree)
    return Effects(
        risky=may_change(tree) | body.mentioned | magics.mentioned,
        calls=bool(magics.any or body.partial or calls_unknown(tree)),
        meaning=source if body.partial else ast.dump(tree),
    )


@lru_cache(maxsize=512)
def cell_names(source: str) -> CellNames:
    """Return what a cell with this source touches; one that cannot be analysed may touch anything."""
    if not source.strip():
        return CellNames(trivial=True)
    if len(source) > _MAX_SOURCE:
        return CellNames(opaque=True)
    try:
        body = commands.body_of(source)
        return _analyse(body.source, body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return CellNames(opaque=True)


def _parse(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are the notebook's own affair, and told when the cell runs
        tree = compile(source, "<cell>", "exec", _FLAGS)
    assert isinstance(tree, ast.Module)
    return tree


def _compile(tree: ast.Module) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above
        code = compile(tree, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(code, CodeType)
    return code


def _analyse(source: str, body: commands.Body) -> CellNames:
    tree = _parse(source)
    code = _compile(tree)
    magics = commands.commands_in(tree) if "get_ipython" in code.co_names else commands.Commands()
    flow = _Flow(tree, code, source)
    sure = flow.block(tree.body, _NONE)
    loads = dict(flow.loads)
    loads.pop("get_ipython", None)
    for name in (*body.mentioned, *magics.mentioned, *_queried(tree, code)):
        loads[name] = _NONE
    stores = flow.stores | magics.stores | body.stores
    attributes = _attributes(code)
    statements = tuple(statements_on(tree, flow.sets.names))
    history = any(_HISTORY.fullmatch(name) and name not in bound for name, bound in loads.items())
    star = "*" in source and "import" in source and any(_imports_all(statement) for statement in ast.walk(tree))
    return CellNames(
        loads={name: bound for name, bound in loads.items() if not _HISTORY.fullmatch(name) or name in stores},
        stores=stores,  # type: ignore[arg-type]
        sure=frozenset() if body.partial else sure,
        deletes=frozenset(flow.deletes),
        defs={name: frozenset(names) for name, names in flow.defs.items()},
        history=history,
        asks_for_files=not _ASKING.isdisjoint(attributes),
        moves_files=not _MOVING.isdisjoint(attributes),
        seeds=_any_seeds(code),
        statements=statements,
        sets_first=come_first(tree, statements),
        sets=Settings(flow.sets.names | {SOMEWHERE}, flow.sets.repeatable) if magics.sets else flow.sets,
        appends=bool(_APPENDS.search(source)) or body.overwrites,
        opaque=flow.opaque or star or magics.opaque or body.opaque or _bare_namespaces(tree, code),
        trivial=not tree.body and not body.partial and not body.opaque,
    )


def _queried(tree: ast.Module, code: CodeType) -> set[str]:
    """Return the words of texts that a library may look up as names: pandas' `@x`, DuckDB's tables, formulas."""
    if _QUERIES.isdisjoint(_attributes(code)):
        return set()
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {word for text in texts for word in _IDENTIFIER.findall(text)}


def _attributes(code: CodeType) -> set[str]:
    return {*code.co_names, *(name for inner in nested(code) for name in _attributes(inner))}


def _any_seeds(code: CodeType) -> bool:
    return sets_seeds(code) or any(code_names(inner).seeds for inner in nested(code))


def _imports_all(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def _bare_namespaces(tree: ast.Module, code: CodeType) -> bool:
    if _NAMESPACES.isdisjoint(_attributes(code)):
        return False
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _NAMESPACES
        and (not node.args or node.func.id == "__import__")
        for node in ast.walk(tree)
    )


class _Flow:
    """Follows the statements in their order; each access is looked up by its line."""

    def __init__(self, tree: ast.Module, code: CodeType, source: str) -> None:
        self.loads: dict[str, frozenset[str]] = {}
        self.stores: set[str] = set()
        self.deletes: set[str] = set()
        self.defs: dict[str, set[str]] = defaultdict(set)
        self.opaque = False
        self.sets = settings_in(code)
        # Walks over the whole tree take most of the time: only for what the text shows signs of.
        self._decorated = _decorated(tree) if "@" in source else set()
        self._assigned = lambdas_apart(tree) if "lambda" in source else {}
        self._has_walrus = ":=" in source
        self._at: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self._collect(code)

    def _collect(self, code: CodeType) -> None:
        self.opaque = self.opaque or sees_everything(code)
        lines = sorted((start, line or 1) for start, _, line in code.co_lines())
        place, line = 0, 1
        top = not code.co_flags & 0x1 and code.co_name == "<module>"
        for operation in operations(code):
            while place < len(lines) and lines[place][0] <= operation.offset:
                line = lines[place][1]
                place += 1
            if top or operation.kind == "load":
                self._at[line].append((operation.kind, operation.name))
        for inner in nested(code):
            self._collect_nested(inner)

    def _collect_nested(self, inner: CodeType) -> None:
        name = inner.co_name
        if name == "<lambda>" and inner.co_firstlineno in self._assigned:
            self._later(self._assigned[inner.co_firstlineno], inner)
        elif runs_at_once(inner):
            if name.startswith("<"):
                self._whole(inner)
                return
            self._collect_class(inner)
        elif name in self._decorated:
            self._whole(inner)
        else:
            self._later(name, inner)

    def _collect_class(self, body: CodeType) -> None:
        self.opaque = self.opaque or sees_everything(body)
        for operation in operations(body):
            if operation.kind == "load" and not operation.name.startswith("__"):
                self._at[body.co_firstlineno].append(("load", operation.name))
        for method in nested(body):
            if runs_at_once(method) or body.co_name in self._decorated or method.co_name in self._decorated:
                self._whole(method)
            else:
                self._later(body.co_name, method)

    def _whole(self, inner: CodeType) -> None:
        names = code_names(inner)
        self.opaque = self.opaque or names.opaque
        self.sets = Settings(self.sets.names | names.sets, self.sets.repeatable)
        for name in names.loads:
            self._at[inner.co_firstlineno].append(("load", name))
        for name in names.stores:
            self._at[inner.co_firstlineno].append(("perhaps", name))

    def _later(self, name: str, inner: CodeType) -> None:
        names = code_names(inner)
        self.defs[name] |= names.loads | names.stores
        self.opaque = self.opaque or names.opaque

    def block(self, statements: Sequence[ast.stmt], bound: frozenset[str]) -> frozenset[str]:
        """Follow statements; return what is surely bound after them."""
        for statement in statements:
            bound = self._statement(statement, bound)
        return bound

    def _statement(self, node: ast.stmt, bound: frozenset[str]) -> frozenset[str]:
        blocks = [block for block in _blocks(node) if block]
        if not blocks:
            return self._lines(_span(node), bound, sure=not (self._has_walrus and _conditional(node)))
        header = range(_span(node).start, min(_first(block[0]) for block in blocks))
        after = self._lines(header or range(node.lineno, node.lineno + 1), bound, sure=False)
        inside = after
        if isinstance(node, ast.For | ast.AsyncFor):
            inside = after | _targets([node.target])
        elif isinstance(node, ast.With | ast.AsyncWith):
            after = inside = after | _targets(item.optional_vars for item in node.items if item.optional_vars)
        ends = [self.block(block, inside) for block in blocks]
        between = set(range(header.start, _span(node).stop)) - set(header)
        self._lines(sorted(between & self._at.keys()), after, sure=False)  # `except E as e:`, `case x:`
        if isinstance(node, ast.If) and node.orelse:
            return ends[0] & ends[1]
        if isinstance(node, ast.Try) and node.finalbody:
            return after | self.block(node.finalbody, after)
        return after

    def _lines(self, lines: Iterable[int], bound: frozenset[str], *, sure: bool) -> frozenset[str]:
        found = [access for line in lines for access in self._at.pop(line, ())]
        for kind, name in found:
            if kind in {"load", "delete"}:
                self.loads[name] = self.loads.get(name, bound) & bound
        stored = {name for kind, name in found if kind in {"store", "perhaps"}}
        deleted = {name for kind, name in found if kind == "delete"}
        self.stores |= stored
        self.deletes |= deleted
        if not sure:
            return bound - deleted
        return (bound | {name for kind, name in found if kind == "store"}) - deleted


def _decorated(tree: ast.Module) -> set[str]:
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.decorator_list
    }


def _blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return []
    blocks = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    blocks += [handler.body for handler in getattr(node, "handlers", [])]
    blocks += [case.body for case in getattr(node, "cases", [])]
    if isinstance(node, ast.If):
        return blocks[:2]
    return blocks


def _first(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])  # type: ignore[no-any-return]


def _span(node: ast.stmt) -> range:
    return range(_first(node), (node.end_lineno or node.lineno) + 1)


def _conditional(node: ast.stmt) -> bool:
    """Whether a simple statement binds only perhaps: a walrus in a short circuit or a comprehension."""
    return any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node))


def _targets(nodes: Iterable[ast.expr]) -> frozenset[str]:
    return frozenset(
        inner.id
        for node in nodes
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    )
