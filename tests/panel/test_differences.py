"""The dialog of a difference: texts, tables and pictures, reference against candidate, never as markup."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.panel.pictures import opened, picture

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"
TABLE = """import os
from IPython.display import HTML
shares = [0.31 + byte / 1e4 for byte in os.urandom(2)]
rows = [('north', 120, shares[0]), ('south', 80, shares[1]), ('west', 64, 0.25)]
HTML('<table><thead><tr><th></th><th>region</th><th>orders</th><th>share</th></tr></thead><tbody>' + ''.join(
    f'<tr><th>{n}</th><td>{name}</td><td>{orders}</td><td>{share:.4f}</td></tr>'
    for n, (name, orders, share) in enumerate(rows)) + '</tbody></table>')"""
CURVE = """import os
from PIL import Image, ImageDraw
curve = Image.new('RGB', (220, 120), 'white')
heights = [100 - 9 * n for n in range(7)] + [10 + byte / 4 for byte in os.urandom(3)]  # hardly ever the same ones
ImageDraw.Draw(curve).line([(10 + 22 * n, height) for n, height in enumerate(heights)], fill='navy', width=3)
curve"""


def shown(open_page: Any, path: str) -> Any:
    """Open a notebook whose check differed, and the dialog of its first difference."""
    panel = opened(open_page, path)
    panel.run_all()
    panel.await_state("failed")
    panel.click("Full diff")
    panel.page.wait_for_selector(".nbr-Difference-body")
    return panel


def test_a_table_is_shown_as_its_texts_with_the_changed_cells_marked(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(LOAD, TABLE)
    lab.run("record", path)
    lab.run("check", path)
    panel = shown(open_page, path)
    tables = panel.page.query_selector_all(".nbr-Difference .nbr-Table")
    assert len(tables) == 2
    for table, mark in zip(tables, ("del", "ins"), strict=True):
        assert [cell.inner_text() for cell in table.query_selector_all("thead th")][1:] == ["region", "orders", "share"]
        changed = [cell.inner_text() for cell in table.query_selector_all(mark)]
        assert 1 <= len(changed) <= 2
        assert all(text.startswith("0.3") for text in changed)
    picture(panel, "difference-table")
    panel.confirm("Close")


def test_a_picture_is_shown_with_the_reference_and_where_they_differ(open_page: Any, notebook: Any, lab: Any) -> None:
    path = notebook(LOAD, CURVE)
    lab.run("record", path)
    lab.run("check", path)
    panel = shown(open_page, path)
    titles = [caption.inner_text() for caption in panel.page.query_selector_all(".nbr-Difference figcaption")]
    assert titles == ["Reference", "Candidate", "Where they differ"]
    script = "[...document.querySelectorAll('.nbr-Difference img')].map(one => [one.naturalWidth, one.naturalHeight])"
    panel.page.wait_for_function(f"{script}.every(size => size[0] > 0)")
    assert panel.page.evaluate(script)[:2] == [[220, 120], [220, 120]]
    shot = Image.open(io.BytesIO(panel.page.query_selector(".nbr-Difference img").screenshot()))
    assert len(shot.convert("RGB").getcolors(1 << 20) or []) > 1, "the picture is blank"
    picture(panel, "difference-picture")
    panel.confirm("Close")
