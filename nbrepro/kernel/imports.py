"""Post-import hooks: something is done to a module right after somebody else's import of it.

The finder asks those behind it on `sys.meta_path` for the module and lends it a loader that runs the real one,
puts the real one in its own place first, and calls back afterwards.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import threading
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from nbrepro.kernel.border import Faults, aside

Callback = Callable[[ModuleType], None]


class PostImport(importlib.abc.MetaPathFinder):
    """Calls back once a module is imported, at once if it is already.

    Parameters
    ----------
    faults:
        Where a callback's exception goes: an import never fails for it.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._callbacks: dict[str, list[Callback]] = {}
        self._met: dict[str, ModuleType] = {}
        self._asking = threading.local()

    def when_imported(self, name: str, callback: Callback) -> None:
        """Call ``callback(module)`` when the module ``name`` has been imported."""
        self._callbacks.setdefault(name, []).append(callback)
        module = sys.modules.get(name)
        if module is not None and module is self._met.get(name):
            self._call(name, callback, module)
        else:
            self.catch_up()

    def install(self) -> None:
        """Start to watch imports."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Stop; an import that is under way calls back no more."""
        self._callbacks.clear()
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def catch_up(self) -> None:
        """Call back for modules that came in past the finder, behind another one or before it was installed."""
        for name in list(self._callbacks):
            module = sys.modules.get(name)
            if module is not None and module is not self._met.get(name) and not _is_importing(module):
                self.imported(name, module)

    def imported(self, name: str, module: ModuleType) -> None:
        """Call back for a module that has just been imported."""
        callbacks = self._callbacks.get(name)
        if callbacks is None:
            return
        self._met[name] = module
        for callback in tuple(callbacks):
            self._call(name, callback, module)

    def _call(self, name: str, callback: Callback, module: ModuleType) -> None:
        try:
            callback(module)
        except Exception as fault:
            self._faults.add(f"after the import of {name}", fault)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a watched module through the finders behind this one."""
        if fullname not in self._callbacks:
            return None
        asking = self._asking.__dict__
        if fullname in asking:  # a finder behind this one asks all finders itself
            return None
        asking[fullname] = True
        try:
            spec = self._behind(fullname, path, target)
        finally:
            del asking[fullname]
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _LentLoader(spec.loader, self)  # type: ignore[arg-type]  # hasattr excludes None
        return spec

    def _behind(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> importlib.machinery.ModuleSpec | None:
        finders = list(sys.meta_path)
        here = finders.index(self) + 1 if self in finders else len(finders)
        for finder in finders[here:]:
            find = getattr(finder, "find_spec", None)
            spec: importlib.machinery.ModuleSpec | None = None if find is None else find(fullname, path, target)
            if spec is not None:
                return spec
        return None


class _LentLoader(importlib.abc.Loader):
    """Stands in for a loader until the module is executed."""

    def __init__(self, real: importlib.abc.Loader, hook: PostImport) -> None:
        self._real = real
        self._hook = hook

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        create = getattr(self._real, "create_module", None)
        with aside:
            return None if create is None else create(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        if spec is not None and spec.loader is self:
            spec.loader = self._real
        if getattr(module, "__loader__", None) is self:
            module.__loader__ = self._real
        with aside:
            self._real.exec_module(module)
        # A module may put another object into its own place (torch.backends does).
        self._hook.imported(module.__name__, sys.modules.get(module.__name__, module))


def _is_importing(module: ModuleType) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))
