"""The child process of a job, ``python -m nbrepro.server.worker``: order on standard input, progress on output.

Whatever the work prints goes to standard error, so that only progress is on standard output. The end of standard
input, or any further line, is a Ctrl-C: kernels are ended, and the record stays as it was.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Say = Callable[..., None]


def main() -> int:
    """Do one job and return 0; what became of it is in the last line that was said."""
    say = _speaker()
    order = json.loads(_read_line() or b"{}")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a server that a script put in the background ignores it
    threading.Thread(target=_listen, daemon=True).start()
    try:
        outcome = _work(order, say)
    except KeyboardInterrupt:
        outcome = {"state": "cancelled", "message": "cancelled: the record and the history are as they were"}
    except Exception as fault:  # noqa: BLE001 - the panel is told in one sentence
        outcome = {"state": "failed", "message": _sentence(fault), "exit_code": getattr(fault, "exit_code", 70)}
    say(**outcome)
    return 0


def _speaker() -> Say:
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    lock = threading.Lock()

    def say(**fields: Any) -> None:
        with lock:
            channel.write(json.dumps(fields).encode() + b"\n")
            channel.flush()

    return say


def _read_line() -> bytes:
    """Read the order without a buffer, whose lock a thread that waits for more would hold for ever."""
    parts = []
    while part := os.read(0, 1 << 20):
        parts.append(part)
        if part.endswith(b"\n"):
            break
    return b"".join(parts)


def _listen() -> None:
    os.read(0, 1)
    while True:  # a Ctrl-C may hit code that swallows it
        os.kill(os.getpid(), signal.SIGINT)  # a real one: the main thread waits on a lock, which nothing else ends
        time.sleep(3)


def _sentence(fault: Exception) -> str:
    from nbrepro.errors import NbreproError  # noqa: PLC0415 - imports are part of the work

    return str(fault) if isinstance(fault, NbreproError) else f"internal error ({type(fault).__name__}: {fault})"


def _work(order: dict[str, Any], say: Say) -> dict[str, Any]:
    from nbrepro.config import project_root  # noqa: PLC0415 - as above
    from nbrepro.server import tasks  # noqa: PLC0415 - as above

    file = Path(order["file"])
    os.chdir(project_root(file))  # so that paths are told relative to the project
    return tasks.TASKS[order["kind"]](file, order, Teller(say))


class Teller:
    """Tells of the progress of the runs; see `nbrepro.check.Progress`."""

    def __init__(self, say: Say) -> None:
        self.say = say

    def start(self, names: Sequence[str]) -> None:
        """Nothing to tell: the notebook is known."""

    def advance(self, _index: int, done: int, total: int) -> None:
        """Tell how many cells are done."""
        self.say(done=done, total=total)


if __name__ == "__main__":
    sys.exit(main())
