"""How many flags of an array are set up to a place: eight at a time, several times as fast as a running sum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_WORD = 8
_SUMS = np.uint64(0x0101010101010101)
"""Times this, each byte of a word becomes the sum of the bytes up to it."""


class Counts:
    """Flags, counted from the first one on."""

    def __init__(self, flags: NDArray[np.bool_]) -> None:
        padded = np.zeros(-(-len(flags) // _WORD) * _WORD, dtype=np.uint8)
        padded[: len(flags)] = flags
        self._within = (padded.view("<u8") * _SUMS).astype("<u8", copy=False).view(np.uint8)
        sums = self._within[_WORD - 1 :: _WORD].cumsum(dtype=np.int64)
        self._before: NDArray[np.int64] = np.concatenate([np.zeros(1, dtype=np.int64), sums])

    def up_to(self, places: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return how many are set up to each of these places, the place itself among them."""
        return np.add(self._before[places // _WORD], self._within[places], dtype=np.int64)
