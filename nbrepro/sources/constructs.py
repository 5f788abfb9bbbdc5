"""Constructs in a source whose result may change from run to run, found by reading it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbrepro.records import CauseKind
from nbrepro.sources import signs
from nbrepro.sources.parsing import parse


@dataclass(frozen=True, kw_only=True)
class Construct:
    """One such place."""

    kind: CauseKind
    what: str
    """The code, shortened."""
    line: int
    is_global: bool = False
    """Whether it draws from a global generator, which a seed set elsewhere would fix."""
    column: int = 1
    is_watched: bool = False
    """Whether a run with nbrepro in its kernel sees by itself that it happens."""

    @property
    def reads_all(self) -> bool:
        """Whether it reads all environment variables, not one by its name."""
        return self.kind is CauseKind.ENVIRONMENT_VARIABLE and not any(
            mark in self.what for mark in ("environ[", "environ.get(", "getenv(")
        )


def seeded(sources: Sequence[str], names: dict[str, str]) -> frozenset[str]:
    """Return the libraries whose global generator one of the sources seeds with a value."""
    found = set()
    for source in sources:
        tree = parse(source)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Call) and node.args and (name := _dotted(node.func, names)) in signs.SEEDS:
                found.add(name.partition(".")[0])
    return frozenset(found)


def aliases(sources: Sequence[str]) -> dict[str, str]:
    """Return what each imported name stands for: ``{"np": "numpy", "rng": "numpy.random.default_rng"}``."""
    found: dict[str, str] = {}
    for source in sources:
        tree = parse(source)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Import):
                found.update(
                    (a.asname or a.name.partition(".")[0], a.name if a.asname else a.name.partition(".")[0])
                    for a in node.names
                )
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.update((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)
    return found


def constructs(source: str, names: dict[str, str]) -> tuple[Construct, ...]:
    """Return the constructs of one source, in order of their lines."""
    found = [*_timing_magics(source)]
    tree = parse(source)
    if tree is not None:
        calm = _order_free(tree)
        found += [
            Construct(
                kind=kind,
                what=_shown(node),
                line=node.lineno,
                is_global=is_global,
                column=node.col_offset + 1,
                is_watched=kind is CauseKind.UNSEEDED_RANDOMNESS and _is_watched(node, names),
            )
            for node in ast.walk(tree)
            if isinstance(node, ast.expr)
            for kind, is_global in _judged(node, names, is_calm=id(node) in calm)
        ]
    return tuple(sorted(found, key=lambda construct: construct.line))


def _timing_magics(source: str) -> Iterator[Construct]:
    for number, line in enumerate(source.split("\n"), start=1):
        if line.lstrip().startswith(("%time", "%%time")):
            yield Construct(kind=CauseKind.TIME, what=line.strip().split()[0], line=number)


def _judged(node: ast.expr, names: dict[str, str], *, is_calm: bool) -> Iterator[tuple[CauseKind, bool]]:
    if isinstance(node, ast.Set | ast.SetComp) and not is_calm:
        yield CauseKind.HASH_ORDER, False
    elif isinstance(node, ast.Subscript) and _dotted(node.value, names) == "os.environ":
        yield CauseKind.ENVIRONMENT_VARIABLE, False
    elif isinstance(node, ast.Attribute) and node.attr in signs.FILE_TIMES:
        yield CauseKind.TIME, False
    elif isinstance(node, ast.Call):
        name = _dotted(node.func, names) or ""
        if kind := _kind_of_query(node, name):
            yield kind, False
        kind = _kind_of_draw(node, name, names) or _kind_of_call(node, name, is_calm=is_calm)
        if kind is not None:
            yield kind, kind is CauseKind.UNSEEDED_RANDOMNESS and _draws_globally(name, node, names)


def _kind_of_draw(call: ast.Call, name: str, names: dict[str, str]) -> CauseKind | None:
    without = not call.args and not call.keywords
    if name in signs.SEEDING and any(_is_unstable(argument, names) for argument in call.args):
        return CauseKind.UNSEEDED_RANDOMNESS
    seeds_itself = isinstance(call.func, ast.Attribute) and call.func.attr == "seed" and without
    if name in signs.ENTROPY or (name in signs.UNSEEDED_WITHOUT_ARGUMENTS and without) or seeds_itself:
        return CauseKind.UNSEEDED_RANDOMNESS
    return CauseKind.UNSEEDED_RANDOMNESS if _draws_globally(name, call, names) else None


def _kind_of_call(call: ast.Call, name: str, *, is_calm: bool) -> CauseKind | None:
    return _of_world(call, name) or _of_process(call, name) or (None if is_calm else _of_order(call, name))


def _of_world(call: ast.Call, name: str) -> CauseKind | None:
    """The clock, the network, the environment."""
    if (name in signs.NOW and _says_now(call)) or (
        name in signs.CLOCK and len(call.args) < signs.CONVERTERS.get(name, 99)
    ):
        return CauseKind.TIME
    if _writes_date(call) or (isinstance(call.func, ast.Attribute) and call.func.attr in signs.GPU_CLOCK):
        return CauseKind.TIME
    if name in signs.REMOTE or _reads_address(call):
        return CauseKind.NETWORK
    return CauseKind.ENVIRONMENT_VARIABLE if _lists_environment(call, name) else signs.READERS.get(name)


def _of_process(call: ast.Call, name: str) -> CauseKind | None:
    """The process, and the order in which its workers finish."""
    if name in signs.PROCESS or name.startswith("psutil.") or name.endswith(".getsockname") or _reads_child(call, name):
        return CauseKind.PROCESS
    if name == "pyarrow.compute.random" and not any(keyword.arg == "initializer" for keyword in call.keywords):
        return CauseKind.UNSEEDED_RANDOMNESS
    return CauseKind.THREADS if name in signs.AS_THEY_FINISH or _runs_unordered(call) else None


def _of_order(call: ast.Call, name: str) -> CauseKind | None:
    """What has no order of its own, where the order is not set aside."""
    if name in signs.LISTINGS or _lists(call):
        return CauseKind.FILESYSTEM_ORDER
    if name == "hash" or (name in {"set", "frozenset"} and call.args):
        return CauseKind.HASH_ORDER
    if name == "id" and len(call.args) == 1:
        return CauseKind.MEMORY_ADDRESS
    if name in signs.UNINITIALISED:
        return CauseKind.PROCESS
    return CauseKind.THREADS if _groups_in_polars(call, name) else None


def _is_watched(node: ast.expr, names: dict[str, str]) -> bool:
    """Whether the draw goes through a function that the kernel's half replaces."""
    name = _dotted(node.func, names) if isinstance(node, ast.Call) else ""
    return name.startswith(signs.WATCHED) and not (
        name in signs.SEEDING and any(_is_unstable(argument, names) for argument in node.args)  # type: ignore[attr-defined]
    )


