"""What a call prints, as far as its source tells, with a sample in the place of each time spent."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable, Sequence

PLACES = re.compile(r"%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[a-zA-Z%]")
"""The places of a text that ``%`` fills."""
Piece = tuple[str, bool]
"""A piece of a text, and whether it is a time."""
OTHER = "…"
"""Stands for a value that is no time."""
_LOGGERS = frozenset({"log", "logger", "logging"})
_LEVELS = frozenset({"debug", "info", "warning", "error", "critical"})


def printed(
    call: ast.Call, is_time: Callable[[ast.AST], bool], sample: float, *, strictly: bool = True
) -> list[Piece] | None:
    """Return what a call prints or logs; ``None`` where that cannot be told, or is known to be no printing.

    Parameters
    ----------
    call:
        The call.
    is_time:
        Tells of an expression whether its value is a time.
    sample:
        What stands for such a value.
    strictly:
        Whether what is made of a time, such as a rate, cannot be told; else it is a value like any other.
    """
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    text = _Text(is_time, sample, strictly=strictly)
    if isinstance(call.func, ast.Name) and call.func.id == "print":
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        between = given.pop("sep", ast.Constant(value=" "))
        if set(given) - {"end", "flush"} or not isinstance(between, ast.Constant):
            return None
        return _joined(
            [text.of(argument) for argument in call.args], " " if between.value is None else str(between.value)
        )
    if not is_log(call):
        return None
    return text.filled(call.args[0], call.args[1:]) if call.args[1:] else text.of(call.args[0])


def composed(node: ast.expr, is_time: Callable[[ast.AST], bool], sample: float) -> list[Piece] | None:
    """Return the text that an expression composes of literals and values, whatever comes of it."""
    return _Text(is_time, sample, strictly=False).of(node)


def is_log(call: ast.Call) -> bool:
    """Whether a call writes a record to a log."""
    method = call.func
    if not isinstance(method, ast.Attribute) or not isinstance(method.value, ast.Name) or not call.args:
        return False
    return method.attr in _LEVELS and method.value.id.lower().strip("_") in _LOGGERS and not call.keywords


class _Text:
    """The texts of expressions."""

    def __init__(self, is_time: Callable[[ast.AST], bool], sample: float, *, strictly: bool) -> None:
        self.is_time = is_time
        self.sample = sample
        self.strictly = strictly

    def of(self, node: ast.expr) -> list[Piece] | None:
        """The text of an expression, as it is printed."""
        if self.is_time(node):
            return [(str(self.sample), True)]
        match node:
            case ast.Constant():
                return [(str(node.value), False)]
            case ast.JoinedStr():
                return _joined([self.of(piece) for piece in node.values])
            case ast.FormattedValue():
                return self._formatted(node.value, _constant(node.format_spec))
        return self._composed(node)

    def _composed(self, node: ast.expr) -> list[Piece] | None:
        match node:
            case ast.Dict():
                return self._entries(node)
            case ast.BinOp(op=ast.Add()):
                return _joined([self.of(node.left), self.of(node.right)])
            case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
                return self.filled(node.left, node.right.elts if isinstance(node.right, ast.Tuple) else [node.right])
            case ast.Call(func=ast.Name(id="str"), args=[value], keywords=[]):
                return self.of(value)
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(pattern)), attr="format")):
                return self._format(pattern, node)
        return self._other(node)

    def _other(self, node: ast.AST) -> list[Piece] | None:
        """A value that is no time; what makes something else of a time cannot be told."""
        made_of_time = self.strictly and any(self.is_time(inner) for inner in ast.walk(node))
        return None if made_of_time else [(OTHER, False)]

    def _entries(self, node: ast.Dict) -> list[Piece] | None:
        parts: list[list[Piece] | None] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant):
                return None
            parts.append(_joined([[(f"{key.value!r}: ", False)], self.of(value)]))
        return _joined([[("{", False)], _joined(parts, ", "), [("}", False)]])

    def _formatted(self, node: ast.expr, spec: str | None) -> list[Piece] | None:
        if not self.is_time(node):
            return self.of(node)
        try:
            return None if spec is None else [(format(self.sample, spec), True)]
        except ValueError:
            return None

    def filled(self, pattern: ast.expr, values: Sequence[ast.expr]) -> list[Piece] | None:
        """A text whose places ``%`` fills."""
        text, left = _constant(pattern), list(values)
        parts: list[list[Piece] | None] = []
        position = 0
        for place in PLACES.finditer(text or ""):
            parts.append([((text or "")[position : place.start()], False)])
            position = place.end()
            if place[0] == "%%":
                parts.append([("%", False)])
            elif left and "(" not in place[0]:
                parts.append(self._placed(place[0], left.pop(0)))
            else:
                return None
        return None if text is None else _joined([*parts, [(text[position:], False)]])

    def _placed(self, place: str, value: ast.expr) -> list[Piece] | None:
        if not self.is_time(value):
            return self._other(value)
        try:
            return [(place % self.sample, True)]
        except (TypeError, ValueError):
            return None

    def _format(self, pattern: str, call: ast.Call) -> list[Piece] | None:
        """A text whose places ``str.format`` fills."""
        given: dict[str, ast.expr] = {str(place): value for place, value in enumerate(call.args)}
        given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        try:
            fields = list(string.Formatter().parse(pattern))
        except ValueError:
            return None
        parts: list[list[Piece] | None] = []
        counted = 0
        for literal, field, spec, _ in fields:
            parts.append([(literal, False)])
            if field is not None:
                value = given.get(field or str(counted))
                counted += not field
                parts.append(None if value is None else self._formatted(value, spec or ""))
        return _joined(parts)


def _joined(parts: Sequence[list[Piece] | None], between: str = "") -> list[Piece] | None:
    found: list[Piece] = []
    for number, part in enumerate(parts):
        if part is None:
            return None
        found += [(between, False)] * bool(number) + part
    return found


def _constant(node: ast.expr | None) -> str | None:
    """A text that stands in the source as it is; of a format that is not given, an empty one."""
    match node:
        case None:
            return ""
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[ast.Constant(value=str(text))]):
            return text
    return None
