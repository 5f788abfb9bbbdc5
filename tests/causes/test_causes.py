"""Divergences planted on purpose, run for real: the first cell and the cause that are found are the true ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.causes.bases import BASES
from tests.causes.planting import MEMORY, Field, Plant
from tests.causes.plants import PLANTS

REPRESENTATIVE = {
    "edit-upstream", "cell-gone", "new-cell-before", "module-edited", "rows-added", "table-gone",
    "package-behaves-otherwise", "name-went-away", "not-installed", "drawn-otherwise", "default-rng",
    "default-rng-saved", "torch-generator", "drawn-by-a-new-cell", "listed-set", "completion-order", "clock", "id",
    "unlisted-variable", "time-zone", "fewer-threads", "killed", "too-long", "never-defined", "swapped-cells",
    "module-and-source",
}  # fmt: skip


@pytest.fixture(scope="module")
def field() -> Iterator[Field]:
    with tempfile.TemporaryDirectory() as folder:
        yield Field(BASES, Path(folder))


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(plant, id=plant.name, marks=() if plant.name in REPRESENTATIVE else pytest.mark.slow)
        for plant in PLANTS
    ],
)
def test_the_first_cell_and_the_cause_are_found(plant: Plant, field: Field) -> None:
    if BASES[plant.base].in_memory and not MEMORY.is_dir():
        pytest.skip("no disk here lists files in the order of their making")
    found = field.plant(plant)
    assert found.cell == plant.cell, str(found)
    assert found.first_is_right, str(found)
    assert found.are_all_named, str(found)
    assert all(cause.evidence for cause in found.result.causes)


def test_a_hundred_divergences_are_planted_under_names_of_their_own() -> None:
    assert len({plant.name for plant in PLANTS}) == len(PLANTS) >= 100
