from __future__ import annotations

import io

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from rich.console import Console

from nbrepro.compare import compare_notebooks
from nbrepro.config import Settings
from nbrepro.records import CellResult, NotebookResult, Verdict
from nbrepro.report.terminal import render
from nbrepro.report.views import View


def printed(views: list[View], *, verbose: bool = False, width: int = 80, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    render(views, Console(width=width, file=file, highlight=False), verbose=verbose)
    file.flush()
    return raw.getvalue().decode(encoding)


def test_a_notebook_that_reproduces_takes_one_line(reproduced: View) -> None:
    assert printed([reproduced]).splitlines() == [
        "✓ survey/explore.ipynb                                        reproduced · 2.3 s"
    ]


def test_a_difference_shows_cell_source_values_distance_and_cause(different: View) -> None:
    text = printed([different])
    assert "cell 3 differs first" in text
    assert "1 │ rng = np.random.default_rng()" in text
    assert "reference  52" in text
    assert "candidate  61" in text
    assert "table, row 1, column age · apart by 15 %" in text
    assert "Likely cause: cell 3 draws from an unseeded NumPy generator (line 1) [high]" in text
    assert "→ Pass a seed: `np.random.default_rng(42)`." in text


def test_what_only_follows_is_folded_into_one_line(different: View) -> None:
    text = printed([different])
    assert "cells 4 to 6 only follow from cell 3" in text
    assert "0.913" not in text


def test_verbose_shows_what_only_follows_as_well(different: View) -> None:
    assert "0.913" in printed([different], verbose=True)


def test_a_cell_that_uses_what_the_first_uses_is_said_to_differ_with_it() -> None:
    sources, outputs = ("choice = pick()", "print(choice)", "print('best:', choice)"), ("", "svm", "best: svm")
    one, other = (
        new_notebook(
            cells=[
                new_code_cell(source, outputs=[new_output("stream", text=text.replace("svm", name))] if text else [])
                for source, text in zip(sources, outputs, strict=True)
            ]
        )
        for name in ("svm", "tree")
    )
    cells = compare_notebooks(one, other, Settings())
    result = NotebookResult(
        path="a.ipynb", reference="a", verdict=Verdict.DIFFERENT, exit_code=1, cells=cells, seconds=1
    )
    text = printed([View(result=result, reference=one, candidate=other)])
    assert "cell 3 differs with cell 2: it reads `choice`" in text


def test_an_exception_is_shown_without_the_outputs_it_took_away(broken: View) -> None:
    text = printed([broken])
    assert "cell 1 raises first" in text
    assert "NameError: name 'raw' is not defined" in text
    assert "not run to its end" in text


def test_a_notebook_that_cannot_be_read_says_why(unreadable: View) -> None:
    assert "its JSON breaks off" in printed([unreadable])


def test_one_line_sums_up_all_notebooks(reproduced: View, different: View) -> None:
    last = printed([reproduced, different]).splitlines()[-1]
    assert last == "2 notebooks: 1 reproduced, 1 different · 6.4 s"


def test_the_time_of_all_is_that_of_the_clock_where_it_is_known(reproduced: View, different: View) -> None:
    """Several notebooks may have run at once: the sum of their times is another thing."""
    file = io.StringIO()
    render([reproduced, different], Console(width=100, file=file, highlight=False), seconds=1.25)
    assert file.getvalue().splitlines()[-1].endswith(" · 1.2 s")


def test_no_line_is_wider_than_the_terminal(reproduced: View, different: View, broken: View, unreadable: View) -> None:
    views = [reproduced, different, broken, unreadable]
    for width in (80, 50):
        for verbose in (False, True):
            assert max(map(len, printed(views, width=width, verbose=verbose).splitlines())) <= width


def test_verbose_shows_every_cell_the_masks_and_the_drift(different: View) -> None:
    text = printed([different], verbose=True)
    assert "cell 7: equivalent" in text
    assert "set aside (address) line 1: 0x7fe41d20 → 0x7f3a91c0" in text
    assert "tqdm: (nothing) → 4.67.1" in text
    assert "Python 3.11.7 → 3.11.9 [low]" in text


def test_without_a_terminal_there_are_no_escape_codes(different: View) -> None:
    assert "\x1b" not in printed([different])


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_unicode_gets_plain_signs(different: View, broken: View, encoding: str) -> None:
    assert "differs first" in printed([different, broken], encoding=encoding)


def test_a_value_cannot_move_the_cursor_or_colour_the_terminal() -> None:
    hostile = "\x1b[2J\x1b]0;title\x07\u202eevil [bold]not markup[/bold]"
    cell = CellResult(index=0, number=1, id="a", verdict=Verdict.DIFFERENT, source=f"'{hostile}'", reason=hostile)
    result = NotebookResult(path=hostile, reference=None, verdict=Verdict.DIFFERENT, exit_code=1, cells=(cell,))
    text = printed([View(result=result)], verbose=True)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[bold]not markup[/bold]" in text


def test_many_notebooks_that_reproduce_stay_one_line_each(reproduced: View) -> None:
    assert len(printed([reproduced] * 30).splitlines()) == 32


def test_weak_causes_are_one_line_each_and_not_called_likely(different: View) -> None:
    text = printed([different], verbose=True, width=100)
    assert text.count("Likely cause: ") == 2
    assert "Also noticed, without a known link to what differs:\n    · Python 3.11.7 → 3.11.9 [low]\n" in text


def test_the_side_that_raised_nothing_says_what_it_put_out(broken: View) -> None:
    assert broken.reference is not None
    broken.reference.cells[0]["outputs"] = [new_output("stream", name="stdout", text="6\n")]
    assert "reference  no exception; printed 6" in printed([broken])
