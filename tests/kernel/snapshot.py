"""All that a kernel's process holds and nbrepro could have changed; executed inside of the kernel under test."""

from __future__ import annotations

import atexit
import builtins
import contextlib
import gc
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SHOWN = (int, float, str, bool, bytes, tuple, type(None))


def snapshot(shell: Any) -> dict[tuple[str, ...], Any]:
    """Return every attribute of every module, class and part of the shell by identity, and the process's settings."""
    found: dict[tuple[str, ...], Any] = {}
    for name, module in list(sys.modules.items()):
        if not name.startswith(("nbrepro", "__main__", "__mp_main__")):
            found.update(_attributes(name, module))
    parts = {"shell": shell, "pub": shell.display_pub, "hook": shell.displayhook, "kernel": shell.kernel}
    for place, part in {**parts, "stdout": sys.stdout, "events": shell.events, "magics": shell.magics_manager}.items():
        for key, value in list(vars(part).items()):
            found["part", place, key] = value if isinstance(value, _SHOWN) else id(value)
    found.update({("callbacks", event): [repr(c) for c in calls] for event, calls in shell.events.callbacks.items()})
    found.update({("magic", kind): sorted(named) for kind, named in shell.magics_manager.magics.items()})
    found.update({("setting", name): value for name, value in _settings(shell)})
    found.update({("library", name): value for name, value in _libraries()})
    return found


def _attributes(name: str, module: Any) -> Iterator[tuple[tuple[str, ...], int]]:
    for key, value in list(getattr(module, "__dict__", {}).items()):
        yield ("module", name, key), id(value)
        if isinstance(value, type) and value.__module__ == name:
            for inner, part in list(vars(value).items()):
                yield ("class", name, key, inner), id(part)


def _settings(shell: Any) -> Iterator[tuple[str, Any]]:
    yield "meta path", [repr(finder) for finder in sys.meta_path]
    yield "path", list(sys.path)
    yield "environment", dict(os.environ)
    yield "warnings", [repr(entry) for entry in warnings.filters]
    yield "threads", sorted(thread.name for thread in threading.enumerate())
    yield "open files", sorted(_open_files())
    yield "signals", {number: repr(signal.getsignal(number)) for number in signal.valid_signals()}
    yield "collector", (gc.get_threshold(), len(gc.callbacks), gc.isenabled())
    yield "interpreter", (sys.gettrace(), sys.getprofile(), sys.getrecursionlimit(), sys.getswitchinterval())
    yield "builtins", {name: id(value) for name, value in vars(builtins).items() if name not in ("_", "input")}
    yield "at the end", atexit._ncallbacks()
    yield "comms", (list(shell.kernel.comm_manager.comms), list(shell.kernel.comm_manager.targets))
    yield "extensions", sorted(shell.extension_manager.loaded)
    yield "time zone", time.tzname


def _open_files() -> Iterator[str]:
    for path in list(Path("/proc/self/fd").iterdir()):
        with contextlib.suppress(FileNotFoundError):  # a thread has closed it meanwhile
            yield str(path.readlink()).split(":")[0]


def _libraries() -> Iterator[tuple[str, Any]]:
    import matplotlib as mpl
    import numpy as np
    import torch
    from threadpoolctl import threadpool_info

    for name in ("rcParams", "rcParamsDefault", "rcParamsOrig"):
        yield name, {key: repr(value) for key, value in dict.items(getattr(mpl, name))}
    yield "numpy", (repr(np.geterr()), repr(np.get_printoptions()))
    yield "threads", [(pool["user_api"], pool["num_threads"]) for pool in threadpool_info()]
    yield (
        "torch",
        (
            *(torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()),
            *(torch.utils.deterministic.fill_uninitialized_memory, torch.backends.cudnn.benchmark),
            *(torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32),
            *(torch.backends.cuda.matmul.allow_tf32, torch.get_float32_matmul_precision()),
            *(torch.get_num_threads(), torch.get_default_dtype()),
        ),
    )
