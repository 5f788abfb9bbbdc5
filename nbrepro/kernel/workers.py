"""Chance in workers: functions that draw from a global generator, or generators that several workers are given."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nbrepro.kernel.looking import is_a, named
from nbrepro.records import CauseKind

_INTO_WORKERS = frozenset({
    "Process", "apply_async", "delayed", "imap", "imap_unordered", "map", "map_async", "starmap", "starmap_async",
    "submit",
})  # fmt: skip
_GENERATORS = frozenset({"Generator", "RandomState", "Random"})
_PROCESS_POOLS = ("multiprocessing.pool.Pool", "multiprocessing.context", "concurrent.futures.process", "joblib")
_THREAD_POOLS = ("multiprocessing.pool.ThreadPool", "concurrent.futures.thread")
_MANY = 2
WORDS_OF_WORKERS = (_INTO_WORKERS - {"map"}) | {
    "Pool",
    "ProcessPoolExecutor",
    "Thread",
    "ThreadPool",
    "ThreadPoolExecutor",
}
"""Names of which a source has one if it starts workers; a pool that maps was made by another of them, or is known."""

Told = tuple[CauseKind, str, int]


def workers(tree: ast.Module, namespace: Mapping[str, Any], draws_globally: Callable[[str], bool]) -> Iterator[Told]:
    """Yield what is found of the workers that a cell starts.

    Parameters
    ----------
    draws_globally:
        Tells of a function of the notebook whether it draws from a global generator.
    """
    started = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) == "Thread"]
    repeated = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.While | ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp)
        for inner in ast.walk(node)
    }
    if len(started) >= _MANY or any(id(node) in repeated for node in started):
        yield CauseKind.THREADS, "threading.Thread(…)  # several run at once", started[0].lineno
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _handed_over(node, namespace, draws_globally)


def _handed_over(call: ast.Call, namespace: Mapping[str, Any], draws_globally: Callable[[str], bool]) -> Iterator[Told]:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    names = [argument.id for argument in given if isinstance(argument, ast.Name)]
    if _name(call.func) in _INTO_WORKERS:
        drawing = next((name for name in names if draws_globally(name)), None)
        kind = _kind_of_workers(call, namespace) if drawing is not None else None
        if kind is not None:
            yield kind, f"{drawing}()  # draws from a global generator in several workers", call.lineno
    if isinstance(call.func, ast.Call) and _name(call.func.func) == "delayed":
        for name in names:
            if type(namespace.get(name)).__name__ in _GENERATORS:
                yield CauseKind.RANDOM_CONSUMPTION, f"{name}  # one generator state for several workers", call.lineno


def _kind_of_workers(call: ast.Call, namespace: Mapping[str, Any]) -> CauseKind | None:
    """Return what comes of drawing from a global generator there; ``None`` where no worker is known to do it."""
    name = _name(call.func)
    if name == "delayed":
        return CauseKind.UNSEEDED_RANDOMNESS  # joblib's workers are fresh processes
    owner = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    value = namespace.get(owner.id) if isinstance(owner, ast.Name) else None
    where = ".".join(named(value if is_a(value, type) else type(value)))
    if where.startswith(_THREAD_POOLS):
        return CauseKind.THREADS
    if where.startswith(_PROCESS_POOLS) or (name == "Process" and value is sys.modules.get("multiprocessing")):
        return CauseKind.RANDOM_CONSUMPTION if _forks() else CauseKind.UNSEEDED_RANDOMNESS
    return None


def _forks() -> bool:
    """Whether processes begin as copies of this one, the states of its generators included."""
    multiprocessing: Any = sys.modules.get("multiprocessing")
    method = multiprocessing.get_start_method(allow_none=True) if multiprocessing else None
    if method is not None:
        return bool(method == "fork")
    return sys.platform == "linux" and sys.version_info < (3, 14)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
