"""The versions of names, from execution to execution."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from nbrepro.kernel.live.names import CellNames, cell_names, effects
from nbrepro.kernel.live.values import Budget, Walk, walk
from nbrepro.kernel.live.versions import Execution, Version

_MAX_EXECUTIONS = 2000
_MAX_OF_A_SOURCE = 8
_MAX_NAMES = 5000
_MAX_SHARES = 4000
_INSTALLED = (sys.base_prefix + os.sep, sys.prefix + os.sep)
_DIRECTORY = "<working directory>"


def pseudo(kind: str, what: str) -> str:
    """Return how something that is no name stands among the names: ``<random numpy>``, ``<file /data.csv>``."""
    return f"<{kind} {what}>"


@dataclass(kw_only=True, slots=True)
class Ran:
    """What is known of an execution beside its names."""

    source: str
    source_digest: str
    cell_id: str | None = None
    finished: bool = True
    interrupted: bool = False
    outputs: tuple[str, ...] | None = None
    random_before: Mapping[str, str] = field(default_factory=dict)
    random_after: Mapping[str, str] = field(default_factory=dict)
    files_read: Iterable[str] = ()
    files_written: Iterable[str] = ()


@dataclass(slots=True)
class Before:
    """The namespace before a cell."""

    identities: dict[str, int]
    directory: str
    alone: bool


class History:
    """Follows a namespace from cell to cell.

    Parameters
    ----------
    namespace:
        The notebook's own.
    hidden:
        What IPython itself has put there.
    budget:
        Makes what the digests of one cell may cost.
    random:
        Digests of the global generators' states at the start.
    """

    def __init__(
        self,
        namespace: dict[str, Any],
        hidden: Mapping[str, Any],
        *,
        budget: Callable[[], Budget] = Budget,
        random: Mapping[str, str] | None = None,
    ) -> None:
        self._namespace = namespace
        self._hidden = hidden
        self._budget = budget
        self._walks: dict[str, Walk] = {}
        self._identities: dict[str, int] = {}
        self._trail = 0
        self._running = 0
        self._count = 0
        self._first_random: dict[str, Version] = {}
        self._executions: dict[int, Execution] = {}
        self._by_source: dict[str, list[Execution]] = {}
        self.current: dict[str, Version] = {}
        for name, value in (random or {}).items():
            self._random_is(name, value, 0)
        for name, value in namespace.copy().items():
            if self._counts(name):
                self._identities[name] = id(value)
                self.current[name] = Version(name=name)

    @property
    def executions(self) -> tuple[Execution, ...]:
        """The executions so far, oldest first."""
        return tuple(self._executions.copy().values())

    def start(self) -> dict[str, Version]:
        """Return what a run from the top starts with: the first generators' states, and the files as they are now."""
        return {
            **self._first_random,
            **{name: version for name, version in self.current.copy().items() if name.startswith("<file ")},
        }

    def _random_is(self, library: str, state: str, maker: int) -> Version:
        name = pseudo("random", library)
        version = Version(name=name, maker=maker, value=state.encode(), mutable=False)
        self.current[name] = version
        if maker == 0:
            self._first_random[name] = version
        return version

    def before(self) -> Before:
        """Look at the namespace before a cell; what changed since the last one is nobody's."""
        now = self._namespace.copy()
        identities = {name: id(value) for name, value in now.items()}
        if self._running == 0:
            for name in identities.keys() | self._identities.keys():
                if identities.get(name) != self._identities.get(name) and self._counts(name):
                    self._walks.pop(name, None)
                    if name in identities:
                        self.current[name] = Version(name=name, maker=-1)
                    else:
                        self.current.pop(name, None)
            self._identities = identities
        self._running += 1
        return Before(identities, os.getcwd(), self._running == 1)  # noqa: PTH109 - a text, and cheap

    def after(self, before: Before, ran: Ran) -> Execution:
        """Take the namespace after a cell in, and return what the cell read and made."""
        self._running = max(self._running - 1, 0)
        self._count += 1
        step = _Step(self, before, ran)
        execution = step.execution(self._count, self._trail)
        self._trail = next_trail(self._trail, ran.source)
        for name, version in execution.writes.items():
            if version is None:
                self.current.pop(name, None)
                self._walks.pop(name, None)
            else:
                self.current[name] = version
        self._identities = step.identities
        self._keep(execution)
        return execution

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
        if any(version is not None and len(version.shares) > _MAX_SHARES for version in self.current.values()):
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

    def _counts(self, name: str) -> bool:
        if name.startswith("_") and _is_history(name):
            return False
        return name not in self._hidden or self._namespace.get(name) is not self._hidden[name]


def next_trail(trail: int, source: str) -> int:
    """Return what stands for the sources that ran so far, one more included; what does nothing counts for nothing."""
    return trail if cell_names(source).trivial else hash((trail, source.strip()))


