"""nbrepro's own comparators."""

from __future__ import annotations

from nbrepro.compare.base import Comparator
from nbrepro.compare.binary import BytesComparator
from nbrepro.compare.errors import ErrorComparator
from nbrepro.compare.html import HtmlComparator
from nbrepro.compare.images import ImageComparator
from nbrepro.compare.metrics import MetricComparator
from nbrepro.compare.pdf import PdfComparator
from nbrepro.compare.prose import LatexComparator, MarkdownComparator
from nbrepro.compare.scripts import ScriptComparator
from nbrepro.compare.streams import StderrComparator, StdoutComparator
from nbrepro.compare.svg import SvgComparator
from nbrepro.compare.text import TextComparator
from nbrepro.compare.trees import BokehComparator, JsonComparator, PlotlyComparator, VegaComparator
from nbrepro.compare.widgets import WidgetComparator

BUILTIN: tuple[Comparator, ...] = (
    TextComparator(),
    HtmlComparator(),
    MarkdownComparator(),
    LatexComparator(),
    ScriptComparator(),
    JsonComparator(),
    MetricComparator(),
    PlotlyComparator(),
    VegaComparator(),
    BokehComparator(),
    WidgetComparator(),
    ImageComparator(),
    SvgComparator(),
    PdfComparator(),
    ErrorComparator(),
    StdoutComparator(),
    StderrComparator(),
    BytesComparator(),
)
