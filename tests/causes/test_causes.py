"""Divergences planted on purpose, run for real: the first cell and the cause that are found are the true ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.causes.everyday import EVERYDAY
from tests.causes.machines import MACHINE_DOUBLES, MACHINES
from tests.causes.planting import Plant
from tests.causes.plants import PLANTS

REPRESENTATIVE = {
    "edit-upstream", "cell-gone", "new-cell-before", "module-edited", "rows-added", "table-gone",
    "package-behaves-otherwise", "name-went-away", "not-installed", "drawn-otherwise", "default-rng",
    "default-rng-saved", "torch-generator", "drawn-by-a-new-cell", "listed-set", "completion-order", "clock", "id",
    "unlisted-variable", "time-zone", "fewer-threads", "killed", "too-long", "never-defined", "swapped-cells",
    "module-and-source",
}  # fmt: skip


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(plant, id=plant.name, marks=() if plant.name in REPRESENTATIVE else pytest.mark.slow)
        for plant in PLANTS
    ],
)
def test_the_first_cell_and_the_cause_are_found(plant: Plant, hold: Callable[[Plant], None]) -> None:
    hold(plant)


def test_a_hundred_divergences_are_planted_under_names_of_their_own() -> None:
    everything = (*PLANTS, *MACHINES, *MACHINE_DOUBLES, *EVERYDAY)
    assert len({plant.name for plant in everything}) == len(everything)
    assert len(PLANTS) >= 100
