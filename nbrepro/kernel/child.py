"""``nbrepro`` as a child process of the kernel, its output shown as it comes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

_PATIENCE = 10.0
_FROM_THE_KERNEL = ("MPLBACKEND", "JPY_SESSION_NAME", "JPY_PARENT_PID", "JPY_INTERRUPT_EVENT", "PYTHONUNBUFFERED")
"""Variables that Jupyter and ipykernel set for this kernel alone."""


def run_command(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run ``python -m nbrepro`` with these arguments, print what it prints, and return its exit code.

    It has a process group of its own: a Ctrl-C in the notebook is passed on to it once, and it gets the time to
    stop its own kernels.
    """
    return stream([sys.executable, "-m", "nbrepro", *arguments], environ)


def stream(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command and print its lines as they come."""
    child_environ = {name: value for name, value in environ.items() if name not in _FROM_THE_KERNEL}
    child_environ["PYTHONUNBUFFERED"] = "1"
    process = subprocess.Popen(  # noqa: S603 - our own command
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=child_environ,
        start_new_session=True,
    )
    try:
        with contextlib.closing(process.stdout) as lines:  # type: ignore[type-var]  # it is a pipe
            for line in lines:  # type: ignore[union-attr]  # as above
                print(line, end="", flush=True)  # noqa: T201 - this is what the user asked for
        return process.wait()
    except BaseException:
        _stop(process)
        raise


def _stop(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
            return
