"""The machine: processor, cores that may be used, memory, graphics processors."""

from __future__ import annotations

import math
import os
import platform
import re
import subprocess
from pathlib import Path

from nbrepro.probes import gpus, instructions
from nbrepro.records import Hardware

_MODEL = re.compile(r"^(?:model name|cpu model|Model|Processor|Hardware)\s*:\s*(.+)$", re.MULTILINE)
_CPUINFO_BYTES = 4096  # one core's entry; on a machine of 256 cores the whole file takes 20 ms
_NO_LIMIT = 1 << 60  # version 1 of cgroups writes "no limit" as the largest number of whole pages


def read(*, quick: bool = False) -> Hardware:
    """Return what the process can use of the machine.

    Parameters
    ----------
    quick:
        Leave out what takes a child process where the kernel's own files tell the rest.
    """
    groups = _control_groups(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))
    total = _total_memory()
    level, flags = instructions.read()
    limits = [limit for limit in (total, _memory_limit(groups)) if limit is not None]
    return Hardware(
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        usable_cores=_usable_cores(groups),
        memory_bytes=min(limits, default=None),
        gpus=gpus.read(quick=quick),
        isa_level=level,
        isa=flags,
    )


def _usable_cores(groups: tuple[Path, ...]) -> int:
    """Return how many cores the scheduler gives: the affinity mask's, or less where a control group says so."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        cores = os.cpu_count() or 1
    quota = _cpu_limit(groups)
    return cores if quota is None else max(1, min(cores, math.ceil(quota)))


def _control_groups(membership: Path, mount: Path) -> tuple[Path, ...]:
    """Return the folders of the process's control groups, the narrowest first; limits of every level hold."""
    folders: list[Path] = []
    for line in _text(membership).splitlines():
        _, controllers, name = [*line.split(":", 2), "", ""][:3]
        bases = [mount / c for c in ("cpu,cpuacct", "cpu", "memory") if c in (controllers, *controllers.split(","))]
        for base in bases or ([mount] if not controllers else []):
            inner = base / name.lstrip("/")
            folders.extend(folder for folder in (inner, *inner.parents) if folder.is_relative_to(base))
    # In a container the mount is already the process's own group, whatever its name says outside.
    return tuple(dict.fromkeys((*folders, mount, mount / "cpu", mount / "memory")))


def _cpu_limit(groups: tuple[Path, ...]) -> float | None:
    limits = []
    for folder in groups:
        quota, _, period = _text(folder / "cpu.max").partition(" ")
        quota = quota or _text(folder / "cpu.cfs_quota_us")
        period = period or _text(folder / "cpu.cfs_period_us")
        if quota.strip().isdigit() and period.strip().isdigit() and int(quota) and int(period):
            limits.append(int(quota) / int(period))
    return min(limits, default=None)


def _memory_limit(groups: tuple[Path, ...]) -> int | None:
    texts = (_text(folder / name).strip() for folder in groups for name in ("memory.max", "memory.limit_in_bytes"))
    return min((int(text) for text in texts if text.isdigit() and int(text) < _NO_LIMIT), default=None)


def _total_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows
        return None


def _cpu() -> str:
    found = _MODEL.search(_text(Path("/proc/cpuinfo"), _CPUINFO_BYTES))
    name = found[1] if found else _mac_cpu() if platform.system() == "Darwin" else ""
    return " ".join(name.split()) or platform.processor() or platform.machine()


def _mac_cpu() -> str:
    try:
        done = subprocess.run(
            ("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"), capture_output=True, timeout=1, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def _text(path: Path, limit: int = -1) -> str:
    try:
        with path.open("rb") as file:
            return file.read(limit).decode("utf-8", "replace")
    except OSError:
        return ""
