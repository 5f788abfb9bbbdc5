from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbrepro.compare import compare_notebooks
from nbrepro.config import Settings
from nbrepro.records import CellResult

HERE = Path(__file__).parent
STATE = "application/vnd.jupyter.widget-state+json"

Pair = dict[str, Any]
Side = dict[str, Any]


@dataclass(frozen=True)
class Corpus:
    """The pairs, and how to judge one."""

    pairs: tuple[Pair, ...]

    def family(self, name: str) -> list[Pair]:
        return [pair for pair in self.pairs if pair["family"] == name]

    def judge(self, reference: Side, candidate: Side, source: str, settings: Settings | None = None) -> CellResult:
        notebooks = [_notebook(source, side) for side in (reference, candidate)]
        (result,) = compare_notebooks(notebooks[0], notebooks[1], settings or Settings())
        return result

    @staticmethod
    def said(result: CellResult) -> str:
        """All that a result says, as one text."""
        parts = [result.reason or ""]
        for output in result.outputs:
            parts += [f"{d.where} {d.reference} {d.candidate}" for d in output.differences]
            parts += [mask.rule for mask in output.masked]
        return "\n".join(parts)


def _notebook(source: str, side: Side) -> Any:
    cell = new_code_cell(source, outputs=side["outputs"], execution_count=1, id="pair")
    return new_notebook(cells=[cell], metadata={"widgets": {STATE: {"state": side.get("widgets", {})}}})


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    pairs = [
        {**pair, "family": path.stem}
        for path in sorted((HERE / "pairs").glob("*.json"))
        for pair in json.loads(path.read_text(encoding="utf-8"))
    ]
    return Corpus(tuple(pairs))
