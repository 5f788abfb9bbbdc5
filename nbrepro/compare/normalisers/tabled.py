"""Times that stand in a table's cells: which cells, the rows' and the columns' names say."""

from __future__ import annotations

import re
from collections.abc import Callable

SEARCHES = re.compile(r"\bcross_validate\b|\bcv_results_\b")
"""What a cell's source names where scikit-learn measured times."""

TRAINS = re.compile(r"\.(?:fit\w*|fine_tune)\(")
"""What a cell calls where fastai prints a table of the epochs."""

_FITTED = frozenset({"fit_time", "score_time", "mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time"})
_SUMMARY = ("Date:", "Time:")
_EPOCH_TIME = re.compile(r"(?:\d+:)?\d\d:\d\d")
_WRITTEN = re.compile(r"\w{3}, \d\d \w{3} \d{4}|\d\d:\d\d:\d\d")


def timed_cells(source: str, columns: list[str], labels: list[str]) -> Callable[[int, int, str], str | None]:
    """Return what tells of a cell, by row, column and text, which normaliser sets its time aside.

    Parameters
    ----------
    source:
        The source of the notebook's cell.
    columns, labels:
        What names the columns and the rows of the table.
    """
    searched = SEARCHES.search(source) is not None
    has_epochs = "epoch" in columns and TRAINS.search(source) is not None
    is_summary = any(label.startswith("Dep. Variable:") for label in labels)

    def timed(row: int, column: int, text: str) -> str | None:
        if searched and columns[column] in _FITTED:
            return "fit-time"
        if has_epochs and columns[column] == "time" and _EPOCH_TIME.fullmatch(text):
            return "epoch-time"
        if is_summary and labels[row].startswith(_SUMMARY) and _WRITTEN.fullmatch(text):
            return "summary-time"
        return None

    return timed
