from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import tomlkit

EXAMPLE = Path(__file__).parent.parent / "docs" / "examples" / "nbrepro-fasta"
sys.path.insert(0, str(EXAMPLE))

from nbrepro_fasta import FastaComparator  # type: ignore[import-not-found,unused-ignore]  # noqa: E402

from nbrepro.compare.builtin import BUILTIN  # noqa: E402
from nbrepro.compare.registry import GROUP, Registry, load_plugins  # noqa: E402
from nbrepro.compare.testing import ComparatorTests  # noqa: E402


class TestFasta(ComparatorTests):
    comparator = FastaComparator()
    equal = ((">a\nACGT\nAC\n", ">a\nACGTAC\n"),)
    unequal = ((">a\nACGT\n", ">a\nACGA\n"), (">a\nACGT\n", ">b\nACGT\n"))


@pytest.mark.parametrize("mime", ["chemical/seq-na-fasta", "chemical/seq-aa-fasta"])
def test_the_entry_point_of_the_example_registers_it(mime: str) -> None:
    project = tomlkit.parse((EXAMPLE / "pyproject.toml").read_text()).unwrap()["project"]
    points = [EntryPoint(name, value, GROUP) for name, value in project["entry-points"][GROUP].items()]
    registry = Registry(BUILTIN)
    load_plugins(registry, points)
    assert registry.find(mime).name == "fasta"


def test_the_how_to_shows_the_example_as_it_is() -> None:
    page = (EXAMPLE.parent.parent / "how-to" / "write-a-comparator.md").read_text()
    source = (EXAMPLE / "nbrepro_fasta.py").read_text()
    assert source[source.index("class FastaComparator") : source.index("def records")].strip() in page
    laws = (EXAMPLE / "test_nbrepro_fasta.py").read_text()
    assert laws[laws.index("from nbrepro_fasta") :].strip() in page


JUDGED = """
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbrepro.compare import compare_notebooks
from nbrepro.compare.builtin import default_registry
from nbrepro.config import Settings
print(type(default_registry().find("chemical/seq-na-fasta")).__module__)
def notebook(text):
    shown = new_output("display_data", {"chemical/seq-na-fasta": text})
    return new_notebook(cells=[new_code_cell("show()", outputs=[shown], execution_count=1)])
for text in (">a\\nACGTAC\\n", ">a\\nACGTAG\\n"):
    print(compare_notebooks(notebook(">a\\nACGT\\nAC\\n"), notebook(text), Settings())[0].verdict.value)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which pip installed the example, as its users would; nothing is fetched."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(folder / "site"), str(folder / "source")], check=True, timeout=240)
    return folder


def run_beside(installed: Path, *arguments: str) -> str:
    """Return what Python prints that finds the installed package."""
    environment = {**os.environ, "PYTHONPATH": str(installed / "site")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=installed,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_installed_example_is_found_and_decides(installed: Path) -> None:
    assert run_beside(installed, "-c", JUDGED).split() == ["nbrepro_fasta", "equivalent", "different"]


@pytest.mark.slow
def test_the_installed_example_passes_the_tests_that_come_with_it(installed: Path) -> None:
    said = run_beside(installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0", "source/test_nbrepro_fasta.py")
    assert "8 passed" in said
