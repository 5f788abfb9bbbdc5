"""A short form of ``benchmarks/endurance.py``, which runs for hours."""

from __future__ import annotations

import pytest

from benchmarks.endurance import kills, many_cells, restarts

MIB = 1024 * 1024
pytestmark = pytest.mark.slow


def test_many_cells_lose_none_and_memory_stays_by_that_of_a_bare_kernel() -> None:
    outcome = many_cells(count=120, seconds=0, rate=0, every=40)
    assert outcome.lost == 0
    assert outcome.bytes_a_cell < 5000
    beyond = [sample.recording - sample.bare for sample in outcome.samples]
    assert beyond[-1] - beyond[0] < 4 * MIB


def test_every_restart_begins_a_journal_of_its_own_cells() -> None:
    found = restarts(2)
    assert max(found) - min(found) < 8 * MIB


def test_a_kernel_that_is_killed_leaves_every_cell_that_had_ended() -> None:
    deaths = kills(3, seed=4, longest=0.8, amid_cells=True)
    assert all(death.replied for death in deaths)
    assert not any(death.missing for death in deaths)
