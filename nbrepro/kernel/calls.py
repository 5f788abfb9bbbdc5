"""The call that a frame is making, as code.

From Python 3.11 on, a code object knows which piece of the source each instruction came from. Before, the
line must do.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Container, Iterator
from itertools import islice
from types import CodeType, FrameType, ModuleType
from typing import Any

from nbrepro.kernel.looking import is_a, module_name, named_itself

_MAX_ARGUMENTS = 40
_CACHED = 2000
UNKNOWN = object()
_PUBLIC = {"posix": "os", "nt": "os", "_random": "random"}
"""Modules written in C that stand behind a public one."""

Position = tuple[int, int, int, int]
Source = Callable[[FrameType], list[str]]
_cache: dict[tuple[CodeType, int], ast.Call | None] = {}


def position(frame: FrameType) -> Position | None:
    """Return first line, last line, first and last column (in UTF-8) of what the frame is executing."""
    if sys.version_info < (3, 11):
        return None
    place = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
    if place is None or None in place:
        return None
    return place  # type: ignore[return-value]  # mypy does not see that None is excluded


def current_call(frame: FrameType, names: Container[str], source: Source) -> ast.Call | None:
    """Return the call that the frame is making.

    Parameters
    ----------
    frame:
        A frame that called something.
    names:
        What it can have called: where the instruction's place is not known, the first call on the line to
        something of these names is meant, or else the first of all.
    source:
        Returns the lines that a frame's code was made of.
    """
    key = (frame.f_code, frame.f_lasti)
    if key not in _cache:
        if len(_cache) >= _CACHED:
            _cache.clear()
        _cache[key] = _parsed(frame, names, source)
    return _cache[key]


def _parsed(frame: FrameType, names: Container[str], source: Source) -> ast.Call | None:
    place = position(frame)
    if place is None:
        found = list(_calls_on_line("".join(source(frame)), frame.f_lineno))
        return next((call for call in found if last_name(call.func) in names), found[0] if found else None)
    first, last, start, end = place
    lines = [line.encode() for line in source(frame)[first - 1 : last]]
    if not lines:
        return None
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    return next(_calls(b"".join(lines).decode(errors="replace")), None)


def _calls(text: str) -> Iterator[ast.Call]:
    for candidate in (text, f"{text} pass", f"({text})"):
        try:
            tree = ast.parse(candidate)
        except (SyntaxError, ValueError):
            continue
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        return


def _calls_on_line(text: str, line: int) -> Iterator[ast.Call]:
    """Return the calls that begin on a line of a source, outer ones first."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.lineno == line)


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name, or nothing for another expression."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def value_of(node: ast.expr, frame: FrameType) -> Any:
    """Return what a name, a dotted name or a literal stands for in the frame, or `UNKNOWN`.

    Dotted names are followed through modules only, so that nothing of the user's is executed.
    """
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        for names in (frame.f_locals, frame.f_globals, frame.f_builtins):
            if node.id in names:
                return names[node.id]
        return UNKNOWN
    if isinstance(node, ast.Attribute):
        owner = value_of(node.value, frame)
        if is_a(owner, ModuleType):
            return getattr(owner, node.attr, UNKNOWN)
    return UNKNOWN


def described(call: ast.Call, frame: FrameType) -> str:
    """Return the call as code, with what it calls under its full name: ``numpy.random.default_rng()``."""
    arguments = ast.unparse(ast.Call(func=ast.Name(id="", ctx=ast.Load()), args=call.args, keywords=call.keywords))
    if len(arguments) > _MAX_ARGUMENTS or "\n" in arguments:
        arguments = "(…)"
    return full_name(call.func, frame) + arguments


def full_name(node: ast.expr, frame: FrameType) -> str:
    """Return a dotted name with its first part resolved: ``np.random.seed`` becomes ``numpy.random.seed``."""
    if isinstance(node, ast.Attribute):
        return f"{full_name(node.value, frame)}.{node.attr}"
    if isinstance(node, ast.Call):
        return described(node, frame)
    if not isinstance(node, ast.Name):
        return ast.unparse(node)
    value = value_of(node, frame)
    if is_a(value, ModuleType):
        return module_name(value)
    told = named_itself(value)
    if told is None or told[0] in ("", "__main__", "builtins"):
        return node.id
    return f"{_public(told[0])}.{told[1]}"


def _public(module: str) -> str:
    """Return the module that people import: without ``._private`` parts."""
    if module in _PUBLIC:
        return _PUBLIC[module]
    if module.startswith("numpy.random."):  # whose mtrand and bit_generator nobody names
        return "numpy.random"
    return module.partition("._")[0]
