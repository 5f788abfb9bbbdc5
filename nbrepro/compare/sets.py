"""Sets, and views of a dictionary's keys and items, as they are printed: their order carries no result."""

from __future__ import annotations

import re
from typing import NamedTuple

from nbrepro.compare.numbers import is_number
from nbrepro.compare.tokens import TOKEN

QUOTED = re.compile(r"(?<!\w)'(?:[^'\\\n]|\\.)*'(?!\w)|(?<!\w)\"(?:[^\"\\\n]|\\.)*\"(?!\w)")
"""A string in quotation marks, on one line."""
_LITERAL = re.compile(f"{QUOTED.pattern}|{TOKEN}", re.VERBOSE)
_KEY = r"""(?:'[^'\n]*'|"[^"\n]*"|[^\s{}'",:()\[\]]+)\s*:"""
_SET = re.compile(rf"\{{(?!\s*(?:\}}|{_KEY}))")
"""A brace that neither closes at once nor has a key behind it."""
_OPENERS = {"{": "}", "[": "]", "(": ")"}
_CLOSERS = frozenset(_OPENERS.values())
_GLUE = re.compile(r"[\w\\}^]")
_BEGINS = frozenset("+-.0123456789")
"""What a number begins with."""
_DEPTH = 30
"""Nesting up to which sets are looked for: each level copies what it holds."""
_SET_LIKE = frozenset({"dict_keys", "dict_items", "KeysView", "ItemsView"})


def may_hold_sets(text: str) -> bool:
    """Whether there may be a set, or a view of keys or items, in the text."""
    return _SET.search(text) is not None or any(name in text for name in _SET_LIKE)


class Sorted(NamedTuple):
    """A text's tokens in one order."""

    tokens: list[str]
    starts: list[int]
    """Where each begins in the text."""


def sort_sets(text: str) -> Sorted:
    """Return the text's tokens with the items of sets, and of views of keys and items, in one order.

    What stands in quotation marks is one token here: the comma in ``{'Doe, Jane'}`` separates nothing.
    """
    tokens, starts = _literals(text)
    order = _order_of_sets(text, tokens, starts) if _deepest(tokens) <= _DEPTH else range(len(tokens))
    return Sorted([tokens[i] for i in order], [starts[i] for i in order])


class _Items:
    """What stands in one pair of brackets: indices of tokens, cut at the commas."""

    def __init__(self, opener: str = "", may_be_set: bool = False) -> None:
        self.opener, self.may_be_set = opener, may_be_set
        self.items: list[list[int]] = [[]]
        self.commas: list[int] = []

    def joined(self, tokens: list[str]) -> list[int]:
        """Return the indices in order, those of a set in the order of what they say."""
        if self.may_be_set and not (self.opener == "{" and any(tokens[i] == ":" for item in self.items for i in item)):
            self.items.sort(key=lambda item: _order([tokens[i] for i in item]))
        joined = [*self.items[0]]
        for comma, item in zip(self.commas, self.items[1:], strict=True):
            joined += [comma, *item]
        return joined


def _order_of_sets(text: str, tokens: list[str], starts: list[int]) -> list[int]:
    stack = [_Items()]
    for position, sign in enumerate(tokens):
        if sign in _OPENERS:
            named = sign == "[" and position > 1 and tokens[position - 1] == "(" and tokens[position - 2] in _SET_LIKE
            stack[-1].items[-1].append(position)
            stack.append(_Items(sign, named or (sign == "{" and not _is_glued(text, starts[position]))))
        elif len(stack) > 1 and sign == _OPENERS[stack[-1].opener]:
            inner = stack.pop()
            stack[-1].items[-1] += [*inner.joined(tokens), position]
        elif sign == "," and len(stack) > 1:
            stack[-1].commas.append(position)
            stack[-1].items.append([])
        else:
            stack[-1].items[-1].append(position)
    while len(stack) > 1:
        inner = stack.pop()
        inner.may_be_set = False  # it never closes
        stack[-1].items[-1] += inner.joined(tokens)
    return stack[0].joined(tokens)


def _is_glued(text: str, start: int) -> bool:
    """Whether a brace belongs to what stands before it, as TeX has its arguments and a pattern its counts."""
    return start > 0 and _GLUE.match(text, start - 1) is not None


def _literals(text: str) -> tuple[list[str], list[int]]:
    """Return the text's tokens, quoted strings whole, and where they begin."""
    found = [(match.group(), match.start()) for match in _LITERAL.finditer(text)]
    return [token for token, _ in found], [start for _, start in found]


def _deepest(tokens: list[str]) -> int:
    """Return how deep the brackets nest, unbalanced ones counted as if they never closed."""
    depth = deepest = 0
    for sign in tokens:
        depth += (sign in _OPENERS) - (sign in _CLOSERS and depth > 0)
        deepest = max(deepest, depth)
    return deepest


def _order(item: list[str]) -> tuple[int, float, list[str]]:
    if len(item) == 1 and item[0][0] in _BEGINS and is_number(item[0]) and "j" not in item[0] and len(item[0]) < 300:  # noqa: PLR2004 - float's range
        return 0, float(item[0]), item
    return 1, 0.0, item
