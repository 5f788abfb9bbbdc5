from __future__ import annotations

import pytest

from nbrepro.config import CellRules, Settings, cell_rules
from nbrepro.peers.markers import MARKERS, TAGS

LAX = Settings(check_outputs="marked")


def rules(source: str = "", *tags: str, settings: Settings | None = None) -> CellRules:
    return cell_rules(settings or Settings(), list(tags), source=source)


@pytest.mark.parametrize("marker", ["NBVAL_IGNORE_OUTPUT", "PYTEST_VALIDATE_IGNORE_OUTPUT"])
def test_a_cell_marked_to_be_ignored_runs_and_is_not_compared(marker: str) -> None:
    for found in (rules(f"# {marker}\nx"), rules("x", marker.lower().replace("_", "-"))):
        assert (found.skip, found.ignore_output, found.may_raise) == (False, True, False)


def test_a_cell_marked_to_be_skipped_is_skipped() -> None:
    assert rules("x\n# NBVAL_SKIP").skip
    assert rules("x", "nbval-skip").skip


def test_a_cell_marked_to_raise_may_raise_and_is_compared() -> None:
    for found in (
        rules("# NBVAL_RAISES_EXCEPTION"),
        rules("", "nbval-raises-exception"),
        rules("", "raises-exception"),
    ):
        assert (found.may_raise, found.ignore_output) == (True, False)


def test_where_only_marked_cells_are_checked_the_others_only_run() -> None:
    assert rules("x", settings=LAX).ignore_output
    assert not rules("# NBVAL_CHECK_OUTPUT\nx", settings=LAX).ignore_output
    assert not rules("x", "nbval-check-output", settings=LAX).ignore_output
    assert not rules("x", "nbrepro-check-output", settings=LAX).ignore_output
    assert 'check_outputs = "marked"' in rules("x", settings=LAX).by


@pytest.mark.parametrize("line", ["  #NBVAL_SKIP", "## NBVAL_SKIP  ", "x = 1\n\t# NBVAL_SKIP\ny"])
def test_a_marker_may_be_indented_and_have_more_hashes(line: str) -> None:
    assert rules(line).skip


@pytest.mark.parametrize("line", ["x # NBVAL_SKIP", "# NBVAL_SKIP please", "# nbval_skip", "print('NBVAL_SKIP')"])
def test_what_nbval_takes_for_no_marker_is_none_here(line: str) -> None:
    assert rules(line) == rules("")


def test_a_comment_wins_over_a_tag_and_a_later_comment_over_an_earlier_one() -> None:
    assert not rules("# NBVAL_CHECK_OUTPUT", "nbval-ignore-output").ignore_output
    assert rules("# NBVAL_CHECK_OUTPUT\n# NBVAL_IGNORE_OUTPUT").ignore_output


def test_the_tags_of_nbrepro_win_over_the_markers_of_nbval() -> None:
    assert rules("# NBVAL_CHECK_OUTPUT", "nbrepro-ignore-output").ignore_output
    assert not rules("# NBVAL_IGNORE_OUTPUT", "nbrepro-check-output").ignore_output


def test_what_decided_is_told() -> None:
    assert rules("# NBVAL_IGNORE_OUTPUT").by == "the marker NBVAL_IGNORE_OUTPUT"
    assert rules("", "nbval-skip").by == "the tag nbval-skip"
    assert rules("", "nbrepro-skip").by == "its tag"


def test_every_marker_has_its_tag() -> None:
    assert sorted(TAGS.values()) == sorted(MARKERS)
