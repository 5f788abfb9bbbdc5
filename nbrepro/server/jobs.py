"""Jobs: one child process each, in a process group of its own, one at a time for a notebook.

The child reads its standard input: a line cancels it, and so does the end of it, which comes by itself when the
server dies, however it dies. So no job outlives its server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, cast, get_args

import msgspec

from nbrepro.errors import BusyError, UsageError
from nbrepro.records.panel import Job, JobKind

KEPT = 50
_TOLD_EVERY = 0.15
_GRACE = 15.0
_LINE_LIMIT = 16 * 1024 * 1024
_KINDS = frozenset(get_args(JobKind))
_FINAL = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a job is asked to do."""

    kind: JobKind
    path: str
    """As Jupyter's API names the notebook."""
    file: Path
    content: dict[str, Any] | None = None
    """The notebook as the editor holds it; ``None`` takes the saved one."""
    names: tuple[str, ...] = ()
    """Data files to restore; none stands for all that changed."""

    @classmethod
    def read(cls, data: dict[str, Any], file: Path) -> Request:
        """Read a request's body.

        Raises
        ------
        UsageError
            If it asks for something that is no job.
        """
        kind, content, names = data.get("kind"), data.get("content"), data.get("names", [])
        if kind not in _KINDS:
            raise UsageError(f"{kind!r} is no job: nbrepro knows {', '.join(sorted(_KINDS))}")
        if content is not None and not isinstance(content, dict):
            raise UsageError("the notebook's content must be a JSON object")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UsageError("names must be a list of paths")
        return cls(kind=cast("JobKind", kind), path=str(data["path"]), file=file, content=content, names=tuple(names))


@dataclass(eq=False)
class _Running:
    job: Job
    file: Path
    clock: float = field(default_factory=time.monotonic)
    process: asyncio.subprocess.Process | None = None
    task: asyncio.Task[None] | None = None
    told: float = 0.0


class Jobs:
    """The jobs of one server.

    Parameters
    ----------
    tell:
        Takes each new state of a job.
    """

    def __init__(self, tell: Callable[[Job], None]) -> None:
        self._tell = tell
        self._jobs: dict[str, _Running] = {}

    def all(self) -> list[Job]:
        """Return all jobs that are known, oldest first."""
        return [self._current(running) for running in self._jobs.values()]

    def latest(self, path: object) -> Job | None:
        """Return the latest job of a notebook, by its path in Jupyter's API."""
        return next((self._current(r) for r in reversed(self._jobs.values()) if r.job.path == path), None)

    async def start(self, request: Request) -> Job:
        """Start a job.

        Raises
        ------
        BusyError
            If one is running for this notebook.
        """
        if any(r.file == request.file and r.job.state == "running" for r in self._jobs.values()):
            raise BusyError("a job is running for this notebook: wait until it has ended, or cancel it")
        started = datetime.now(timezone.utc).isoformat(timespec="seconds")
        job = Job(id=uuid.uuid4().hex, kind=request.kind, path=request.path, state="running", started=started)
        running = self._jobs[job.id] = _Running(job=job, file=request.file)
        self._forget()
        running.task = asyncio.get_running_loop().create_task(self._run(running, request))
        self._say(running)
        return job

    async def cancel(self, identity: str) -> Job | None:
        """Ask a job to end; it is gone, with its kernel, a moment later."""
        running = self._jobs.get(identity)
        if running is None:
            return None
        if running.job.state == "running" and not running.job.cancelling:
            self._update(running, cancelling=True)
            self._hang_up(running)
            asyncio.get_running_loop().create_task(self._insist(running))
        return self._current(running)

    async def close(self) -> None:
        """End all jobs and wait until they are gone."""
        for running in self._jobs.values():
            self._hang_up(running)
        for running in list(self._jobs.values()):
            if running.task is not None and not running.task.done():
                await self._insist(running)
                with contextlib.suppress(asyncio.CancelledError):
                    await running.task

    async def _run(self, running: _Running, request: Request) -> None:
        tail = b""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "nbrepro.server.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                cwd=request.file.parent,
                limit=_LINE_LIMIT,
            )
            running.process = process
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            errors = asyncio.get_running_loop().create_task(process.stderr.read())
            process.stdin.write(_order(request))
            with contextlib.suppress(ConnectionError):
                await process.stdin.drain()
            if running.job.cancelling:
                self._hang_up(running)
            while line := await process.stdout.readline():
                self._heard(running, line)
            tail = await errors
            await process.wait()
        except OSError as fault:
            self._end(running, "failed", f"the job could not be started ({fault.strerror}): try again")
        finally:
            if running.process is not None:
                _kill(running.process)
        if running.job.state == "running":
            self._died(running, tail)

    def _heard(self, running: _Running, line: bytes) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            return
        if not isinstance(said, dict):
            return
        final = said.pop("state", None)
        known = {key: value for key, value in said.items() if key in Job.__struct_fields__}
        running.job = msgspec.structs.replace(running.job, **known)
        if final in _FINAL:
            self._end(running, final, running.job.message)
        elif time.monotonic() - running.told > _TOLD_EVERY or said.get("done") == said.get("total"):
            self._say(running)

    def _died(self, running: _Running, tail: bytes) -> None:
        if running.job.cancelling:
            self._end(running, "cancelled", "cancelled: the record and the history are as they were")
            return
        lines = tail.decode(errors="replace").strip().splitlines()
        last = lines[-1][:300] if lines else "it wrote nothing"
        self._end(running, "failed", f"the job ended without an answer: {last}")

    def _end(self, running: _Running, state: Any, message: str | None) -> None:
        self._update(running, state=state, message=message, elapsed=time.monotonic() - running.clock)

    def _update(self, running: _Running, **changes: Any) -> None:
        running.job = msgspec.structs.replace(running.job, **changes)
        self._say(running)

    def _say(self, running: _Running) -> None:
        running.told = time.monotonic()
        self._tell(self._current(running))

    def _current(self, running: _Running) -> Job:
        if running.job.state != "running":
            return running.job
        return msgspec.structs.replace(running.job, elapsed=round(time.monotonic() - running.clock, 2))

    def _hang_up(self, running: _Running) -> None:
        if running.process is not None and running.process.stdin is not None:
            running.process.stdin.close()

    async def _insist(self, running: _Running) -> None:
        """Wait for a child that was told to end; kill it if it does not."""
        if running.task is None:
            return
        await asyncio.wait([running.task], timeout=_GRACE)
        if not running.task.done() and running.process is not None:
            _kill(running.process)

    def _forget(self) -> None:
        ended = [identity for identity, running in self._jobs.items() if running.job.state in _FINAL]
        for identity in ended[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[identity]


def _order(request: Request) -> bytes:
    order = {
        "kind": request.kind,
        "file": str(request.file),
        "content": request.content,
        "names": list(request.names),
    }
    return json.dumps(order).encode() + b"\n"


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill what is left of the child's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        elif process.returncode is None:
            process.kill()
