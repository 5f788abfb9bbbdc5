from __future__ import annotations

import json

from nbrepro.records import (
    Cause,
    CauseKind,
    CellResult,
    Confidence,
    Difference,
    NotebookResult,
    OutputResult,
    Report,
    Verdict,
)
from nbrepro.report import json as json_report
from nbrepro.report import markdown
from nbrepro.report.views import View


def test_markdown_has_one_row_a_notebook_failing_ones_first(reproduced: View, different: View) -> None:
    lines = markdown.render([reproduced, different]).splitlines()
    assert lines[0] == "### nbrepro: 1 of 2 notebooks reproduced"
    assert lines[4] == (
        "| trial/model.ipynb | ≠ different | 4 of 8 | cell 3 | cell 3 draws from an unseeded NumPy generator (line 1) |"
    )
    assert lines[5] == "| survey/explore.ipynb | ✓ reproduced | 8 of 8 |  |  |"


def test_markdown_folds_the_details(different: View) -> None:
    text = markdown.render([different])
    assert "<details><summary>trial/model.ipynb</summary>" in text
    assert "cells 4 to 6 only follow from cell 3." in text
    assert "```diff\n- 52\n+ 61\n```" in text


def test_hostile_text_is_no_markup_and_breaks_no_table() -> None:
    evil = "a|b\n<script> @everyone ``` [x](y) `co|de`"
    difference = Difference(output=0, mime="text/plain", where="", reference="```\n</details>", candidate=evil)
    judged = OutputResult(output=0, mime="text/plain", verdict=Verdict.DIFFERENT, differences=(difference,))
    cell = CellResult(index=0, number=1, id=None, verdict=Verdict.DIFFERENT, reason=evil, outputs=(judged,))
    cause = Cause(kind=CauseKind.SOURCE, summary=evil, confidence=Confidence.HIGH, evidence=(evil,), mend=evil)
    result = NotebookResult(
        path=evil, reference="r", verdict=Verdict.DIFFERENT, exit_code=1, cells=(cell,), causes=(cause,)
    )
    text = markdown.render([View(result=result)])
    row = text.splitlines()[4]
    assert row.replace("\\|", "").count("|") == 6
    assert "<script>" not in text.partition("````diff")[0].replace("\\<script\\>", "")
    assert "@everyone" not in text.partition("````diff")[0]
    assert "````diff" in text


def test_json_is_what_the_report_holds(different: View, broken: View) -> None:
    report = Report(notebooks=(different.result, broken.result))
    data = json.loads(json_report.render(report))
    assert data == report.to_dict()
    assert data["verdict"] == "error"
    assert data["notebooks"][0]["first_difference"] == 2


def test_json_holds_no_number_that_json_lacks() -> None:
    difference = Difference(
        output=0, mime="text/plain", where="", reference="1", candidate="nan", distance=float("nan")
    )
    judged = OutputResult(output=0, mime="text/plain", verdict=Verdict.DIFFERENT, differences=(difference,))
    cell = CellResult(index=0, number=1, id=None, verdict=Verdict.DIFFERENT, outputs=(judged,))
    result = NotebookResult(path="a", reference="r", verdict=Verdict.DIFFERENT, exit_code=1, cells=(cell,))
    data = json.loads(json_report.render(Report(notebooks=(result,))))
    assert data["notebooks"][0]["cells"][0]["differences"][0]["distance"] is None
