"""Every kind of difference in one report: shown as what it is, with both values, and nothing of it is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from lxml import html as parser

from nbrepro.compare import compare_notebooks
from nbrepro.config import Settings
from nbrepro.report.excerpts import clipped, windows
from nbrepro.report.html import VALUE, render
from nbrepro.report.kinds import told_first
from nbrepro.report.panes import Pane, panes
from nbrepro.report.views import View, is_pictured
from tests.report import gallery
from tests.report.making import view_of

KINDS = {"text": "text", "tables": "frame", "pictures": "picture", "plots": "text", "widgets": "text"}
"""How the pairs of a chapter are shown."""
OTHERWISE = {
    "pandas/frame-as-markdown-value-changed": "text",
    "pandas/frame-as-latex-value-changed": "text",
    "pillow/embedded-image-in-html-changed": "frame",
    "matplotlib/pdf-line-changed": "picture",
    "plots/altair-html-renderer-value-changed": "none",
    "plots/bokeh-value-changed": "none",
    "plots/bokeh-glyph-colour-changed": "none",
    "sympy/matrix-element-changed": "text",
    "rich/markdown-word-changed": "text",
    "rich/javascript-changed": "text",
    "rich/json-display-leaf-changed": "text",
    "rich/json-display-key-lost": "text",
    "rich/geojson-coordinate-changed": "text",
    "rich/html-text-changed": "frame",
    "rich/html-link-changed": "frame",
    "rich/html-inline-style-changed": "frame",
    "rich/html-list-item-lost": "frame",
    "rich/html-lost-only-text-left": "text",
    "rich/custom-type-changed": "text",
    "rich/audio-changed": "frame",
    "own/audio": "audio",
    "own/video": "video",
    "sklearn/pipeline-step-changed": "frame",
    "matplotlib/second-figure-lost": "picture",
}
"""The pairs that are shown otherwise than their chapter."""
UNNAMED = {"application/x-thing"}
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)></pre></style></table><!--"


@pytest.fixture(scope="module")
def views() -> list[View]:
    return gallery.views()


@pytest.fixture(scope="module")
def document(views: list[View]) -> Any:
    return parser.fromstring(render(views, title="Every kind of difference", created="2026-11-23 20:55 UTC"))


@pytest.fixture(scope="module")
def differing(views: list[View]) -> list[tuple[str, list[Pane]]]:
    """Return each pair of the chapters that differs: its name, and its panes that differ."""
    return list(_differing(views))


def _differing(views: list[View]) -> Iterator[tuple[str, list[Pane]]]:
    for view, (chapter, names) in zip(views, gallery.CHAPTERS.items(), strict=False):
        if chapter == "passing":
            continue
        for name, cell in zip(names, view.result.cells, strict=True):
            shown = panes(*view.outputs_of(cell), cell.outputs, view.models)
            yield name, [pane for pane in shown if pane.result and pane.result.verdict.fails]


def test_every_pair_is_shown_as_what_it_is(differing: list[tuple[str, list[Pane]]]) -> None:
    found = {name: {pane.kind for pane in shown} for name, shown in differing}
    chapters = {name: KINDS.get(chapter, "text") for chapter, names in gallery.CHAPTERS.items() for name in names}
    assert found == {name: {OTHERWISE.get(name, chapters[name])} for name in found}
    assert len(found) > 80


def test_every_pane_says_in_words_what_it_is(differing: list[tuple[str, list[Pane]]]) -> None:
    for name, shown in differing:
        for pane in shown:
            assert pane.name != pane.mime or pane.mime in UNNAMED, name


def test_both_values_of_every_difference_stand_on_the_page(views: list[View], document: Any) -> None:
    for place, view in enumerate(views[: len(gallery.CHAPTERS)], start=1):
        for cell in view.failing:
            (card,) = document.xpath(f"//article[@id='n{place}-c{cell.index}']")
            shown = said(card)
            for difference in told_first(cell)[:3]:
                if is_pictured(difference) or difference.where == "the whole output":
                    continue
                values = windows(difference.reference, difference.candidate, VALUE)
                for value in values:
                    words = "(nothing)" if value is None else folded(clipped(value, 80, 1)).rstrip("…")
                    assert words in shown, (view.result.path, cell.number, difference)


def said(card: Any) -> str:
    """Return what a card says, in its frames too."""
    frames: list[Any] = [parser.fromstring(frame) for frame in card.xpath(".//@srcdoc")]
    return folded(" ".join(node.text_content() for node in (card, *frames)))


def folded(text: str) -> str:
    return " ".join(text.split())


def test_what_both_sides_show_is_told_apart(document: Any) -> None:
    for pane in document.find_class("pane"):
        labels = {folded(node.text_content()) for node in pane.xpath(".//figcaption | .//th[@scope='col']")}
        assert not labels or {"reference", "candidate"} <= labels


def test_pictures_have_a_third_one_that_shows_where_they_differ(differing: list[tuple[str, list[Pane]]]) -> None:
    for name, shown in differing:
        for pane in shown:
            if pane.kind == "picture" and pane.left and pane.left.uri and pane.right and pane.right.uri:
                same = {"matplotlib/image-shown-at-another-width"}
                assert name in same or (pane.third and (pane.third.uri or "same" in pane.third.words)), name


def test_what_was_set_aside_is_not_marked_as_changed(document: Any) -> None:
    (card,) = document.xpath("//article[@id='n1-c10']")
    assert [node.text_content() for node in card.find_class("aside")] == ["15", "681", "17", "809"]
    assert [node.text_content() for node in card.xpath(".//del | .//ins")] == ["150", "151"]


def test_the_rule_that_decided_is_told(document: Any) -> None:
    cards = {card.get("id"): folded(card.text_content()) for card in document.xpath("//article[@id]")}
    assert "beyond the tolerance: rtol=1e-06, atol=1e-12" in cards["n1-c0"]
    assert "rtol=0.01, atol=0 (set by the metric)" in cards["n7-c10"]
    assert not re.search("tolerance", cards["n1-c7"])  # integers are held to none


def test_new_warnings_are_in_sight_though_the_cell_passes(document: Any) -> None:
    (noticed,) = document.find_class("noticed")
    assert "cell 1: new warning: RuntimeWarning: mean of empty slice" in folded(noticed.text_content())
    assert not [node for node in noticed.iterancestors() if node.tag == "details"]


def test_hostile_content_of_every_kind_is_never_markup(views: list[View]) -> None:
    poisoned = [poison(view) for view in views[: len(gallery.CHAPTERS)]]
    shown = render(poisoned, title=EVIL, created=EVIL)
    page: Any = parser.fromstring(shown)
    assert not page.xpath("//script | //*[@onerror] | //*[@onload] | //style[contains(., 'alert')]")
    sources = page.xpath("//*[local-name() != 'iframe']/@src")
    assert sources
    assert all(re.match(r"data:(image|audio|video)/[\w.+-]+;base64,[\w+/=]*$", source) for source in sources)
    assert all(link.startswith("#") for link in page.xpath("//@href"))
    assert all(frame.get("sandbox") == "" for frame in page.xpath("//iframe"))


def poison(view: View) -> View:
    """Return the view with hostile text in every string of its outputs, in its sources, ids and path."""
    sides = deepcopy([view.reference, view.candidate])
    for number, notebook in enumerate(sides):
        assert notebook is not None
        for cell in notebook.cells:
            cell["source"] += f"\n{EVIL}"
            cell["id"] += EVIL
            cell["outputs"] = [poisoned(output, f"{number}{EVIL}") for output in cell["outputs"]]
    reference, candidate = sides
    assert reference is not None
    assert candidate is not None
    cells = compare_notebooks(reference, candidate, Settings())
    return view_of(EVIL, reference, candidate, cells, notes=(EVIL,), run_id=EVIL)


def poisoned(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return type(value)({name: poisoned(item, text, name) for name, item in value.items()})
    if isinstance(value, list):
        return [poisoned(item, text, key) for item in value]
    is_kept = key in ("output_type", "model_id", "dtype", "bdata") or key.startswith(("image/", "application/pdf"))
    return value + text if isinstance(value, str) and not is_kept else value


def test_a_command_that_a_reason_names_is_set_as_code() -> None:
    told = re.findall("there are no outputs to compare with: .*?</", gallery.page())
    assert told
    assert all("or <code>nbrepro record</" in sentence for sentence in told)
