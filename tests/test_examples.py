"""The examples: they are what their folder says they are, and the demo finds what it promises."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXAMPLES = Path(__file__).parent.parent / "example_notebooks"
NOTEBOOKS = sorted(path.name for path in EXAMPLES.glob("*.ipynb"))
EXPECTED = tomllib.loads((EXAMPLES / "expected.toml").read_text(encoding="utf-8"))
IN_ORDER = [name for name in NOTEBOOKS if name != "clean_survey.ipynb"]
DATA = sorted(path.name for path in (EXAMPLES / "data").glob("*.csv"))


def code_cells(name: str) -> list[Any]:
    notebook = nbformat.read(EXAMPLES / name, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The examples as a project of their own, elsewhere."""
    left_out = shutil.ignore_patterns("runs", "history.db*", "__pycache__", ".ipynb_checkpoints", "tmp", "cache")
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=left_out))


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, check=False, capture_output=True, text=True, encoding="utf-8"
    )


def test_every_notebook_has_an_expectation_and_a_line_in_the_readme() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert sorted(EXPECTED) == NOTEBOOKS
    assert re.findall(r"^\| `(\w+\.ipynb)`", readme, re.MULTILINE) == list(EXPECTED)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_is_a_valid_notebook_that_begins_with_its_story(name: str) -> None:
    notebook = nbformat.read(EXAMPLES / name, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")


@pytest.mark.parametrize("name", IN_ORDER)
def test_each_was_saved_after_a_run_from_the_top(name: str) -> None:
    cells = code_cells(name)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)


def test_the_one_run_out_of_order_was_saved_so() -> None:
    counts = [cell.execution_count for cell in code_cells("clean_survey.ipynb")]
    assert counts != sorted(counts)
    assert None not in counts


@pytest.mark.parametrize("name", DATA)
def test_the_dvc_files_tell_the_true_digests(name: str) -> None:
    content = (EXAMPLES / "data" / name).read_bytes()
    tracked = (EXAMPLES / "data" / f"{name}.dvc").read_text(encoding="utf-8")
    assert f"md5: {hashlib.md5(content).hexdigest()}\n" in tracked
    assert f"size: {len(content)}\n" in tracked


def test_the_data_are_what_their_script_writes(copy: Path) -> None:
    before = {path.name: path.read_bytes() for path in (copy / "data").iterdir()}
    assert run("_make/data.py", cwd=copy).returncode == 0
    assert {path.name: path.read_bytes() for path in (copy / "data").iterdir()} == before


def test_the_former_export_differs_in_the_orders_only(copy: Path) -> None:
    before = {path.name: path.read_bytes() for path in (copy / "data").iterdir()}
    assert run("_make/data.py", "--former", cwd=copy).returncode == 0
    changed = {path.name for path in (copy / "data").iterdir() if path.read_bytes() != before[path.name]}
    assert changed == {"orders.csv", "orders.csv.dvc"}


def test_dvc_finds_the_data_up_to_date_and_tells_a_change(copy: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=copy.parent, check=True)
    clean = run("-m", "dvc", "status", "--json", cwd=copy)
    assert json.loads(clean.stdout) == {}, clean.stderr
    run("_make/data.py", "--former", cwd=copy)
    subprocess.run(["git", "-C", str(copy.parent), "add", "-A"], check=True)
    (copy / "data" / "orders.csv").write_bytes((EXAMPLES / "data" / "orders.csv").read_bytes())
    assert list(json.loads(run("-m", "dvc", "status", "--json", cwd=copy).stdout)) == ["data/orders.csv.dvc"]


def test_the_record_of_the_orders_refers_to_the_former_export(copy: Path) -> None:
    record = nbformat.read(EXAMPLES / ".nbrepro" / "records" / "report_orders.ipynb", as_version=4)
    (used,) = record.metadata["nbrepro"]["fingerprint"]["data"].values()
    run("_make/data.py", "--former", cwd=copy)
    former = (copy / "data" / "orders.csv").read_bytes()
    assert used["dvc"]["recorded"] == f"md5:{hashlib.md5(former).hexdigest()}"


@pytest.mark.slow
def test_the_demo_finds_what_it_promises(copy: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    result = run("demo.py", str(report), cwd=copy)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(EXPECTED)} of {len(EXPECTED)} notebooks as expected" in result.stdout
    assert report.read_text(encoding="utf-8").count("<html") == 1


def test_the_demo_fails_when_a_verdict_is_another(copy: Path) -> None:
    for path in copy.glob("*.ipynb"):
        if path.name != "estimate_uplift.ipynb":
            path.unlink()
    promise = '["estimate_uplift.ipynb"]\nverdict = "identical"\nexit_code = 0\nstory = "wrong on purpose"\n'
    (copy / "expected.toml").write_text(promise, encoding="utf-8")
    result = run("demo.py", cwd=copy)
    assert result.returncode == 1
    assert "NOT AS EXPECTED: verdict different" in result.stdout


@pytest.mark.slow
def test_models_that_were_recorded_come_out_identical(copy: Path) -> None:
    names = ["train_digits.ipynb", "classify_tumours.ipynb"]
    assert run("-m", "nbrepro", "record", "--jobs", "2", *names, cwd=copy).returncode == 0
    result = json.loads(run("-m", "nbrepro", "check", "--jobs", "2", "--json", *names, cwd=copy).stdout)
    assert [notebook["verdict"] for notebook in result["notebooks"]] == ["identical", "identical"]
