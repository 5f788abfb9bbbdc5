"""Mends checked by real runs: a notebook varies or fails, its mended copy does not."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.cli import cli

AGREE = "checked: two runs agree"
_WORKERS = """import os, time
from concurrent.futures import ThreadPoolExecutor, as_completed
def work(n):
    time.sleep(os.getpid() * (n + 1) % 11 / 50)
    return n"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".nbrepro").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(*sources: str, counts: tuple[int, ...] = ()) -> None:
    cells = [new_code_cell(source, id=f"c{index}") for index, source in enumerate(sources)]
    for cell, count in zip(cells, counts, strict=False):
        cell.execution_count = count
        cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "0"}, execution_count=count)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), "a.ipynb")


def call(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, [*words], standalone_mode=False)
    return (done.return_value if done.exception is None else 2), f"{done.output}{done.exception or ''}"


def mended() -> list[str]:
    return [cell.source for cell in nbformat.read("b.ipynb", as_version=4).cells]


def test_every_generator_that_varies_is_seeded_and_the_original_is_left_alone() -> None:
    save(
        "import numpy as np, random\nown = random.Random()  # kept",
        "rng = np.random.default_rng()\nstate = np.random.RandomState(None)",
        "rng.normal(), state.rand(), own.random()",
    )
    before = Path("a.ipynb").read_bytes()
    call("record", "a.ipynb")
    call("check", "a.ipynb")
    code, told = call("explain", "a.ipynb", "--fix", "b.ipynb")
    assert code == 1
    assert AGREE in told
    assert mended()[:2] == [
        "import numpy as np, random\nown = random.Random(42)  # kept",
        "rng = np.random.default_rng(42)\nstate = np.random.RandomState(42)",
    ]
    assert Path("a.ipynb").read_bytes() == before
    assert "already" in call("explain", "a.ipynb", "--fix", "b.ipynb")[1]
    assert "the notebook itself" in call("explain", "a.ipynb", "--fix", "a.ipynb")[1]
    assert call("check", "b.ipynb")[0] == 0  # its saved outputs are those of the mended run


def test_the_cell_that_defines_a_name_is_moved_up() -> None:
    save("1 + 1", "base * 2", "base = 3", counts=(1, 3, 2))
    call("check", "a.ipynb")
    _, told = call("explain", "a.ipynb", "--fix", "b.ipynb")
    assert AGREE in told, told
    assert mended() == ["1 + 1", "base = 3", "base * 2"]
    assert "by hand" not in told


@pytest.mark.slow
def test_results_are_taken_in_the_order_of_their_inputs() -> None:
    take = "with ThreadPoolExecutor(8) as pool:\n    done = [f.result() for f in {}]\ndone"
    submitted = "[pool.submit(work, n) for n in range(12)]"
    save(_WORKERS, take.format(f"as_completed({submitted})"))
    call("record", "a.ipynb")
    call("check", "a.ipynb")
    _, told = call("explain", "a.ipynb", "--fix", "b.ipynb")
    assert AGREE in told, told
    assert mended()[1] == take.format(submitted)


@pytest.mark.slow
def test_a_set_is_sorted_where_its_order_shows() -> None:
    Path("pyproject.toml").write_text('[tool.nbrepro.environment]\nPYTHONHASHSEED = "random"\n')
    save("names = set('ash beech cedar date elm fir gum'.split())", "list(names)")
    call("record", "a.ipynb")
    call("check", "a.ipynb")
    _, told = call("explain", "a.ipynb", "--fix", "b.ipynb")
    assert AGREE in told, told
    assert mended()[1] == "sorted(names)"


def test_what_no_edit_mends_is_told_in_words_and_nothing_is_written() -> None:
    save("import time", "time.time_ns() % 1_000_003")
    call("record", "a.ipynb")
    call("check", "a.ipynb")
    _, told = call("explain", "a.ipynb", "--fix", "b.ipynb")
    assert "by hand: Take the date from a parameter" in " ".join(told.split())
    assert not Path("b.ipynb").exists()
