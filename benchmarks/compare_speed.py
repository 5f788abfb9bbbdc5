"""How long a comparison takes: two notebooks of 5 MB of outputs, against nbdime, and a text of 100,000 numbers.

Run ``python benchmarks/compare_speed.py --peers FOLDER``; the folder gets an environment with nbdime if it has
none. Without ``--peers`` only nbrepro is timed.

Both compare notebooks that were read before, in one process each, and the shortest of as many runs counts.
nbdime finds where two outputs differ as text; nbrepro reads every number that is not written alike. nbdime is timed
twice: looking at outputs alone, and with its default targets, as ``nbdiff`` does.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nbrepro.compare import Rules, compare_notebooks
from nbrepro.compare.text import compare_text
from nbrepro.config import Settings

CELLS = 10
REPEAT = 3
LIMIT = 300
"""Seconds after which nbdime is stopped."""
NBDIME = """
import sys, time, json, nbformat, nbdime
from nbdime.diffing.notebooks import set_notebook_diff_targets
if sys.argv[4] == "outputs":
    set_notebook_diff_targets(
        sources=False, outputs=True, attachments=False, metadata=False, identifier=False, details=False)
a, b = (nbformat.read(path, as_version=4) for path in sys.argv[1:3])
times = []
for _ in range(int(sys.argv[3])):
    start = time.perf_counter(); nbdime.diff_notebooks(a, b); times.append(time.perf_counter() - start)
print(min(times))
"""


def rows(seed: int, count: int, noise: float) -> list[list[float]]:
    """Return numbers, with relative noise on the second call with the same seed."""
    draw = random.Random(seed)
    return [[draw.uniform(-5, 5) * (1 + noise) for _ in range(8)] for _ in range(count)]


def printed(seed: int, noise: float) -> Any:
    lines = [f"step {i}: " + " ".join(f"{x:.9f}" for x in row) for i, row in enumerate(rows(seed, 2400, noise))]
    return new_output("stream", text="\n".join(lines))


def table(seed: int, noise: float) -> Any:
    body = "".join(
        f"<tr><th>{i}</th>{''.join(f'<td>{x:.9f}</td>' for x in row)}</tr>"
        for i, row in enumerate(rows(seed, 1200, noise))
    )
    head = "".join(f"<th>c{i}</th>" for i in range(8))
    html = f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
    return new_output("display_data", {"text/html": html, "text/plain": "table"})


def data(seed: int, noise: float) -> Any:
    return new_output("display_data", {"application/json": {"rows": rows(seed, 600, noise)}, "text/plain": "rows"})


def without_a_line(outputs: list[Any]) -> list[Any]:
    """Return the outputs with the text's hundredth line gone."""
    lines = outputs[0]["text"].split("\n")
    return [new_output("stream", text="\n".join([*lines[:100], *lines[101:]])), *outputs[1:]]


def notebook(noise: float, *, changed: bool = False, lost: bool = False) -> Any:
    """Return a notebook of about 5 MB of outputs."""
    kinds: tuple[Callable[[int, float], Any], ...] = (printed, table, data)
    cells = [
        new_code_cell(
            f"cell {i}",
            id=f"c{i}",
            execution_count=i + 1,
            outputs=(without_a_line if lost else list)([kind(i, 0.01 if changed else noise) for kind in kinds]),
        )
        for i in range(CELLS)
    ]
    return new_notebook(cells=cells)


def seconds(work: Callable[[], Any], repeat: int = REPEAT) -> float:
    """Return the shortest time that the work took."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def peers_python(folder: Path) -> Path:
    """Return the interpreter of the peers' environment, which the other benchmark makes where there is none."""
    script = Path(__file__).with_name("compare_peers.py")
    subprocess.run([sys.executable, str(script), "--peers", str(folder), "--only-environment"], check=True)
    return folder / "bin" / "python"


def nbdime_seconds(python: Path, one: Path, other: Path, targets: str) -> float | None:
    """Return how long nbdime takes; ``None`` where it was stopped."""
    command = [str(python), "-c", NBDIME, str(one), str(other), str(REPEAT), targets]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=True)
    except subprocess.TimeoutExpired:
        return None
    return float(done.stdout)


def beside_nbdime(python: Path, one: Path, other: Path, ours: float) -> str:
    """Return what nbdime takes in both forms, and how many times as long that is."""
    words = []
    for targets in ("outputs", "default"):
        theirs = nbdime_seconds(python, one, other, targets)
        words.append(
            f"nbdime ({targets}) > {LIMIT} s"
            if theirs is None
            else f"nbdime ({targets}) {theirs:7.3f} s {theirs / ours:5.1f} times"
        )
    return "   ".join(words)


def compare_pairs(python: Path | None) -> None:
    """Time pairs of notebooks."""
    reference = notebook(0.0)
    size = len(json.dumps(reference)) / 1e6
    print(f"two notebooks of {size:.1f} MB of outputs, {CELLS} cells; comparing alone, the shortest of {REPEAT} runs")
    cases = {
        "equal": notebook(0.0),
        "noise in every number": notebook(1e-10),
        "every number changed": notebook(0.0, changed=True),
        "a line lost in each text": notebook(0.0, lost=True),
        "the same, and noise": notebook(1e-10, lost=True),
    }
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "a.ipynb", Path(folder) / "b.ipynb"]
        nbformat.write(reference, paths[0])
        for name, candidate in cases.items():
            ours = seconds(lambda candidate=candidate: compare_notebooks(reference, candidate, Settings()))  # type: ignore[misc]
            nbformat.write(candidate, paths[1])
            theirs = "" if python is None else beside_nbdime(python, paths[0], paths[1], ours)
            print(f"  {name:24} nbrepro {ours:6.3f} s   {theirs}".rstrip(), flush=True)


def compare_texts() -> None:
    """Time pairs of one text of 100,000 numbers."""
    numbers = [random.Random(1).random() * n for n in range(100_000)]
    noisy = [repr(x * (1 + 1e-12)) for x in numbers]
    text = " ".join(map(repr, numbers))
    others = {
        "noise in each": noisy,
        "each changed": [repr(x * 1.01) for x in numbers],
        "noise, and one number more": [*noisy, "1.5"],
        "noise, and one number less": noisy[1:],
        "noise, and one is NaN": [*noisy[:50_000], "nan", *noisy[50_001:]],
        "noise, and a word more": [*noisy, "done"],
    }
    print("a text of 100,000 numbers in one line")
    for name, other in others.items():
        spent = seconds(lambda other=other: compare_text(text, " ".join(other), Rules()))  # type: ignore[misc]
        print(f"  {name:28} {spent * 1e3:4.0f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="folder of an environment with nbdime, made where there is none")
    peers = parser.parse_args().peers
    compare_pairs(peers_python(peers.absolute()) if peers else None)
    compare_texts()
    return 0


if __name__ == "__main__":
    sys.exit(main())
