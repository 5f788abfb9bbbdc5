"""Text as tokens: masks, dates, numbers, words and single signs; white space only separates."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from nbrepro.compare.numbers import is_number

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Round the name of the normaliser that set a piece of text aside; Unicode keeps both for such inner use."""

_DIGITS = r"(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?"
_TOKEN = re.compile(
    rf"""
    {OPEN}[^{CLOSE}]*{CLOSE}
  | [^\W\d]\w*                                                        # a word
  | (?<![\w.])[-+]?\d*\.\d+(?:[eE][-+]?\d+)?(?![\d.])(?![-+][\d.]+(?:[eE][-+]?\d+)?j)  # a unit may follow: 3.2ms
  | (?<![\w.])[-+]?\d+(?![\w.:+-])
  | \d{{4}}-\d\d-\d\d(?:[T_]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)?(?!\w)
  | (?<![\w:.])\d{{1,2}}:\d\d(?::\d\d(?:[.,]\d+)?)?(?![\w:])
  | \d+(?:\.\d+){{2,}}\w*                                             # a version, an address
  | (?<![\w.])[-+]?{_DIGITS}[-+]{_DIGITS}j\b
  | (?<![\w.])[-+]?\d+\.(?:[eE][-+]?\d+)?(?![\w.])
  | (?<![\w.])[-+]?\d+(?:[eE][-+]?\d+)?(?![\w.])
  | \w+                                                               # 3f2a9c
  | [^\w\s]
    """,
    re.VERBOSE,
)


def tokenise(text: str) -> list[str]:
    """Return the tokens of a text.

    >>> tokenise("loss=-0.25 at 0x1f, 3 of 4")
    ['loss', '=', '-0.25', 'at', '0x1f', ',', '3', 'of', '4']
    """
    return _TOKEN.findall(text)


def token_spans(text: str) -> list[tuple[int, int]]:
    """Return where each token of a text begins and ends."""
    return [match.span() for match in _TOKEN.finditer(text)]


def split_roughly(text: str) -> list[str]:
    """Return pieces that no token reaches across, much faster than `tokenise`: split at white space and brackets."""
    for sign in "[](),{}":
        if sign in text:
            text = text.replace(sign, f" {sign} ")
    return text.split()


def is_mask(token: str) -> bool:
    """Whether the token stands for a piece of text that a normaliser set aside."""
    return token.startswith(OPEN)


def describe(text: str, indices: Iterable[int]) -> dict[int, str]:
    """Return where the tokens with these indices stand in the text, as ``line 3, number 2``."""
    wanted = set(indices)
    if not wanted:
        return {}
    last = max(wanted)
    starts = [0, *(newline.end() for newline in re.finditer("\n", text))]
    places: dict[int, str] = {}
    line, numbers, words = 0, 0, 0
    for index, match in enumerate(_TOKEN.finditer(text)):
        here = bisect_right(starts, match.start())
        if here != line:
            line, numbers, words = here, 0, 0
        number = is_number(match.group())
        numbers, words = numbers + number, words + (not number)
        if index in wanted:
            places[index] = f"line {line}, " + (f"number {numbers}" if number else f"word {words}")
        if index >= last:
            break
    return places
