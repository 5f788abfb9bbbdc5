"""The project's number of threads, in a kernel that was started without it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from nbrepro.pinning.pins import thread_variables, usable_cores

_NATIVE = ("numpy", "scipy", "sklearn", "torch")
_SET_BY_THREADPOOLCTL = "KMP_DUPLICATE_LIB_OK"


class LiveThreads:
    """Gives numeric libraries their number of threads: those that are loaded now, and those that come.

    Parameters
    ----------
    number:
        Of threads; 0 leaves everything as it is.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._undo: list[Callable[[], Any]] = []
        self._is_late = False
        self.variables: dict[str, str] = {}
        """What was set in the environment, for libraries that read it when they are loaded."""

    def start(self) -> None:
        """Set the variables that nobody has set, and limit what is loaded."""
        if not self.number:
            return
        for name, value in thread_variables(self.number).items():
            if name not in os.environ:
                os.environ[name] = self.variables[name] = value
        self._is_late = any(name in sys.modules for name in _NATIVE)
        if self._is_late:
            self._undo.append(_limits(self.number).restore_original_limits)

    def set_torch(self, torch: ModuleType) -> None:
        """Limit torch, which has a number of its own; called once torch is imported."""
        if self.number:
            former = torch.get_num_threads() if self._is_late else usable_cores()
            torch.set_num_threads(self.number)
            self._undo.append(lambda: torch.set_num_threads(former))

    def restore(self) -> None:
        """Put everything back; variables that the user has set since stay."""
        if self.number and any(name in sys.modules for name in _NATIVE):
            _limits(usable_cores())  # what was loaded meanwhile would have had them
        while self._undo:
            self._undo.pop()()
        for name, value in self.variables.items():
            if os.environ.get(name) == value:
                del os.environ[name]
        self.variables.clear()


def _limits(number: int) -> Any:
    """Give every pool that is loaded this many threads, without the variable that importing threadpoolctl sets."""
    had = _SET_BY_THREADPOOLCTL in os.environ
    from threadpoolctl import threadpool_limits

    if not had and "sklearn" not in sys.modules:
        os.environ.pop(_SET_BY_THREADPOOLCTL, None)
    return threadpool_limits(number)
