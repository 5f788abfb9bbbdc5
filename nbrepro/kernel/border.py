"""The border between the recorder and the user's cell: nothing that goes wrong on this side shows on the other."""

from __future__ import annotations

import _thread
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

_KEPT = 50
_INTERRUPT_AGAIN = 0.001


class Faults:
    """What the recorder could not do: the last few for `%nbrepro status`, all of them for the journal."""

    def __init__(self) -> None:
        self.last: deque[str] = deque(maxlen=_KEPT)
        self.count = 0
        self.journal: Callable[[str], None] | None = None
        """Writes one fault; set once there is a journal."""

    def add(self, where: str, fault: BaseException | str) -> None:
        """Keep a fault; a repetition of the last one is counted, but neither kept nor written again."""
        try:
            text = f"{where}: {fault}" if isinstance(fault, str) else f"{where}: {type(fault).__name__}: {fault}"
            self.count += 1
            if self.last and self.last[-1] == text:
                return
            self.last.append(text)
            if self.journal is not None:
                self.journal(text)
        except Exception as second:  # the journal itself may be what fails
            self.last.append(f"journal: {second}")


class Border:
    """Runs the recorder's code so that the user's cell never notices.

    While a thread is inside, events that the recorder's own work raises (files it opens, entropy it draws) are
    not observed.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._inside = threading.local()

    def observe(self, where: str, action: Callable[..., Any], *args: Any) -> None:
        """Run ``action`` amid the user's code; a Ctrl-C that hits it is the user's and goes through."""
        inside = self._inside
        if getattr(inside, "flag", False):
            return
        inside.flag = True
        try:
            action(*args)
        except Exception as fault:
            self.faults.add(where, fault)
        finally:
            inside.flag = False

    def between(self, where: str, action: Callable[..., Any], *args: Any) -> bool:
        """Run ``action`` before or after a cell; return whether a Ctrl-C hit it, which it swallows."""
        inside = self._inside
        outer = getattr(inside, "flag", False)
        inside.flag = True
        try:
            action(*args)
        except KeyboardInterrupt:
            return True
        except BaseException as fault:
            self.faults.add(where, fault)
        finally:
            inside.flag = outer
        return False


class _Aside:
    """Takes nbrepro's own frames off the traceback of an exception that leaves a replaced function.

    What a notebook shows of an exception is then the same with and without nbrepro. Python 3.10 puts the frames
    back; from 3.11 on they stay away.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if fault is not None:
            while traceback is not None and str(traceback.tb_frame.f_globals.get("__name__")).startswith("nbrepro."):
                traceback = traceback.tb_next
            fault.__traceback__ = traceback


aside = _Aside()
"""Stands round the call of what was replaced."""


def interrupt_again() -> None:
    """Deliver a Ctrl-C that was meant for the cell that is about to start once it has started."""

    def later() -> None:
        time.sleep(_INTERRUPT_AGAIN)
        _thread.interrupt_main()

    threading.Thread(target=later, name="nbrepro-interrupt", daemon=True).start()
