"""Determinism switches that work in a live kernel, each with its former value so that `off` puts it back."""

from __future__ import annotations

import functools
import os
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from nbrepro.kernel.border import Faults
from nbrepro.kernel.threads import LiveThreads

SALT = "nbrepro"
"""``svg.hashsalt``: with it matplotlib gives the elements of an SVG the same ids at every run."""
_WORKSPACE = ("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
_XLA = ("XLA_FLAGS", "--xla_gpu_deterministic_ops=true")
"""JAX and TensorFlow read it when they first use a device; scattered sums then keep their order."""
_DRIVER = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/kfd")
"""What is there where a graphics processor of NVIDIA or AMD is."""
_NONDETERMINISTIC = re.compile(
    r"(?P<operation>[\w.:<>]+) does not have a deterministic implementation"
    r"|Deterministic behavior was enabled"
    r"|defaults to a non-deterministic algorithm"
)
_RC_PARAMS = ("rcParams", "rcParamsDefault", "rcParamsOrig")


@dataclass(frozen=True)
class _TorchSwitch:
    """One switch of torch: how to read it, how to set it, and what it is set to."""

    name: str
    read: Callable[[Any], Any]
    write: Callable[[Any, Any], None]
    wanted: Any


def _attribute(name: str, path: str, wanted: Any) -> _TorchSwitch:
    *owners, last = path.split(".")

    def owner(torch: Any) -> Any:
        for part in owners:
            torch = getattr(torch, part)
        return torch

    return _TorchSwitch(
        name, lambda torch: getattr(owner(torch), last), lambda torch, value: setattr(owner(torch), last, value), wanted
    )


def _read_algorithms(torch: Any) -> tuple[bool, bool]:
    return torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()


def _write_algorithms(torch: Any, value: tuple[bool, bool]) -> None:
    # The public function imports torch._inductor, which takes a second; its switch follows where it is imported.
    torch._C._set_deterministic_algorithms(value[0], warn_only=value[1])  # noqa: SLF001 - see above
    inductor = sys.modules.get("torch._inductor.config")
    if inductor is not None:
        inductor.deterministic = value[0]  # type: ignore[attr-defined]  # installed only in some environments


_ALGORITHMS = "torch.deterministic_algorithms"
_TORCH = (
    _TorchSwitch(_ALGORITHMS, _read_algorithms, _write_algorithms, (True, True)),
    _attribute("torch.fill_uninitialized_memory", "utils.deterministic.fill_uninitialized_memory", wanted=True),
    _attribute("torch.cudnn.benchmark", "backends.cudnn.benchmark", wanted=False),
    _attribute("torch.cudnn.deterministic", "backends.cudnn.deterministic", wanted=True),
    _attribute("torch.cudnn.allow_tf32", "backends.cudnn.allow_tf32", wanted=False),
    _attribute("torch.cuda.matmul.allow_tf32", "backends.cuda.matmul.allow_tf32", wanted=False),
    _TorchSwitch(
        "torch.float32_matmul_precision",
        lambda torch: torch.get_float32_matmul_precision(),
        lambda torch, value: torch.set_float32_matmul_precision(value),
        "highest",
    ),
)


class Determinism:
    """Sets the switches and remembers what they were.

    Parameters
    ----------
    faults:
        Where a switch that cannot be set goes; the others are set all the same.
    on_operation:
        Called with the name of a torch operation that has no deterministic implementation.
    strict:
        Let such an operation raise instead.
    threads:
        Of numeric libraries; 0 leaves them alone.
    """

    def __init__(
        self, faults: Faults, on_operation: Callable[[str], None], *, strict: bool = False, threads: int = 0
    ) -> None:
        self._faults = faults
        self.threads = LiveThreads(threads)
        self._torch = tuple(replace(s, wanted=(True, False)) if s.name == _ALGORITHMS and strict else s for s in _TORCH)
        self._undo: list[tuple[str, Callable[[], None]]] = []
        self._filter = WarningFilter(on_operation)
        self.applied: list[str] = []
        """Names of the switches that are set."""

    def set_environment(self) -> None:
        """Give cuBLAS fixed workspaces, XLA an order where there is a graphics processor, and libraries their threads.

        The first two are read at the first operation on the processor. What the user has set is left alone.
        """
        self._set_variable(*_WORKSPACE)
        if any(Path(path).exists() for path in _DRIVER):
            self._set_variable(*_XLA)
        self.threads.start()
        self.applied += [f"{self.threads.number} thread(s)"] if self.threads.number else []

    def set_shell(self, shell: Any) -> None:
        """Let IPython show no tip: it draws one from the notebook's generator whenever a front end asks who it is."""
        if getattr(shell, "enable_tip", False):
            shell.enable_tip = False
            self._undo.append(("enable_tip", lambda: setattr(shell, "enable_tip", True)))

    def environment(self) -> dict[str, str]:
        """Return the variables that `set_environment` cares for, as they are now."""
        own = {name: os.environ[name] for name, _ in (_WORKSPACE, _XLA) if name in os.environ}
        return {**own, **self.threads.variables}

    def set_torch(self, torch: ModuleType) -> None:
        """Set torch's switches; called once torch is imported."""
        for switch in self._torch:
            self._set(switch, torch)
        self.threads.set_torch(torch)
        self._filter.put_first()

    def set_inductor(self, config: ModuleType) -> None:
        """Let compiled code follow the switch for deterministic algorithms; called once inductor is imported."""
        former = config.deterministic
        config.deterministic = True  # type: ignore[attr-defined]  # as above
        self._undo.append(("torch._inductor", lambda: setattr(config, "deterministic", former)))

    def set_matplotlib(self, matplotlib: ModuleType) -> None:
        """Salt the ids in SVG; also in the defaults, which styles and `rcdefaults` fall back to."""
        for name in _RC_PARAMS:
            params = getattr(matplotlib, name)
            if params["svg.hashsalt"] is None:
                params["svg.hashsalt"] = SALT
                self._undo.append((f"matplotlib.{name}", functools.partial(_unsalt, params)))
        self.applied.append("matplotlib.svg.hashsalt")

    def before_cell(self) -> None:
        """Keep torch's warnings ahead of filters that the notebook has set since."""
        self._filter.stay_first()

    def restore(self) -> None:
        """Put every switch back, last first."""
        self._filter.remove()
        while self._undo:
            name, undo = self._undo.pop()
            try:
                undo()
            except Exception as fault:
                self._faults.add(f"restoring {name}", fault)
        self.threads.restore()
        self.applied.clear()

    def _set_variable(self, name: str, value: str) -> None:
        if name not in os.environ:
            os.environ[name] = value
            self._undo.append((name, lambda: _unset(name, value)))
        self.applied.append(name)

    def _set(self, switch: _TorchSwitch, torch: ModuleType) -> None:
        try:
            former = switch.read(torch)
            if former != switch.wanted:
                switch.write(torch, switch.wanted)
                self._undo.append((switch.name, lambda: _write_back(switch, torch, former)))
            self.applied.append(switch.name)
        except Exception as fault:
            self._faults.add(f"switch {switch.name}", fault)


def _write_back(switch: _TorchSwitch, torch: ModuleType, former: Any) -> None:
    if switch.read(torch) == switch.wanted:  # else the user has set it since
        switch.write(torch, former)


def _unset(name: str, value: str) -> None:
    if os.environ.get(name) == value:
        del os.environ[name]


def _unsalt(params: Any) -> None:
    if params["svg.hashsalt"] == SALT:
        params["svg.hashsalt"] = None


class WarningFilter:
    """A warning filter that turns torch's warnings about nondeterministic operations into findings.

    It poses as the compiled pattern of an ``ignore`` filter: a warning that it matches is dropped before it
    is shown, deduplicated or turned into an exception.
    """

    def __init__(self, on_operation: Callable[[str], None]) -> None:
        self._on_operation = on_operation
        self._entry: Any = ("ignore", self, Warning, None, 0)
        self._active = False

    @property
    def pattern(self) -> str:
        """The plain pattern; scikit-learn copies the filters by it."""
        return f"(?s).*(?:{_NONDETERMINISTIC.pattern})"

    def match(self, text: str) -> bool:
        """Tell whether the warning is one of those, as `re.Pattern.match` does; note it if so."""
        found = _NONDETERMINISTIC.search(text)
        if found is None:
            return False
        self._on_operation(found["operation"] or text.partition(".")[0])
        return True

    def put_first(self) -> None:
        """Put the filter before all others."""
        self.remove()
        warnings.filters.insert(0, self._entry)  # type: ignore[attr-defined]  # a list, whatever the stub says
        _filters_mutated()
        self._active = True

    def stay_first(self) -> None:
        """Put the filter before those that came since."""
        if self._active and (not warnings.filters or warnings.filters[0] is not self._entry):
            self.put_first()

    def remove(self) -> None:
        """Take the filter out."""
        self._active = False
        if self._entry in warnings.filters:
            warnings.filters.remove(self._entry)  # type: ignore[attr-defined]  # as above
            _filters_mutated()

    def __reduce__(self) -> tuple[Any, ...]:
        """A worker process (joblib hands it the filters) gets the plain pattern."""
        return re.compile, (self.pattern,)


def _filters_mutated() -> None:
    """Tell the warnings module that its filters changed, under the name of this Python."""
    for name in ("_filters_mutated", "_filters_mutated_lock_held"):
        told = getattr(warnings, name, None)
        if told is not None:
            told()
            return
