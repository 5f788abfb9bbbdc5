"""A cell behaves as without nbrepro, whatever happens to the recorder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel, StartKernel

CELLS = (
    "import numpy as np\nprint(np.random.default_rng(1).integers(9))",
    "open('a.txt', 'w').write('x')",
    "1 / 0",
    "2",
)

EVERYDAY = (
    "import pandas as pd\nframe = pd.DataFrame({'a': [1, 2]})\nframe.style",
    "frame.sample(1)",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "fig = plt.figure()\nfig.savefig('plot.svg', metadata={'Date': None})\nplt.close('all')",
    (
        "from sklearn.ensemble import RandomForestClassifier as Forest\nfrom sklearn.base import clone\n"
        "import numpy as np\nX = np.random.rand(30, 3); y = X[:, 0] > 0.5\n"
        "clone(Forest(5, random_state=0)).fit(X, y).score(X, y)"
    ),
    (
        "from sklearn.model_selection import train_test_split, cross_val_score\n"
        "cross_val_score(Forest(3, random_state=1), *train_test_split(X, y)[::2], cv=2)"
    ),
    "import scipy.stats\nscipy.stats.norm.rvs(size=3, random_state=1)",
    "import ipywidgets\nipywidgets.IntSlider()",
    "import joblib\njoblib.hash(X)",
)


def answers(kernel: Kernel) -> list[tuple[str, str, list[str]]]:
    replies = [kernel.run(cell) for cell in CELLS]
    return [(a.status, a.text, [output["output_type"] for output in a.outputs]) for a in replies]


@pytest.fixture(scope="module")
def bare(start_kernel: StartKernel) -> list[tuple[str, str, list[str]]]:
    return answers(start_kernel())


@pytest.mark.parametrize("where", ["full disk", "no folder"])
def test_an_unwritable_journal_shows_only_in_the_status(
    start_kernel: StartKernel, bare: list[tuple[str, str, list[str]]], tmp_path: Path, where: str
) -> None:
    (tmp_path / "file").write_text("")
    kernel = start_kernel(NBREPRO_JOURNAL="/dev/full" if where == "full disk" else str(tmp_path / "file" / "j.jsonl"))
    assert kernel.run("%load_ext nbrepro").text.startswith("nbrepro: recording")
    assert answers(kernel) == bare
    status = kernel.run("%nbrepro status").text
    assert "cannot write the journal" in status or "cannot open the journal" in status
    assert kernel.run("%nbrepro off").status == "ok"
    assert answers(kernel) == bare


def test_a_broken_part_of_the_recorder_is_a_fault_in_the_journal(
    kernel: Kernel, bare: list[tuple[str, str, list[str]]]
) -> None:
    session = "__import__('nbrepro.kernel.extension', fromlist=['x']).current()"
    kernel.run(f"_s = {session}; _states = _s.recorder._states; _s.recorder._states = lambda: 1 / 0")
    answer = kernel.run("print('fine')")
    assert (answer.status, answer.text) == ("ok", "fine\n")
    kernel.run("_s.recorder._states = _states")
    assert kernel.value("_s.faults.last[-1]") == "'before a cell: ZeroDivisionError: division by zero'"
    assert "before a cell: ZeroDivisionError: division by zero" in kernel.journal.faults
    assert kernel.recorded("1").cell.order is not None


@pytest.mark.slow
def test_the_libraries_people_use_do_not_alarm(kernel: Kernel) -> None:
    """Their imports and everyday calls draw ids and temporary names for themselves."""
    for library in ("pandas", "scipy.stats", "sklearn.ensemble", "matplotlib.pyplot", "ipywidgets", "tqdm.auto"):
        pytest.importorskip(library.partition(".")[0])
        assert kernel.findings(f"import {library}") == (), library
    for code in EVERYDAY:
        run = kernel.recorded(code)
        assert run.cell.findings == (), code
        assert {Path(file.path).name for file in run.cell.files} <= {"plot.svg"}, code


def test_an_unseeded_bootstrap_of_a_library_is_found(kernel: Kernel) -> None:
    pytest.importorskip("scipy")
    (finding,) = kernel.findings("import scipy.stats\nx = 1\nscipy.stats.qmc.Sobol(d=2).random(2)")
    assert finding.line == 3
    assert "numpy.random.default_rng" in finding.what
    assert "scipy" in finding.what
