"""Values taken apart into numbers, words and signs by position, and put together again with some exchanged."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbrepro.compare.base import Rules
from nbrepro.compare.ids import looks_generated
from nbrepro.compare.markup import pair_ids
from nbrepro.compare.masking import mask
from nbrepro.compare.numbers import is_float, is_number
from nbrepro.compare.payload import as_json, as_text
from nbrepro.compare.terminal import render
from nbrepro.compare.tokens import token_spans
from nbrepro.compare.typedarrays import decoded, encoded

_BINARY = re.compile(r"image/(?!svg)|audio/|video/|application/(pdf|octet-stream)")
_MARKUP = frozenset({"text/html", "image/svg+xml"})
_DEPTH = 100


@dataclass(frozen=True)
class Parts:
    """A value taken apart."""

    value: Any
    """The value as it is compared: a text as a terminal shows it, with what carries no result set aside."""
    tokens: list[str]
    rebuild: Callable[[Sequence[str]], Any]
    """Put as many tokens together to a value of the same form."""


def take_apart(mime: str, value: Any, rules: Rules, like: Any = None) -> Parts | None:
    """Return the parts of a value; ``None`` for one that has none, such as a picture.

    Parameters
    ----------
    like:
        The value that it stands against: generated ids are renamed to those of this one.
    """
    if _BINARY.match(mime):
        return None
    if mime.endswith("json") or isinstance(value, Mapping):
        return _tree(as_json(value))
    text = as_text(value)
    if mime in _MARKUP:
        if like is not None and rules.sets_aside("generated-id"):
            text = pair_ids(as_text(like), text, looks_generated).apply(text)
    else:
        text = mask(render(text) if rules.sets_aside("terminal") else text, rules).text
    return _text(text)


def as_number(token: str) -> float | None:
    """Return the value of a finite integer or float; ``None`` for every other token."""
    if not is_number(token) or token.endswith("j"):
        return None
    try:
        value = float(token)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def alike(token: str, other: str) -> bool:
    """Whether two tokens are numbers of one kind: an integer never stands for a float."""
    numbers = as_number(token) is not None and as_number(other) is not None
    return numbers and is_float(token) == is_float(other)


def _text(text: str) -> Parts:
    spans = token_spans(text)
    ends = [0, *(end for _, end in spans)]
    gaps = [text[before:start] for before, (start, _) in zip(ends, spans, strict=False)]

    def rebuild(tokens: Sequence[str]) -> str:
        return "".join(gap + token for gap, token in zip(gaps, tokens, strict=True)) + text[ends[-1] :]

    return Parts(text, [text[start:end] for start, end in spans], rebuild)


def _tree(value: Any) -> Parts | None:
    tokens: list[str] = []
    try:
        form = _take(value, tokens, _DEPTH)
    except (RecursionError, ValueError):
        return None

    def rebuild(exchanged: Sequence[str]) -> Any:
        return form(iter(exchanged).__next__)

    return Parts(value, tokens, rebuild)


_Form = Callable[[Callable[[], str]], Any]


def _take(value: Any, tokens: list[str], depth: int) -> _Form:
    """Append the leaves and keys of a JSON value to ``tokens`` and return what builds it from such."""
    if depth <= 0:
        raise RecursionError
    if isinstance(value, Mapping):
        if (array := decoded(value)) is not None:
            return _take_array(value, array, tokens)
        forms = []
        tokens.append(f"{{{len(value)}")
        for key, item in value.items():
            tokens.append(str(key))
            forms.append(_take(item, tokens, depth - 1))
        return lambda take: (take(), {take(): form(take) for form in forms})[1]
    if isinstance(value, (list, tuple)):
        tokens.append(f"[{len(value)}")
        items = [_take(item, tokens, depth - 1) for item in value]
        return lambda take: (take(), [form(take) for form in items])[1]
    if isinstance(value, (bool, str)) or value is None:
        tokens.append(f"={value!r}")
        return lambda take: _constant(take(), value)
    tokens.append(repr(value))
    kind = type(value)
    return lambda take: kind(take())


def _constant(token: str, own: Any) -> Any:
    """Return a text, a truth value or nothing from its token; one that was not exchanged is returned as it is."""
    if token == f"={own!r}":
        return own
    words = {"=None": None, "=True": True, "=False": False}
    return words[token] if token in words else _unquoted(token[1:])


def _unquoted(text: str) -> str:
    import ast  # noqa: PLC0415 - for texts that were exchanged only

    return str(ast.literal_eval(text))


def _take_array(value: Mapping[str, Any], array: NDArray[Any], tokens: list[str]) -> _Form:
    """Take a typed array of plotly or bokeh apart into its numbers."""
    tokens.append(f"[{array.size} {value['dtype']} {value.get('shape')}")
    tokens.extend(repr(item) for item in array.ravel().tolist())
    number = float if array.dtype.kind == "f" else int

    def form(take: Callable[[], str]) -> Any:
        take()
        return encoded(value, np.array([number(take()) for _ in range(array.size)], dtype=array.dtype))

    return form
