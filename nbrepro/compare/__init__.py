"""Comparing two runs of a notebook: typed normalisers, comparators by MIME type, one verdict a cell."""

from nbrepro.compare.base import Comparator, Comparison, Ledger, Rules
from nbrepro.compare.builtin import default_registry
from nbrepro.compare.cells import compare_notebooks
from nbrepro.compare.registry import Registry

__all__ = ["Comparator", "Comparison", "Ledger", "Registry", "Rules", "compare_notebooks", "default_registry"]
