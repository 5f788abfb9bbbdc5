"""What the renderers say: places, distances, reasons, titles, in words that a newcomer understands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbrepro.records import CellResult, Difference, NotebookResult, OutputResult, Problem, Verdict
from nbrepro.report import junit, markdown
from nbrepro.report.excerpts import shortened_paths
from nbrepro.report.kinds import place_name, told_first
from nbrepro.report.trees import lines
from nbrepro.report.views import View, cell_title, distance_words, reason_words, remarks, second_look
from tests.report.test_terminal import printed

PIXELS = "0.60% of pixels, in columns 80 to 87, rows 21 to 44"


def found(mime: str, where: str, before: str | None = "1", after: str | None = "2", **more: Any) -> Difference:
    return Difference(output=0, mime=mime, where=where, reference=before, candidate=after, **more)


@pytest.mark.parametrize(
    ("mime", "where", "words"),
    [
        ("stream/stdout", "line 1, number 1", "printed text, line 1, number 1"),
        ("text/html", "header of column 4, line 1, word 1", "table, header of column 4"),
        ("text/html", "row 2, column price", "table, row 2, column price"),
        ("image/svg+xml", "viewBox of <svg>, line 1, number 4", "SVG drawing, viewBox of <svg>, number 4"),
        ("application/vnd.plotly.v1+json", "layout.title.text, line 1, word 1", "plotly figure, layout.title.text"),
        ("image/png", "shown at image/png.width", "PNG picture, the width at which it is shown"),
        ("error", "exception", "exception"),
        (
            "application/javascript",
            "data 1, 6517018b-f768-4399-9317-9da21c68932e.roots[0].attributes.renderers[0].attributes.level",
            "Bokeh plot, renderers[0].level",
        ),
    ],
)
def test_places_are_told_in_words(mime: str, where: str, words: str) -> None:
    assert place_name(found(mime, where)) == words


def test_a_distance_is_a_share_and_told_once() -> None:
    assert distance_words(found("text/plain", "number 1", distance=0.00109)) == "apart by 0.11 %"
    assert distance_words(found("image/png", PIXELS, None, "largest change of a channel: 3", distance=0.006)) == ""


def test_an_exception_comes_first_and_of_drawings_what_is_farthest() -> None:
    cell = _cell(found("stream/stdout", "line 1"), found("error", "exception"))
    assert [item.mime for item in told_first(cell)] == ["error", "stream/stdout"]
    drawn = _cell(*(found("image/svg+xml", str(n), distance=d) for n, d in enumerate((0.1, None, 0.7))))
    assert [item.where for item in told_first(drawn)] == ["1", "2", "0"]


def _cell(*differences: Difference, reason: str | None = None, **more: Any) -> CellResult:
    judged = OutputResult(
        output=0, mime="text/plain", verdict=Verdict.DIFFERENT, reason=reason, differences=differences
    )
    told: dict[str, Any] = {"index": 1, "number": 2, "id": "a", "verdict": Verdict.DIFFERENT, "reason": reason}
    return CellResult(**{**told, "outputs": (judged,), **more})


def view(*cells: CellResult, **more: Any) -> View:
    shared: dict[str, Any] = {"path": "a/b.ipynb", "reference": "r", "verdict": Verdict.DIFFERENT, "exit_code": 1}
    return View(result=NotebookResult(**shared | more, cells=cells))


@pytest.mark.parametrize(
    ("kind", "words"),
    [("kernel_death", "cell 2: the kernel died here"), ("timeout", "cell 2: it ran out of time")],
)
def test_a_title_says_how_a_run_ended(kind: str, words: str) -> None:
    cell = _cell()
    shown = view(cell, problem=Problem(kind=kind, message="it is over", cell=1))
    assert cell_title(shown, cell, leads=True) == words


def test_a_title_says_what_a_cell_did() -> None:
    never = _cell(verdict=Verdict.ERROR, outputs=())
    assert cell_title(view(never), never, leads=False) == "cell 2 never ran"
    raised = _cell(verdict=Verdict.ERROR)
    assert cell_title(view(raised), raised, leads=True) == "cell 2 raises first"


def test_what_a_second_run_said_stands_in_every_report() -> None:
    cell = _cell(found("text/plain", "number 1"), confirmed="flaky")
    words = "flaky: a second run under the same conditions gave another result again"
    assert second_look(cell) == words
    for text in (printed([view(cell)]), markdown.render([view(cell)]), junit.render([view(cell)])):
        assert words in " ".join(text.split())


def test_a_new_warning_is_told_though_the_cell_passes() -> None:
    told = "new warning: RuntimeWarning: mean of empty slice"
    cell = _cell(reason=f"set aside: warnings; {told}", verdict=Verdict.EQUIVALENT)
    assert remarks(cell) == (told,)
    shown = view(cell, verdict=Verdict.EQUIVALENT, exit_code=0)
    for text in (printed([shown]), markdown.render([shown]), junit.render([shown])):
        assert told in " ".join(text.split())


def test_a_reason_does_not_tell_the_notebooks_own_path_again() -> None:
    shown = view(reason=f"{Path('a/b.ipynb').absolute()}: is no notebook", exit_code=2)
    assert reason_words(shown.result) == "is no notebook"
    assert reason_words(view(reason="no kernel: a/b.ipynb").result) == "no kernel: a/b.ipynb"


def test_a_long_path_keeps_both_its_ends_and_no_line_is_longer_than_the_window() -> None:
    path = "/home/somebody/a-long-directory-name/and-another-long-one/and-yet-another-one/data/orders.csv"
    shown = view(reason=f"cell 2 raised FileNotFoundError: {path}", exit_code=3)
    for width in (80, 60, 40):
        text = printed([shown], width=width)
        assert "data/orders.csv" in text
        assert max(map(len, text.splitlines())) <= width
    assert shortened_paths("a/b and c", 4) == "a/b and c"


def test_a_change_of_pictures_is_told_in_the_job_summary_and_in_junit() -> None:
    cell = _cell(found("image/png", PIXELS, None, "largest change of a channel: 221", distance=0.006))
    for text in (markdown.render([view(cell)]), junit.render([view(cell)])):
        assert "PNG picture, 0.60% of pixels" in text
        assert "largest change of a channel: 221" in text
        assert "(nothing)" not in text


def test_an_unproved_cause_has_nothing_empty_beside_it(different: View) -> None:
    assert "(empty)" not in markdown.render([different])


def test_a_widget_is_told_by_what_it_holds() -> None:
    state = {
        "model": "IntSliderModel",
        "model_id": "5",
        "value": 5,
        "description": "",
        "layout": {"model": "LayoutModel"},
        "_model_name": "x",
    }
    assert lines("application/vnd.jupyter.widget-view+json", state) == 'model: "IntSliderModel"\nvalue: 5'


def test_a_metric_is_told_by_its_name() -> None:
    metric = {"name": "auc", "value": 0.91, "rtol": 0.01, "atol": None}
    assert lines("application/vnd.nbrepro.metric+json", metric) == "auc: 0.91\ndeclared rtol: 0.01"
