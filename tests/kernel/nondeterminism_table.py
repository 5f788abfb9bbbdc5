"""Measures the table of nondeterminism: every row in two fresh kernels of three kinds.

``python -m tests.kernel.nondeterminism_table`` prints how the page and a run differ; ``--write`` writes the page anew.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbrepro.pinning.pins import pinned_environment
from tests.kernel.conftest import Kernel
from tests.kernel.nondeterminism_rows import IMPORTS, ROWS, SETUP, Row

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "nondeterminism.md"
_ELSEWHERE = {"TZ": "Asia/Tokyo", "COLUMNS": "133", "LC_ALL": "C"}
"""What a second user's machine has set otherwise."""
_NAMES = {
    "unseeded_randomness": "unseeded",
    "hash_order": "hash order",
    "filesystem_order": "order of files",
    "memory_address": "address",
    "random_consumption": "shared state",
    "environment_variable": "environment",
}


@dataclass(frozen=True)
class Seen:
    """What was seen of one row in one kernel."""

    shown: str
    findings: tuple[tuple[str, int | None], ...] = ()


@dataclass(frozen=True)
class Measured:
    """What a row came to."""

    bare: bool
    live: bool
    launch: bool
    detected: str
    """Kinds and lines of what was found in a live kernel; empty for none."""


def available(row: Row) -> bool:
    """Whether everything that a row needs is installed."""
    return all(importlib.util.find_spec(name) is not None for name in row.needs.split())


def measure(
    rows: Iterable[Row] = ROWS, setup: str = SETUP, imports: Mapping[str, str] = IMPORTS
) -> dict[str, Measured]:
    """Run the rows in six kernels and return what they came to by title.

    Parameters
    ----------
    rows:
        Those whose modules are not installed are left out.
    setup:
        The first cell of every kernel.
    imports:
        The cell that imports a module, by the module's name.
    """
    begin = (setup, imports)
    chosen = [row for row in rows if available(row)]
    with tempfile.TemporaryDirectory() as folder:
        kinds: tuple[Callable[[Path, dict[str, str]], Kernel], ...] = (_bare, _live, _pinned)
        seen = [[_run(make, Path(folder), chosen, other, begin) for other in ({}, _ELSEWHERE)] for make in kinds]
    found = {}
    for row in chosen:
        bare, live, launch = (runs[0][row.title].shown != runs[1][row.title].shown for runs in seen)
        detected = _detected(row, seen[1][0][row.title])
        found[row.title] = Measured(bare=bare, live=live, launch=launch, detected=detected)
    return found


def _bare(folder: Path, other: dict[str, str]) -> Kernel:
    return Kernel(folder, **{"PYTHONHASHSEED": "", **other})


def _live(folder: Path, other: dict[str, str]) -> Kernel:
    kernel = _bare(folder, other)
    assert kernel.run("%load_ext nbrepro").status == "ok"
    return kernel


def _pinned(folder: Path, other: dict[str, str]) -> Kernel:
    pinned = pinned_environment({**os.environ, **other}, threads=2, own={"NBREPRO_SEED": "42"})
    gone = {name: "" for name in ("LANGUAGE", "FORCE_COLOR", "NO_COLOR", "PYTEST_CURRENT_TEST") if name not in pinned}
    kernel = Kernel(folder, "--ext=nbrepro", **{**_own(pinned), **gone})
    assert kernel.run("1").status == "ok"
    return kernel


def _own(environment: dict[str, str]) -> dict[str, str]:
    """Leave out what the kernel's fixture sets for itself."""
    return {name: value for name, value in environment.items() if os.environ.get(name) != value}


def _run(
    make: Callable[[Path, dict[str, str]], Kernel],
    folder: Path,
    rows: list[Row],
    other: dict[str, str],
    begin: tuple[str, Mapping[str, str]],
) -> dict[str, Seen]:
    project = Path(tempfile.mkdtemp(dir=folder))
    kernel = make(project, other)
    try:
        recorded = make is not _bare
        assert kernel.run(begin[0]).status == "ok"
        for name in dict.fromkeys(name for row in rows for name in row.needs.split()):
            answer = kernel.run(begin[1][name])
            assert answer.status == "ok", answer.reply
        seen = {}
        failed: list[tuple[str, ...]] = []
        for row in rows:
            answer = kernel.run(row.code)
            if answer.status != "ok":
                failed.append((row.title, answer.reply["ename"], answer.reply["evalue"][:200]))
            shown = answer.text + "".join(str(output.get("data", "")) for output in answer.outputs)
            cells = kernel.journal.cells if recorded else {}
            found = cells[answer.msg_id].cell.findings if recorded else ()
            seen[row.title] = Seen(shown, tuple((finding.kind.value, finding.line) for finding in found))
            if row.spoils and recorded:
                kernel.run("%nbrepro seed 42")
        assert not failed, failed
        return seen
    finally:
        kernel.close()


