"""Constructs in a source whose result may change from run to run, found by reading it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbrepro.records import CauseKind
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


_UNSEEDED_WITHOUT_ARGUMENTS = frozenset({
    "numpy.random.default_rng",
    "numpy.random.RandomState",
    "numpy.random.SeedSequence",
    "numpy.random.PCG64",
    "numpy.random.seed",
    "random.Random",
    "random.seed",
    "torch.seed",
})  # fmt: skip
_ENTROPY = frozenset({
    "os.urandom", "random.SystemRandom", "secrets.choice", "secrets.randbelow", "secrets.randbits",
    "secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe", "uuid.uuid1", "uuid.uuid4",
})  # fmt: skip
_CLOCK = frozenset({
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "pandas.Timestamp.now", "pandas.Timestamp.today", "pandas.Timestamp.utcnow", "time.asctime", "time.ctime",
    "time.gmtime", "time.localtime", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns",
    "time.process_time", "time.process_time_ns", "time.strftime", "time.time", "time.time_ns",
})  # fmt: skip
_CONVERTERS = {"time.asctime": 1, "time.ctime": 1, "time.gmtime": 1, "time.localtime": 1, "time.strftime": 2}
"""Functions that read the clock only if they are not given a time: the number of arguments that give one."""
_READERS = dict.fromkeys(("os.getenv", "os.environ.get"), CauseKind.ENVIRONMENT_VARIABLE)
_AS_THEY_FINISH = frozenset({"asyncio.as_completed", "concurrent.futures.as_completed"})
_REMOTE = frozenset({
    "requests.get", "requests.post", "requests.Session", "httpx.get", "httpx.post", "urllib.request.urlopen",
    "urllib.request.urlretrieve", "yfinance.download", "sklearn.datasets.fetch_openml",
    "sklearn.datasets.fetch_california_housing", "sklearn.datasets.fetch_20newsgroups", "seaborn.load_dataset",
    "datasets.load_dataset",
})  # fmt: skip
_LISTINGS = frozenset({"glob.glob", "glob.iglob", "os.listdir", "os.scandir", "os.walk"})
_LISTING_METHODS = frozenset({"glob", "iterdir", "rglob"})
_ORDER_FREE = frozenset({"all", "any", "frozenset", "len", "max", "min", "set", "sorted", "sum", "isinstance"})
_STDLIB_DRAWS = frozenset(
    [
        "betavariate",
        "choice",
        "choices",
        "expovariate",
        "gammavariate",
        "gauss",
        "getrandbits",
        "lognormvariate",
        "normalvariate",
        "randbytes",
        "randint",
        "random",
        "randrange",
        "sample",
        "shuffle",
        "triangular",
        "uniform",
        "vonmisesvariate",
        "weibullvariate",
    ]
)
_NUMPY_SETTINGS = frozenset(
    {"BitGenerator", "Generator", "MT19937", "PCG64DXSM", "Philox", "SFC64", "get_state", "set_state"}
)
_TORCH_DRAWS = frozenset({"bernoulli", "multinomial", "normal", "rand", "randint", "randn", "randperm"})
_SKLEARN_DRAWS = frozenset(
    [
        "ExtraTreesClassifier",
        "ExtraTreesRegressor",
        "GaussianMixture",
        "GradientBoostingClassifier",
        "GradientBoostingRegressor",
        "KMeans",
        "MLPClassifier",
        "MLPRegressor",
        "MiniBatchKMeans",
        "NMF",
        "RandomForestClassifier",
        "RandomForestRegressor",
        "ShuffleSplit",
        "StratifiedShuffleSplit",
        "TSNE",
        "make_blobs",
        "make_circles",
        "make_classification",
        "make_moons",
        "make_regression",
        "resample",
        "shuffle",
        "train_test_split",
    ]
)
_SEEDS = frozenset({"numpy.random.seed", "random.seed", "torch.manual_seed"})


def seeded(sources: Sequence[str], names: dict[str, str]) -> frozenset[str]:
    """Return the libraries whose global generator one of the sources seeds with a value."""
    found = set()
    for source in sources:
        tree = parse(source)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Call) and node.args and (name := _dotted(node.func, names)) in _SEEDS:
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
            Construct(kind=kind, what=_shown(node), line=node.lineno, is_global=is_global, column=node.col_offset + 1)
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
    elif isinstance(node, ast.Call):
        name = _dotted(node.func, names) or ""
        kind = _kind_of_draw(node, name) or _kind_of_call(node, name, is_calm=is_calm)
        if kind is not None:
            yield kind, kind is CauseKind.UNSEEDED_RANDOMNESS and _draws_globally(name, node)


def _kind_of_draw(call: ast.Call, name: str) -> CauseKind | None:
    without = not call.args and not call.keywords
    seeds_itself = isinstance(call.func, ast.Attribute) and call.func.attr == "seed" and without
    if name in _ENTROPY or (name in _UNSEEDED_WITHOUT_ARGUMENTS and without) or seeds_itself:
        return CauseKind.UNSEEDED_RANDOMNESS
    return CauseKind.UNSEEDED_RANDOMNESS if _draws_globally(name, call) else None


def _kind_of_call(call: ast.Call, name: str, *, is_calm: bool) -> CauseKind | None:
    if name in _CLOCK and len(call.args) < _CONVERTERS.get(name, 99):
        return CauseKind.TIME
    if name in _REMOTE or _reads_address(call):
        return CauseKind.NETWORK
    if (name in _LISTINGS or _lists(call)) and not is_calm:
        return CauseKind.FILESYSTEM_ORDER
    if name == "hash" or (name in {"set", "frozenset"} and call.args and not is_calm):
        return CauseKind.HASH_ORDER
    if name == "id" and len(call.args) == 1:
        return CauseKind.MEMORY_ADDRESS
    is_unordered = name in _AS_THEY_FINISH or name.endswith(".imap_unordered")
    return CauseKind.THREADS if is_unordered else _READERS.get(name)


def _draws_globally(name: str, call: ast.Call) -> bool:
    room, _, function = name.rpartition(".")
    if any(keyword.arg in {"random_state", "generator", "seed"} for keyword in call.keywords):
        return False
    return (
        (room == "random" and function in _STDLIB_DRAWS)
        or (room == "torch" and function in _TORCH_DRAWS)
        or (room == "numpy.random" and name not in _UNSEEDED_WITHOUT_ARGUMENTS and function not in _NUMPY_SETTINGS)
        or (room.startswith("sklearn.") and function in _SKLEARN_DRAWS)
    )


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
    return isinstance(call.func, ast.Attribute) and call.func.attr in _LISTING_METHODS and not call.keywords


def _order_free(tree: ast.Module) -> set[int]:
    """The ids of expressions whose order does not reach the outside: sorted, counted, compared, or combined as sets."""
    calm: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ORDER_FREE:
            calm |= {id(inner) for argument in node.args for inner in _passed_on(argument)}
        elif isinstance(node, ast.Compare):
            calm |= {id(operand) for operand in (node.left, *node.comparators)}
    return calm


def _passed_on(argument: ast.expr) -> Iterator[ast.expr]:
    yield argument
    if isinstance(argument, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        yield from (generator.iter for generator in argument.generators)


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])


def _shown(node: ast.expr, most: int = 60) -> str:
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= most else f"{text[: most - 1]}…"
