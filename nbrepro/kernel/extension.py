"""``%load_ext nbrepro``: the session of this kernel, from load to unload."""

from __future__ import annotations

import os
from typing import Any

from nbrepro.kernel import magics
from nbrepro.kernel.recorder import Recorded
from nbrepro.kernel.session import Session

_sessions: list[Session] = []
"""The session of this kernel; empty while the extension is not loaded."""
_fork_watched: list[bool] = []
_recorded = [Recorded()]
"""How far the last session came."""


def load(shell: Any) -> None:
    """Start the session; while one runs, only the line is printed again."""
    if _sessions:
        print(greeting(_sessions[0]))  # noqa: T201 - the one line that the user sees
        return
    try:
        session = Session(shell, after=_recorded[-1])
        session.start()
        magics.register(shell, session, unload)
    except Exception as fault:
        print(f"nbrepro cannot record here ({fault}); the notebook runs as without it")  # noqa: T201 - as above
        return
    _sessions.append(session)
    if not _fork_watched:
        _fork_watched.append(True)
        os.register_at_fork(after_in_child=_after_fork)
    if session.loaded_in_cell or not session.launch.headless:
        print(greeting(session))  # noqa: T201 - as above


def unload(shell: Any) -> None:
    """End the session and put everything back; without one, nothing happens."""
    if not _sessions:
        return
    session = _sessions.pop()
    session.stop()
    _recorded[:] = [session.recorder.recorded]
    magics.unregister(shell)


def finish() -> None:
    """Write the full fingerprint to the journal; the executor calls this after the last cell."""
    if _sessions:
        _sessions[0].finish()


def current() -> Session | None:
    """Return the session of this kernel, if the extension is loaded."""
    return _sessions[0] if _sessions else None


def greeting(session: Session) -> str:
    """Return the line that is printed at load.

    It lands in the notebook's outputs, so it is the same in every run: interactive, headless, loaded again.
    """
    return f"nbrepro: recording, seed {session.seeding.seed} (`%nbrepro status` tells more)"


def _after_fork() -> None:
    for session in _sessions:
        session.abandon()
