"""``%nbrepro``: what a user asks of the session from a cell."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from nbrepro.config import Settings, load_settings
from nbrepro.errors import NbreproError
from nbrepro.kernel.child import run_command
from nbrepro.kernel.launch import checked_seed
from nbrepro.kernel.place import notebook_path
from nbrepro.kernel.session import Session
from nbrepro.kernel.status import account
from nbrepro.pinning.inplace import restart_pinned
from nbrepro.pinning.pins import unpinned

_NAME = "nbrepro"
_USAGE = "%nbrepro status | seed N | restart-pinned | record [path] | check [path] | off"
_ASK_FOR_PATH = "this kernel does not know its notebook's file: say which, as in `%nbrepro {verb} analysis.ipynb`"


class Restarting(Exception):  # noqa: N818 - what happens, and no fault
    """Ends the cell that asks for a restart, so that the kernel answers the cells queued behind it: as aborted."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback."""
        return [str(self)]


def register(shell: Any, session: Session, unload: Callable[[Any], None]) -> None:
    """Make ``%nbrepro`` known to the shell."""

    def nbrepro(line: str) -> None:
        _dispatch(shell, session, unload, line)

    nbrepro.__doc__ = f"Reproducibility of this notebook: {_USAGE}."
    shell.register_magic_function(nbrepro, "line", _NAME)


def unregister(shell: Any) -> None:
    """Take ``%nbrepro`` away."""
    shell.magics_manager.magics["line"].pop(_NAME, None)


def _dispatch(shell: Any, session: Session, unload: Callable[[Any], None], line: str) -> None:
    try:
        verb, *rest = shlex.split(line) or ["status"]
    except ValueError as fault:
        raise _usage_error(f"{fault}: {_USAGE}") from None
    if verb in ("record", "check"):
        _run_command(shell, session, verb, rest)
    elif verb == "seed":
        _seed(session, rest)
    elif verb == "restart-pinned" and not rest:
        _restart_pinned(session)
    elif verb == "status" and not rest:
        print(account(session, notebook_path(shell)))  # noqa: T201 - the answer to the user's question
    elif verb == "off" and not rest:
        _off(shell, unload)
    else:
        raise _usage_error(f"no such command: {line.strip()!r}; {_USAGE}")


def _seed(session: Session, rest: list[str]) -> None:
    if len(rest) != 1:
        raise _usage_error("say which seed, as in `%nbrepro seed 7`, or `%nbrepro seed random`")
    drawn = rest[0] == "random"
    try:
        seed = Settings(seed="random").seed_number() if drawn else checked_seed(rest[0])
    except ValueError as fault:
        raise _usage_error(str(fault)) from None
    session.seeding.reseed(seed, drawn=drawn)
    print(f"nbrepro: seed {seed} for {', '.join(session.seeding.seeded)}")  # noqa: T201 - as above


def _restart_pinned(session: Session) -> None:
    missing = unpinned(session.launch.environ)
    if not missing:  # or "Run all" of a notebook that says this would start anew for ever
        print("nbrepro: this kernel was started pinned; nothing to do")  # noqa: T201 - as above
        return
    try:
        settings = load_settings(session.launch.root)
        restart_pinned(threads=settings.threads or None, own=settings.environment)
    except NbreproError as fault:
        raise _usage_error(fault.message) from None
    told = f"the kernel starts anew with {', '.join(missing)} pinned; all variables are lost, run from the top"
    raise Restarting(f"nbrepro: {told}")


def _off(shell: Any, unload: Callable[[Any], None]) -> None:
    if shell.extension_manager.unload_extension(_NAME) == "not loaded":
        unload(shell)
    told = "switches and replaced functions are as they were before it was loaded; the generators stay seeded"
    print(f"nbrepro: off; {told}; `%load_ext nbrepro` starts it again")  # noqa: T201 - as above


def _run_command(shell: Any, session: Session, verb: str, rest: list[str]) -> None:
    if not rest:
        path = notebook_path(shell)
        if path is None:
            raise _usage_error(_ASK_FOR_PATH.format(verb=verb))
        rest = [str(path)]
    run_command([verb, *rest], session.launch.environ)


def _usage_error(message: str) -> Exception:
    """Return the exception that IPython shows as one line, without a traceback."""
    from IPython.core.error import UsageError

    return UsageError(message)  # type: ignore[no-any-return]
