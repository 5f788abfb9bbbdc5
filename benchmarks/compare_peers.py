"""What nbval, pytest-notebook, nbdime and nbrepro say of the corpus: noise tolerated, changes caught, time.

Run ``python benchmarks/compare_peers.py --peers FOLDER [--write docs/…md]``; the folder gets an environment with
the peers if it has none. Tools that run notebooks themselves get a kernel that replays the candidate's outputs,
so that all of them judge the same two sides.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.compare import compare_notebooks
from nbrepro.config import Settings

PAIRS = Path(__file__).parent.parent / "tests" / "corpus" / "pairs"
STATE = "application/vnd.jupyter.widget-state+json"
PEERS = ("nbval", "pytest-notebook", "nbdime", "ipykernel", "pytest<9")
PASSING = ("identical", "equivalent", "within_tolerance")

REPLAY_KERNEL = """
import json, os
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel
CELLS = json.load(open(os.environ["NBREPRO_REPLAY"]))
class Replay(Kernel):
    implementation = implementation_version = banner = "replay"
    language_info = {"name": "python", "mimetype": "text/x-python", "file_extension": ".py"}
    def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **options):
        error = None
        for output in CELLS.get(code.partition("\\n")[0].removeprefix("# pair "), []):
            kind = output["output_type"]
            content = {key: value for key, value in output.items() if key != "output_type"}
            if kind == "execute_result":
                content["execution_count"] = self.execution_count
            if kind == "error":
                error = content
            self.send_response(self.iopub_socket, kind, content)
        if error:
            return {"status": "error", "execution_count": self.execution_count, **error}
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}
IPKernelApp.launch_instance(kernel_class=Replay)
"""

NBDIME = """
import json, sys, time, nbformat, nbdime
from nbdime.diffing.notebooks import set_notebook_diff_targets
set_notebook_diff_targets(
    sources=False, outputs=True, attachments=False, metadata=False, identifier=False, details=False)
a, b = (nbformat.read(path, as_version=4) for path in sys.argv[1:3])
verdicts, start = [], time.perf_counter()
for one, other in zip(a.cells, b.cells):
    sides = [nbformat.v4.new_notebook(cells=[cell]) for cell in (one, other)]
    verdicts.append(not nbdime.diff_notebooks(*sides))
print(json.dumps([verdicts, time.perf_counter() - start]))
"""

PYTEST_NOTEBOOK = """
import json, sys, time
from pytest_notebook.nb_regression import NBRegressionFixture
fixture = NBRegressionFixture(exec_timeout=120, exec_allow_errors=True, diff_color_words=False, diff_ignore=(
    "/cells/*/outputs/*/traceback", "/cells/*/execution_count", "/cells/*/outputs/*/execution_count", "/metadata"),
    post_processors=("coalesce_streams",))
start = time.perf_counter()
result = fixture.check(sys.argv[1], raise_errors=False)
seconds = time.perf_counter() - start
changed = set()
for operation in result.diff_filtered:
    if operation["key"] == "cells":
        changed |= {inner["key"] for inner in operation["diff"]}
print(json.dumps([sorted(changed), seconds]))
"""


class Outcome(NamedTuple):
    """Which pairs a tool passes, and how long it took for all."""

    tool: str
    passes: list[bool]
    seconds: float


def peers_python(folder: Path) -> Path:
    """Return the interpreter of the peers' environment, which is made where there is none."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return python


def read_pairs() -> list[dict[str, Any]]:
    return [pair for path in sorted(PAIRS.glob("*.json")) for pair in json.loads(path.read_text(encoding="utf-8"))]


def notebook(pairs: list[dict[str, Any]], side: str) -> Any:
    """Return one side of all pairs, a cell each."""
    cells: list[Any] = []
    models: dict[str, Any] = {}
    for number, pair in enumerate(pairs):
        source = f"# pair {number}\n{pair['source']}"
        cells.append(new_code_cell(source, id=f"c{number}", execution_count=number + 1, outputs=pair[side]["outputs"]))
        models |= pair[side].get("widgets", {})
    kernel = {"name": "replay", "display_name": "replay", "language": "python"}
    metadata = {"kernelspec": kernel, "widgets": {STATE: {"state": models}}}
    return nbformat.from_dict(new_notebook(cells=cells, metadata=metadata))


def by_nbrepro(pairs: list[dict[str, Any]]) -> Outcome:
    sides = notebook(pairs, "reference"), notebook(pairs, "candidate")
    start = time.perf_counter()
    results = compare_notebooks(*sides, Settings())
    seconds = time.perf_counter() - start
    return Outcome("nbrepro", [result.verdict.value in PASSING for result in results], seconds)


def by_nbdime(python: Path, folder: Path, pairs: list[dict[str, Any]]) -> Outcome:
    done = _run([str(python), "-c", NBDIME, str(folder / "reference.ipynb"), str(folder / "candidate.ipynb")], folder)
    passes, seconds = json.loads(done.splitlines()[-1])
    assert len(passes) == len(pairs)
    return Outcome("nbdime", passes, seconds)


