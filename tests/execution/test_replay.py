from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_notebook

GENERATORS = (
    "import numpy as np, random\nprint(np.random.default_rng().random())",
    "print(np.random.RandomState().rand(), random.Random().random())",
    "np.random.seed(None); random.seed(); print(np.random.rand(), random.random())",
)
BYTES = "import secrets, uuid\nprint(secrets.token_hex(8), uuid.uuid4().hex)"


def run(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "nbrepro", *arguments, "-q"], check=False).returncode


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "a.ipynb"


def keep(path: Path, settings: str, *sources: str) -> None:
    (path.parent / "pyproject.toml").write_text(f"[tool.nbrepro]\n{settings}\n")
    write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)


def test_an_unseeded_run_is_replayed_exactly(notebook: Path) -> None:
    keep(notebook, "", *GENERATORS)
    assert run("record", "a.ipynb") == 0
    assert (run("check", "a.ipynb"), run("check", "a.ipynb", "--replay")) == (1, 0)


def test_bytes_are_kept_and_replayed_only_on_request(notebook: Path) -> None:
    keep(notebook, "", BYTES)
    assert run("record", "a.ipynb") == 0
    assert '"draws"' not in (notebook.parent / ".nbrepro/records/a.ipynb").read_text()
    keep(notebook, 'record_entropy = "all"', BYTES)
    assert run("record", "a.ipynb") == 0
    assert run("check", "a.ipynb", "--replay") == 0


def test_deterministic_entropy_repeats_itself_but_spares_secrets(notebook: Path) -> None:
    settings = 'entropy = "deterministic"'
    keep(notebook, settings, *GENERATORS, "import uuid, os\nprint(uuid.uuid4().hex, os.urandom(8).hex())")
    assert (run("record", "a.ipynb"), run("check", "a.ipynb")) == (0, 0)
    keep(notebook, settings, "import secrets\nprint('x' + secrets.token_hex(8))")
    assert (run("record", "a.ipynb"), run("check", "a.ipynb")) == (0, 1)


def test_a_replay_needs_a_record(notebook: Path) -> None:
    keep(notebook, "", *GENERATORS)
    assert run("check", "a.ipynb", "--replay") == 2
