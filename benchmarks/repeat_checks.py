"""Record the torch and the scikit-learn example once, check each 20 times in fresh kernels, print the verdicts.

Usage: python benchmarks/repeat_checks.py [TIMES]
"""

from __future__ import annotations

import collections
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "example_notebooks"
NOTEBOOKS = ("train_digits.ipynb", "classify_tumours.ipynb")


def nbrepro(folder: Path, *arguments: str) -> dict[str, object]:
    command = [sys.executable, "-m", "nbrepro", *arguments, "--json"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def main(times: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "project"
        shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns(".nbrepro"))
        for notebook in NOTEBOOKS:
            recorded = nbrepro(folder, "record", notebook)
            assert recorded["exit_code"] == 0, recorded
            verdicts = collections.Counter(nbrepro(folder, "check", notebook)["verdict"] for _ in range(times))
            counted = ", ".join(f"{count} times {verdict}" for verdict, count in verdicts.items())
            print(f"{notebook}: recorded once, checked {times} times in fresh kernels: {counted}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
