"""What is known of files that cells write."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import pytest

from nbrepro.kernel.live import outside
from nbrepro.kernel.live.outside import Files

_CELL = 0.001


@pytest.mark.skipif(os.name != "posix", reason="the time of a folder's last change is not to be had")
def test_a_file_that_is_written_in_place_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "_SURELY", 0.05)
    (tmp_path / "old.txt").write_text("1")
    time.sleep(0.2)
    (tmp_path / "old.txt").write_text("2")
    files = Files({})
    assert not files.is_new(str(tmp_path / "old.txt"), _CELL)
    assert files.is_new(str(tmp_path / "old.txt"), math.inf)  # it may have been made in a long cell
    (tmp_path / "new.txt").write_text("1")
    assert files.is_new(str(tmp_path / "new.txt"), _CELL)
    assert files.is_new(str(tmp_path / "gone.txt"), _CELL)