def by_pytest_notebook(python: Path, folder: Path, pairs: list[dict[str, Any]]) -> Outcome:
    done = _run([str(python), "-c", PYTEST_NOTEBOOK, str(folder / "reference.ipynb")], folder)
    changed, seconds = json.loads(done.splitlines()[-1])
    return Outcome("pytest-notebook", [number not in changed for number in range(len(pairs))], seconds)


def by_nbval(python: Path, folder: Path, pairs: list[dict[str, Any]]) -> Outcome:
    start = time.perf_counter()
    report = folder / "nbval.xml"
    arguments = ["-m", "pytest", "--nbval", "reference.ipynb", f"--junitxml={report}", "-q", "-p", "no:cacheprovider"]
    _run([str(python), *arguments], folder, may_fail=True)
    seconds = time.perf_counter() - start
    cases = ET.parse(report).getroot().iter("testcase")
    passes = [case.find("failure") is None and case.find("error") is None for case in cases]
    assert len(passes) == len(pairs), f"nbval judged {len(passes)} of {len(pairs)} cells"
    return Outcome("nbval", passes, seconds)


def _run(command: list[str], folder: Path, *, may_fail: bool = False) -> str:
    environment = {**os.environ, "JUPYTER_PATH": str(folder), "NBREPRO_REPLAY": str(folder / "replay.json")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )
    if done.returncode and not may_fail:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout


def prepare(folder: Path, python: Path, pairs: list[dict[str, Any]]) -> None:
    """Write both notebooks, and the kernel that replays the candidate."""
    for side in ("reference", "candidate"):
        nbformat.write(notebook(pairs, side), folder / f"{side}.ipynb")
    replay = {str(number): pair["candidate"]["outputs"] for number, pair in enumerate(pairs)}
    (folder / "replay.json").write_text(json.dumps(replay), encoding="utf-8")
    (folder / "replay_kernel.py").write_text(REPLAY_KERNEL, encoding="utf-8")
    spec = folder / "kernels" / "replay" / "kernel.json"
    spec.parent.mkdir(parents=True)
    command = [str(python), str(folder / "replay_kernel.py"), "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": command, "display_name": "replay", "language": "python"}), encoding="utf-8")


def table(pairs: list[dict[str, Any]], outcomes: list[Outcome], versions: dict[str, str]) -> str:
    harmless = [pair["verdict"] in PASSING for pair in pairs]
    today = datetime.now(timezone.utc).date().isoformat()
    noise, real = sum(harmless), len(pairs) - sum(harmless)
    lines = [
        f"Measured on {today}: {', '.join(f'{name} {number}' for name, number in versions.items())}.",
        "",
        f"| tool | noise tolerated of {noise} | changes caught of {real} | seconds for all {len(pairs)} |",
        "|---|---|---|---|",
    ]
    for outcome in outcomes:
        tolerated = sum(passed for passed, calm in zip(outcome.passes, harmless, strict=True) if calm)
        caught = sum(not passed for passed, calm in zip(outcome.passes, harmless, strict=True) if not calm)
        lines.append(f"| {outcome.tool} | {tolerated} | {caught} | {outcome.seconds:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, required=True, help="folder of the peers' environment")
    parser.add_argument("--write", type=Path, help="file to put the table in, between its benchmark marks")
    parser.add_argument("--only-environment", action="store_true", help="make the peers' environment, and stop")
    options = parser.parse_args()
    python = peers_python(options.peers.absolute())
    if options.only_environment:
        return 0
    pairs = read_pairs()
    outcomes = [by_nbrepro(pairs)]
    peers: tuple[Callable[[Path, Path, list[dict[str, Any]]], Outcome], ...] = (by_nbval, by_pytest_notebook, by_nbdime)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, python, pairs)
        for peer in peers:
            outcomes.append(peer(python, folder, pairs))
            print(outcomes[-1].tool, f"{outcomes[-1].seconds:.1f} s", file=sys.stderr, flush=True)
        listing = json.loads(_run([str(python), "-m", "pip", "list", "--format=json"], folder))
    found = {row["name"].lower().replace("_", "-"): row["version"] for row in listing}
    versions = {"nbrepro": version("nbrepro"), **{name: found[name] for name in ("nbval", "pytest-notebook", "nbdime")}}
    text = table(pairs, outcomes, versions)
    print(text)
    if options.write:
        write_between(options.write, text)
    return 0


BEGIN, END = "<!-- benchmark: compare_peers.py -->", "<!-- end of benchmark -->"


def write_between(path: Path, text: str) -> None:
    """Put the text between the marks of a file; a file without marks gets them at its end."""
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    if BEGIN not in page:
        page = f"{page.rstrip()}\n\n{BEGIN}\n{END}\n".lstrip()
    before, rest = page.split(BEGIN)
    after = rest.partition(END)[2]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
