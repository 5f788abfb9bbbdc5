from __future__ import annotations

from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nbrepro.compare import compare_notebooks
from nbrepro.config import Settings
from nbrepro.errors import ConfigError
from nbrepro.peers.metadata import read_edits, read_foreign
from nbrepro.records import Verdict


def verdicts(metadata: Any, *cell_metadata: Any) -> list[Verdict]:
    def side(word: str) -> Any:
        cells = [
            new_code_cell(
                f"x{i}",
                id=f"c{i}",
                execution_count=1,
                metadata=own,
                outputs=[new_output("stream", text="same"), new_output("display_data", {"text/plain": word})],
            )
            for i, own in enumerate(cell_metadata or ({}, {}))
        ]
        return new_notebook(cells=cells, metadata=metadata)

    return [cell.verdict for cell in compare_notebooks(side("a12"), side("b34"), Settings())]


def test_the_time_limit_and_the_licence_to_raise_of_nbmake_are_settings() -> None:
    found = read_foreign({"execution": {"timeout": 30, "allow_errors": True}}, [])
    assert found.settings == {"timeout": 30.0, "allow_errors": True}


def test_what_nbmake_does_behind_the_reader_is_told_and_not_done() -> None:
    found = read_foreign({}, [{"metadata": {"nbmake": {"mock": {"epochs": 2}, "post_cell_execute": ["x = 1"]}}}])
    assert [note.split(" is not")[0] for note in found.notes] == [
        "cells[0]: nbmake's `mock`",
        "cells[0]: nbmake's `post_cell_execute`",
    ]


def test_a_notebook_that_pytest_notebook_skips_is_skipped_with_its_reason() -> None:
    found = read_foreign({"nbreg": {"skip": True, "skip_reason": "needs a GPU"}}, [])
    assert found.skip == "skipped by metadata.nbreg: needs a GPU"


def test_ignored_outputs_are_left_out() -> None:
    assert verdicts({}) == [Verdict.DIFFERENT, Verdict.DIFFERENT]
    assert verdicts({"nbreg": {"diff_ignore": ["/cells/0/outputs"]}}) == [Verdict.NOT_COMPARED, Verdict.DIFFERENT]
    assert verdicts({"nbreg": {"diff_ignore": ["/cells/*/outputs/1"]}}) == [Verdict.IDENTICAL, Verdict.IDENTICAL]
    own = {"nbreg": {"diff_ignore": ["/outputs/1/data/text/plain"]}}
    assert verdicts({}, own, {}) == [Verdict.IDENTICAL, Verdict.DIFFERENT]


def test_replacements_hold_below_their_path() -> None:
    replacement = ["/cells/1/outputs", r"[ab]\d+", "WORD"]
    assert verdicts({"nbreg": {"diff_replace": [replacement]}}) == [Verdict.DIFFERENT, Verdict.EQUIVALENT]


def test_a_path_without_an_equivalent_is_told_and_one_that_is_never_compared_is_not() -> None:
    paths = ["/cells/*/execution_count", "/metadata/language_info", "/cells/*/outputs/*/traceback", "/odd"]
    assert len(read_foreign({"nbreg": {"diff_ignore": paths}}, []).notes) == 1


@pytest.mark.parametrize("item", [["/cells/*/outputs", "(", ""], ["/cells", "x"], 3])
def test_a_replacement_at_fault_is_told(item: Any) -> None:
    with pytest.raises(ConfigError, match="diff_replace"):
        read_edits({"nbreg": {"diff_replace": [item]}}, [])


@pytest.mark.parametrize("odd", [3, "x", [], {"diff_ignore": 3}, {"diff_ignore": [3]}, {"skip": "no"}])
def test_odd_metadata_does_no_harm(odd: Any) -> None:
    assert read_foreign({"nbreg": odd, "execution": odd}, [{"metadata": odd}]).skip is None
    assert read_edits({"nbreg": odd}, [{"metadata": odd}]) == {} or odd
