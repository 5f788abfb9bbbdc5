"""Graphics processors, without waking them.

CUDA reads ``CUDA_VISIBLE_DEVICES`` and ``CUBLAS_WORKSPACE_CONFIG`` once, and a process that has started it cannot
fork: so torch is asked only where the user has started CUDA already. Else the driver's own files and
``nvidia-smi`` tell.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbrepro.records import Gpu

TIMEOUT = 3.0
"""Seconds that ``nvidia-smi`` may take; without its persistence daemon a driver needs about one to wake."""

_COLUMNS = (3, 4)
_MIB = 1024 * 1024
_DRIVER_FOLDER = Path("/proc/driver/nvidia")


def read(*, quick: bool = False) -> tuple[Gpu, ...]:
    """Return the graphics processors that the process sees; ``quick`` avoids a child process where it can."""
    torch = sys.modules.get("torch")
    if torch is not None:
        found = _from_torch(torch)
        if found:
            return found
    if quick:
        found = from_driver_files(_DRIVER_FOLDER)
        if found:
            return _visible(found, os.environ)
    return _visible(_from_command(), os.environ)


def _from_torch(torch: Any) -> tuple[Gpu, ...]:
    try:
        if not torch.cuda.is_initialized():
            return ()
        properties = [torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count())]
    except Exception:  # noqa: BLE001 - a torch that is half imported, or a driver that has gone
        return ()
    driver = _driver_version(_DRIVER_FOLDER)
    return tuple(
        Gpu(
            name=p.name,
            driver=driver,
            memory_bytes=p.total_memory,
            multiprocessors=p.multi_processor_count,
            compute_capability=f"{p.major}.{p.minor}",
        )
        for p in properties
    )


def from_driver_files(folder: Path) -> tuple[Gpu, ...]:
    """Return what NVIDIA's driver tells in ``/proc``: name and version, no memory."""
    driver = _driver_version(folder)
    found = []
    for path in sorted(folder.glob("gpus/*/information")):
        for line in _text(path).splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "Model":
                found.append(Gpu(name=value.strip(), driver=driver))
    return tuple(found)


def _driver_version(folder: Path) -> str | None:
    words = _text(folder / "version").split()
    return next((word for word in words if word[0].isdigit() and word.count(".")), None)


def _from_command() -> tuple[Gpu, ...]:
    command = shutil.which("nvidia-smi")
    if command is None:
        return ()
    found = _asked(command, "name,driver_version,memory.total,compute_cap")
    if found is None:  # drivers before 510 know no compute capability, and answer nothing when they are asked for it
        found = _asked(command, "name,driver_version,memory.total")
    return found or ()


def _asked(command: str, fields: str) -> tuple[Gpu, ...] | None:
    """Return the answer to a question, ``None`` where it is refused, nothing where it takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - found on the path, fixed arguments
            (command, f"--query-gpu={fields}", "--format=csv,noheader,nounits"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_listing(done.stdout.decode("utf-8", "replace")) if done.returncode == 0 else None


def parse_listing(text: str) -> tuple[Gpu, ...]:
    """Return the processors of ``nvidia-smi``'s table of name, driver, MiB of memory and compute capability."""
    rows = [[part.strip() for part in line.split(",")] for line in text.splitlines()]
    return tuple(
        Gpu(
            name=row[0],
            driver=row[1] or None,
            memory_bytes=int(row[2]) * _MIB if row[2].isdigit() else None,
            compute_capability=row[3] if row[3:] and row[3].replace(".", "").isdigit() else None,
        )
        for row in rows
        if len(row) in _COLUMNS
    )


def _visible(gpus: tuple[Gpu, ...], environ: Mapping[str, str]) -> tuple[Gpu, ...]:
    """Return those that ``CUDA_VISIBLE_DEVICES`` leaves, in its order, where it names them by number."""
    chosen = environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is None:
        return gpus
    if chosen.strip() in {"", "-1", "NoDevFiles"}:
        return ()
    numbers = [part.strip() for part in chosen.split(",")]
    if not all(number.isdigit() for number in numbers):  # by unique id: which is which is not known here
        return gpus
    return tuple(gpus[int(number)] for number in numbers if int(number) < len(gpus))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
