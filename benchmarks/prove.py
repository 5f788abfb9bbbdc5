"""Prove planted causes by the command line, and print the runs that it took: docs/reference/proofs-measured.md.

Each case is a project of its own: recorded, changed in several things of which one matters, checked, and given to
`nbrepro explain --prove`. Packages come from the index that pip is configured for.

Usage: python benchmarks/prove.py [--page FILE] [CASE…]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import nbformat
from blake3 import blake3
from nbformat.v4 import new_code_cell, new_notebook

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.proofs import CASES, PACKAGES, Case  # noqa: E402 - the repository is not installed here

_RUN = re.compile(r"^runs? ([\d, ]+):", re.MULTILINE)
_KNOWN = re.compile(r"^(\d+) factors differ .*; (\d+) sources", re.MULTILINE)


@dataclass(kw_only=True)
class Proof:
    """What a proof found and cost."""

    case: Case
    found: tuple[str, ...]
    runs: int
    candidates: int
    seconds: float
    told: str
    untouched: bool

    @property
    def bound(self) -> int:
        """The most runs allowed for one cause among so many."""
        return math.floor(2 * math.log2(max(self.candidates, 1)) + 3)

    @property
    def is_right(self) -> bool:
        """Whether exactly the true causes are proved, within the bound, and nothing of the user's was touched."""
        within = self.runs <= self.bound or len(self.case.causes) > 1
        return sorted(self.found) == sorted(self.case.causes) and within and self.untouched


@dataclass(kw_only=True)
class Bench:
    """A folder for projects, and an environment with two versions of thirty packages."""

    folder: Path
    python: Path = field(init=False)

    def __post_init__(self) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.folder / "env"], check=True)
        self.python = self.folder / "env/bin/python"
        self._site = next((self.folder / "env/lib").iterdir()) / "site-packages"
        (self._site / "z-nbrepro.pth").write_text(f"{sysconfig.get_path('purelib')}\n{REPOSITORY}\n")
        self._fetched = False

    def packages(self, side: str) -> None:
        """Let the environment have the former (``old``) or the present (``new``) version of each package."""
        if not self._fetched:
            for name, place in (("old", 0), ("new", 1)):
                wanted = [f"{package}=={versions[place]}" for package, versions in PACKAGES.items()]
                pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
                subprocess.run([*pip, str(self.folder / name), *wanted], check=True, capture_output=True)
            self._fetched = True
        (self._site / "a-packages.pth").write_text(f"{self.folder / side}\n")

    def prove(self, case: Case) -> Proof:
        """Plant a case, check it, and prove its cause."""
        memory = Path("/dev/shm")  # lists files in the order of their making
        home = memory if case.in_memory and memory.is_dir() else self.folder
        project = Path(tempfile.mkdtemp(dir=home, prefix=f"{case.name}-"))
        try:
            return self._proved(case, project)
        finally:
            shutil.rmtree(project)

    def _proved(self, case: Case, project: Path) -> Proof:
        if case.packages:
            self.packages("old")
        case.before(project)
        (project / ".nbrepro").mkdir(exist_ok=True)
        _notebook(project, case.cells)
        self._call(project, "record", expected=0)
        if case.packages:
            self.packages("new")
        case.after(project)
        if case.edited:
            _notebook(project, case.edited)
        self._call(project, "check", expected=1)
        former = self._digest(project, freeze=case.packages)
        started = time.monotonic()
        done = self._call(project, "explain", "--prove", "--json", expected=1)
        seconds = time.monotonic() - started
        causes = json.loads(done.stdout)["notebooks"][0]["causes"]
        numbers = [int(number) for told in _RUN.findall(done.stderr) for number in told.split(", ")]
        proved = [cause for cause in causes if cause["proved_by"]]
        return Proof(
            case=case,
            found=tuple(cause["kind"] for cause in proved),
            runs=max(numbers, default=0),
            candidates=_candidates(done.stderr),
            seconds=seconds,
            told="; ".join(cause["summary"] for cause in proved) or done.stderr[-300:],
            untouched=former == self._digest(project, freeze=case.packages),
        )

    def _call(self, project: Path, verb: str, *options: str, expected: int) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache"), "PYTHONPATH": ""}
        command = [str(self.python), "-m", "nbrepro", verb, *options, "nb.ipynb"]
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != expected:
            sys.exit(f"{' '.join(command)} exited with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def _digest(self, project: Path, *, freeze: bool) -> str:
        """Digest the user's files (not nbrepro's own) and what pip lists."""
        found = blake3()
        for path in sorted(project.rglob("*")):
            if path.is_file() and ".nbrepro/" not in path.as_posix():
                found.update(path.relative_to(project).as_posix().encode() + b"\0" + path.read_bytes())
        if freeze:
            command = [str(self.python), "-m", "pip", "freeze", "--all"]
            found.update(subprocess.run(command, capture_output=True, check=True).stdout)
        return found.hexdigest()


def _candidates(told: str) -> int:
    """The factors that can be put back, or the sources of chance where there is none."""
    known = _KNOWN.search(told)
    return next((int(count) for count in known.groups() if int(count)), 0) if known else 0


def _notebook(project: Path, cells: Sequence[str]) -> None:
    made = [new_code_cell(source, id=f"c{index}") for index, source in enumerate(cells)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=made, metadata=metadata), project / "nb.ipynb")


