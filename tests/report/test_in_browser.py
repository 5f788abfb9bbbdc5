"""The report as a person has it: in a browser, light and dark, wide and narrow, by keyboard and for a screen reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbrepro.report.html import render
from nbrepro.report.views import View
from tests.browsing import axe_source
from tests.report import gallery
from tests.report.test_gallery import EVIL, poison

pytestmark = pytest.mark.browser

WIDE, NARROW = 1280, 420
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def views() -> list[View]:
    return gallery.views()


@pytest.fixture(scope="module")
def report(views: list[View], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery as a file."""
    file = tmp_path_factory.mktemp("report") / "gallery.html"
    file.write_text(render(views, title="Every kind of difference", created="2026-11-23 20:55 UTC"), encoding="utf-8")
    return file


@pytest.fixture
def open_report(browser: Any, report: Path) -> Iterator[Open]:
    """Open a report; afterwards no page may have asked for anything but its own file, or shown a dialog."""
    asked: list[str] = []
    faults: list[str] = []
    own: list[str] = []
    contexts = []

    def note(url: str, failure: str) -> None:
        if failure != "csp":  # what the page's policy forbids never leaves the browser, though it is told here
            asked.append(url)

    def dismiss(dialog: Any) -> None:
        faults.append(dialog.message)
        dialog.dismiss()

    def make(file: Path = report, width: int = WIDE, scheme: str = "light", *, unfold: bool = True) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("requestfinished", lambda request: asked.append(request.url))
        page.on("requestfailed", lambda request: note(request.url, request.failure))
        page.on("dialog", dismiss)
        page.on("pageerror", lambda error: faults.append(str(error)))
        own.append(file.with_name("x").as_uri())  # asked for inside frames; their policy stops it before it is sent
        own.extend([file.as_uri(), f"{file.as_uri()}#report", f"{file.as_uri()}#n1-c0"])
        page.goto(file.as_uri())
        if unfold:
            page.evaluate("for (const part of document.querySelectorAll('details')) { part.open = true; }")
            page.evaluate("for (const frame of document.querySelectorAll('iframe')) { frame.loading = 'eager'; }")
        return page

    yield make
    for context in contexts:
        context.close()
    assert not [url for url in asked if not url.startswith(("data:", "about:")) and url not in own]
    assert not faults


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_axe_finds_nothing(open_report: Open, width: int, scheme: str) -> None:
    page = open_report(width=width, scheme=scheme)
    page.evaluate(axe_source())
    found = page.evaluate("() => axe.run(document, {iframes: false, resultTypes: ['violations']})")
    assert [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ] == []


@pytest.mark.parametrize("width", [NARROW, 320, WIDE])
def test_the_page_is_never_wider_than_the_window(open_report: Open, width: int) -> None:
    page = open_report(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def settled(page: Any, condition: str) -> None:
    """Wait for a condition; the page's policy forbids what playwright itself would wait with."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(condition)


def test_wide_texts_and_sources_scroll_by_keyboard(open_report: Open) -> None:
    page = open_report(width=NARROW)
    scroller = page.locator(".scroll").first
    scroller.focus()
    page.keyboard.press("ArrowRight")
    settled(page, "document.querySelector('.scroll').scrollLeft > 0")


def test_the_keyboard_reaches_the_notebooks_a_cell_and_what_is_folded(open_report: Open) -> None:
    page = open_report(unfold=False)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the notebooks"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#report"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#n1-c0"
    page.keyboard.press("Enter")
    settled(page, "location.hash === '#n1-c0'")
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open") is True


def test_what_is_focused_is_seen(open_report: Open) -> None:
    page = open_report()
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none" or page.evaluate("document.activeElement.tagName") == "IFRAME"


def test_changed_words_are_told_without_colour(open_report: Open) -> None:
    page = open_report()
    lines = page.evaluate(
        "[...document.querySelectorAll('del, ins')].map(part => getComputedStyle(part).borderBottomStyle)"
    )
    assert lines
    assert set(lines) == {"solid"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_frames_with_colours_of_their_own_stand_on_white(open_report: Open, scheme: str) -> None:
    page = open_report(scheme=scheme)
    frame = page.locator("iframe.paper").first
    frame.scroll_into_view_if_needed()
    assert frame.evaluate("place => getComputedStyle(place).backgroundColor") == "rgb(255, 255, 255)"


def test_hostile_content_does_nothing(open_report: Open, views: list[View], tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    poisoned = [poison(view) for view in views[: len(gallery.CHAPTERS)]]
    file.write_text(render(poisoned, title=EVIL, created=EVIL), encoding="utf-8")
    page = open_report(file, width=NARROW)
    page.wait_for_load_state("load")
    assert page.evaluate("document.querySelectorAll('script, [onerror], [onload]').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
