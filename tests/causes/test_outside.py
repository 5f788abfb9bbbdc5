"""Divergences from outside of the project, and in everyday notebooks: one of each kind.

All of them are planted, with those of `test_causes`, by ``benchmarks/causes.py``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.causes.everyday import EVERYDAY
from tests.causes.machines import MACHINE_DOUBLES, MACHINES
from tests.causes.planting import Plant

HELD = {
    "answer-another-value", "no-weather", "another-machine", "from-a-mac", "blas-of-an-older-processor",
    "sum-on-one-thread", "precision-switch", "dtype-by-a-new-cell", "plain-locale", "off-the-gpu", "newer-python",
    "older-matplotlib", "segmentation-fault", "answer-and-source", "gpu-and-source", "region-and-print",
    "style-file", "mode-and-settings", "warm-up-draw", "map-renamed",
}  # fmt: skip
CHOSEN = [plant for plant in (*MACHINES, *MACHINE_DOUBLES, *EVERYDAY) if plant.name in HELD]


@pytest.mark.slow
@pytest.mark.parametrize("plant", CHOSEN, ids=lambda plant: plant.name)
def test_what_comes_from_outside_is_named_too(plant: Plant, hold: Callable[[Plant], None]) -> None:
    hold(plant)


def test_each_that_is_held_is_there() -> None:
    assert len(CHOSEN) == len(HELD)
