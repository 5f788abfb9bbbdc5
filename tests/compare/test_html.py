from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from nbrepro.compare.base import Comparison, Rules
from nbrepro.compare.html import compare_html
from nbrepro.records import Verdict


def compared(one: str, other: str) -> Comparison:
    return compare_html(one, other, Rules())


def table(*rows: list[Any], header: tuple[str, ...] = ("city", "price"), caption: str = "") -> str:
    head = "".join(f"<th>{name}</th>" for name in ("", *header))
    body = "".join(f"<tr><th>{i}</th>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for i, row in enumerate(rows))
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


ROWS = (["Oslo", 12.5], ["Rome", 3.25], ["Bern", 7.0])


def test_a_changed_cell_is_named_by_row_and_column_with_its_distance() -> None:
    (difference,) = compared(table(*ROWS), table(*ROWS[:2], ["Bern", 7.7])).differences
    assert (difference.where, difference.reference, difference.candidate) == ("row 2, column price", "7.0", "7.7")
    assert difference.distance == pytest.approx(0.7 / 7.7)


def test_a_lost_row_is_one_difference_and_the_others_are_not_blamed() -> None:
    comparison = compared(table(*ROWS), table(*ROWS[:2]))
    assert [d.where for d in comparison.differences] == ["row 2, lost"]
    assert comparison.reason == "3 rows became 2"


def test_a_lost_and_an_added_column_are_named() -> None:
    comparison = compared(table(*ROWS), table(*([row[0]] for row in ROWS), header=("city",)))
    assert [d.where for d in comparison.differences] == ["column price, lost"]
    comparison = compared(table(*([row[0]] for row in ROWS), header=("city",)), table(*ROWS))
    assert [d.where for d in comparison.differences] == ["column price, new"]


def test_reordered_rows_are_called_so() -> None:
    plain = [f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in ROWS]
    one, other = (f"<table>{''.join(rows)}</table>" for rows in (plain, plain[::-1]))
    assert compared(one, other).reason == "the same rows in another order"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (table(*ROWS, caption="<caption>First</caption>"), table(*ROWS, caption="<caption>Second</caption>")),
        ("<table>a<tr><td>1</td></tr></table>", "<table>b<tr><td>1</td></tr></table>"),
        ("<table><tr><td>1</td></tr></table>", "<table><tr><td>1<b>2</b></td></tr></table>"),
        ("<table><tr><td colspan='2'>1</td></tr></table>", "<table><tr><td>1</td></tr></table>"),
        (
            '<table><tr><td style="color: red">1</td></tr></table>',
            '<table><tr><td style="color: blue">1</td></tr></table>',
        ),
        ('<table><tr><td><i style="color: red">1</i></td></tr></table>', "<table><tr><td><i>1</i></td></tr></table>"),
        ('<table><tr><td><a href="a">1</a></td></tr></table>', '<table><tr><td><a href="b">1</a></td></tr></table>'),
        ("<div>a<?x?>b</div>", "<div>a<?x?>c</div>"),
        ("<p>a</p>tail", "<p>a</p>tale"),
        ("<pre>a\n1</pre>", "<pre>a\n2</pre>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</ul>"),
        ("<svg><path d='M 1 2'/></svg>", "<svg><path d='M 1 3'/></svg>"),
        ("plain", "plane"),
        ("<script>var a = 1</script>", "<script>var a = 2</script>"),
        ("<style>p {color: red}</style>", "<style>p {color: blue}</style>"),
        ("<input value='3'>", "<input value='4'>"),
    ],
)
def test_what_a_browser_shows_otherwise_is_different(one: str, other: str) -> None:
    assert compared(one, other).verdict is Verdict.DIFFERENT
    assert compared(other, one).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>a  b</p>", "<p>\n a b</p>"),
        ("<p class='x'>a</p>", "<p>a</p>"),
        ("<p>a</p><!-- 1 -->", "<p>a</p>"),
        ("<b>a</b>", "<B>a</B>"),
        ("<img src='a' alt='b'>", "<img alt='b' src='a'/>"),
        ("<p>&lt;A at 0x7f8b5c0f2de0&gt;</p>", "<p>&lt;A at 0x7f8b5c0f2d00&gt;</p>"),
    ],
)
def test_what_a_browser_shows_the_same_passes(one: str, other: str) -> None:
    assert compared(one, other).verdict is Verdict.EQUIVALENT


def test_two_generated_ids_that_were_exchanged_are_different() -> None:
    names = ["a" * 32, "b" * 32]
    one = "".join(f'<div id="{name}">{i}</div>' for i, name in enumerate(names))
    script = '<script>draw("{}", 1)</script>'
    assert not compared(one + script.format(names[0]), one + script.format(names[1])).passes


def test_a_picture_in_a_cell_is_compared_by_what_it_shows() -> None:
    def cell(level: int, colour: int) -> str:
        buffer = io.BytesIO()
        Image.new("RGB", (30, 30), (colour, 0, 0)).save(buffer, "png", compress_level=level)
        source = base64.b64encode(buffer.getvalue()).decode()
        return f'<table><tr><td><img src="data:image/png;base64,{source}"></td></tr></table>'

    assert compared(cell(0, 200), cell(9, 200)).passes
    assert not compared(cell(9, 200), cell(9, 100)).passes


def test_deep_nesting_gets_a_verdict() -> None:
    deep = "<div>" * 20_000
    assert not compared(f"{deep}a", f"{deep}b").passes
