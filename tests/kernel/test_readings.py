from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel

SETUP = (
    "import datetime, os, subprocess, time, threading\nimport numpy as np\nfrom time import time as clock\n"
    "words = ['a', 'b']\nclass Thing: pass\nclass Steady:\n    def now(self): return 1\n"
)


@pytest.fixture(scope="module", autouse=True)
def _imported(kernel: Kernel) -> None:
    assert kernel.findings(SETUP) == ()


def found(kernel: Kernel, code: str) -> set[tuple[str, int | None]]:
    return {(finding.kind.value, finding.line) for finding in kernel.findings(code)}


@pytest.mark.parametrize(
    ("code", "kind", "line"),
    [
        ("x = 1\nt = time.time()", "time", 2),
        ("t = clock()", "time", 1),
        ("t = datetime.datetime.now()", "time", 1),
        ("t = np.datetime64('now')", "time", 1),
        ("def stamp():\n    return time.time()\n\nx = stamp()", "time", 4),
        ("class Log:\n    def __init__(self):\n        self.t = clock()\nx = Log()", "time", 4),
        ("x = hash('a')", "hash_order", 1),
        ("x = list(set(words))", "hash_order", 1),
        ("bag = set(words)\nfor word in bag:\n    pass", "hash_order", 2),
        ("things = {Thing(), Thing()}\nx = list(things)", "memory_address", 2),
        ("x = id(words)", "memory_address", 1),
        ("print(Thing())", "memory_address", 1),
        ("Thing()", "memory_address", 1),
        ("x = os.getpid()", "process", 1),
        ("x = subprocess.run(['true'], capture_output=True)", "process", 1),
        ("x = [threading.Thread() for _ in range(2)]", "threads", 1),
        ("np.random.seed(time.time_ns() % 9)", "unseeded_randomness", 1),
    ],
)
def test_what_no_hook_sees_is_found_in_the_source(kernel: Kernel, code: str, kind: str, line: int) -> None:
    assert (kind, line) in found(kernel, code)


@pytest.mark.parametrize(
    "code",
    [
        "x = time.strftime('%Y', time.gmtime(0))",
        "x = datetime.datetime(2026, 1, 1)",
        "x = hash(1.5)",
        "x = sorted(set(words))",
        "x = len(set(words)) + (1 if 'a' in set(words) else 0)",
        "x = list({3, 1, 2})",
        "numbers = set(range(5))\nfor n in numbers:\n    pass",
        "same = id(words) == id(words)",
        "def stamp():\n    return time.time()",
        "x = Steady().now()",
        "time_ = 5\nx = time_",
        "x = np.empty(3)\nx[:] = 0",
        "subprocess.run(['true'])",
        "x = {**os.environ}",
        "print('a')",
    ],
)
def test_what_another_process_repeats_does_not_alarm(kernel: Kernel, code: str) -> None:
    assert kernel.findings(code) == ()


def test_a_cell_that_uses_a_function_of_an_earlier_one_has_its_findings(kernel: Kernel) -> None:
    assert kernel.findings("def now():\n    return clock()\ndef outer():\n    return now()") == ()
    assert found(kernel, "x = 1\ny = outer()") == {("time", 2)}
    kernel.run("def outer():\n    return 1")
    assert kernel.findings("y = outer()") == ()
