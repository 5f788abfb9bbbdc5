"""A proof leaves the user's project, packages and git worktrees as they were, also when it is interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.proving.wheels import PRESENT, Environment

PACKAGES = "nbr_alpha, nbr_beta, nbr_gamma"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("e"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, environment: Environment) -> Path:
    """A project in git whose check differs: of three packages, a table and a module that changed, one matters."""
    made = tmp_path_factory.mktemp("p") / "project"
    (made / ".nbrepro").mkdir(parents=True)
    (made / "table.csv").write_text("x\n1\n")
    (made / "used.py").write_text(f"import {PACKAGES}\nUNUSED = 1\ndef value():\n    return nbr_gamma.VALUE\n")
    sources = (
        f"import used\nwith open({str(environment.folder / 'tally')!r}, 'a') as tally:\n    print(file=tally)",
        "len(open('table.csv').read()) > 1",
        "used.value()",
    )
    cells = [new_code_cell(source, id=f"c{index}") for index, source in enumerate(sources)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), made / "a.ipynb")
    for words in (("init",), ("add", "."), ("commit", "-m", "all"), ("worktree", "add", "../beside")):
        subprocess.run(["git", *words], cwd=made, check=True, capture_output=True)
    environment.call(made, "record", "a.ipynb", expected=0)
    environment.has(PRESENT)
    (made / "table.csv").write_text("x\n1\n2\n")
    (made / "used.py").write_text((made / "used.py").read_text().replace("UNUSED = 1", "UNUSED = 2"))
    environment.call(made, "check", "a.ipynb", expected=1)
    return made


def state(project: Path, environment: Environment) -> dict[str, object]:
    """Return what must stay: every file but those of nbrepro's own store, what git says, the packages."""
    files = {
        str(path.relative_to(project.parent)): (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
        for folder in (project, project.parent / "beside")
        for path in folder.rglob("*")
        if path.is_file() and ".nbrepro" not in path.parts
    }
    git = [
        subprocess.run(["git", *words], cwd=project, capture_output=True, check=True).stdout
        for words in (("worktree", "list"), ("--no-optional-locks", "status"), ("stash", "list"), ("log", "--all"))
    ]
    packages = sorted((str(path), path.stat().st_mtime_ns) for path in (environment.folder / "env").rglob("*"))
    return {"files": files, "git": git, "packages": packages, "freeze": environment.freeze()}


def runs(environment: Environment) -> int:
    """Return how often the notebook has been run."""
    return len((environment.folder / "tally").read_text())


def copies(environment: Environment) -> list[Path]:
    """Return the copies of the project that were left behind."""
    return list(environment.temporary.glob("nbrepro-proof-*"))


def interrupted(project: Path, environment: Environment, seconds: float) -> str:
    """Press Ctrl-C some seconds after the first run was told of, and return what was said."""
    process = environment.start(project, "explain", "--prove", "a.ipynb")
    assert process.stderr is not None
    said = ""
    while not said.endswith("still differs\n"):
        line = process.stderr.readline()
        assert line, said
        said += line
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, said + rest
    return said + rest


def test_a_proof_that_is_interrupted_touches_nothing_and_goes_on(project: Path, environment: Environment) -> None:
    before, begun = state(project, environment), runs(environment)
    assert b"beside" in before["git"][0]  # type: ignore[index]  # a list, as made above
    for seconds in (0.0, 1.5):  # between two runs, and amid one
        assert "interrupted" in interrupted(project, environment, seconds)
        assert state(project, environment) == before
        assert not copies(environment)
        (journal,) = (project / ".nbrepro/runs/a.ipynb").glob("*.proof.json")
        assert json.loads(journal.read_text())[""]  # the run that was told of
    former = runs(environment)
    assert former > begun
    out, told = environment.call(project, "explain", "--prove", "--json", "a.ipynb", expected=1)
    cause = json.loads(out)["notebooks"][0]["causes"][0]
    assert "nbr-gamma" in cause["summary"]
    assert cause["proved_by"]
    count = sum(line.startswith("run ") for line in told.splitlines())
    assert runs(environment) - former < count
    assert state(project, environment) == before
    assert not copies(environment)
    kinds = ("html", "junit", "markdown")
    reports = [word for kind in kinds for word in ("--report", f"{kind}={environment.folder / kind}")]
    out, told = environment.call(project, "explain", "--prove", "a.ipynb", *reports, expected=1)
    proof = cause["proved_by"].partition(":")[0]
    for shown in (out, *((environment.folder / kind).read_text() for kind in kinds)):
        assert f"proved by {proof}" in " ".join(shown.split())
    assert sum(line.startswith("run ") for line in told.splitlines()) == count
    assert runs(environment) - former < count  # all of it is remembered