_PAGE = """\
# Proofs, measured

`nbrepro explain --prove` on causes planted on purpose, end to end by the command line: a project is recorded, several
things are changed of which one matters (two in the last case), it is checked, and the cause is proved by real runs.

Printed by `benchmarks/prove.py` on {day}, with nbrepro {nbrepro} and Python {python} on {cores} cores that
other work shares; packages through {installer}, with an empty cache, from the index that pip is configured for.
`n` counts the factors that differ and can be put back, or the sources of chance where none does; a single cause may
take 2·log₂ n + 3 runs. Right: {right} of {count}.

| planted | n | runs | may take | seconds | proved |
|---|---|---|---|---|---|
{rows}

The packages are {packages} of the index, each with two real versions, from {first} to {last};
all are imported, one changes the output. In every case the files of the project, and with packages what
`pip freeze` lists, were the same before and after the proof.
"""


def page(proofs: Sequence[Proof]) -> str:
    """Return the page of the documentation."""
    names = [f"{name} {former} → {present}" for name, (former, present) in PACKAGES.items()]
    return _PAGE.format(
        day=f"{datetime.now(tz=timezone.utc):%Y-%m-%d}",
        nbrepro=version("nbrepro"),
        python=sys.version.split()[0],
        cores=os.cpu_count(),
        installer=f"uv {version('uv')}" if shutil.which("uv") else f"pip {version('pip')}",
        right=sum(proof.is_right for proof in proofs),
        count=len(proofs),
        rows="\n".join(map(_row, proofs)),
        packages=len(PACKAGES),
        first=names[0],
        last=names[-1],
    )


def _row(proof: Proof) -> str:
    most = proof.bound if len(proof.case.causes) == 1 else ""
    wrong = "" if proof.is_right else " (**wrong**)"
    numbers = f"{proof.candidates} | {proof.runs} | {most} | {proof.seconds:.1f}"
    return f"| {proof.case.words} | {numbers} | {proof.told}{wrong} |"


def main() -> None:
    """Prove the cases that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=Path, help="write the page here")
    parser.add_argument("names", nargs="*", help="cases; all of them if none is named")
    given = parser.parse_args()
    proofs: list[Proof] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder=Path(folder))
        for case in CASES:
            if given.names and case.name not in given.names:
                continue
            proof = bench.prove(case)
            proofs.append(proof)
            word = "right" if proof.is_right else "WRONG"
            print(f"{word} {case.name} {proof.found} untouched={proof.untouched}", file=sys.stderr)
            print(_row(proof), file=sys.stderr, flush=True)
    text = page(proofs)
    if given.page:
        given.page.write_text(text, encoding="utf-8")
    print(text)
    sys.exit(0 if all(proof.is_right for proof in proofs) else 1)


if __name__ == "__main__":
    main()
