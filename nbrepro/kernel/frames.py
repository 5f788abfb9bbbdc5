"""Who called: the notebook's own code or a library's, and at which line of the running cell."""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from types import FrameType
from typing import Any

from nbrepro.kernel.activity import RunningCell

_INSTALLED_FOLDERS = frozenset({"site-packages", "dist-packages"})
STANDARD_LIBRARY = os.path.join(os.path.dirname(os.__file__), "")  # noqa: PTH118, PTH120 - a prefix of strings
_EXPRESSIONS = frozenset({"<lambda>", "<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"})
_IMPORT_SYSTEM = "importlib._bootstrap"


@dataclass(frozen=True)
class Caller:
    """The code that an observed call is put down to."""

    frame: FrameType
    """The innermost frame that does not belong to the mechanism called."""
    module: str
    own: bool
    """Whether it is the notebook's own code: a cell's, or a module's that is not installed."""
    importing: bool
    """Whether it ran because a module was being imported."""
    line: int | None
    """Line of the running cell, from 1; ``None`` in a thread that runs none of its lines."""


class CallerFinder:
    """Finds callers on the stack.

    Parameters
    ----------
    shell:
        The IPython shell; code whose globals are its namespace is a cell's.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def nearest(self, frame: FrameType | None, mechanism: Container[str]) -> tuple[FrameType, str, bool] | None:
        """Return the first frame that is not of these modules, its module, and whether it is own code.

        ``None`` for what nbrepro itself does, and where there is no such frame.
        """
        namespace = self._shell.user_global_ns
        while frame is not None:
            if frame.f_globals is namespace:
                return frame, "__main__", True
            name = str(frame.f_globals.get("__name__", ""))
            if name.startswith("nbrepro."):
                return None
            if name not in mechanism:
                return frame, name, not is_installed(frame.f_code.co_filename)
            frame = frame.f_back
        return None

    def caller(self, frame: FrameType | None, mechanism: Container[str], cell: RunningCell) -> Caller | None:
        """Return who is behind the call, or ``None`` if no code of the notebook is on the stack."""
        nearest = self.nearest(frame, mechanism)
        if nearest is None:
            return None
        inner, module, own = nearest
        namespace = self._shell.user_global_ns
        cells: list[FrameType] = []
        importing = False
        outer: FrameType | None = inner
        while outer is not None:
            if outer.f_globals is namespace:
                cells.append(outer)
            elif not cells and outer.f_globals.get("__name__") == _IMPORT_SYSTEM:
                importing = True
            outer = outer.f_back
        if not cells and not own:
            return None
        return Caller(inner, module, own, importing, self._line(cells, cell))

    def modules_below_cell(self, frame: FrameType | None) -> Iterator[str]:
        """Return the names of the modules between ``frame`` and the notebook's code."""
        namespace = self._shell.user_global_ns
        while frame is not None and frame.f_globals is not namespace:
            yield str(frame.f_globals.get("__name__", ""))
            frame = frame.f_back

    def source(self, cell: RunningCell) -> Callable[[FrameType], list[str]]:
        """Return a function that gives the source lines of a frame's code."""

        def lines(frame: FrameType) -> list[str]:
            known = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
            if known or not cell.is_cell_magic or frame.f_globals is not self._shell.user_global_ns:
                return known
            return cell.source.splitlines(keepends=True)[cell.offset + 1 :]  # the body of %%time is in no file

        return lines

    def in_cell(self, frame: FrameType | None) -> bool:
        """Whether the notebook's code is on the stack above ``frame``."""
        namespace = self._shell.user_global_ns
        while frame is not None:
            if frame.f_globals is namespace:
                return True
            frame = frame.f_back
        return False

    def _line(self, cells: list[FrameType], cell: RunningCell) -> int | None:
        if not cells:
            return None
        outermost = cells[-1]
        if _is_function(outermost):  # of some cell, called by a thread of its own
            name = outermost.f_code.co_filename
            return outermost.f_lineno + cell.offset if name == self._file_name(cell) else None
        if cell.is_cell_magic and len(cells) > 1 and _is_magic_body(cells[-2], outermost):
            return cells[-2].f_lineno + cell.offset + 1
        return outermost.f_lineno + cell.offset

    def _file_name(self, cell: RunningCell) -> str | None:
        transformed = getattr(cell.info, "transformed_cell", None) or self._shell.transform_cell(cell.source)
        count = self._shell.execution_count
        names = [self._shell.compile.get_code_name(cell.source, transformed, n) for n in (count, count - 1)]
        known = self._shell.compile._filename_map  # noqa: SLF001 - there is no public way
        return next((str(name) for name in names if name in known), None)


def _is_function(frame: FrameType) -> bool:
    name = frame.f_code.co_name
    return not name.startswith("<") or name in _EXPRESSIONS


def _is_magic_body(frame: FrameType, outermost: FrameType) -> bool:
    """Whether the frame runs the lines below ``%%time`` or ``%%timeit``, which are numbered from their own first."""
    name = frame.f_code.co_name
    return frame.f_code.co_filename != outermost.f_code.co_filename and (name[:1] == "<" or name == "inner")


@lru_cache(maxsize=4096)
def is_installed(filename: str) -> bool:
    """Whether a source file belongs to Python or to an installed package, or is no file at all."""
    if filename.startswith("<"):
        return True
    if not _INSTALLED_FOLDERS.isdisjoint(PurePath(filename).parts):
        return True
    return filename.startswith(STANDARD_LIBRARY)
