from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from nbrepro.kernel.seeding import GENERATORS, MAX_SEED, Seeding, cell_seed

if TYPE_CHECKING:
    from tests.kernel.conftest import StartKernel

DRAWS = ("import random\nprint(random.random())", "import numpy as np\nprint(np.random.rand())")


def test_a_cells_seed_follows_the_documented_rule() -> None:
    assert cell_seed(42, "a") == 3748569615
    assert all(0 <= cell_seed(seed, "x") <= MAX_SEED for seed in (0, 1, MAX_SEED))


def test_cells_give_the_same_numbers_in_any_order(start_kernel: StartKernel) -> None:
    kernel = start_kernel(NBREPRO_SEED="7", NBREPRO_SEED_SCOPE="cell")
    kernel.run("%load_ext nbrepro")
    seen = {tuple(sorted(kernel.run(code).text for code in order)) for order in itertools.permutations(DRAWS)}
    assert len(seen) == 1
    assert kernel.run(DRAWS[0]).text == kernel.run(DRAWS[0]).text
    assert "each cell from one of its own" in kernel.run("%nbrepro status").text


def test_a_drawn_seed_is_recorded_and_another_one_in_each_session(start_kernel: StartKernel) -> None:
    seeds = set()
    for _ in range(2):
        kernel = start_kernel()
        (kernel.folder / "pyproject.toml").write_text('[tool.nbrepro]\nseed = "random"\n')
        kernel.run("%load_ext nbrepro")
        started = kernel.journal.started
        assert started is not None
        assert started.fingerprint.randomness is not None
        assert started.fingerprint.randomness.drawn
        seeds.add(started.fingerprint.randomness.seed)
    assert len(seeds) == 2


def test_a_front_end_that_asks_who_the_kernel_is_draws_nothing(start_kernel: StartKernel) -> None:
    kernel = start_kernel()
    kernel.run("%load_ext nbrepro")
    before = kernel.value("__import__('random').getstate()")
    for _ in range(3):
        kernel.client.kernel_info()
    assert kernel.value("__import__('random').getstate()") == before
    kernel.run("%nbrepro off")
    assert kernel.value("get_ipython().enable_tip") == "True"


@pytest.mark.parametrize(
    ("library", "code"),
    [
        ("polars", "module.Series(range(50)).shuffle().to_list()"),
        ("tensorflow", "module.random.normal([3]).numpy().tolist()"),
        ("torch", "module.rand(3).tolist()"),
    ],
)
def test_a_library_is_seeded(library: str, code: str) -> None:
    module = pytest.importorskip(library)
    (generator,) = (generator for generator in GENERATORS if generator.library == library)
    seeding = Seeding(7)
    seeding.seed_one(generator, module)
    first = eval(code, {"module": module})
    seeding.reseed(7)
    assert eval(code, {"module": module}) == first
    assert (library in seeding.states()) is (generator.state is not None)