def _is_unstable(node: ast.expr, names: dict[str, str]) -> bool:
    """Whether an expression reads the clock, the process or entropy."""
    calls = (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))
    dotted = {_dotted(call.func, names) for call in calls}
    return not dotted.isdisjoint(signs.CLOCK | signs.PROCESS | signs.ENTROPY)


def _reads_child(call: ast.Call, name: str) -> bool:
    """Whether the output of another program is taken in."""
    captured = any(keyword.arg in signs.CAPTURES for keyword in call.keywords)
    return name in signs.CHILDREN_READ or (name in signs.CHILDREN and captured)


def _writes_date(call: ast.Call) -> bool:
    """Whether matplotlib saves a picture of a kind that holds its date."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "savefig":
        return False
    if any(keyword.arg == "metadata" for keyword in call.keywords):
        return False
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg in {"format", "fname"})]
    return any(isinstance(value, ast.Constant) and str(value.value).endswith(signs.DATED) for value in given)


def _lists_environment(call: ast.Call, name: str) -> bool:
    """Whether all environment variables are read at once; a child process that gets them all is no result."""
    if name in {"os.environ.items", "os.environ.keys", "os.environ.values"}:
        return True
    return name in {"dict", "list", "print", "repr", "str"} and any(
        isinstance(argument, ast.Attribute) and argument.attr == "environ" for argument in call.args
    )


def _groups_in_polars(call: ast.Call, name: str) -> bool:
    if not name.startswith("polars.") or name.rpartition(".")[2] not in signs.POLARS_UNORDERED:
        return False
    ordered = [keyword.value for keyword in call.keywords if keyword.arg == "maintain_order"]
    return not any(isinstance(value, ast.Constant) and value.value is True for value in ordered)


def _says_now(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and first.value in {"now", "today"}


def _runs_unordered(call: ast.Call) -> bool:
    """Whether a method hands out results as workers finish: of pools, and of joblib when it is asked to."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "imap_unordered":
        return True
    return any(
        keyword.arg == "return_as"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value == "generator_unordered"
        for keyword in call.keywords
    )


