"""Start the user's own kernel anew, in place and pinned: the panel's "Restart pinned".

The process re-executes itself with the pinned environment. It keeps its number and its connection file, so that the
server and every front end stay connected; all variables are lost, as with any restart.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from nbrepro.errors import RunError
from nbrepro.execution.pins import pinned_environment, usable_cores

_EXTENSION = "--ext=nbrepro"
_REPLY_FIRST = 0.3


def restart_pinned(*, threads: int | None = None) -> None:
    """Replace this process by a pinned one, once the reply to the request that asks for it is out.

    Raises
    ------
    RunError
        If this is no kernel that can be started anew by its own command line.
    """
    arguments = list(sys.orig_argv)
    if not any("ipykernel" in argument for argument in arguments):
        raise RunError("this kernel was not started by ipykernel: restart it from the menu")
    if _EXTENSION not in arguments:
        arguments.append(_EXTENSION)
    environment = pinned_environment(os.environ, threads=threads or usable_cores(), own={})

    def replace() -> None:
        time.sleep(_REPLY_FIRST)
        os.execve(sys.executable, arguments, environment)  # noqa: S606 - the same program with the same arguments

    threading.Thread(target=replace, name="nbrepro-restart", daemon=True).start()
