"""Each mechanical mend on a notebook that needs it: the copy is mended as written here, and two runs of it agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.cli import cli
from nbrepro.mending.patterns import _FINDERS
from nbrepro.records import USUAL_MENDS, CauseKind

_ORDERED = {CauseKind.EXECUTION_ORDER, CauseKind.HIDDEN_STATE}
"""The kinds that are mended by moving cells."""
_WORK = """import os, time
from multiprocessing.pool import ThreadPool
def work(n):
    time.sleep(os.getpid() * (n + 7) ** 2 % 9973 / 50000)
    return n"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A notebook, how it comes to differ, and its cells once mended."""

    kind: CauseKind
    cells: tuple[str, ...]
    mended: tuple[str, ...]
    saved: dict[int, str] = field(default_factory=dict)
    """Outputs, by cell, of a notebook that was never recorded."""
    counts: tuple[int, ...] = ()
    """The order in which its cells were run."""
    after: tuple[str, ...] = ()
    """The cells at the check, where others were recorded."""
    settings: str = ""


ROWS = {
    "seeds": Row(
        kind=CauseKind.UNSEEDED_RANDOMNESS,
        cells=(
            "import random\nimport numpy as np",
            "own, system = random.Random(), random.SystemRandom()\nown.random(), system.random()",
            "bits = np.random.Generator(np.random.PCG64())\nnp.random.seed()\nbits.random(), np.random.rand()",
        ),
        mended=(
            "import random\nimport numpy as np",
            "own, system = random.Random(42), random.Random(42)\nown.random(), system.random()",
            "bits = np.random.Generator(np.random.PCG64(42))\nnp.random.seed(42)\nbits.random(), np.random.rand()",
        ),
    ),
    "global seed": Row(
        kind=CauseKind.UNSEEDED_RANDOMNESS,
        cells=("import numpy as np", "np.random.rand()"),
        mended=("import numpy as np", "np.random.seed(42)\nnp.random.rand()"),
        saved={1: "0.123"},
    ),
    "random_state": Row(
        kind=CauseKind.UNSEEDED_RANDOMNESS,
        cells=("import pandas as pd\ntable = pd.DataFrame({'x': range(99)})", "int(table.sample(3).x.sum())"),
        mended=(
            "import pandas as pd\ntable = pd.DataFrame({'x': range(99)})",
            "int(table.sample(3, random_state=42).x.sum())",
        ),
        saved={1: "1"},
    ),
    "torch": Row(
        kind=CauseKind.UNSEEDED_RANDOMNESS,
        cells=("import torch\ntorch.seed();", "torch.rand(2)"),
        mended=("import torch\ntorch.manual_seed(42);", "torch.rand(2)"),
    ),
    "listing": Row(
        kind=CauseKind.FILESYSTEM_ORDER,
        cells=("import os", "os.listdir('parts')"),
        mended=("import os", "sorted(os.listdir('parts'))"),
        saved={1: "[]"},
    ),
    "set": Row(
        kind=CauseKind.HASH_ORDER,
        cells=("names = set('ash beech cedar date elm fir'.split())", "', '.join(names)"),
        mended=("names = set('ash beech cedar date elm fir'.split())", "', '.join(sorted(names))"),
        settings='[tool.nbrepro.environment]\nPYTHONHASHSEED = "random"\n',
    ),
    "workers": Row(
        kind=CauseKind.THREADS,
        cells=(_WORK, "list(ThreadPool(8).imap_unordered(work, range(12)))"),
        mended=(_WORK, "list(ThreadPool(8).imap(work, range(12)))"),
    ),
    "order of running": Row(
        kind=CauseKind.EXECUTION_ORDER,
        cells=("a = 1", "a", "a += 1"),
        mended=("a = 1", "a += 1", "a"),
        saved={1: "2"},
        counts=(1, 3, 2),
    ),
    "cell that is gone": Row(
        kind=CauseKind.HIDDEN_STATE,
        cells=("base = 3", "one = 1", "base * 2"),
        after=("", "one = 1", "base * 2"),
        mended=("one = 1", "base = 3", "base * 2"),
    ),
}


def save(row: Row, cells: tuple[str, ...]) -> None:
    made = [new_code_cell(source, id=f"c{index}") for index, source in enumerate(cells) if source]
    for index, cell in enumerate(made if row.saved else ()):
        cell.execution_count = count = (row.counts or tuple(range(1, len(cells) + 1)))[index]
        if index in row.saved:
            data = {"text/plain": row.saved[index]}
            cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=count)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=made, metadata=metadata), "a.ipynb")


def call(*words: str) -> str:
    done = CliRunner().invoke(cli, [*words], standalone_mode=False)
    return f"{done.output}{done.exception or ''}"


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Row], None]:
    monkeypatch.chdir(tmp_path)

    def planted(row: Row) -> None:
        Path(".nbrepro").mkdir()
        Path("parts").mkdir()
        for name in "pq":
            Path("parts", name).touch()
        if row.settings:
            Path("pyproject.toml").write_text(row.settings)
        save(row, row.cells)
        if not row.saved:
            call("record", "a.ipynb")
        if row.after:
            save(row, row.after)
        call("check", "a.ipynb")

    return planted


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_the_mended_copy_agrees_with_itself_and_the_notebook_stays(name: str, plant: Callable[[Row], None]) -> None:
    row = ROWS[name]
    plant(row)
    before = Path("a.ipynb").read_bytes()
    told = call("explain", "a.ipynb", "--fix", "b.ipynb")
    assert "checked: two runs agree" in told, told
    assert tuple(cell.source for cell in nbformat.read("b.ipynb", as_version=4).cells) == row.mended
    assert Path("a.ipynb").read_bytes() == before
    assert call("check", "b.ipynb").startswith("✓ b.ipynb")


def test_every_mechanical_mend_is_run() -> None:
    assert {row.kind for row in ROWS.values()} == {*_FINDERS, *_ORDERED}


def test_every_kind_of_cause_has_a_mend_in_words() -> None:
    assert set(USUAL_MENDS) == set(CauseKind)
    assert all(text.endswith(".") for text in USUAL_MENDS.values())
