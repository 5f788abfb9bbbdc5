"""The page of scenarios in the documentation.

``python -m tests.kernel.live.staleness_page`` prints whether the page and a run differ; ``--write`` writes it anew.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.kernel.live.notebook import LiveNotebook
from tests.kernel.live.scenarios import CLEAN, RAISED, SCENARIOS, Scenario

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "staleness.md"
_HEAD = """\
# What is told of stale cells

In each scenario the cells a, b, c, … of a notebook were run as the second column says, in a real session; then the
session was asked [whether a run from the top would give what the cells show](../explanation/live-state.md), and the
notebook was run from the top to see. No cell was called clean that was not. A false alarm (marked ⚠) is a cell that was
not called clean though a run from the top shows and makes the same.

{told}

| scenario | what was done | not clean |
|---|---|---|
"""


@dataclass(frozen=True)
class Count:
    """How many cells were judged, and which were false alarms, by scenario."""

    cells: int
    alarms: dict[str, frozenset[str]]

    def told(self) -> str:
        """Return the numbers in words."""
        alarms = sum(map(len, self.alarms.values()))
        return f"{len(SCENARIOS)} scenarios, {self.cells} cells, {alarms} false alarms."


def counted() -> Count:
    """Run every scenario, and hold what is told against a run from the top."""
    cells, alarms = 0, dict[str, frozenset[str]]()
    for scenario in SCENARIOS:
        notebook = LiveNotebook(list(zip("abcdefgh", scenario.cells, strict=False))).do(*scenario.steps)
        told, truth = notebook.states(), notebook.truth()
        cells += len(told)
        alarms[scenario.name] = frozenset(
            name for name in told.keys() & truth.makes if told[name] not in (CLEAN, RAISED)
        )
    return Count(cells, alarms)


def page(count: Count) -> str:
    """Return the page."""
    rows = (_row(scenario, count.alarms[scenario.name]) for scenario in SCENARIOS)
    return _HEAD.format(told=count.told()) + "".join(rows)


def _row(scenario: Scenario, alarms: frozenset[str]) -> str:
    done = "; ".join(_done(step) for step in scenario.steps) or "nothing"
    told = ", ".join(
        f"{name} {state.value.replace('_', ' ')}{' ⚠' if name in alarms else ''}"
        for name, state in scenario.not_clean.items()
    )
    return f"| {scenario.name} | {done} | {told or 'none'} |\n"


def _done(step: str | tuple[str, ...]) -> str:
    if isinstance(step, str):
        return f"run {step}"
    verb, name, *rest = step
    if verb == "move":
        return f"move {name} {'below ' + rest[0] if rest[0] else 'to the top'}"
    if verb == "insert":
        return f"insert {name} {'below ' + rest[0] if rest[0] else 'at the top'}"
    return f"{verb} {name}"


def main() -> None:
    """Compare the page with a run, or write it."""
    text = page(counted())
    if "--write" in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    elif text != PAGE.read_text(encoding="utf-8"):
        sys.exit("the page differs from this run: write it anew with --write")


if __name__ == "__main__":
    main()
