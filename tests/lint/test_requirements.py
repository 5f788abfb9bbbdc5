"""Imports that the project's files of requirements do not name, in every form that such files have."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.linting import lint_notebook

FORMS = {
    "requirements.txt": "pandas[excel]>=2 ; python_version > '3.8'  # all\n-r b.txt\nscikit-learn==1 \\\n  --hash=a",
    "requirements-dev.in": "pandas\nscikit_learn\n",
    "pyproject.toml": '[project]\nname = "a"\ndependencies = ["pandas"]\n[dependency-groups]\ndev = ["scikit-learn"]',
    "pyproject.toml ": '[tool.poetry]\nname = "mine"\n[tool.poetry.dependencies]\npandas = "*"\nscikit-learn = "^1"\n',
    "setup.cfg": "[metadata]\nname = mine\n[options]\ninstall_requires =\n    pandas\n    scikit-learn>=1\n",
    "environment.yml": "dependencies:\n- conda-forge::pandas=2\n- pip\n- pip:\n  - scikit-learn\n",
    "requirements.txt ": "pandas\nscikit-learn @ git+https://example.org/sk.git\n",
    "requirements.in": "pandas\ngit+https://example.org/sk.git#egg=scikit-learn\n",
}


def missing(root: Path, *sources: str, name: str = "a.ipynb") -> list[str]:
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    faults = lint_notebook(notebook, root / name, root)
    return [fault.message.partition(": ")[2] for fault in faults if fault.code == "NBR304"]


@pytest.mark.parametrize("file", FORMS)
def test_a_package_that_is_not_named_is_found_once(file: str, tmp_path: Path) -> None:
    (tmp_path / file.strip()).write_text(FORMS[file])
    found = missing(tmp_path, "import pandas as pd, sklearn.svm, yaml", "import yaml\nimport IPython, json")
    assert found == [f"`yaml` ({file.strip()})"]


def test_what_a_named_package_depends_on_comes_with_it(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pandas\n")
    assert missing(tmp_path, "import numpy, dateutil") == []


def test_another_build_of_a_package_is_the_package(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("opencv-python-headless\n")
    assert missing(tmp_path, "import cv2") == []


def test_modules_of_the_project_are_no_requirements(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pandas\n")
    (tmp_path / "src" / "mine").mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "beside.py").touch()
    assert missing(tmp_path, "import mine, beside", name="notebooks/a.ipynb") == []
    assert missing(tmp_path, "import sys\nsys.path.append('lib')", "import elsewhere") == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", "[tool.ruff]\n"),
        ("pyproject.toml", '[project]\nname = "mine"\ndynamic = ["dependencies"]\n'),
        ("environment.yml", "- [\n"),
        ("requirements.txt", ""),
    ],
)
def test_where_no_file_names_requirements_nothing_is_missing(file: str, text: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text)
    assert missing(tmp_path, "import yaml") == []
