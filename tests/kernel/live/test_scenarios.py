"""What is told of the cells of each scenario, held against a run from the top."""

from __future__ import annotations

import pytest

from nbrepro.kernel.live.states import LiveState
from tests.kernel.live.notebook import LiveNotebook
from tests.kernel.live.scenarios import CLEAN, RAISED, SCENARIOS, Scenario
from tests.kernel.live.staleness_page import PAGE, counted, page

_MANY = 60


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name.replace(" ", "-"))
def test_each_cell_is_called_what_it_is(scenario: Scenario) -> None:
    names = "abcdefgh"[: len(scenario.cells)]
    notebook = LiveNotebook(list(zip(names, scenario.cells, strict=True))).do(*scenario.steps)
    answer = notebook.answer()
    found = {cell.id: cell.state for cell in answer.cells if cell.state is not LiveState.CLEAN}
    reasons = {cell.id: (cell.state.value, cell.reason) for cell in answer.cells}
    assert answer.yes == (not found)
    truth = notebook.truth()
    for cell in answer.cells:
        if cell.state in (CLEAN, RAISED) and cell.id in notebook.shown:
            assert cell.id in truth.shows, f"{cell.id} is called {cell.state.value}, and is not"
    assert found == scenario.not_clean, reasons


def test_the_page_holds_the_scenarios_and_the_false_alarms_among_them() -> None:
    count = counted()
    print(count.told())  # noqa: T201 - the number is what matters
    assert len(SCENARIOS) >= _MANY
    assert PAGE.read_text(encoding="utf-8") == page(count), "python -m tests.kernel.live.staleness_page --write"
