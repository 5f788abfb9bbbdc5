"""The operating system, and the container round it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path

from nbrepro.records import Platform

# In order: the narrower name first, since a pod's containers carry the marks of their engine too.
_VARIABLES = (
    ("KUBERNETES_SERVICE_HOST", "kubernetes"),
    ("APPTAINER_CONTAINER", "apptainer"),
    ("SINGULARITY_CONTAINER", "singularity"),
)
_MARKS = (("run/.containerenv", "podman"), (".dockerenv", "docker"))
_CGROUP = re.compile(r"(kubepods|docker|libpod|lxc|containerd)")
_CGROUP_NAMES = {"kubepods": "kubernetes", "libpod": "podman"}


def read() -> Platform:
    """Return the operating system, its C library and the container, if one is noticed."""
    return Platform(
        system=platform.system(),
        release=platform.release(),
        machine=platform.machine(),
        libc=_libc(),
        container=container(os.environ),
    )


def container(environ: Mapping[str, str], slash: Path = Path("/")) -> str | None:
    """Return the kind of container the process runs in, or ``None`` where there is no sign of one.

    Parameters
    ----------
    environ:
        The environment variables of the process.
    slash:
        Where the file system starts; tests lay their own.
    """
    for variable, name in _VARIABLES:
        if environ.get(variable):
            return name
    for mark, name in _MARKS:
        if (slash / mark).exists():
            return name
    # systemd-nspawn, LXC and podman tell their name to the first process, which hands it down.
    return environ.get("container") or _container_of_cgroup(slash) or _wsl(slash)


def _container_of_cgroup(slash: Path) -> str | None:
    found = _CGROUP.search(_text(slash / "proc/1/cgroup"))
    return _CGROUP_NAMES.get(found[1], found[1]) if found else None


def _wsl(slash: Path) -> str | None:
    return "wsl" if "microsoft" in _text(slash / "proc/sys/kernel/osrelease").lower() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _libc() -> str:
    # `platform.libc_ver` searches the interpreter's binary; the C library itself answers in microseconds.
    try:
        name = os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, OSError, ValueError):
        name = None
    return name or " ".join(platform.libc_ver()).strip()
