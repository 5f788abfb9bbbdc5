"""The global generators: seeded at load or when their library is imported, and their states as digests."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from nbrepro.records.digests import digest_bytes

MAX_SEED = 2**32 - 1
"""The largest seed that NumPy's legacy generator takes."""


@dataclass(frozen=True)
class GlobalGenerator:
    """A library's global generator."""

    library: str
    """Its name in records."""
    module: str
    """The module that has to be imported for it to exist."""
    seed: Callable[[Any, int], None]
    state: Callable[[Any], bytes] | None = None
    """``None`` where the library does not show its state."""


def cell_seed(seed: int, identity: str) -> int:
    """Return the seed that a cell starts from: four bytes of BLAKE2b over ``seed/id``, the least one first."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{identity}".encode(), digest_size=4).digest(), "little")


def _seed_random(module: Any, seed: int) -> None:
    module.seed(seed)


def _random_state(module: Any) -> bytes:
    return _bytes_of(module.getstate())


@functools.lru_cache(maxsize=1)  # it is asked for before and after each cell, and most draw nothing
def _bytes_of(state: tuple[int, tuple[int, ...], float | None]) -> bytes:
    version, words, gauss = state
    return array("I", words).tobytes() + repr((version, gauss)).encode()


def _seed_numpy(module: Any, seed: int) -> None:
    module.seed(seed)


def _numpy_state(module: Any) -> bytes:
    state = module.get_state()
    words: bytes = state[1].tobytes()
    return words + repr((state[0], *state[2:])).encode()


def _seed_torch(module: Any, seed: int) -> None:
    module.manual_seed(seed)  # the processor's generator, and those of every accelerator, MPS included


def _torch_state(module: Any) -> bytes:
    """The processor's generator, and those of the graphics processors that are in use."""
    states = [module.get_rng_state()]
    if module.cuda.is_initialized():
        states += module.cuda.get_rng_state_all()
    if sys.platform == "darwin" and module.backends.mps.is_available():
        states.append(module.mps.get_rng_state())
    return b"".join(_tensor_bytes(state) for state in states)


def _tensor_bytes(state: Any) -> bytes:
    if "numpy" in sys.modules:
        data: bytes = state.numpy().tobytes()
        return data
    return bytes(state.tolist())


def _seed_polars(module: Any, seed: int) -> None:
    module.set_random_seed(seed)


def _seed_tensorflow(module: Any, seed: int) -> None:
    module.random.set_seed(seed)


def _tensorflow_state(_: Any) -> bytes:
    """The generator that gives each operation its seed, and the counter of those drawn in graphs."""
    context = sys.modules["tensorflow.python.eager.context"].context()
    return repr((context._seed, context._rng.getstate())).encode()  # noqa: SLF001 - there is no public way


def _seed_cupy(module: Any, seed: int) -> None:
    """Seed the devices in use; the others read the variable when they make their generator."""
    os.environ[CUPY_SEED] = str(seed)
    if sys.modules["cupy.random._generator"]._random_states:  # noqa: SLF001 - asking the public way makes them all
        module.seed(seed)


CUPY_SEED = "CUPY_SEED"
GENERATORS = (
    GlobalGenerator("random", "random", _seed_random, _random_state),
    GlobalGenerator("numpy", "numpy.random", _seed_numpy, _numpy_state),
    GlobalGenerator("torch", "torch", _seed_torch, _torch_state),
    GlobalGenerator("tensorflow", "tensorflow", _seed_tensorflow, _tensorflow_state),
    GlobalGenerator("polars", "polars", _seed_polars),
    GlobalGenerator("cupy", "cupy.random", _seed_cupy),
)


class Seeding:
    """Seeds the global generators and reads their states.

    Parameters
    ----------
    seed:
        The seed of all of them, from 0 to `MAX_SEED`.
    by_cell:
        Whether each cell starts from `cell_seed` of its own.
    drawn:
        Whether the seed was drawn rather than set.
    """

    def __init__(self, seed: int, *, by_cell: bool = False, drawn: bool = False) -> None:
        self.seed = seed
        self.by_cell = by_cell
        self.drawn = drawn
        self.seeded: dict[str, ModuleType] = {}
        """The libraries whose generators were seeded, with the module that was."""
        self._now = seed
        self._untouched = True
        self._last: dict[str, tuple[bytes, str]] = {}
        self._former = os.environ.get(CUPY_SEED)

    def seed_one(self, generator: GlobalGenerator, module: ModuleType) -> None:
        """Seed the generator of a library that has been imported."""
        generator.seed(module, self._now)
        self.seeded[generator.library] = module

    def reseed(self, seed: int, *, drawn: bool = False) -> None:
        """Seed everything that is imported anew; what is imported later gets this seed too."""
        self.seed, self.drawn = seed, drawn
        self._give(seed)

    def begin_cell(self, identity: str) -> None:
        """A cell with this id begins: it gets a seed of its own, if each does.

        The first one gets the seed again: the kernel itself, or a tool, may have drawn since it was loaded.
        """
        if self.by_cell or self._untouched:
            self._untouched = False
            self._give(cell_seed(self.seed, identity) if self.by_cell else self.seed)

    def restore(self) -> None:
        """Put the environment back; the generators go on from where they are."""
        if "cupy" in self.seeded:
            os.environ.pop(CUPY_SEED, None)
            if self._former is not None:
                os.environ[CUPY_SEED] = self._former

    def states(self) -> dict[str, str]:
        """Return the digest of each seeded generator's state by library."""
        return {
            generator.library: self._digest(generator.library, generator.state(self.seeded[generator.library]))
            for generator in GENERATORS
            if generator.state is not None and generator.library in self.seeded
        }

    def _digest(self, library: str, state: bytes) -> str:
        last = self._last.get(library)
        if last is None or last[0] != state:
            last = self._last[library] = (state, digest_bytes(state))
        return last[1]

    def _give(self, seed: int) -> None:
        self._now = seed
        for generator in GENERATORS:
            module = self.seeded.get(generator.library)
            if module is not None:
                generator.seed(module, seed)