def _detected(row: Row, seen: Seen) -> str:
    if row.recorded:
        return "in the fingerprint"
    told: dict[str, list[str]] = {}
    for kind, line in seen.findings:
        told.setdefault(_NAMES.get(kind, kind.replace("_", " ")), []).append("no line" if line is None else str(line))
    return "; ".join(f"{name}, line {', '.join(dict.fromkeys(lines))}" for name, lines in told.items())


def mark(row: Row, differs: bool, *, bare: bool = False) -> str:
    """Return what stands in a cell of the table."""
    if row.timing and (bare or not row.filled):
        return "may"
    return "yes" if differs else "no"


def table_row(row: Row, measured: Measured) -> str:
    """Return a row of the page."""
    detected = measured.detected or "nothing"
    return f"| {row.title.replace('|', '/')} | {' | '.join(marks(row, measured))} | {detected} |"


def marks(row: Row, measured: Measured) -> tuple[str, str, str]:
    """Return what stands in the columns for the three kinds of kernels."""
    return mark(row, measured.bare, bare=True), mark(row, measured.live), mark(row, measured.launch)


def numbers(measured: Mapping[str, Measured]) -> str:
    """Say how many rows differ, or may, in each kind of kernel, and how many of them nothing was found of."""
    rows = [(marks(row, measured[row.title]), measured[row.title]) for row in ROWS if row.title in measured]
    bare, live, launch = (sum(shown[kind] != "no" for shown, _ in rows) for kind in range(3))
    missed = sum(shown[1] != "no" and not found.detected for shown, found in rows)
    return (
        f"Of the {len(rows)}, {bare} differ or may differ bare, {live} in a live kernel, {launch} as pinned at "
        "launch.\n"
        f"Of the {live} left in a live kernel, {missed or 'none'} go undetected."
    )


def page(
    measured: dict[str, Measured],
    head: str,
    rows: Iterable[Row] = ROWS,
    as_row: Callable[[Row, Measured], str] = table_row,
) -> str:
    """Return a page of the documentation; its head has places for ``count`` and ``missed``."""
    shown = [row for row in rows if row.title in measured]
    undetected = [row.title for row in shown if is_missed(measured[row.title])]
    parts = [head.format(count=len(shown), missed=", ".join(undetected) or "none")]
    for group in dict.fromkeys(row.group for row in shown):
        lines = [as_row(row, measured[row.title]) for row in shown if row.group == group]
        parts.append(f"## {group}\n\n{_COLUMNS}" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def is_missed(measured: Measured) -> bool:
    """Whether a row differs in a live kernel and nothing was found."""
    return measured.live and not measured.detected


_COLUMNS = "| construct | bare | live | at launch | detected |\n|---|---|---|---|---|\n"
_HEAD = """# Sources of nondeterminism

{count} constructs, each run as a cell in two fresh kernels of three kinds; the table says whether what they print
differs.

- *bare*: two kernels without nbrepro.
- *live*: after `%load_ext nbrepro`, in kernels that nobody pinned.
- *at launch*: as `nbrepro check` and `nbrepro record` start a kernel.
- *detected*: what nbrepro finds in a live kernel, with the line of the cell; *unseeded*, *hash order*, *address* and so
  on stand for the [causes](causes.md).

*may* stands where timing, the disk or what lies in memory decides: such a row can come out equal by luck. The second
kernel of each kind is started with another time zone, locale and width of the terminal.

{numbers}

The tables are written by `python -m tests.kernel.nondeterminism_table --write`, and a test holds them against a run.
[Graphics processors](nondeterminism-cuda.md) have a page of their own. TensorFlow is in no table:
[what is pinned](../explanation/what-is-pinned.md) says what holds there.
"""


def main() -> None:
    """Compare the page with a run, or write it."""
    measured = measure()
    text = page(measured, _HEAD.replace("{numbers}", numbers(measured)))
    if "--write" in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    elif text != PAGE.read_text(encoding="utf-8"):
        sys.exit("the page differs from this run: write it anew with --write")


if __name__ == "__main__":
    main()
