"""Unseeded generators: calls that draw entropy from the operating system, noticed and let through.

NumPy's generators draw it through one function of ``numpy.random.bit_generator``, `secrets` and `SystemRandom`
through ``random._urandom``, `uuid.uuid4` through ``os.urandom``, and ``random.Random()`` inside `seed`. A library
that draws for itself (a temporary name, a message id) is no finding; a NumPy generator without a seed is one
wherever it is made on behalf of a cell, since numbers come out of it.

What such a generator gets comes from `nbrepro.kernel.supply`, which keeps it, and on request makes it of the seed
or gives out that of an earlier run. A draw that is no finding always gets the system's own bytes.
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
from nbrepro.kernel.border import Border, aside
from nbrepro.kernel.frames import Caller, CallerFinder
from nbrepro.kernel.looking import is_a, named_itself
from nbrepro.kernel.patches import Patches
from nbrepro.kernel.supply import BYTES, Supply, Wanted
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
_PYTHON = "random"
_SEED_SIZE = 32
"""Bytes that a generator of Python's is seeded with, where they are to be known."""
_RESULT_LIBRARIES = frozenset({"faker", "mimesis"})
"""Libraries whose own ``random.Random()`` decides what they return."""


class EntropyWatch:
    """Notes where the running cell draws entropy."""

    def __init__(self, activity: Activity, finder: CallerFinder, border: Border, supply: Supply) -> None:
        self._activity = activity
        self._finder = finder
        self._border = border
        self._supply = supply
        self._patches = Patches()

    def start(self) -> None:
        """Watch the standard library; NumPy and torch follow when they are there."""
        self._patches.replace(os, "urandom", self._watched_bytes)
        self._patches.replace(random, "_urandom", self._watched_bytes)
        self._patches.replace(random.Random, "seed", self._watched_seed)
        instance = random._inst  # noqa: SLF001 - whose methods the module's functions are
        self._patches.replace(random, "seed", lambda _: instance.seed)

    def watch_numpy(self, _: ModuleType) -> None:
        """Watch NumPy's generators; called once `numpy.random` is imported."""
        module = sys.modules["numpy.random.bit_generator"]
        self._patches.replace(module, "randbits", self._watched_bits)

    def watch_torch(self, torch: ModuleType) -> None:
        """Watch `torch.seed`; called once torch is imported."""
        self._patches.replace(torch, "seed", functools.partial(self._watched_torch, torch=torch))

    def stop(self) -> None:
        """Put back what was replaced."""
        self._patches.restore()

    def _watched_bytes(self, original: Callable[[int], bytes]) -> Any:
        activity, drawn = self._activity, self._drawn

        @functools.wraps(original)
        def watched(*args: Any, **keywords: Any) -> bytes:
            with aside:
                cell = activity.current()
                if cell is None or keywords or len(args) != 1 or type(args[0]) is not int or args[0] < 1:
                    return original(*args, **keywords)
                frame = sys._getframe(1)  # noqa: SLF001 - see below
                entropy: bytes = drawn(frame, cell, self._system, args[0], lambda: original(*args))
            return entropy

        watched.__module__ = {"posix": "os", "nt": "os"}.get(watched.__module__, watched.__module__)
        return watched

    def _watched_bits(self, original: Callable[[int], int]) -> Any:
        activity, drawn = self._activity, self._drawn

        @functools.wraps(original)
        def watched(bits: int) -> int:
            cell = activity.current()
            if cell is None or type(bits) is not int or bits < 8 or bits % 8:  # noqa: PLR2004 - bits of a byte
                return original(bits)
            frame = sys._getframe(1)  # noqa: SLF001 - see below
            size = bits // 8
            return int.from_bytes(
                drawn(frame, cell, self._numpy, size, lambda: original(bits).to_bytes(size, "big")), "big"
            )

        return watched

    def _watched_seed(self, original: Callable[..., Any]) -> Any:
        activity, drawn = self._activity, self._drawn

        @functools.wraps(original)
        def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
            with aside:
                cell = activity.current() if a is None else None
                if cell is not None:
                    frame = sys._getframe(1)  # noqa: SLF001 - inspect's way reads source files
                    entropy = drawn(frame, cell, note, _SEED_SIZE, lambda: None)
                    a = None if entropy is None else int.from_bytes(entropy, "big")
                original(self, a, version)

        note = self._random
        return seed

    def _watched_torch(self, original: Callable[[], int], *, torch: Any) -> Any:
        activity, drawn = self._activity, self._drawn

        @functools.wraps(original)
        def seed() -> int:
            cell = activity.current()
            if cell is None:
                return original()
            made: list[int] = []

            def make() -> bytes:
                made.append(original())
                return made[0].to_bytes(8, "big", signed=made[0] < 0)

            entropy = drawn(sys._getframe(1), cell, self._torch, 8, make)  # noqa: SLF001 - see above
            if made:
                return made[0]
            value = int.from_bytes(entropy, "big")
            torch.manual_seed(value)
            return value

        return seed

    def _drawn(
        self,
        frame: FrameType,
        cell: RunningCell,
        note: Callable[[FrameType, RunningCell], Wanted | None],
        size: int,
        make: Callable[[], Any],
    ) -> Any:
        """Return the entropy for a draw: the supply's where it has some, else what ``make`` makes."""
        asked: list[tuple[Wanted, bytes | None]] = []

        def ask() -> None:
            wanted = note(frame, cell)
            if wanted is not None:
                asked.append((wanted, self._supply.take(cell, wanted, size)))

        self._border.observe("entropy", ask)
        if not asked:
            return make()
        wanted, entropy = asked[0]
        if entropy is None:
            cell.find(CauseKind.UNSEEDED_RANDOMNESS, wanted.what, wanted.line)
            entropy = self._supply.fresh(wanted, size) if wanted.kind == _PYTHON else make()
        if entropy is not None:
            self._border.observe("entropy", self._supply.keep, cell, wanted, entropy)
        return entropy

    def _numpy(self, frame: FrameType, cell: RunningCell) -> Wanted | None:
        caller = self._finder.caller(frame, (), cell)
        if caller is None or caller.module == _NUMPY_UNPICKLING or (caller.importing and not caller.own):
            return None
        call = calls.current_call(caller.frame, _NUMPY_CREATORS | _DRAWS_IN_VAIN, self._finder.source(cell))
        if call is None:
            what: str | None = _NUMPY_ANYHOW if caller.own else None
        else:
            what = _numpy_finding(call, caller)
        if what is None:
            return None
        where = "" if caller.own else f"  # in {caller.module}"
        return Wanted("numpy", what + where, caller.line, caller.own)

    def _system(self, frame: FrameType, cell: RunningCell) -> Wanted | None:
        nearest = self._finder.nearest(frame, _MECHANISM)
        if nearest is None or not nearest[2]:
            return None
        return self._weak(BYTES, frame, cell)

    def _random(self, frame: FrameType, cell: RunningCell) -> Wanted | None:
        nearest = self._finder.nearest(frame, _MECHANISM)
        if nearest is None:
            return None
        inner, module, own = nearest
        if not own:
            if module.partition(".")[0] in _RESULT_LIBRARIES:
                caller = self._finder.caller(frame, _MECHANISM, cell)
                if caller is not None:
                    return Wanted(_PYTHON, f"random.Random()  # in {module}", caller.line, own=False)
            return None
        call = calls.current_call(inner, _RANDOM_CREATORS | _DRAWS_IN_VAIN, self._finder.source(cell))
        return self._weak(_PYTHON, frame, cell) if call is None or _makes_generator(call, inner) else None

    def _torch(self, frame: FrameType, cell: RunningCell) -> Wanted | None:
        nearest = self._finder.nearest(frame, ())
        return self._weak("torch", frame, cell) if nearest is not None and nearest[2] else None

    def _weak(self, kind: str, frame: FrameType, cell: RunningCell) -> Wanted | None:
        """Describe a draw that is a finding only when own code makes it."""
        caller = self._finder.caller(frame, _MECHANISM, cell)
        if caller is None:
            return None
        call = calls.current_call(caller.frame, _entered_by(frame, caller.frame), self._finder.source(cell))
        what = calls.described(call, caller.frame) if call is not None else "os.urandom()"
        return Wanted(kind, what, caller.line)


def _numpy_finding(call: ast.Call, caller: Caller) -> str | None:
    """Return what to call NumPy's draw of entropy, or ``None`` where it changes nothing."""
    target = calls.value_of(call.func, caller.frame)
    told = named_itself(target)
    name = told[1] if told is not None else calls.last_name(call.func)
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
    if is_a(target, type):
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
