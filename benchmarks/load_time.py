"""Time that ``%load_ext nbrepro`` takes, and what a trivial cell costs with and without it, in real kernels.

Run as ``python benchmarks/load_time.py [repeats]``.
"""

from __future__ import annotations

import ast
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from jupyter_client.manager import KernelManager

_PATIENCE = 60.0
_TIMED_LOAD = """
import time as _time
_start = _time.perf_counter(), _time.process_time()
get_ipython().run_line_magic("load_ext", "nbrepro")
_taken = _time.perf_counter() - _start[0], _time.process_time() - _start[1]
"""
_CLOCKS = "(__import__('time').perf_counter(), __import__('time').process_time())"


@contextmanager
def kernel(*arguments: str, **variables: str) -> Iterator[Any]:
    """A kernel's client; its journal goes to a temporary folder, and its environment has these variables too."""
    with tempfile.TemporaryDirectory() as folder:
        # With bytecode, as installed: some workplaces switch it off, and then every import compiles.
        hidden = ("NBREPRO_", "PYTHONDONTWRITEBYTECODE")
        base = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        environ = {**base, "NBREPRO_JOURNAL": str(Path(folder) / "journal.jsonl"), "NBREPRO_ROOT": folder, **variables}
        manager = KernelManager()
        manager.start_kernel(env=environ, cwd=folder, extra_arguments=list(arguments), stderr=DEVNULL)
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=_PATIENCE)
            yield client
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def value(client: Any, code: str, expression: str) -> tuple[float, float]:
    """Run a cell and return the value of an expression after it: seconds of wall and of processor."""
    reply = client.execute_interactive(
        code, user_expressions={"it": expression}, output_hook=lambda _: None, timeout=_PATIENCE
    )
    if reply["content"]["status"] != "ok":
        raise RuntimeError(reply["content"])
    wall, processor = ast.literal_eval(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])
    return wall, processor


def load_time(before: str) -> tuple[float, float]:
    with kernel() as client:
        client.execute_interactive(before, output_hook=lambda _: None, timeout=_PATIENCE)
        return value(client, _TIMED_LOAD, "_taken")


def cell_time(client: Any, cells: int) -> tuple[float, float]:
    """Seconds a cell, from request to reply and of the kernel's processor, over a loop of trivial cells."""
    started = value(client, "pass", _CLOCKS)
    for number in range(cells):
        client.execute_interactive(f"x = {number}", output_hook=lambda _: None, timeout=_PATIENCE)
    ended = value(client, "pass", _CLOCKS)
    return (ended[0] - started[0]) / cells, (ended[1] - started[1]) / cells


def added_to_a_cell(before: str, cells: int = 20, rounds: int = 30) -> list[tuple[float, float]]:
    """What a trivial cell costs more with the extension, in turn in one run."""
    with kernel() as bare, kernel() as loaded:
        for client in (bare, loaded):
            client.execute_interactive(before, output_hook=lambda _: None, timeout=_PATIENCE)
        loaded.execute_interactive("%load_ext nbrepro", output_hook=lambda _: None, timeout=_PATIENCE)
        pairs = [(cell_time(bare, cells), cell_time(loaded, cells)) for _ in range(rounds)]
        return [(with_it[0] - without[0], with_it[1] - without[1]) for without, with_it in pairs]


def told(times: list[tuple[float, float]]) -> str:
    wall, processor = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
    return f"median {wall:.2f} ms, of which {processor:.2f} ms of processor"


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    cases = (("bare kernel", "pass"), ("numpy imported", "import numpy, numpy.random"))
    for name, before in cases:
        print(f"%load_ext nbrepro, {name}: {told([load_time(before) for _ in range(repeats)])} ({repeats} kernels)")
    for name, before in cases:
        print(f"added to a trivial cell, {name}: {told(added_to_a_cell(before))}")


if __name__ == "__main__":
    main()
