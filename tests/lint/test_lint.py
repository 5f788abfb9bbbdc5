"""Each code in pairs: a source that has the fault, and one like it that has not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.linting import CODES, lint_notebook

PAIRS = [
    ("NBR101", "import numpy as np\nnp.random.default_rng()", "import numpy as np\nnp.random.default_rng(1)"),
    ("NBR102", "import random\nrandom.random()", "import random\nrandom.seed(1)\nrandom.random()"),
    ("NBR201", "list(set('ab'))", "sorted(set('ab'))"),
    ("NBR202", "import os\nos.listdir()", "import os\nsorted(os.listdir())"),
    ("NBR203", "import time\ntime.time()", "import time\ntime.gmtime(0)"),
    ("NBR204", "id(int)", "int.__name__"),
    ("NBR205", "import os\nos.environ['A']", "import os\nos.sep"),
    ("NBR206", "from concurrent.futures import as_completed\nas_completed([])", "list(map(str, []))"),
    ("NBR301", "import requests\nrequests.get('x')", "import requests\nrequests.codes"),
    ("NBR302", "open('/home/me/a.csv')", "open('a.csv')"),
    ("NBR402", "print(nowhere)", "nowhere = 1\nprint(nowhere)"),
    ("NBR403", "print 'a'", "print('a')"),
]


def codes(root: Path, *sources: str) -> set[str]:
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    return {fault.code for fault in lint_notebook(notebook, root / "a.ipynb", root)}


@pytest.mark.parametrize(("code", "faulty", "sound"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_a_fault_is_found_and_its_sound_twin_is_not_blamed(code: str, faulty: str, sound: str, tmp_path: Path) -> None:
    assert codes(tmp_path, faulty) == {code}
    assert codes(tmp_path, sound) == set()


def test_a_name_defined_only_further_down_is_hidden_state(tmp_path: Path) -> None:
    assert codes(tmp_path, "print(a)", "a = 1") == {"NBR401"}
    assert codes(tmp_path, "def f():\n    return a", "a = 1", "f()") == set()


def test_every_code_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/lint.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (NBR\d+)", page, re.MULTILINE)) == set(CODES)
