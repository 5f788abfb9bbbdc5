"""What of the notebook's may be at work beside the running cell: threads and tasks that cells have started."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

_POOLS = ("concurrent.futures.thread", "multiprocessing.pool")
_LOOPS = "asyncio_"


def at_work(namespace: dict[str, Any], *, but: threading.Thread | None = None) -> bool:
    """Whether a thread or a task runs the notebook's functions, or may run them, beside the thread ``but``."""
    threads = threading._active.values()  # type: ignore[attr-defined]  # noqa: SLF001 - enumerate() waits for a lock
    return any(one is not but and _may_run(one, namespace) for one in list(threads)) or _tasks(namespace)


def _may_run(thread: threading.Thread, namespace: dict[str, Any]) -> bool:
    kind = type(thread)
    target = thread.__dict__.get("_target")
    if kind not in (threading.Thread, threading.Timer):
        return kind.__dict__.get("__module__") == "__main__"
    function = thread.__dict__.get("function", target) if kind is threading.Timer else target
    function = getattr(function, "__func__", function) if type(function) is _METHOD else function
    if type(function) is not _FUNCTION:
        return function is not None
    if function.__module__ in _POOLS:
        return not thread.name.startswith(_LOOPS)
    return function.__globals__ is namespace


_FUNCTION = type(at_work)
_METHOD = type(threading.Event().wait)


def _tasks(namespace: dict[str, Any]) -> bool:
    if "asyncio" not in sys.modules:
        return False
    try:
        tasks = asyncio.all_tasks(_loop())
    except RuntimeError:
        return False
    return any(_is_notebooks(task, namespace) for task in tasks)


def _loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        from IPython.core.async_helpers import get_asyncio_loop

        return get_asyncio_loop()  # type: ignore[no-any-return]


def _is_notebooks(task: asyncio.Task[Any], namespace: dict[str, Any]) -> bool:
    frame = getattr(task.get_coro(), "cr_frame", None)
    return frame is not None and frame.f_globals is namespace and frame.f_code.co_name != "<module>"
