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
