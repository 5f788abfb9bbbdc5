"""Counts of flags up to a place."""

from __future__ import annotations

import numpy as np
import pytest

from nbrepro.compare.counts import Counts


@pytest.mark.parametrize("length", [1, 7, 8, 9, 64, 5_001])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_counts_are_the_running_sum(length: int, share: float) -> None:
    flags = np.random.default_rng(length).random(length) < share
    assert np.array_equal(Counts(flags).up_to(np.arange(length)), np.cumsum(flags))
