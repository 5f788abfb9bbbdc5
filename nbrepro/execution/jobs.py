"""Several notebooks at once on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from nbrepro.errors import NbreproError
from nbrepro.execution.requests import Run, RunRequest
from nbrepro.execution.run import run_notebook

Result = Run | NbreproError
"""A run, or why there is none."""


def run_many(
    requests: Sequence[RunRequest],
    *,
    jobs: int = 1,
    on_start: Callable[[int], None] | None = None,
    on_done: Callable[[int, Result], None] | None = None,
) -> Generator[Result, None, None]:
    """Run notebooks ``jobs`` at a time and yield their results in the order of the requests.

    Ctrl-C, or closing the iterator, cancels those that run and those that wait, and returns only when all kernels
    are gone. After Ctrl-C the rest is still yielded, each with the problem ``interrupted``, so that what was
    done by then is not lost.

    Parameters
    ----------
    requests:
        What to run. Their own ``cancelled`` is respected as well.
    jobs:
        Kernels at a time.
    on_start, on_done:
        Called with the position of a request, in the thread that runs it; ``on_done`` in the order of completion.
    """
    events = [request.cancelled or threading.Event() for request in requests]

    def work(position: int) -> Result:
        if on_start is not None:
            on_start(position)
        result = _result(replace(requests[position], cancelled=events[position]))
        if on_done is not None:
            on_done(position, result)
        return result

    pool = ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="nbrepro-job")
    futures: list[Future[Result]] = []
    try:
        futures += [pool.submit(work, position) for position in range(len(requests))]
        for future in futures:
            yield _await(future, events)
    finally:
        for event, future in zip(events, futures, strict=False):
            if not future.done():
                event.set()
        pool.shutdown(wait=True)


def _result(request: RunRequest) -> Result:
    try:
        return run_notebook(request)
    except NbreproError as fault:
        return fault


def _await(future: Future[Result], events: list[threading.Event]) -> Result:
    """Wait for a result; Ctrl-C cancels all runs, and the wait goes on until this one has ended."""
    while True:
        try:
            return future.result()
        except KeyboardInterrupt:  # noqa: PERF203 - few turns
            for event in events:
                event.set()
