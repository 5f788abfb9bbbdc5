"""Start the user's own kernel anew, in place and pinned: "Restart pinned" of the panel, ``%nbrepro restart-pinned``.

The process re-executes itself with the pinned environment. It keeps its number and its connection file, so that the
server and every front end stay connected; all variables are lost, as with any restart.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping

from nbrepro.errors import RunError
from nbrepro.pinning.pins import pinned_environment, usable_cores

EXTENSION = "--ext=nbrepro"
_REPLY_FIRST = 0.3
_NOTEBOOK = "JPY_SESSION_NAME"
"""Which notebook the kernel runs; a fresh kernel of our own must not inherit it, but this one stays who it is."""


def restart_pinned(*, threads: int | None = None, own: Mapping[str, str] | None = None) -> None:
    """Replace this process by a pinned one, once the reply to the request that asks for it is out.

    Parameters
    ----------
    threads:
        Of the numeric libraries; defaults to the cores that may be used.
    own:
        The project's own variables, on top of the pins.

    Raises
    ------
    RunError
        If this is no kernel that can be started anew by its own command line.
    """
    arguments = list(sys.orig_argv)
    if not any("ipykernel" in argument for argument in arguments):
        raise RunError("this kernel was not started by ipykernel: restart it from the menu")
    if EXTENSION not in arguments:
        arguments.append(EXTENSION)
    environment = keeping_its_notebook(os.environ, threads=threads or usable_cores(), own=own or {})

    def replace() -> None:
        time.sleep(_REPLY_FIRST)
        os.execve(sys.executable, arguments, environment)  # noqa: S606 - the same program with the same arguments

    threading.Thread(target=replace, name="nbrepro-restart", daemon=True).start()


def keeping_its_notebook(base: Mapping[str, str], *, threads: int, own: Mapping[str, str]) -> dict[str, str]:
    """Return ``base`` with the pins laid over it, for a kernel that a front end has started for a notebook."""
    told = {_NOTEBOOK: base[_NOTEBOOK]} if _NOTEBOOK in base else {}
    return pinned_environment(base, threads=threads, own={**told, **own})
