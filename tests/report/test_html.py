from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from lxml import html as parser
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nbrepro.records import (
    Cause,
    CauseKind,
    CellResult,
    Confidence,
    Difference,
    Drift,
    Mask,
    NotebookResult,
    OutputResult,
    Problem,
    Verdict,
)
from nbrepro.report.html import render
from nbrepro.report.views import View

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)></pre></style><!--{{ 7*7 }}"


def page(*views: View) -> str:
    return render(views, title="nbrepro check", created="2026-11-23 20:55 UTC")


def tree(*views: View) -> Any:
    return parser.fromstring(page(*views))


def text_of(node: Any) -> str:
    return re.sub(r"\s+", " ", node.text_content())


def test_the_page_says_first_how_many_reproduced(reproduced: View, different: View, broken: View) -> None:
    lead = tree(reproduced, different, broken).find_class("lead")[0]
    assert text_of(lead) == "1 of 3 notebooks reproduced, 1 different, 1 not run to its end."


def test_causes_stand_before_the_differing_cells(different: View) -> None:
    shown = page(different)
    assert shown.index("draws from an unseeded") < shown.index("Cell 3 differs first")


def test_the_line_that_a_cause_points_at_is_marked(different: View) -> None:
    marked = tree(different).get_element_by_id("n1-c2").xpath(".//li[@class='marked']/pre")
    assert [node.text for node in marked] == ["rng = np.random.default_rng()"]


def test_changed_parts_of_texts_are_marked_on_both_sides(different: View) -> None:
    card = tree(different).get_element_by_id("n1-c3")
    assert [node.text for node in card.xpath(".//del")] == ["0.913"]
    assert [node.text for node in card.xpath(".//ins")] == ["0.907"]


def test_pictures_stand_beside_a_picture_of_their_difference(different: View) -> None:
    pictures = tree(different).get_element_by_id("n1-c5").xpath(".//img")
    assert len(pictures) == 3
    assert all(picture.get("src").startswith("data:image/png;base64,") for picture in pictures)
    assert "of the pixels differ" in pictures[2].get("alt")


def test_html_outputs_are_framed_in_a_sandbox(different: View) -> None:
    frames = tree(different).xpath("//iframe")
    assert len(frames) == 2
    assert all(frame.get("sandbox") == "" for frame in frames)
    assert all("default-src 'none'" in frame.get("srcdoc") for frame in frames)


def test_what_only_follows_is_folded(different: View) -> None:
    folded = [text_of(node) for node in tree(different).xpath("//details/summary")]
    assert "cells 4 to 6 only follow from cell 3" in folded
    assert "4 cells do not differ" in folded


def test_masks_and_drift_are_shown(different: View) -> None:
    shown = text_of(tree(different))
    assert "0x7fe41d20 → 0x7f3a91c0" in shown
    assert "4.67.1" in shown


def test_a_notebook_that_was_not_read_says_why(unreadable: View) -> None:
    assert "its JSON breaks off" in text_of(tree(unreadable))


def test_nothing_is_fetched_and_nothing_runs(reproduced: View, different: View, broken: View) -> None:
    document = tree(reproduced, different, broken)
    assert not document.xpath("//script | //link | //object | //embed | //form | //base")
    for attribute in ("src", "href"):
        for value in document.xpath(f"//@{attribute}"):
            assert value.startswith(("#", "data:image/"))
    assert "url(" not in page(different)
    policy = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy


def test_every_link_leads_to_a_place_on_the_page(reproduced: View, different: View, broken: View) -> None:
    document = tree(reproduced, different, broken)
    places = set(document.xpath("//@id"))
    assert {link[1:] for link in document.xpath("//@href")} <= places
    assert len(places) == len(document.xpath("//@id"))


