from __future__ import annotations

import contextlib
import io
import sys
import warnings

import numpy as np
import pytest

from nbrepro.compare.base import Comparison, Rules
from nbrepro.compare.streams import StderrComparator

linear_model = pytest.importorskip("sklearn.linear_model")

HEAD = "/lib/a.py:3: UserWarning: one\n"
LONG = f"{HEAD}two\n\n    three\n  warn(text)\n"


def compared(one: str, other: str, **rules: frozenset[str]) -> Comparison:
    return StderrComparator().compare(one, other, Rules(**rules))  # type: ignore[arg-type]


def fitted(times: int) -> str:
    """What scikit-learn writes to stderr where a solver is given one step."""
    written = io.StringIO()
    features = np.random.default_rng(0).normal(size=(40, 3))
    with contextlib.redirect_stderr(written), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = _show
        for _ in range(times):
            linear_model.LogisticRegression(max_iter=1).fit(features, features[:, 0] > 0)
    return written.getvalue()


def _show(  # as Python does, where pytest collects them
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: object = None,
) -> None:
    del file, line
    sys.stderr.write(warnings.formatwarning(message, category, filename, lineno))


@pytest.mark.parametrize(("one", "other"), [(3, 2), (2, 3), (1, 0), (0, 1)])
def test_a_warning_of_several_lines_does_not_fail_where_it_is_new_gone_or_repeated(one: int, other: int) -> None:
    assert compared(fitted(one), fitted(other)).noise == ("warnings",)


def test_the_whole_message_of_a_new_warning_is_told_in_one_line() -> None:
    assert compared("", LONG).remarks == ("new warning: UserWarning: one two three",)


def test_another_further_line_of_a_message_makes_it_another_warning() -> None:
    assert compared(LONG, LONG.replace("three", "four")).remarks == (
        "new warning: UserWarning: one two four",
        "a warning is gone: UserWarning: one two three",
    )


def test_the_line_of_code_behind_a_warning_is_not_compared() -> None:
    assert compared(LONG, LONG.replace("warn(text)", "warn(words)")).noise == ("warning-place",)


def test_a_new_warning_of_several_lines_fails_where_new_warnings_are_to() -> None:
    assert compared("", LONG, fail_on=frozenset({"warnings"})).count == 1


@pytest.mark.parametrize("warning", [HEAD, LONG, f"{HEAD}  warn(text)\n", f"{LONG}{HEAD}", "sys:1: UserWarning: one\n"])
def test_what_the_user_wrote_behind_a_warning_is_compared(warning: str) -> None:
    assert not compared(f"{warning}accuracy 0.5\n", f"{warning}accuracy 0.6\n").passes


@pytest.mark.parametrize(
    "head",
    [
        "sys:1: UserWarning: one",
        "<frozen runpy>:128: RuntimeWarning: one",
        "sklearn/tree/_tree.pyx:12: FutureWarning: one",
    ],
)
def test_behind_a_file_without_source_a_warning_ends_with_its_line(head: str) -> None:
    assert not compared(f"{head}\naccuracy 0.5\n  of 9\n", f"{head}\naccuracy 0.6\n  of 9\n").passes


@pytest.mark.parametrize(
    "line",
    ["INFO:root:accuracy", "2024-01-01 10:00:00,123 accuracy", "100%|███| 3/3 [00:01<00:00, 2.50it/s, accuracy="],
)
def test_a_log_or_a_bar_behind_a_warning_without_its_source_is_no_part_of_it(line: str) -> None:
    assert not compared(f"{HEAD}{line} 0.5\n  of 9\n", f"{HEAD}{line} 0.6\n  of 9\n").passes


def test_the_advice_behind_a_resource_warning_belongs_to_it() -> None:
    advice = "ResourceWarning: Enable tracemalloc to get the object allocation traceback\n"
    assert compared("", f"a.py:3: ResourceWarning: unclosed file\n  open(name)\n{advice}").passes


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        (f"{LONG}loss 0.5\n", f"{LONG}{LONG}loss 0.6\n", "line 6, number 1"),
        (f"a\n{LONG}b\n{LONG}loss 0.5\n", "a\nb\nloss 0.6\n", "line 13, number 1"),
        ("a\nc\n", f"a\n{LONG}b\nc\n", "line 7, new"),
        (f"a\n{LONG}b\nc\n", "a\nc\n", "line 7, lost"),
    ],
)
def test_the_line_of_a_difference_is_that_of_what_was_written(one: str, other: str, where: str) -> None:
    assert [difference.where for difference in compared(one, other).differences] == [where]
