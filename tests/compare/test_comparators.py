"""nbrepro's own comparators keep what `ComparatorTests` asks of those of others."""

# ruff: noqa: RUF012 - plain lists read best where tests are declared
from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from nbrepro.compare.base import Comparator, Rules
from nbrepro.compare.binary import BytesComparator
from nbrepro.compare.builtin import BUILTIN, default_registry
from nbrepro.compare.errors import ErrorComparator
from nbrepro.compare.html import HtmlComparator
from nbrepro.compare.images import ImageComparator
from nbrepro.compare.pdf import PdfComparator
from nbrepro.compare.prose import LatexComparator, MarkdownComparator
from nbrepro.compare.scripts import ScriptComparator
from nbrepro.compare.streams import StderrComparator, StdoutComparator
from nbrepro.compare.svg import SvgComparator
from nbrepro.compare.testing import ODD_VALUES, ComparatorTests
from nbrepro.compare.text import TextComparator
from nbrepro.compare.trees import BokehComparator, JsonComparator, PlotlyComparator, VegaComparator
from nbrepro.compare.widgets import WidgetComparator


def encoded(kind: str = "png", colour: tuple[int, int, int] = (200, 30, 30), **options: Any) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (12, 8), colour).save(buffer, kind, **options)
    return base64.b64encode(buffer.getvalue()).decode()


def table(*rows: str) -> str:
    return f"<table><tr><th>a</th><th>b</th></tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


class TestText(ComparatorTests):
    comparator = TextComparator()
    equal = [("0.30000000000000004", "0.3"), ("a b", "a  b\n"), ("<A at 0x7f0011223344>", "<A at 0x7f0011223355>")]
    unequal = [("0.913", "0.914"), ("1", "1.0"), ("a", "b"), ("x = [1, 2]", "x = [1, 2, 3]"), ("nan", "0.0")]


class TestHtml(ComparatorTests):
    comparator = HtmlComparator()
    equal = [
        ("<p>a <b>1</b></p>", "<p>a\n<b>1</b>\n</p>"),
        (table("<td>1</td><td>0.1</td>"), table("<td>1</td><td>0.10000000001</td>")),
    ]
    unequal = [
        ("<p>a</p>", "<p>b</p>"),
        (table("<td>1</td><td>2</td>"), table("<td>1</td><td>3</td>")),
        (table("<td>1</td><td>2</td>"), table()),
        ('<a href="a">x</a>', '<a href="b">x</a>'),
    ]


class TestMarkdown(ComparatorTests):
    comparator = MarkdownComparator()
    equal = [("| a |\n|---|\n| 1 |", "| a   |\n|-----|\n| 1   |"), ("*a* b", "*a*\nb")]
    unequal = [("| a |\n|---|\n| 1 |", "| a |\n|---|\n| 2 |"), ("a", "*a*")]


class TestLatex(ComparatorTests):
    comparator = LatexComparator()
    equal = [(r"$x  = 1$", r"$x = 1$")]
    unequal = [(r"$x^2$", r"$x^3$"), (r"$a_{i,j}$", r"$a_{j,i}$")]


class TestScript(ComparatorTests):
    comparator = ScriptComparator()
    equal = [('draw({"values": [1.0, 2.5, 3.5]})', 'draw({"values": [1.0, 2.5, 3.50000000001]})')]
    unequal = [('draw({"values": [1.0, 2.5, 3.5]})', 'draw({"values": [1.0, 2.5, 3.6]})'), ("f(1)", "f(2)")]


class TestJson(ComparatorTests):
    comparator = JsonComparator()
    equal = [({"a": 1 / 3}, {"a": 0.333333333333}), ({"a": 1}, {"a": 1.0}), ([float("nan")], [float("nan")])]
    unequal = [({"a": 1}, {"a": 2}), ({"a": 1}, {"b": 1}), ([1], [1, 2]), ({"a": True}, {"a": 1}), ({"a": None}, {})]


class TestPlotly(ComparatorTests):
    comparator = PlotlyComparator()
    equal = [({"data": [{"uid": "abcdef", "y": [1]}]}, {"data": [{"uid": "abcdee", "y": [1]}]})]
    unequal = [({"data": [{"y": [1]}]}, {"data": [{"y": [2]}]}), ({"data": [{"name": "a"}]}, {"data": [{"name": "b"}]})]


