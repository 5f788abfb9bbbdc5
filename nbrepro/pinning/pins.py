"""The pinned environment: what a kernel must find at its start so that two runs can be equal.

These are settings that a live kernel cannot change any more, or that would have to be set before user code runs.
Left alone on purpose: ``MPLBACKEND`` (the notebook's plots depend on it) and ``PYTHONDONTWRITEBYTECODE`` (it
changes no result).
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One environment variable of a pinned kernel."""

    name: str
    value: str | None
    """``None`` removes the variable."""
    reason: str


_PER_LIBRARY = "a sum split over another number of threads ends in other last bits"
_FIXED = (
    Pin(name="PYTHONHASHSEED", value="0", reason="the order of sets of strings and every hash() depend on it"),
    Pin(
        name="CUBLAS_WORKSPACE_CONFIG",
        value=":4096:8",
        reason="cuBLAS is deterministic only with a fixed workspace, chosen before its first use",
    ),
    Pin(
        name="SOURCE_DATE_EPOCH",
        value="315532800",
        reason="matplotlib and others write this date (1980-01-01, the first that zip files hold) instead of today's",
    ),
    Pin(
        name="OMP_WAIT_POLICY",
        value="PASSIVE",
        reason="spinning threads of several kernels cost 2 to 4 times the time; no result depends on it",
    ),
    Pin(name="OMP_DYNAMIC", value="FALSE", reason="OpenMP may otherwise choose another number of threads by load"),
    Pin(name="MKL_DYNAMIC", value="FALSE", reason="MKL may otherwise choose another number of threads by load"),
    Pin(name="COLUMNS", value="80", reason="pandas, rich and others wrap at the terminal's width"),
    Pin(name="LINES", value="24", reason="as COLUMNS, for the height"),
    Pin(name="TZ", value="UTC", reason="local times and dates depend on it"),
    Pin(name="LC_ALL", value="C.UTF-8", reason="sorting, number formats and the default encoding depend on it"),
    Pin(name="LANG", value="C.UTF-8", reason="as LC_ALL, for programs that read only this one"),
    Pin(name="LANGUAGE", value=None, reason="gettext would translate messages in spite of LC_ALL"),
    Pin(name="FORCE_COLOR", value=None, reason="continuous integration sets it, and rich then prints colours"),
    Pin(name="NO_COLOR", value=None, reason="as FORCE_COLOR, the other way round"),
    Pin(name="PYTEST_CURRENT_TEST", value=None, reason="ipykernel captures less under pytest"),
    Pin(
        name="JPY_SESSION_NAME", value=None, reason="the session of a JupyterLab that started this process is not ours"
    ),
)
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMEXPR_MAX_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
)


def pins(threads: int) -> tuple[Pin, ...]:
    """Return every pin of a kernel whose numeric libraries use this many threads."""
    return _FIXED + tuple(
        Pin(name=name, value=value, reason=_PER_LIBRARY) for name, value in thread_variables(threads).items()
    )


def thread_variables(threads: int) -> dict[str, str]:
    """Return the variables that give numeric libraries their number of threads when they are loaded."""
    return dict.fromkeys(_THREADS, str(threads))


def pinned_environment(base: Mapping[str, str], *, threads: int, own: Mapping[str, str]) -> dict[str, str]:
    """Return ``base`` with the pins laid over it, and the project's own variables on top."""
    environment = dict(base)
    for pin in pins(threads):
        if pin.value is None:
            environment.pop(pin.name, None)
        else:
            environment[pin.name] = pin.value
    environment.update(own)
    return environment


_DECISIVE = (
    ("hash seed", ("PYTHONHASHSEED",)),
    ("threads", ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")),
    ("time zone", ("TZ",)),
    ("locale", ("LC_ALL", "LANG")),
)
"""What only a start can pin, with the variables of which one suffices, or all for the threads."""


def unpinned(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return in words what a kernel that started with ``environ`` took from chance or from the machine."""
    found = []
    for words, names in _DECISIVE:
        is_set = [bool(environ.get(name)) for name in names]
        if not (all(is_set) if words == "threads" else any(is_set)):
            found.append(words)
    if environ.get("PYTHONHASHSEED") == "random":
        found.insert(0, "hash seed")
    return tuple(found)


def usable_cores() -> int:
    """Return how many cores this process may use: its CPU affinity, cut down by the container's quota."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        cores = os.cpu_count() or 1
    quota = _cgroup_quota(Path("/sys/fs/cgroup"))
    return max(1, cores if quota is None else min(cores, math.ceil(quota)))


def _cgroup_quota(root: Path) -> float | None:
    """Return the cores that the control group grants, or ``None`` for no limit."""
    try:
        granted, period = (root / "cpu.max").read_text().split()
        return None if granted == "max" else int(granted) / int(period)
    except (OSError, ValueError):
        pass
    try:
        granted = (root / "cpu/cpu.cfs_quota_us").read_text()
        period = (root / "cpu/cpu.cfs_period_us").read_text()
        return int(granted) / int(period) if int(granted) > 0 else None
    except (OSError, ValueError):
        return None