def _kind_of_query(call: ast.Call, name: str) -> CauseKind | None:
    """What a query in SQL depends on, besides its tables."""
    first = call.args[0] if call.args else None
    method = call.func.attr if isinstance(call.func, ast.Attribute) else name.rpartition(".")[2]
    if method not in signs.RUNS_SQL or not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return None
    query = first.value
    if signs.SQL_DRAWS.search(query) and not signs.SQL_SEED.search(query):
        return CauseKind.UNSEEDED_RANDOMNESS
    if signs.SQL_CLOCK.search(query):
        return CauseKind.TIME
    grouped = "duckdb" in name and signs.SQL_GROUPS.search(query) and not signs.SQL_ORDER.search(query)
    return CauseKind.THREADS if grouped else None


def _draws_globally(name: str, call: ast.Call, names: dict[str, str]) -> bool:
    room, _, function = name.rpartition(".")
    if any(keyword.arg in {"random_state", "generator", "seed"} for keyword in call.keywords):
        return False
    return (
        (room == "random" and function in signs.STDLIB_DRAWS)
        or (room == "torch" and function in signs.TORCH_DRAWS)
        or (
            room == "numpy.random"
            and name not in signs.UNSEEDED_WITHOUT_ARGUMENTS
            and function not in signs.NUMPY_SETTINGS
        )
        or (room.startswith("sklearn.") and function in signs.SKLEARN_DRAWS)
        or _samples_a_table(name, call, names)
    )


def _samples_a_table(name: str, call: ast.Call, names: dict[str, str]) -> bool:
    """Whether rows are drawn as pandas has it, from NumPy's global generator: ``table.sample(frac=0.1)``."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "sample":
        return False
    imported = {full.partition(".")[0] for full in names.values()}
    if "pandas" not in imported or name.partition(".")[0] in imported - {"pandas"}:
        return False
    counts = [argument for argument in call.args if isinstance(argument, ast.Constant) and type(argument.value) is int]
    given = {keyword.arg for keyword in call.keywords}
    return len(counts) == len(call.args) <= 1 and None not in given and bool(counts or given & {"n", "frac"})


def _reads_address(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    is_reader = isinstance(call.func, ast.Attribute) and call.func.attr.startswith("read")
    return (
        is_reader
        and isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and first.value.startswith(("http://", "https://", "ftp://", "s3://", "gs://"))
    )


def _lists(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in signs.LISTING_METHODS and not call.keywords


def _order_free(tree: ast.Module) -> set[int]:
    """The ids of expressions whose order does not reach the outside: sorted, counted, compared, or combined as sets."""
    calm: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in signs.ORDER_FREE:
            calm |= {id(inner) for argument in node.args for inner in _passed_on(argument)}
        elif isinstance(node, ast.Compare):
            calm |= {id(operand) for operand in (node.left, *node.comparators)}
        elif isinstance(node, ast.Attribute) and node.attr in signs.ORDER_FREE_METHODS:
            calm |= {id(inner) for inner in _chain(node.value)}
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.keyword) and _fills_later(node.value):
            calm.add(id(node.value))
    return calm


def _chain(node: ast.expr) -> Iterator[ast.expr]:
    """The calls that a chain of methods is made of, the last one first."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        yield node
        node = node.func if isinstance(node, ast.Call) else node.value


def _fills_later(value: ast.expr | None) -> bool:
    """Whether uninitialised memory gets a name: as a rule it is filled before it is read."""
    function = value.func if isinstance(value, ast.Call) else None
    return isinstance(function, ast.Attribute | ast.Name) and (
        function.attr if isinstance(function, ast.Attribute) else function.id
    ).startswith("empty")


def _passed_on(argument: ast.expr) -> Iterator[ast.expr]:
    yield argument
    if isinstance(argument, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        yield from (generator.iter for generator in argument.generators)


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
        node = node.value if isinstance(node, ast.Attribute) else node.func
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])


def _shown(node: ast.expr, most: int = 60) -> str:
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= most else f"{text[: most - 1]}…"
