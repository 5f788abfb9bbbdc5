"""Time that ``%load_ext nbrepro`` takes, and what a trivial cell costs with and without it, in real kernels.

Run as ``python benchmarks/load_time.py [repeats]``.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

_PATIENCE = 60.0
_TIMED_LOAD = """
import time as _time
_start = _time.perf_counter()
get_ipython().run_line_magic("load_ext", "nbrepro")
_taken = _time.perf_counter() - _start
"""


@contextmanager
def kernel() -> Iterator[Any]:
    """A kernel whose journal goes to a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        # With bytecode, as installed: some workplaces switch it off, and then every import compiles.
        base = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environ = {**base, "NBREPRO_JOURNAL": str(Path(folder) / "journal.jsonl"), "NBREPRO_ROOT": folder}
        manager = KernelManager()
        manager.start_kernel(env=environ, cwd=folder)
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=_PATIENCE)
            yield client
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def value(client: Any, code: str, expression: str) -> float:
    """Run a cell and return the value of an expression after it."""
    reply = client.execute_interactive(
        code, user_expressions={"it": expression}, output_hook=lambda _: None, timeout=_PATIENCE
    )
    if reply["content"]["status"] != "ok":
        raise RuntimeError(reply["content"])
    return float(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])


def load_time(before: str) -> float:
    with kernel() as client:
        client.execute_interactive(before, output_hook=lambda _: None, timeout=_PATIENCE)
        return value(client, _TIMED_LOAD, "_taken")


def cell_time(client: Any, cells: int) -> float:
    """Seconds a cell from request to reply, over a loop of trivial cells."""
    started = value(client, "import time", "time.perf_counter()")
    for number in range(cells):
        client.execute_interactive(f"x = {number}", output_hook=lambda _: None, timeout=_PATIENCE)
    return (value(client, "pass", "time.perf_counter()") - started) / cells


def added_to_a_cell(before: str, cells: int = 20, rounds: int = 30) -> float:
    """Median difference of a trivial cell with and without the extension, in turn in one run."""
    with kernel() as bare, kernel() as loaded:
        for client in (bare, loaded):
            client.execute_interactive(before, output_hook=lambda _: None, timeout=_PATIENCE)
        loaded.execute_interactive("%load_ext nbrepro", output_hook=lambda _: None, timeout=_PATIENCE)
        pairs = [(cell_time(bare, cells), cell_time(loaded, cells)) for _ in range(rounds)]
        return statistics.median(with_it - without for without, with_it in pairs)


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    for name, before in (("bare kernel", "pass"), ("numpy imported", "import numpy, numpy.random")):
        times = [load_time(before) * 1000 for _ in range(repeats)]
        print(
            f"%load_ext nbrepro, {name}: median {statistics.median(times):.0f} ms"
            f" ({min(times):.0f} to {max(times):.0f}, {repeats} kernels)"
        )
    for name, before in (("bare kernel", "pass"), ("numpy imported", "import numpy, numpy.random")):
        print(f"added to a trivial cell, {name}: {added_to_a_cell(before) * 1000:.2f} ms")


if __name__ == "__main__":
    main()
