from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.causes.bases import BASES
from tests.causes.everyday import EVERYDAY_BASES
from tests.causes.machines import MACHINE_BASES
from tests.causes.planting import Field, Plant


@pytest.fixture(scope="module")
def field() -> Iterator[Field]:
    with tempfile.TemporaryDirectory() as folder:
        yield Field({**BASES, **MACHINE_BASES, **EVERYDAY_BASES}, Path(folder))


@pytest.fixture
def hold(field: Field) -> Callable[[Plant], None]:
    """Plant a divergence, and hold what is found of it against the truth."""

    def held(plant: Plant) -> None:
        if reason := field.why_not(plant):
            pytest.skip(reason)
        found = field.plant(plant)
        assert found.cell == plant.cell, str(found)
        assert found.first_is_right, str(found)
        assert found.are_all_named, str(found)
        assert all(cause.evidence for cause in found.result.causes)

    return held
