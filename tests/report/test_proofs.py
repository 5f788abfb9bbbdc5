"""A cause that is proved is called so by every renderer, with the number of runs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from nbrepro.records import Report
from nbrepro.report import html, json, junit, markdown, terminal
from nbrepro.report.views import View

PROOF = "9 runs: with pandas 3.0.2 restored the difference is gone"


@pytest.fixture
def proved(different: View) -> View:
    first, second, *rest = different.result.causes
    cause = replace(second, proved_by=PROOF, evidence=(*second.evidence, f"proved by {PROOF}"))
    return replace(different, result=replace(different.result, causes=(cause, first, *rest)))


def _terminal(view: View) -> str:
    console = Console(file=io.StringIO(), width=100)
    terminal.render([view], console, verbose=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _junit(view: View) -> str:
    failure = ET.fromstring(junit.render([view]).encode()).find(".//testcase/failure")
    assert failure is not None
    return failure.get("message", "")


RENDERERS: dict[str, Callable[[View], str]] = {
    "terminal": _terminal,
    "html": lambda view: html.render([view], title="a", created="b"),
    "junit message": _junit,
    "markdown": lambda view: markdown.render([view]),
    "json": lambda view: json.render(Report(notebooks=(view.result,))).replace('proved_by": "', "proved by "),
}


@pytest.mark.parametrize("name", RENDERERS)
def test_the_proof_is_shown_with_its_runs(name: str, proved: View, different: View) -> None:
    render = RENDERERS[name]
    assert "proved by 9 runs" in re.sub(r"\s+", " ", render(proved))
    assert "proved by 9" not in render(different)


def test_the_title_says_proved_instead_of_likely(proved: View) -> None:
    assert "Proved cause: pandas 3.0.2 → 3.1.1" in _terminal(proved)
    assert "proved cause: pandas 3.0.2 → 3.1.1" in junit.render([proved])
    assert "| pandas 3.0.2 → 3.1.1 (proved by 9 runs) |" in markdown.render([proved])
