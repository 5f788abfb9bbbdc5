from __future__ import annotations

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
