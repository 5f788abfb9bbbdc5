"""The global generators: seeded at load or when their library is imported, and their states as digests."""

from __future__ import annotations

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
    state: Callable[[Any], bytes]


def _seed_random(module: Any, seed: int) -> None:
    module.seed(seed)


def _random_state(module: Any) -> bytes:
    version, words, gauss = module.getstate()
    return array("I", words).tobytes() + repr((version, gauss)).encode()


def _seed_numpy(module: Any, seed: int) -> None:
    module.seed(seed)


def _numpy_state(module: Any) -> bytes:
    state = module.get_state()
    words: bytes = state[1].tobytes()
    return words + repr((state[0], *state[2:])).encode()


def _seed_torch(module: Any, seed: int) -> None:
    module.manual_seed(seed)


def _torch_state(module: Any) -> bytes:
    """The processor's generator, and those of the graphics processors that are in use."""
    states = [module.get_rng_state()]
    if module.cuda.is_initialized():
        states += module.cuda.get_rng_state_all()
    return b"".join(_tensor_bytes(state) for state in states)


def _tensor_bytes(state: Any) -> bytes:
    if "numpy" in sys.modules:
        data: bytes = state.numpy().tobytes()
        return data
    return bytes(state.tolist())


GENERATORS = (
    GlobalGenerator("random", "random", _seed_random, _random_state),
    GlobalGenerator("numpy", "numpy.random", _seed_numpy, _numpy_state),
    GlobalGenerator("torch", "torch", _seed_torch, _torch_state),
)


class Seeding:
    """Seeds the global generators and reads their states.

    Parameters
    ----------
    seed:
        The seed of all of them, from 0 to `MAX_SEED`.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.seeded: dict[str, ModuleType] = {}
        """The libraries whose generators were seeded, with the module that was."""

    def seed_one(self, generator: GlobalGenerator, module: ModuleType) -> None:
        """Seed the generator of a library that has been imported."""
        generator.seed(module, self.seed)
        self.seeded[generator.library] = module

    def reseed(self, seed: int) -> None:
        """Seed everything that is imported anew; what is imported later gets this seed too."""
        self.seed = seed
        for generator in GENERATORS:
            module = self.seeded.get(generator.library)
            if module is not None:
                generator.seed(module, seed)

    def states(self) -> dict[str, str]:
        """Return the digest of each seeded generator's state by library."""
        return {
            generator.library: digest_bytes(generator.state(self.seeded[generator.library]))
            for generator in GENERATORS
            if generator.library in self.seeded
        }
