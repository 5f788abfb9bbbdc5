"""Measures the table of nondeterminism on a graphics processor: every row in two fresh kernels of three kinds.

``python -m tests.kernel.nondeterminism_cuda`` prints the page; ``--write`` writes it. It takes some three minutes.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import shutil
import subprocess
import sys

from tests.kernel.nondeterminism_cuda_rows import IMPORTS, ROWS, SETUP
from tests.kernel.nondeterminism_rows import Row
from tests.kernel.nondeterminism_table import PAGE as OTHER_PAGE
from tests.kernel.nondeterminism_table import Measured, mark, measure, page

PAGE = OTHER_PAGE.with_name("nondeterminism-cuda.md")


def processor() -> str | None:
    """Return the name of the first graphics processor of NVIDIA, ``None`` where there is none."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return None
    done = subprocess.run(
        (command, "--query-gpu=name", "--format=csv,noheader"), capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout else None


def measure_cuda() -> dict[str, Measured]:
    """Run the rows in six kernels and return what they came to by title."""
    return measure(ROWS, SETUP, IMPORTS)


def table_row(row: Row, measured: Measured) -> str:
    """Return a row of the page; it tells of a row that differs at times whether it did."""
    differs = (measured.bare, measured.live, measured.launch)
    marks = " | ".join(("yes" if seen else "not seen") if row.timing else mark(row, seen) for seen in differs)
    return f"| {row.title} | {marks} | {measured.detected or 'nothing'} |"


def head() -> str:
    """Return what stands above the tables, with places for the counts."""
    there = {found.metadata["Name"]: found.version for found in importlib.metadata.distributions()}
    versions = [f"{name} {there[name]}" for name in ("torch", "cupy-cuda13x", "jax") if name in there]
    day = dt.datetime.now(tz=dt.timezone.utc).date()
    return _HEAD.replace("{machine}", f"{processor()}, {', '.join(versions)}, {day}")


_HEAD = """# Sources of nondeterminism on a graphics processor

{count} constructs on a real processor ({machine}), in the same columns as
[those on the other page](nondeterminism.md): whether two fresh kernels print the same, bare, after
`%load_ext nbrepro`, and as `nbrepro check` starts them, and what nbrepro finds in a live kernel.

*not seen* stands where the processor decides and both runs came out equal this time: the next may not. A row that says
*determinism switch* uses an operation for which torch says that it has no deterministic implementation.

Left differing in a live kernel without being detected: {missed}.
Nothing warns of these: compare such numbers with a tolerance, or move the step to the CPU.

The tables are written by `python -m tests.kernel.nondeterminism_cuda --write`; a test holds them against a run wherever
there is such a processor, and is skipped elsewhere.
"""


def main() -> None:
    """Print the page, or write it."""
    text = page(measure_cuda(), head(), ROWS, table_row)
    if "--write" in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
