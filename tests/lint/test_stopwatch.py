"""Readings of a clock: those whose difference a check sets aside are left alone, all others are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.compare.base import Rules
from nbrepro.compare.masking import mask
from nbrepro.linting import lint_notebook

HEAD = "import time\nfrom time import perf_counter\nimport logging\nlog = logging.getLogger()\nn = 3\n"
START = "start = time.perf_counter()\n"


def lines(root: Path, *sources: str) -> list[tuple[int, int]]:
    """The cell, from 1 behind that of the imports, and the line of each reading of the clock that is found."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in (HEAD, *sources)])
    faults = lint_notebook(notebook, root / "a.ipynb", root)
    return [(fault.index, fault.line) for fault in faults if fault.code == "NBR203"]


SET_ASIDE = {
    "f-string": 'print(f"took {time.perf_counter() - start:.1f} s")',
    "arguments": 'print("took", round(time.perf_counter() - start, 2), "s")',
    "a name": 'took = time.perf_counter() - start\nprint(f"{n} rows took {took:.2f} seconds")',
    "both named": 'end = time.perf_counter()\nprint("elapsed: %.2f s" % (end - start))',
    "format": 'print("{} in {:.1f} s".format(n, time.perf_counter() - start))',
    "format by name": 'print("{n} in {t:.1f} s".format(n=n, t=time.perf_counter() - start))',
    "added up": 'print("elapsed: " + str(time.perf_counter() - start) + " s")',
    "a log": 'log.info("fitting %s took %.1f s", n, time.perf_counter() - start)',
    "another unit": 'spent = (time.perf_counter() - start) / 60\nprint(f"took {spent:.1f} min")',
    "a share": 'print(f"took {(time.perf_counter() - start) / n:.3f} s")',
    "a total": """total = time.perf_counter() - start
for i in range(n):
    t = time.time()
    total += time.time() - t
print(f"took {total:.1f} s")""",
    "a dictionary": "print({'loss': n, 'seconds': time.perf_counter() - start})",
    "nanoseconds": """a = time.monotonic_ns()
print(f"took {time.monotonic_ns() - a} ns")
print(f"took {time.perf_counter() - start:.1f} s")""",
    "taken again": """print(f"took {time.perf_counter() - start:.1f} s")
start = perf_counter()
print(f"took {perf_counter() - start:.1f} s")""",
    "a function's": """def run(start):
    t = time.time()
    print(f"took {time.time() - t:.1f} s")
    return start
run(3)
print(f"took {time.perf_counter() - start:.1f} s")""",
}


@pytest.mark.parametrize("source", SET_ASIDE.values(), ids=SET_ASIDE)
def test_a_time_that_is_only_printed_as_one_is_no_fault(source: str, tmp_path: Path) -> None:
    assert lines(tmp_path, START + source) == []


def test_what_is_left_alone_is_what_a_check_sets_aside() -> None:
    source = START + SET_ASIDE["a log"]
    assert [name for name, *_ in mask("fitting 3 took 2.3 s", Rules(source=source)).masks] == ["elapsed-time"]


FOUND = {
    "never used": "",
    "the reading itself": "print(start)\nprint(f'took {time.perf_counter() - start:.1f} s')",
    "beside the time": "print(f'took {time.perf_counter() - start:.1f} s at {start}')",
    "a branch": "took = time.perf_counter() - start\nprint(f'took {took:.1f} s')\nif took > 5:\n    n = 4",
    "a condition within": "took = time.perf_counter() - start\nprint(f'took {took:.1f} s' if took > 5 else 'fast')",
    "a loop": "while time.perf_counter() - start < 2:\n    n += 1",
    "a value": "speed = time.perf_counter() - start\nspeeds = [speed]",
    "a call": "took = time.perf_counter() - start\nprint(f'took {took:.1f} s')\nfit(took)",
    "an item": "spent = {}\nspent['fit'] = time.perf_counter() - start",
    "shown last": "time.perf_counter() - start",
    "no label": "print(time.perf_counter() - start)",
    "another label": "print(f'{n / (time.perf_counter() - start):.1f} rows a second')",
    "a date": "print(time.ctime(time.perf_counter() - start))",
    "a file": "print(f'took {time.perf_counter() - start:.1f} s', file=open('a.txt', 'w'))",
    "another function": "plt.title(f'took {time.perf_counter() - start:.1f} s')",
    "from a number": "print(f'took {start - 5:.1f} s')",
    "sorted": "print('took', sorted([time.perf_counter() - start]), 's')",
    "handed back": "def spent():\n    return time.perf_counter() - start\nprint(f'took {spent():.1f} s')",
    "one name for both": "start = time.perf_counter() - start\nprint(f'took {start:.1f} s')",
    "whole, without a unit": "print('took', int(time.perf_counter() - start))",
}  # fmt: skip


@pytest.mark.parametrize("source", FOUND.values(), ids=FOUND)
def test_any_other_use_of_a_reading_is_found(source: str, tmp_path: Path) -> None:
    assert (1, 1) in lines(tmp_path, START + source)


@pytest.mark.parametrize(
    "source",
    [
        "print(time.time())",
        "import numpy as np\nnp.random.seed(int(time.time()))",
        "from datetime import datetime\nday = datetime.now()\nprint(f'took {datetime.now() - day}')",
        "stamp = time.strftime('%Y')",
    ],
)
def test_dates_and_seeds_are_found(source: str, tmp_path: Path) -> None:
    assert lines(tmp_path, source) != []


def test_across_cells_it_counts_whether_the_printing_one_reads_the_clock(tmp_path: Path) -> None:
    assert lines(tmp_path, START, "print(f'took {time.perf_counter() - start:.1f} s')") == []
    end = "end = time.perf_counter()"
    assert lines(tmp_path, START, end, "print(f'took {end - start:.1f} s')") == [(1, 1), (2, 1)]
    assert lines(tmp_path, START, "print(f'took {time.perf_counter() - start:.1f} s')", "start") == [(1, 1)]


def test_a_function_that_prints_is_judged_by_the_cells_that_may_call_it(tmp_path: Path) -> None:
    function = "def run():\n    t = time.time()\n    n = 3\n    print(f'took {time.time() - t:.1f} s')"
    assert lines(tmp_path, f"{function}\nrun()") == []
    assert lines(tmp_path, function, "run()") == [(1, 2), (1, 4)]
