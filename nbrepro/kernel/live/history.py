"""The versions of names, from execution to execution."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbrepro.kernel.live.background import at_work
from nbrepro.kernel.live.directory import working_directory
from nbrepro.kernel.live.names import cell_names
from nbrepro.kernel.live.namespace import KnownObjects, NotebookNames, differing
from nbrepro.kernel.live.namespace import identities as identities_of
from nbrepro.kernel.live.outside import NO_SETTINGS, SETTINGS, Files, pseudo
from nbrepro.kernel.live.step import Step
from nbrepro.kernel.live.versions import Execution, Ran, Version
from nbrepro.kernel.live.walk import Budget, walk

_MAX_EXECUTIONS = 2000
_MAX_OF_A_SOURCE = 8
_MAX_SHARES = 4000
_AT_WORK = "something that a cell has started was still at work"


@dataclass(slots=True)
class Before:
    """The namespace before a cell."""

    identities: dict[str, int]
    directory: str
    alone: bool
    at_work: bool
    began: float
    """By the monotonic clock."""


class History:
    """Follows a namespace from cell to cell.

    Parameters
    ----------
    namespace:
        The notebook's own.
    hidden:
        What IPython itself has put there.
    budget:
        What the digests of one cell may cost.
    random:
        Digests of the global generators' states at the start.
    """

    def __init__(
        self,
        namespace: dict[str, Any],
        hidden: Mapping[str, Any],
        *,
        budget: Budget | None = None,
        random: Mapping[str, str] | None = None,
    ) -> None:
        self._namespace = namespace
        self._budget = budget or Budget()
        self.names = NotebookNames(namespace, hidden)
        self.objects = KnownObjects()
        self.current: dict[str, Version] = {SETTINGS: Version(name=SETTINGS, value=NO_SETTINGS, mutable=False)}
        self.files = Files(self.current)
        self._first: dict[str, Version] = {SETTINGS: self.current[SETTINGS]}
        self._directory = working_directory()
        self._at_work = False
        self._trail = 0
        self._running = 0
        self._count = 0
        self._executions: dict[int, Execution] = {}
        self._by_source: dict[str, list[Execution]] = {}
        for library, state in (random or {}).items():
            self.random_is(library, state, 0)
        self._identities = identities_of(self.names.objects())
        for name in self._identities:
            self.current[name] = Version(name=name)

    @property
    def executions(self) -> tuple[Execution, ...]:
        """The executions so far, oldest first."""
        return tuple(self._executions.copy().values())

    def start(self) -> dict[str, Version | None]:
        """Return what a run from the top starts with: generators, settings, and the files as they are now."""
        return {**self._first, **self.files.now()}

    def random_is(self, library: str, state: str, maker: int) -> Version:
        """Note a generator's state that a cell finds."""
        name = pseudo("random", library)
        version = self.current[name] = Version(name=name, maker=maker, value=state.encode(), mutable=False)
        if maker == 0:
            self._first[name] = version
        return version

    def before(self, source: str) -> Before:
        """Look at the namespace before a cell; what changed since the last one is nobody's."""
        objects = self.names.objects()
        identities = identities_of(objects)
        if self._running == 0:
            self._notice(objects, identities, source)
        self._running += 1
        return Before(identities, self._directory, self._running == 1, self._at_work, time.monotonic())

    def begun_with(self, identities: Mapping[str, int], directory: str, ran: Ran) -> None:
        """Take in a first cell, at whose beginning the names held these objects."""
        own = {name: identities[name] for name in self._identities if name in identities}
        self._running += 1
        self.after(Before(own, directory, alone=True, at_work=False, began=-math.inf), ran)

    def _notice(self, objects: dict[str, Any], identities: dict[str, int], source: str) -> None:
        for name in differing(self._identities, identities):
            self.objects.drop(name)
            self.current.pop(name, None)
            if name in identities:
                self.current[name] = Version(name=name, maker=-1)
        self._identities = identities
        allowance = self._budget.begin()
        for name in self._used(source) & identities.keys():
            old = self.objects.get(name)
            if old is None or not old.ids or not old.complete:
                continue
            seen = walk(objects[name], allowance, self._namespace)
            if seen.mark != old.mark:  # a callback, a thread, a task
                self.objects.put(name, seen)
                version = Version(name=name, maker=-1)
                version.shares |= self.current[name].shares if name in self.current else set()
                self.current[name] = version

    def _used(self, source: str) -> set[str]:
        """Return the names that a source uses, and those that functions behind them use in turn."""
        pending = list(cell_names(source).loads)
        found = set(pending)
        while pending:
            seen = self.objects.get(pending.pop())
            if seen is not None:
                pending.extend(seen.loads - found)
                found |= seen.loads
        return found

    def after(self, before: Before, ran: Ran) -> Execution:
        """Take the namespace after a cell in, and return what the cell read and made."""
        self._running = max(self._running - 1, 0)
        self._count += 1
        objects = self.names.objects()
        identities = identities_of(objects)
        step = Step(
            ran,
            number=self._count,
            trail=self._trail,
            objects=objects,
            identities=identities,
            before=before.identities,
            alone=before.alone,
            known=self.objects,
            current=self.current,
            look=self._looker(objects),
            is_shells=self.names.is_shells,
        )
        step.names_touched()
        step.outside(self, before.directory, time.monotonic() - before.began)
        self._directory = step.directory
        self._at_work = at_work(self._namespace, but=threading.current_thread())
        execution = step.execution(_AT_WORK if before.at_work or self._at_work else "")
        self._trail = next_trail(self._trail, ran.source)
        for name, version in execution.writes.items():
            if version is None:
                self.current.pop(name, None)
                self.objects.drop(name)
            else:
                self.current[name] = version
        self._identities = identities
        self._keep(execution)
        return execution

    def _looker(self, objects: dict[str, Any]) -> Any:
        allowance = self._budget.begin()
        return lambda name: walk(objects[name], allowance, self._namespace)

    def _keep(self, execution: Execution) -> None:
        same = self._by_source.setdefault(execution.source_digest, [])
        if len(same) >= _MAX_OF_A_SOURCE:
            self._executions.pop(same.pop(1).number)  # the first is the likeliest witness of a run from the top
        elif len(self._executions) >= _MAX_EXECUTIONS:
            oldest = self._executions.pop(next(iter(self._executions)))
            self._by_source[oldest.source_digest].remove(oldest)
            if not self._by_source[oldest.source_digest]:
                del self._by_source[oldest.source_digest]
        same.append(execution)
        self._executions[execution.number] = execution
        if any(version is not None and len(version.shares) > _MAX_SHARES for version in execution.writes.values()):
            self._forget_shares()

    def _forget_shares(self) -> None:
        kept = [*self._executions.values()]
        versions = [
            version for one in kept for held in (one.reads, one.writes, one.inplace) for version in held.values()
        ]
        alive = {version.serial for version in (*versions, *self.current.values()) if version is not None}
        for version in (*versions, *self.current.values()):
            if version is not None:
                version.shares &= alive


def next_trail(trail: int, source: str) -> int:
    """Return what stands for the sources that ran so far, one more included; what does nothing counts for nothing."""
    return trail if cell_names(source).trivial else hash((trail, source.strip()))


def live_names(execution: Execution) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names that a cell depended on and those it bound or changed, for its record."""
    return (
        tuple(name for name, version in execution.reads.items() if version is not None and not name.startswith("<")),
        tuple(sorted(name for name in execution.writes if not name.startswith("<"))),
    )
