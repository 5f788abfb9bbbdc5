"""The interpreter."""

from __future__ import annotations

import platform

from nbrepro.records import Python


def read() -> Python:
    """Return version, implementation and build of the running interpreter."""
    build = " ".join((*platform.python_build(), platform.python_compiler()))
    return Python(
        version=platform.python_version(),
        implementation=platform.python_implementation(),
        build=" ".join(build.split()),
    )
