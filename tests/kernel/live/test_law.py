"""The law: a cell that is called clean shows what a run from the top shows, whatever was done before."""

from __future__ import annotations

import pytest

from tests.kernel.live.sessions import drawn, judged, shrunk

_SESSIONS = 150
_A_PART = 25
_MOST_ALARMS = 0.65
"""Of the cells that ran: most of what happens in these sessions happens in no one's notebook."""


@pytest.mark.parametrize("first", range(0, _SESSIONS, _A_PART))
def test_what_is_called_clean_shows_the_same_in_a_run_from_the_top(first: int) -> None:
    cells = alarms = 0
    for seed in range(first, first + _A_PART):
        found = judged(drawn(seed))
        assert not found.wrong, f"seed {seed}:\n{shrunk(drawn(seed))}\n{found.wrong[0]}"
        cells += found.cells
        alarms += len(found.alarms)
    print(f"{_A_PART} sessions, {cells} cells that ran, {alarms} false alarms")  # noqa: T201 - what the test counts
    assert alarms <= _MOST_ALARMS * cells
