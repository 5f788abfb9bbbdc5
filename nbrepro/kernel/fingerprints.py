"""The fingerprint of the session: the cheap part at load, all of it at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from nbrepro.probes import environment, packages, platform, python
from nbrepro.records import Fingerprint, Randomness

T = TypeVar("T")


def cheap(root: Path, environ: Mapping[str, str], randomness: Randomness, *, with_packages: bool = True) -> Fingerprint:
    """Read what costs a few milliseconds: Python, platform, environment, and packages if they are asked for.

    To find packages every folder of ``sys.path`` is listed, the working folder among them, however much lies there.
    """
    missing: dict[str, str] = {}

    def section(name: str, probe: Callable[[], T]) -> T | None:
        try:
            return probe()
        except Exception as fault:
            missing[name] = f"{type(fault).__name__}: {fault}"
            return None

    return Fingerprint(
        python=section("python", python.read),
        platform=section("platform", platform.read),
        packages=(section("packages", lambda: packages.read(root)) if with_packages else None) or {},
        environment=section("environment", lambda: environment.read(environ, root=root)),
        randomness=randomness,
        missing=missing,
    )


def full(root: Path, environ: Mapping[str, str], randomness: Randomness, *, quick: bool = False) -> Fingerprint:
    """Read everything; ``quick`` leaves out what only the end of a session can tell.

    The data files are not in it: the kernel tells their paths cell by cell, and whoever reads the journal
    digests them.
    """
    from nbrepro.probes.registry import Context, gather

    context = Context(root=root, modules=dict(sys.modules), environ=environ, randomness=randomness)
    return gather(context, quick=quick)


def hash_seed(environ: Mapping[str, str]) -> str:
    """Return what seeds `hash` of strings in this process: a number, or ``random``."""
    if not sys.flags.hash_randomization:
        return "0"
    value = environ.get("PYTHONHASHSEED", "")
    return value if value.isdigit() and not sys.flags.ignore_environment else "random"