def test_headings_descend_one_level_at_a_time_and_pictures_have_words(different: View, broken: View) -> None:
    document = tree(different, broken)
    levels = [int(node.tag[1]) for node in document.xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(node.get("alt") for node in document.xpath("//img"))
    assert all(node.get("title") for node in document.xpath("//iframe"))
    assert len(document.xpath("//main | //nav[@aria-label]")) == 2
    assert document.get("lang") == "en"


def test_a_verdict_is_never_told_by_colour_alone(different: View) -> None:
    for square in tree(different).xpath("//ol[@class='strip']/li"):
        assert re.search(r"cell \d+: \w+", text_of(square))


def hostile_view() -> View:
    source = f"x = 1\n{EVIL}"
    data = {
        "text/html": f"<b>{EVIL}</b></body></iframe>{EVIL}",
        "image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(3)'>{EVIL}</svg>",
        "image/png": EVIL,
        "text/plain": EVIL,
        "text/markdown": EVIL,
    }
    found = []
    for mime, value in data.items():
        found.append(new_output("display_data", {mime: value}))
    found.append(new_output("display_data", {"application/json": {"a": EVIL}}))
    found.append(new_output("stream", name="stdout", text=EVIL))
    found.append(new_output("error", ename=EVIL, evalue=EVIL, traceback=[EVIL]))
    cell = new_code_cell(source, outputs=found)
    cell["id"] = EVIL
    notebook = new_notebook()
    notebook["cells"] = [cell]
    difference = Difference(output=0, mime=EVIL, where=EVIL, reference=EVIL, candidate=EVIL, masked=(EVIL,))
    mask = Mask(rule=EVIL, where=EVIL, text=EVIL)
    judged = OutputResult(
        output=0, mime=EVIL, verdict=Verdict.ERROR, reason=EVIL, differences=(difference,), masked=(mask,)
    )
    result = NotebookResult(
        path=EVIL,
        reference=EVIL,
        verdict=Verdict.ERROR,
        exit_code=3,
        reason=EVIL,
        cells=(
            CellResult(
                index=0,
                number=1,
                id=EVIL,
                verdict=Verdict.ERROR,
                reason=EVIL,
                source=source,
                reference_index=0,
                outputs=(judged,),
            ),
        ),
        causes=(
            Cause(
                kind=CauseKind.SOURCE,
                summary=f"`{EVIL}` {EVIL}",
                confidence=Confidence.HIGH,
                evidence=(f"`{EVIL}`", EVIL),
                cell=0,
                line=2,
                mend=EVIL,
                proved_by=EVIL,
            ),
        ),
        drift=(Drift(kind=CauseKind.PACKAGE, name=EVIL, reference=EVIL, candidate=EVIL),),
        problem=Problem(kind=EVIL, message=f"{EVIL}!", cell=0),
        notes=(EVIL,),
        run_id=EVIL,
    )
    return View(result=result, reference=notebook, candidate=notebook)


def test_hostile_content_is_never_markup() -> None:
    shown = render([hostile_view()], title=EVIL, created=EVIL)
    document: Any = parser.fromstring(shown)
    assert not document.xpath("//script | //*[@onerror] | //*[@onload]")
    assert not [src for src in document.xpath("//img/@src") if not src.startswith("data:image/")]
    outside = re.sub(r'srcdoc="[^"]*"', "", shown)
    assert "<script" not in outside
    assert "49" not in re.sub(r"#[0-9a-f]{6}|\d*49\d+", "", "".join(document.xpath("//main//p/text()")))


def test_a_frame_cannot_be_left_by_what_is_inside() -> None:
    for frame in re.findall(r"<iframe[^>]*>", page(hostile_view())):
        assert frame.count("<") == 1
        assert 'sandbox=""' in frame


def test_svg_is_shown_as_a_picture_never_as_markup() -> None:
    document = tree(hostile_view())
    assert not document.xpath("//svg")
    assert document.xpath("//img[starts-with(@src, 'data:image/svg+xml;base64,')]")


def test_a_picture_that_is_none_is_not_shown(different: View) -> None:
    assert "not shown:" in page(hostile_view())
    assert "not shown:" not in page(different)


def giant(text: str, mime: str = "text/plain") -> View:
    notebooks = []
    for mark in "ab":
        cell = new_code_cell("show()", outputs=[new_output("display_data", {mime: text + mark})])
        cell["id"] = "a"
        notebooks.append(new_notebook(cells=[cell]))
    cell = CellResult(index=0, number=1, id="a", verdict=Verdict.DIFFERENT, source="show()", reference_index=0)
    result = NotebookResult(path="a.ipynb", reference="r", verdict=Verdict.DIFFERENT, exit_code=1, cells=(cell,))
    return View(result=result, reference=notebooks[0], candidate=notebooks[1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 5_000_000, "characters are shown"),
        ("".join(f"line {n}\n" for n in range(300_000)), "characters are shown"),
        ("<p>x</p>" * 200_000, "characters are shown"),
    ],
)
def test_a_giant_text_is_cut_and_that_is_said(text: str, words: str) -> None:
    shown = page(giant(text))
    assert len(shown) < 400_000
    assert words in shown


def test_a_giant_table_is_left_out_and_that_is_said() -> None:
    shown = page(giant("<p>x</p>" * 200_000, "text/html"))
    assert len(shown) < 200_000
    assert "not shown: 1,600,001 characters of HTML" in shown


def test_a_report_over_its_budget_keeps_the_verdicts_and_says_what_it_left_out(
    different: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nbrepro.report.html.MAX_BYTES", 2_000)
    shown = page(different)
    assert "Not every output is in this report" in shown
    assert "Cell 6 differs" in shown


def test_widget_and_unknown_types_are_shown_as_text() -> None:
    view = giant("1", "application/x-own")
    assert "application/x-own" in page(view)


def test_a_view_without_notebooks_still_shows_the_differences(different: View) -> None:
    shown = page(View(result=different.result))
    assert "0.148" in shown
    assert "<iframe" not in shown


def test_equal_input_gives_equal_pages(different: View) -> None:
    assert page(different) == page(
        View(result=different.result, reference=different.reference, candidate=different.candidate)
    )
    assert json.dumps(page(different))