class TestVega(ComparatorTests):
    comparator = VegaComparator()
    equal = [
        (
            {"data": {"name": f"data-{'a' * 32}"}, "datasets": {f"data-{'a' * 32}": [{"x": 1}]}},
            {"data": {"name": f"data-{'b' * 32}"}, "datasets": {f"data-{'b' * 32}": [{"x": 1}]}},
        )
    ]
    unequal = [({"mark": "bar"}, {"mark": "line"})]


class TestBokeh(ComparatorTests):
    comparator = BokehComparator()
    equal = [({"id": "p1001"}, {"id": "p1007"})]
    unequal = [({"entries": ["p1001"]}, {"entries": ["p1002"]})]


class TestWidget(ComparatorTests):
    comparator = WidgetComparator(default_registry)
    equal = [({"model": "A", "model_id": "aa", "value": 1}, {"model": "A", "model_id": "bb", "value": 1})]
    unequal = [({"model": "A", "value": 1}, {"model": "A", "value": 2})]


class TestImage(ComparatorTests):
    comparator = ImageComparator()
    equal = [(encoded(compress_level=0), encoded(compress_level=9)), (encoded(), encoded(colour=(201, 30, 30)))]
    unequal = [(encoded(), encoded(colour=(0, 0, 0))), (encoded(), "iVBORw0KGgoAAAA=")]


class TestSvg(ComparatorTests):
    comparator = SvgComparator()
    equal = [('<svg><g id="a1"/><use href="#a1"/></svg>', '<svg><g id="b2"/><use href="#b2"/></svg>')]
    unequal = [
        ('<svg><path d="M 1.5 2"/></svg>', '<svg><path d="M 1.6 2"/></svg>'),
        ("<svg><a/></svg>", "<svg><b/></svg>"),
    ]


class TestPdf(ComparatorTests):
    comparator = PdfComparator()
    equal = [
        (
            base64.b64encode(b"%PDF-1.4 /CreationDate (D:2024) x").decode(),
            base64.b64encode(b"%PDF-1.4 /CreationDate (D:2025) x").decode(),
        )
    ]
    unequal = [(base64.b64encode(b"%PDF-1.4 x").decode(), base64.b64encode(b"%PDF-1.4 y").decode())]


class TestError(ComparatorTests):
    comparator = ErrorComparator()
    equal = [({"ename": "E", "evalue": "a", "traceback": ["x"]}, {"ename": "E", "evalue": "a", "traceback": ["y"]})]
    unequal = [
        ({"ename": "E", "evalue": "a"}, {"ename": "F", "evalue": "a"}),
        ({"ename": "E", "evalue": "a"}, {"ename": "E", "evalue": "b"}),
    ]


class TestStdout(ComparatorTests):
    comparator = StdoutComparator()
    equal = [("10%\r100%\n", "100%\n")]
    unequal = [("a", "b")]


class TestStderr(ComparatorTests):
    comparator = StderrComparator()
    equal = [("/a.py:1: UserWarning: w\n", "/b.py:9: UserWarning: w\n"), ("", "/b.py:9: UserWarning: w\n")]
    unequal = [("step 1\n", "step 2\n")]

    def test_it_sees_one_changed_character(self) -> None:
        assert not self.compare("step", "stepq").passes


class TestBytes(ComparatorTests):
    comparator = BytesComparator()
    equal = [("YWI=", "YW\nI=")]
    unequal = [("YWI=", "YWM="), ("text", "Text")]


@pytest.mark.parametrize("comparator", BUILTIN, ids=lambda comparator: comparator.name)
def test_every_comparator_survives_every_pair_of_odd_values(comparator: Comparator) -> None:
    for one in ODD_VALUES:
        for other in ODD_VALUES:
            assert 0 <= comparator.compare(one, other, Rules()).similarity <= 1


def test_no_comparator_of_nbrepro_takes_the_place_of_another_packages() -> None:
    assert all(comparator.priority <= 1 for comparator in BUILTIN)
