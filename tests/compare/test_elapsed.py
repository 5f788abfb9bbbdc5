from __future__ import annotations

import pytest

from nbrepro.compare.base import Rules
from nbrepro.compare.masking import mask

CLOCK = "import time\nt0 = time.perf_counter()\n"


def masks(source: str, text: str) -> list[str]:
    return [name for name, *_ in mask(text, Rules(source=source)).masks]


@pytest.mark.parametrize(
    "line",
    [
        'print(f"training took {time.perf_counter() - t0:.1f} s")',
        'print("training took", time.perf_counter() - t0, "s")',
        'took = time.perf_counter() - t0\nprint("training took %.1f s" % took)',
        'took = time.perf_counter() - t0\nprint("{} took {:.1f} s".format("training", took))',
        'def spent(): return time.perf_counter() - t0\nlog.info("training took %s s", spent())',
        'self.took = time.perf_counter() - t0\nprint("training took " + str(self.took) + " s")',
    ],
)
def test_a_time_that_the_cell_measured_is_set_aside(line: str) -> None:
    assert masks(CLOCK + line, "training took 3.2 s") == ["elapsed-time"]


@pytest.mark.parametrize(
    "line",
    [
        'print("mean delivery time: 30.2 s")',
        'print(f"mean delivery time: {delays.mean():.1f} s")',
        'print(f"mean delivery time: {delays.mean():.1f} s")\nprint("ready in", time.perf_counter() - t0)',
    ],
)
def test_a_time_that_the_cell_computed_otherwise_is_a_result(line: str) -> None:
    assert masks(CLOCK + line, "mean delivery time: 30.2 s") == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("time.perf_counter() - t0", ["elapsed-time"]),
        ("round(time.perf_counter() - t0, 2)", ["elapsed-time"]),
        ("delays.mean()", []),
        ("time.time()", []),
    ],
)
def test_a_time_behind_a_key_is_set_aside_where_a_difference_of_clocks_stands_there(
    entry: str, expected: list[str]
) -> None:
    source = f"{CLOCK}print({{'loss': 0.25, 'seconds': {entry}}})"
    assert masks(source, "{'loss': 0.25, 'seconds': 3.2}") == expected


def test_a_key_that_also_holds_another_value_is_a_result() -> None:
    source = f"{CLOCK}print({{'seconds': time.perf_counter() - t0}})\nprint({{'seconds': simulated}})"
    assert masks(source, "{'seconds': 3.2}\n{'seconds': 4.5}") == []
