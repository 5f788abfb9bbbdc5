"""Unseeded generators: calls that draw entropy from the operating system, noticed and let through.

NumPy's generators draw it through one function of ``numpy.random.bit_generator``, `secrets` and `SystemRandom`
through ``random._urandom``, `uuid.uuid4` through ``os.urandom``, and ``random.Random()`` inside `seed`. A library
that draws for itself (a temporary name, a message id) is no finding; a NumPy generator without a seed is one
wherever it is made on behalf of a cell, since numbers come out of it.
"""

from __future__ import annotations

import ast
import functools
import os
import random
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from nbrepro.kernel import calls
from nbrepro.kernel.activity import Activity, RunningCell
from nbrepro.kernel.border import Border
from nbrepro.kernel.frames import Caller, CallerFinder
from nbrepro.kernel.patches import Patches
from nbrepro.records import CauseKind

_NUMPY_CREATORS = frozenset(
    {"default_rng", "RandomState", "SeedSequence", "seed", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"}
)
_RANDOM_CREATORS = frozenset({"Random", "seed"})
_DRAWS_IN_VAIN = frozenset({"jumped", "copy", "deepcopy", "load", "loads", "clone"})
"""Calls that make a generator only to give it another's state."""
_NUMPY_UNPICKLING = "numpy.random._pickle"
_NUMPY_ANYHOW = "numpy.random.SeedSequence()"
_MECHANISM = frozenset({"random", "secrets", "uuid"})
_RESULT_LIBRARIES = frozenset({"faker", "mimesis"})
"""Libraries whose own ``random.Random()`` decides what they return."""


class EntropyWatch:
    """Notes where the running cell draws entropy."""

    def __init__(self, activity: Activity, finder: CallerFinder, border: Border) -> None:
        self._activity = activity
        self._finder = finder
        self._border = border
        self._patches = Patches()

    def start(self) -> None:
        """Watch the standard library; NumPy and torch follow when they are there."""
        self._patches.replace(os, "urandom", functools.partial(self._watched, note=self._system))
        self._patches.replace(random, "_urandom", functools.partial(self._watched, note=self._system))
        self._patches.replace(random.Random, "seed", self._watched_seed)
        instance = random._inst  # noqa: SLF001 - whose methods the module's functions are
        self._patches.replace(random, "seed", lambda _: instance.seed)

    def watch_numpy(self, _: ModuleType) -> None:
        """Watch NumPy's generators; called once `numpy.random` is imported."""
        module = sys.modules["numpy.random.bit_generator"]
        self._patches.replace(module, "randbits", functools.partial(self._watched, note=self._numpy))

    def watch_torch(self, torch: ModuleType) -> None:
        """Watch `torch.seed`; called once torch is imported."""
        self._patches.replace(torch, "seed", functools.partial(self._watched, note=self._torch))

    def stop(self) -> None:
        """Put back what was replaced."""
        self._patches.restore()

    def _watched(self, original: Callable[..., Any], *, note: Callable[[FrameType, RunningCell], None]) -> Any:
        activity, observe = self._activity, self._border.observe

        @functools.wraps(original)
        def watched(*args: Any, **kwargs: Any) -> Any:
            cell = activity.current()
            if cell is not None:
                observe("entropy", note, sys._getframe(1), cell)  # noqa: SLF001 - inspect's way reads source files
            return original(*args, **kwargs)

        watched.__module__ = {"posix": "os", "nt": "os"}.get(watched.__module__, watched.__module__)
        return watched

    def _watched_seed(self, original: Callable[..., Any]) -> Any:
        activity, observe, note = self._activity, self._border.observe, self._random

        @functools.wraps(original)
        def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
            if a is None:
                cell = activity.current()
                if cell is not None:
                    observe("entropy", note, sys._getframe(1), cell)  # noqa: SLF001 - as above
            original(self, a, version)

        return seed

    def _numpy(self, frame: FrameType, cell: RunningCell) -> None:
        caller = self._finder.caller(frame, (), cell)
        if caller is None or caller.module == _NUMPY_UNPICKLING or (caller.importing and not caller.own):
            return
        call = calls.current_call(caller.frame, _NUMPY_CREATORS | _DRAWS_IN_VAIN, self._finder.source(cell))
        if call is None:
            what: str | None = _NUMPY_ANYHOW if caller.own else None
        else:
            what = _numpy_finding(call, caller)
        if what is not None:
            where = "" if caller.own else f"  # in {caller.module}"
            cell.find(CauseKind.UNSEEDED_RANDOMNESS, what + where, caller.line)

    def _system(self, frame: FrameType, cell: RunningCell) -> None:
        nearest = self._finder.nearest(frame, _MECHANISM)
        if nearest is None or not nearest[2]:
            return
        self._weak(frame, cell)

    def _random(self, frame: FrameType, cell: RunningCell) -> None:
        nearest = self._finder.nearest(frame, _MECHANISM)
        if nearest is None:
            return
        inner, module, own = nearest
        if not own:
            if module.partition(".")[0] in _RESULT_LIBRARIES:
                caller = self._finder.caller(frame, _MECHANISM, cell)
                if caller is not None:
                    cell.find(CauseKind.UNSEEDED_RANDOMNESS, f"random.Random()  # in {module}", caller.line)
            return
        call = calls.current_call(inner, _RANDOM_CREATORS | _DRAWS_IN_VAIN, self._finder.source(cell))
        if call is None or _makes_generator(call, inner):
            self._weak(frame, cell)

    def _torch(self, frame: FrameType, cell: RunningCell) -> None:
        nearest = self._finder.nearest(frame, ())
        if nearest is not None and nearest[2]:
            self._weak(frame, cell)

    def _weak(self, frame: FrameType, cell: RunningCell) -> None:
        """Note a draw that is a finding only when own code makes it."""
        caller = self._finder.caller(frame, _MECHANISM, cell)
        if caller is None:
            return
        call = calls.current_call(caller.frame, _entered_by(frame, caller.frame), self._finder.source(cell))
        what = calls.described(call, caller.frame) if call is not None else "os.urandom()"
        cell.find(CauseKind.UNSEEDED_RANDOMNESS, what, caller.line)


def _numpy_finding(call: ast.Call, caller: Caller) -> str | None:
    """Return what to call NumPy's draw of entropy, or ``None`` where it changes nothing."""
    target = calls.value_of(call.func, caller.frame)
    name = getattr(target, "__name__", None) or calls.last_name(call.func)
    if name == "RandomState":
        return None if _is_seeded(call, caller.frame) else calls.described(call, caller.frame)
    if name in _NUMPY_CREATORS:
        return calls.described(call, caller.frame)
    if not caller.own or name in _DRAWS_IN_VAIN or "RandomState" in ast.unparse(call):
        return None
    return _NUMPY_ANYHOW


def _is_seeded(call: ast.Call, frame: FrameType) -> bool:
    """Whether ``RandomState(…)`` got a seed: it draws entropy even then, and throws it away."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return bool(given) and calls.value_of(given[0], frame) is not None


def _makes_generator(call: ast.Call, frame: FrameType) -> bool:
    """Whether the call makes or seeds a `random.Random`, rather than copies or unpickles one."""
    target = calls.value_of(call.func, frame)
    if isinstance(target, type):
        return issubclass(target, random.Random)
    return calls.last_name(call.func) in _RANDOM_CREATORS


def _entered_by(frame: FrameType, caller: FrameType) -> set[str]:
    """Return the names of the functions between the caller and the draw."""
    names = {"urandom", "seed", "Random"}
    inner: FrameType | None = frame
    while inner is not None and inner is not caller:
        names.add(inner.f_code.co_name)
        inner = inner.f_back
    return names
