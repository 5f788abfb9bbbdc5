"""Text as tokens: masks, dates, numbers, words and single signs; white space only separates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from nbrepro.compare.numbers import is_grouped, is_number

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Round the name of the normaliser that set a piece of text aside; Unicode keeps both for such inner use."""

_DIGITS = r"(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?"
TOKEN = rf"""
    {OPEN}[^{CLOSE}]*{CLOSE}
  | [^\W\d]\w*                                                        # a word
  | (?<![\w.,\[(])[-+]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!,?\w|\.\d)     # 13,352.00; [1,234] is a list of two
  | (?<![\w.])[-+]?\d*\.\d+(?:[eE][-+]?\d+)?(?!\.?\d)(?![-+][\d.]+(?:[eE][-+]?\d+)?j)  # 3.2ms; 3.2 at a full stop
  | (?<![\w.])[-+]?\d+(?![\w.:+-])
  | \d{{4}}-\d\d-\d\d(?:[T_]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)?(?!\w)
  | (?<![\w:.])\d{{1,2}}:\d\d(?::\d\d(?:[.,]\d+)?)?(?![\w:])
  | \d+(?:\.\d+){{2,}}\w*                                             # a version, an address
  | (?<![\w.])[-+]?{_DIGITS}[-+]{_DIGITS}j\b
  | (?<![\w.])[-+]?\d+\.(?:[eE][-+]?\d+)?(?![\w.])
  | (?<![\w.])[-+]?\d+(?:[eE][-+]?\d+)?(?![\w.])
  | \w+                                                               # 3f2a9c
  | [^\w\s]
"""
"""The pattern of one token, to be compiled with `re.VERBOSE`."""

_TOKEN = re.compile(TOKEN, re.VERBOSE)


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
    for sign in ("[", "]", "(", ")", "{", "}", ", ", ",\n"):  # a comma may also group the digits of one number
        if sign in text:
            text = text.replace(sign, f" {sign} ")
    return text.split()


def starts_of(text: str, indices: Iterable[int]) -> list[int]:
    """Return where the tokens with these indices begin, in ascending order."""
    wanted = set(indices)
    last = max(wanted, default=-1)
    matches = islice(_TOKEN.finditer(text), last + 1)
    return [match.start() for index, match in enumerate(matches) if index in wanted]


def describe(text: str, starts: Iterable[int], line: int = 1) -> list[str]:
    """Return what stands at these places of the text, given in ascending order, as ``line 3, number 2``.

    Only the lines that hold them are tokenised, as no token reaches across lines.

    Parameters
    ----------
    line:
        The number of the text's first line.
    """
    places: list[str] = []
    begin = -1
    numbers = words = 0
    tokens = iter(_TOKEN.finditer(""))
    for start in starts:
        here = text.rfind("\n", 0, start) + 1
        if here != begin:
            line += text.count("\n", max(begin, 0), here)
            begin, numbers, words = here, 0, 0
            tokens = _TOKEN.finditer(text, here)
        number = False
        for match in tokens:
            number = is_number(match.group()) or is_grouped(match.group())
            numbers, words = numbers + number, words + (not number)
            if match.start() >= start:
                break
        places.append(f"line {line}, " + (f"number {numbers}" if number else f"word {words}"))
    return places