def _installed(module: ModuleType) -> bool:
    file = ModuleType.__getattribute__(module, "__dict__").get("__file__")
    return not isinstance(file, str) or file.startswith(_INSTALLED) or f"{os.sep}site-packages{os.sep}" in file


def _is_history(name: str) -> bool:
    rest = name.strip("_i")
    return not rest or rest.isdecimal() or name.startswith("__") or name in {"_oh", "_dh", "_ih", "_exit_code"}


class _Step:
    """What one execution did, by what the namespace shows before and after."""

    def __init__(self, history: History, before: Before, ran: Ran) -> None:
        self._history = history
        self._before = before
        self._ran = ran
        self._names: CellNames = cell_names(ran.source)
        self._now = history._namespace.copy()  # noqa: SLF001 - its other half
        self.identities = {name: id(value) for name, value in self._now.items()}
        self._old = history._walks  # noqa: SLF001 - as above
        self._new: dict[str, Walk] = {}
        self._spent = history._budget()  # noqa: SLF001 - as above
        self._all = self._names.opaque or not before.alone
        self._seeds = self._names.seeds or self._all
        self._stored: set[str] = set()
        self._reads: set[str] = set()
        self._versions: dict[str, Version | None] = {}
        self._inplace: dict[str, Version | None] = {}

    def execution(self, number: int, trail: int) -> Execution:
        """Return the execution, and leave the history's walks as they are now."""
        current = self._history.current
        self._follow_loads()
        changed = {name for name in self._differing() if self._history._counts(name)}  # noqa: SLF001 - as above
        everything = {name for name in self._now if self._history._counts(name)} if self._all else set()  # noqa: SLF001
        self._reads |= everything
        touched = (self._reads | self._stored | changed | everything) & self._now.keys()
        touched = {name for name in touched if self._history._counts(name)}  # noqa: SLF001 - as above
        for name in touched:
            self._look(name)
        touched |= self._relatives(touched)
        self._bind(touched, changed, number)
        self._change(touched, number)
        reads = {name: current.get(name) for name in sorted(self._reads)}
        self._outside(reads, number)
        self._share()
        self._old.update(self._new)
        return Execution(
            number=number,
            source=self._ran.source,
            source_digest=self._ran.source_digest,
            cell_id=self._ran.cell_id,
            finished=self._ran.finished,
            interrupted=self._ran.interrupted,
            reads=reads,
            reads_all=self._all,
            writes=self._versions,
            inplace=self._inplace,
            kept=frozenset(
                version.serial
                for name in touched - self._versions.keys()
                if (version := current.get(name)) is not None and self._new[name].ids
            ),
            history=trail if self._names.history or self._all else None,
            outputs=self._ran.outputs,
        )

    def _differing(self) -> Iterable[str]:
        before, now = self._before.identities, self.identities
        return [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]

    def _look(self, name: str) -> Walk:
        found = self._new.get(name)
        if found is None:
            if len(self._new) > _MAX_NAMES:
                return Walk(b"", strong=False, complete=False)
            found = walk(self._now[name], self._spent, self._history._namespace)  # noqa: SLF001 - its other half
            self._new[name] = found
        return found

    def _follow_loads(self) -> None:
        """Find what the cell depends on: what it looks up, and what functions that it looks up look up in turn."""
        names = self._names
        self._stored |= names.stores | names.deletes
        for name, bound in names.loads.items():
            if name not in bound:
                self._reads.add(name)
            self._follow_functions(name, bound)

    def _follow_functions(self, name: str, bound: frozenset[str]) -> None:
        pending, seen = [name], {name}
        while pending:
            reached = self._reached(pending.pop())
            self._reads |= reached - bound
            pending.extend(reached - seen)
            seen |= reached

    def _reached(self, name: str) -> frozenset[str]:
        walks = [self._old.get(name)] + ([self._look(name)] if name in self._now else [])
        reached = set(self._names.defs.get(name, ()))
        for one in walks:
            if one is not None:
                reached |= one.loads | one.stores
                self._stored |= one.stores
                self._all = self._all or one.reaches_all
                self._seeds = self._seeds or one.seeds or one.reaches_all
        return frozenset(reached)

    def _relatives(self, touched: set[str]) -> set[str]:
        """Look at the names that share an object with what the cell touched."""
        ids: set[int] = set()
        for name in touched:
            ids |= self._new[name].ids
            if name in self._old:
                ids |= self._old[name].ids
        blurred = any(not self._new[name].complete and not self._new[name].opaque for name in touched)
        found = {
            name
            for name, one in self._old.items()
            if name not in touched and name in self._now and one.ids and (blurred or not ids.isdisjoint(one.ids))
        }
        for name in found:
            self._look(name)
        return found

    def _bind(self, touched: set[str], changed: set[str], number: int) -> None:
        """Make versions of the names that were bound, and of those that may have been."""
        sure = self._names.sure if self._ran.finished else frozenset()
        for name in touched:
            if name in sure or name in changed:
                self._make(name, number)
            elif name in self._stored:
                self._make(name, number)
                self._reads.add(name)  # perhaps it was not bound, and holds what it held
        for name in changed | self._stored:
            if name not in self._now and (name in self._history.current or name in changed):
                self._versions[name] = None
                if name not in changed:
                    self._reads.add(name)

    def _change(self, touched: set[str], number: int) -> None:
        """Make versions of the names whose object was changed in place."""
        risky: frozenset[str] | None = None
        blurred = set()
        for name in touched - self._versions.keys():
            old, new = self._old.get(name), self._new[name]
            if not new.ids and old is not None and old.mark == new.mark:
                continue
            if old is None or old.mark != new.mark:
                if new.ids or old is not None or self._history.current.get(name) is None:
                    self._make_inplace(name, number)
                elif name in self._history.current:
                    self._see(name, new)
            elif not new.complete:
                risky = effects(self._ran.source).risky if risky is None else risky
                direct = name in self._names.loads
                if (new.opaque and direct) or (direct and name in risky) or (not direct and name in self._reads):
                    self._make_inplace(name, number)
                else:
                    blurred.add(name)
        self._spread(blurred, number)
        for name in self._changed_modules() - self._versions.keys():
            self._make_inplace(name, number).value = None  # its settings are not seen

    def _changed_modules(self) -> set[str]:
        """Return the modules that may have changed: a library's where something is set, one's own where one is called."""  # noqa: E501
        modules = [name for name in self._names.loads if name in self._new and type(self._now[name]) is ModuleType]
        if not modules:
            return set()
        does = effects(self._ran.source)
        return {name for name in modules if name in (does.settings if _installed(self._now[name]) else does.risky)}

    def _spread(self, blurred: set[str], number: int) -> None:
        """What cannot be seen in full may have changed with what shares an object with it."""
        pending = set(self._inplace)
        while pending:
            ids: set[int] = set()
            for name in pending:
                ids |= self._new[name].ids
            pending = {name for name in blurred if not ids.isdisjoint(self._new[name].ids)}
            blurred -= pending
            for name in pending:
                self._make_inplace(name, number)

    def _see(self, name: str, seen: Walk) -> None:
        """A value from before the first look that nothing can change in place: only now it is known."""
        version = self._history.current[name]
        version.value, version.mutable = seen.mark if seen.strong else None, bool(seen.ids)

    def _make_inplace(self, name: str, number: int) -> Version:
        self._inplace[name] = self._history.current.get(name)
        return self._make(name, number)

    def _make(self, name: str, number: int) -> Version:
        seen = self._look(name)
        version = Version(
            name=name,
            maker=number,
            value=seen.mark if seen.strong else None,
            mutable=bool(seen.ids) or not seen.strong,
            fragile=seen.opaque or seen.active,
            reaches=seen.loads | seen.stores,
            reaches_all=seen.reaches_all,
        )
        self._versions[name] = version
        return version

    def _share(self) -> None:
        """Note which versions hold parts of the same objects."""
        held = {name: one.ids for name, one in {**self._old, **self._new}.items() if one.ids and name in self._now}
        for name, version in self._versions.items():
            ids = held.get(name)
            if version is None or ids is None:
                continue
            for other, others in held.items():
                if other == name or ids.isdisjoint(others):
                    continue
                related = self._versions.get(other) or self._history.current.get(other)
                if related is not None:
                    version.shares.add(related.serial)
                    related.shares.add(version.serial)

    def _outside(self, reads: dict[str, Version | None], number: int) -> None:
        """Take in what is no name: the generators' states, the files, the working directory."""
        history, ran = self._history, self._ran
        for library, state in ran.random_after.items():
            name = pseudo("random", library)
            earlier = ran.random_before.get(library)
            if earlier == state and not self._seeds:  # nothing was drawn
                continue
            known = history.current.get(name)
            if earlier is not None and (known is None or known.value != earlier.encode()):
                known = history._random_is(library, earlier, -1)  # noqa: SLF001 - its other half
            reads[name] = known if earlier is not None else None
            self._versions[name] = Version(name=name, maker=number, value=state.encode(), mutable=False)
        written = {pseudo("file", path) for path in ran.files_written}
        read = {pseudo("file", path) for path in ran.files_read} | (written if self._names.appends else set())
        for name in read:
            reads[name] = history.current.get(name)
        for name in written:
            self._versions[name] = Version(name=name, maker=number)
        directory = os.getcwd()  # noqa: PTH109 - as above
        if directory != self._before.directory:
            self._versions[_DIRECTORY] = Version(name=_DIRECTORY, maker=number, value=directory.encode(), mutable=False)
        if read or written:
            reads[_DIRECTORY] = history.current.get(_DIRECTORY)


def live_names(execution: Execution) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names that a cell depended on and those it bound or changed, for its record."""
    reads: Sequence[str] = [name for name, version in execution.reads.items() if version is not None]
    return (
        tuple(name for name in reads if not name.startswith("<")),
        tuple(sorted(name for name in execution.writes if not name.startswith("<"))),
    )
