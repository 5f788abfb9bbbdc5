"""nbrepro's own comparators, and with those of other packages the registry that is used."""

from __future__ import annotations

import functools
from importlib.metadata import entry_points

from nbrepro.compare.base import Comparator
from nbrepro.compare.binary import BytesComparator
from nbrepro.compare.errors import ErrorComparator
from nbrepro.compare.html import HtmlComparator
from nbrepro.compare.images import ImageComparator
from nbrepro.compare.metrics import MetricComparator
from nbrepro.compare.pdf import PdfComparator
from nbrepro.compare.prose import LatexComparator, MarkdownComparator
from nbrepro.compare.registry import GROUP, Registry, load_plugins
from nbrepro.compare.scripts import ScriptComparator
from nbrepro.compare.streams import StderrComparator, StdoutComparator
from nbrepro.compare.svg import SvgComparator
from nbrepro.compare.text import TextComparator
from nbrepro.compare.trees import BokehComparator, JsonComparator, PlotlyComparator, VegaComparator
from nbrepro.compare.widgets import WidgetComparator


@functools.cache
def default_registry() -> Registry:
    """Return the registry of nbrepro's own comparators and those of installed packages."""
    registry = Registry(BUILTIN)
    load_plugins(registry, entry_points(group=GROUP))
    return registry


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
    WidgetComparator(default_registry),
    ImageComparator(),
    SvgComparator(),
    PdfComparator(),
    ErrorComparator(),
    StdoutComparator(),
    StderrComparator(),
    BytesComparator(),
)
