r"""Text as a terminal would show it: ``\r``, ``\b``, colours and cursor movements carried out."""

from __future__ import annotations

import re

_CONTROL = re.compile(
    r"\x1b\[(?P<arguments>[0-?]*)[ -/]*(?P<final>[@-~])"  # CSI: colours, cursor, erasing
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: titles, hyperlinks
    r"|\x1b[@-Z\\^_=>()][0-9A-B]?"
    r"|(?P<newline>\r\n|\n)"
    r"|(?P<single>[\r\x08])"
)
_NEEDED = ("\r", "\x08", "\x1b")
_FARTHEST = 10_000
"""Columns and rows that a cursor may move at once; more is taken for garbage."""
_ROOM = 100_000
"""Rows and blanks that movements of the cursor may add to a text: on a real screen they add none."""


def render(text: str) -> str:
    r"""Return what stays on the screen, without colours.

    A backspace moves the cursor and deletes nothing, and a carriage return starts the line again: what is
    written afterwards overwrites.

    >>> render("10%\r100%")
    '100%'
    >>> render("hello world")
    'hello world'
    """
    if not any(sign in text for sign in _NEEDED):
        return text
    screen = _Screen()
    position = 0
    for control in _CONTROL.finditer(text):
        screen.write(text[position : control.start()])
        position = control.end()
        screen.obey(control)
    screen.write(text[position:])
    return "\n".join("".join(line) for line in screen.lines)


class _Screen:
    def __init__(self) -> None:
        self.lines: list[list[str]] = [[]]
        self.row = 0
        self.column = 0
        self.room = _ROOM

    def write(self, text: str) -> None:
        if not text:
            return
        line = self.lines[self.row]
        if len(line) < self.column:
            blanks = self._admitted(self.column - len(line))
            line.extend(" " * blanks)
            self.column = len(line)
        line[self.column : self.column + len(text)] = text
        self.column += len(text)

    def obey(self, control: re.Match[str]) -> None:
        if control["newline"]:
            self._down(1)
            self.column = 0
        elif control["single"] == "\r":
            self.column = 0
        elif control["single"]:
            self.column = max(0, self.column - 1)
        elif control["final"]:
            self._csi(control["final"], control["arguments"])

    def _admitted(self, wanted: int) -> int:
        """Return how many of the wanted rows or blanks there is room for."""
        admitted = min(wanted, self.room)
        self.room -= admitted
        return admitted

    def _move_down(self, rows: int) -> None:
        below = len(self.lines) - 1 - self.row
        self._down(min(rows, below + self._admitted(max(0, rows - below))))

    def _down(self, rows: int) -> None:
        self.row += rows
        while len(self.lines) <= self.row:
            self.lines.append([])

    def _csi(self, final: str, arguments: str) -> None:
        first = arguments.partition(";")[0]
        count = min(int(first), _FARTHEST) if first.isdecimal() else 0
        if final == "A":
            self.row = max(0, self.row - max(1, count))
        elif final == "B":
            self._move_down(max(1, count))
        elif final == "C":
            self.column = min(self.column + max(1, count), _FARTHEST)
        elif final == "D":
            self.column = max(0, self.column - max(1, count))
        elif final == "G":
            self.column = max(0, count - 1)
        elif final == "K":
            self._erase(count)

    def _erase(self, kind: int) -> None:
        line = self.lines[self.row]
        if kind == 0:
            del line[self.column :]
        elif kind == 1:
            line[: self.column] = " " * min(self.column, len(line))
        else:
            line.clear()
