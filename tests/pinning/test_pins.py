from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nbrepro.pinning import pins

NAMES = st.sampled_from([pin.name for pin in pins.pins(1)] + ["MPLBACKEND", "PYTHONDONTWRITEBYTECODE", "OTHER"])
VARIABLES = st.dictionaries(NAMES, st.text("abc", max_size=3))


@given(VARIABLES, VARIABLES, st.integers(1, 64))
def test_the_pinned_environment_depends_on_the_callers_only_where_nothing_is_pinned(
    base: dict[str, str], own: dict[str, str], threads: int
) -> None:
    pinned = {pin.name: pin.value for pin in pins.pins(threads)}
    expected = {**base, **pinned, **own}
    result = pins.pinned_environment(base, threads=threads, own=own)
    assert result == {name: value for name, value in expected.items() if value is not None}


def test_every_pin_has_its_reason_and_stands_once() -> None:
    names = [pin.name for pin in pins.pins(2)]
    assert len(names) == len(set(names))
    assert all(pin.reason for pin in pins.pins(2))


def test_what_decides_where_plots_go_is_left_alone() -> None:
    assert not {"MPLBACKEND", "PYTHONDONTWRITEBYTECODE"} & {pin.name for pin in pins.pins(1)}


def test_a_containers_quota_cuts_down_the_cores(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert pins._cgroup_quota(tmp_path) == 1.5
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert pins._cgroup_quota(tmp_path) is None


def test_the_quota_of_older_control_groups_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("200000\n")
    assert pins._cgroup_quota(tmp_path) == 2.0
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("-1\n")
    assert pins._cgroup_quota(tmp_path) is None


def test_there_is_at_least_one_core() -> None:
    assert pins.usable_cores() >= 1
