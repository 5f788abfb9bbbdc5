"""Time that the canary vector takes, which runs beside the first cells, in fresh processes with the default threads.

Run as ``python benchmarks/canary_time.py [repeats]``. The first time in a process is what a session pays.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

_TIMED = """
import time, {modules}
from nbrepro.probes.canary import sing
start = time.perf_counter()
sing()
print(time.perf_counter() - start)
"""


def seconds(modules: str) -> float:
    """Return how long the canary takes in a process that has imported these modules."""
    command = [sys.executable, "-c", _TIMED.format(modules=modules)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    for modules in ("numpy", "numpy, torch"):
        taken = [seconds(modules) * 1e3 for _ in range(repeats)]
        middle, longest = statistics.median(taken), max(taken)
        print(f"canary with {modules}: median {middle:.1f} ms, the longest of {repeats} {longest:.1f} ms")


if __name__ == "__main__":
    main()
