"""Each code by the examples of its documentation: cells that have the fault, and cells like them that have not."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.linting import CODES, lint_notebook

PAGE = (Path(__file__).parents[2] / "docs/reference/lint.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (NBR\d+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that the page tells of."""
    made = tmp_path_factory.mktemp("project")
    (made / "tracked.csv").write_text("x\n1\n")
    (made / "requirements.txt").write_text("pandas>=2\ntorch==2.13.0  # CPU\nrequests\n")
    for words in (("init",), ("add", "."), ("commit", "-m", "all")):
        subprocess.run(["git", *words], cwd=made, check=True, capture_output=True)
    (made / "a.csv").write_text("x\n1\n")
    return made


def codes(root: Path, *sources: str) -> list[str]:
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    return [fault.code for fault in lint_notebook(notebook, root / "a.ipynb", root)]


def cells(code: str, heading: str) -> list[str]:
    (block,) = re.findall(rf"^{heading}:\n\n```python\n(.*?)```", SECTIONS[code], re.MULTILINE | re.DOTALL)
    return [cell.strip("\n") for cell in re.split(r"^# %%$", block, flags=re.MULTILINE)]


def test_every_code_is_documented_and_no_other() -> None:
    assert set(SECTIONS) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_what_the_page_says_is_found_is_found_and_nothing_else(code: str, project: Path) -> None:
    assert set(codes(project, *cells(code, "Found"))) == {code}


@pytest.mark.parametrize("code", CODES)
def test_what_the_page_says_is_not_found_is_not(code: str, project: Path) -> None:
    assert codes(project, *cells(code, "Not found")) == []


def test_a_name_that_a_function_reads_may_be_defined_below_it(tmp_path: Path) -> None:
    assert codes(tmp_path, "def f():\n    return a", "a = 1", "f()") == []


def test_an_input_that_dvc_tracks_is_tracked(project: Path) -> None:
    (project / "big.csv").write_text("x\n")
    assert codes(project, "open('big.csv')") == ["NBR303"]
    (project / "big.csv.dvc").write_text("outs:\n- md5: 401b30e3b8b5d629635a5c613cdb7919\n  path: big.csv\n")
    (project / ".dvc").mkdir()
    assert codes(project, "open('big.csv')") == []
    assert codes(project, "import pandas as pd\npd.read_csv('a.csv')").count("NBR303") == 1
    assert codes(project, "open('nowhere.csv')") == []


def test_without_git_no_input_is_called_untracked(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n")
    assert codes(tmp_path, "open('a.csv')") == []


def test_a_sample_is_pandas_own_only_where_it_can_be(tmp_path: Path) -> None:
    draws = ["table.sample(3)", "table.sample(frac=0.1)", "pd.read_csv('a.csv').sample(n=3)"]
    calm = ["table.sample(3, random_state=1)", "rng.sample(range(9), 3)", "dist.sample((3,))", "dist.sample()"]
    head = "import pandas as pd\ntable = rng = dist = pd.DataFrame()"
    assert [codes(tmp_path, head, source) for source in draws] == [["NBR102"]] * len(draws)
    assert [codes(tmp_path, head, source) for source in calm] == [[]] * len(calm)
    assert codes(tmp_path, "import torch\ndist = torch.distributions.Normal(0, 1)", "dist.sample(3)") == []


def test_what_a_check_sets_aside_is_not_found(tmp_path: Path) -> None:
    timed = "from tqdm.auto import tqdm\nfor i in tqdm(range(3)):\n    pass"
    assert codes(tmp_path, timed, "%%time\n1 + 1", "%timeit -n 1 1 + 1") == []


def test_a_set_that_is_only_shown_is_not_found(tmp_path: Path) -> None:
    words = "words = 'a b'.split()"
    assert codes(tmp_path, words, "vocab = set(words)\nvocab", "'a' in vocab, len(vocab)", "set(words)") == []
    assert codes(tmp_path, words, "vocab = set(words)\nvocab", "for word in vocab:\n    print(word)") == ["NBR201"]
    assert codes(tmp_path, words, "print(', '.join(set(words)))") == ["NBR201"]


def test_an_id_is_called_an_id(tmp_path: Path) -> None:
    notebook = new_notebook(cells=[new_code_cell("import uuid\nname = uuid.uuid4()")])
    (fault,) = lint_notebook(notebook, tmp_path / "a.ipynb", tmp_path)
    assert fault.message == "a new id in every run: `uuid.uuid4()`"
