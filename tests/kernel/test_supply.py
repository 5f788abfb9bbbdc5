"""Deterministic entropy in real kernels: for the notebook's own code, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel, StartKernel

LIBRARY = """
import os, random, secrets, tempfile, uuid
def key(): return os.urandom(8).hex()
def name(): return uuid.uuid4().hex
def system(): return random.SystemRandom().random()
def own(): return random.Random().random()
"""
OWN = {
    "os.urandom": "os.urandom(8)",
    "uuid4": "uuid.uuid4()",
    "SystemRandom": "random.SystemRandom().random()",
    "Random": "random.Random().random()",
    "seed": "random.seed(), random.random()",
    "default_rng": "np.random.default_rng().random()",
    "RandomState": "np.random.RandomState().rand()",
    "own module": "mine.key()",
    "twice": "os.urandom(4), os.urandom(4)",
}
SPARED = {
    "secrets": "secrets.token_hex(8)",
    "secrets.choice": "[secrets.choice(range(99)) for _ in range(9)]",
    "a library's key": "library.key()",
    "a library's id": "library.name()",
    "a library's SystemRandom": "library.system()",
    "a library's Random": "library.own()",
    "a temporary name": "tempfile.mktemp()",
    "a private key": "__import__('ssl').RAND_bytes(8)",
}


@pytest.fixture(scope="module")
def pair(start_kernel: StartKernel) -> tuple[Kernel, Kernel]:
    """Two sessions with one seed, a module of the project and an installed library."""
    kernels = start_kernel(NBREPRO_ENTROPY="deterministic"), start_kernel(NBREPRO_ENTROPY="deterministic")
    for kernel in kernels:
        (kernel.folder / "site-packages").mkdir()
        (kernel.folder / "site-packages" / "library.py").write_text(LIBRARY)
        (kernel.folder / "mine.py").write_text(LIBRARY)
        assert kernel.run("%load_ext nbrepro").status == "ok"
        code = "import sys\nsys.path.insert(0, 'site-packages')\nimport library, mine, numpy as np"
        assert kernel.run(f"{code}\nimport os, random, secrets, tempfile, uuid").status == "ok"
    return kernels


@pytest.mark.parametrize("code", OWN.values(), ids=OWN)
def test_own_code_gets_the_same_in_every_session(pair: tuple[Kernel, Kernel], code: str) -> None:
    first, second = (kernel.run(f"print({code})").text for kernel in pair)
    assert first == second


@pytest.mark.parametrize("code", SPARED.values(), ids=SPARED)
def test_keys_and_what_libraries_draw_for_themselves_stay_the_systems(pair: tuple[Kernel, Kernel], code: str) -> None:
    first, second = (kernel.run(f"print({code})").text for kernel in pair)
    assert first != second


def test_two_draws_of_a_cell_differ_and_another_cell_gets_others(pair: tuple[Kernel, Kernel]) -> None:
    texts = [pair[0].run(code).text for code in ("print(os.urandom(8), os.urandom(8))", "print(os.urandom(8))")]
    words = " ".join(texts).split()
    assert len(set(words)) == len(words)


def test_the_status_says_what_it_does_to_keys(pair: tuple[Kernel, Kernel]) -> None:
    assert "can be guessed; no keys, please" in pair[0].run("%nbrepro status").text
