"""HTML outputs in their frames: what is marked, how high they are, and on which paper they stand."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html as parser

from nbrepro.report.frames import MAX_FRAME, frame
from nbrepro.report.markedhtml import mark


def marked(before: str, after: str) -> list[Any]:
    found = mark(before, after, ())
    assert found is not None
    return [parser.fromstring(text) for text in found]


def words(tree: Any, style: str) -> list[str]:
    return [node.text_content() for node in tree.find_class(style)]


def test_only_the_words_that_changed_are_marked() -> None:
    before, after = marked("<p>p-value: 0.04, <b>n</b> = 12</p>", "<p>p-value: 0.06, <b>n</b> = 13</p>")
    assert words(before, "nbrepro-old") == ["0.04", "12"]
    assert words(after, "nbrepro-new") == ["0.06", "13"]
    assert before.text_content() == "p-value: 0.04, n = 12"
    assert after.text_content() == "p-value: 0.06, n = 13"


def test_a_changed_attribute_is_written_beside_its_element() -> None:
    before, after = marked('<a href="https://example.org/0">report</a>', '<a href="https://example.org/1">report</a>')
    assert words(before, "nbrepro-note") == ["href: https://example.org/0"]
    assert words(after, "nbrepro-note") == ["href: https://example.org/1"]


def test_a_changed_colour_stays_in_sight() -> None:
    before, _ = marked('<span style="color: green">ok</span>', '<span style="color: red">ok</span>')
    (span,) = before.find_class("nbrepro-ring-old")
    assert span.get("style") == "color: green"
    assert "nbrepro-old" not in span.get("class").split()


def test_an_embedded_picture_is_ringed_and_its_data_is_not_written_out() -> None:
    before, _ = marked('<img src="data:image/png;base64,AAAA">', '<img src="data:image/png;base64,BBBB">')
    assert before.xpath(".//img[contains(@class, 'nbrepro-ring-old')]")
    assert not before.find_class("nbrepro-note")


def test_a_lost_element_is_marked_whole() -> None:
    before, after = marked("<ul><li>a</li><li>b</li></ul>", "<ul><li>a</li></ul>")
    assert words(before, "nbrepro-old") == ["b"]
    assert not words(after, "nbrepro-new")


def test_text_beside_a_table_is_marked_too() -> None:
    table = "<table><tr><td>1</td></tr></table>"
    before, _ = marked(f"<small>shape: (3, 1)</small>{table}", f"<small>shape: (4, 1)</small>{table}")
    assert words(before, "nbrepro-old") == ["3"]


def test_what_hides_a_change_is_unfolded() -> None:
    text = "<details><summary>more</summary><p>{}</p></details><details><p>same</p></details>"
    before, _ = marked(text.format(1), text.format(2))
    assert [node.get("open") for node in before.iter("details")] == ["open", None]


@pytest.mark.parametrize("text", ["", "<", "<p>\x00</p>", "plain", "<table>", "<tr><td>"])
def test_odd_html_breaks_nothing(text: str) -> None:
    assert frame(text, "<p>x</p>", None).after is not None
    assert frame(text, None, None).after is None


def test_a_frame_is_as_high_as_what_it_holds() -> None:
    row = "<tr><td>1</td></tr>"
    heights = [frame(f"<table>{row * n}</table>", None, None).height for n in (1, 5, 10, 1000)]
    assert heights == sorted(heights)
    assert heights[0] < 80
    assert heights[2] > 260
    assert heights[3] == 460
    assert frame(f"<details><table>{row * 30}</table></details>", None, None).height < 80
    assert frame("<pre>" + "line\n" * 10 + "</pre>", None, None).height > 200


@pytest.mark.parametrize(
    ("text", "on_paper"),
    [
        ("<p>plain</p>", False),
        ('<p style="color: black">x</p>', True),
        ("<style>td {background-color: #eee}</style><table></table>", True),
        ('<td bgcolor="white">x</td>', True),
        ("<style>@media (prefers-color-scheme: dark) {p {color: #fff}}</style>", False),
        ("<p>x</p><script>el.style.color = 'orange'; node.color: 1</script>", False),
    ],
)
def test_colours_that_were_chosen_for_white_paper_get_it(text: str, on_paper: bool) -> None:
    found = frame(text, None, None)
    assert found.on_paper is on_paper
    assert ("only light" in (found.before or "")) is on_paper


def test_what_is_too_long_is_left_out() -> None:
    found = frame("x" * (MAX_FRAME + 1), "y", None)
    assert (found.before, found.after is None) == (None, False)
