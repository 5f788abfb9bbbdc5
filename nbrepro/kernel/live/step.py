"""What one execution read and made, by what the source says and what the namespace shows before and after."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nbrepro.kernel.live.directory import DIRECTORY, working_directory
from nbrepro.kernel.live.names import CellNames, cell_names, effects
from nbrepro.kernel.live.namespace import KnownObjects, differing
from nbrepro.kernel.live.outside import (
    SETTINGS,
    THERE,
    SettingEntry,
    entry_of,
    pseudo,
    sets_outside,
    settings_after,
    without,
)
from nbrepro.kernel.live.reseeding import seeded_first
from nbrepro.kernel.live.versions import Execution, Ran, Version
from nbrepro.kernel.live.walk import UNSEEN, Walk

if TYPE_CHECKING:
    from nbrepro.kernel.live.history import History

_MAX_NAMES = 2000
_INSTALLED = (sys.base_prefix + os.sep, sys.prefix + os.sep)
_MAY_SET = re.compile(r"%run|environ|option|rcParams|setattr|modules|config|set_|filter|\.\w+\s*[-+*/|&]?=[^=]")
_LOOKS_BACK = "uses IPython's history of results"


class Step:
    """One execution, as it is taken in.

    Parameters
    ----------
    ran:
        What is known beside the names.
    number, trail:
        Its place, and what stands for the sources before it.
    objects, identities:
        The namespace after it, and the identities of what the notebook's names hold.
    before:
        These identities before it.
    alone:
        Whether no other cell ran at the same time.
    known, current:
        What is known of the names' objects, and their versions; ``known`` is brought up to date.
    look:
        Looks at the object of a name.
    is_shells:
        Tells names that hold IPython's history.
    """

    def __init__(
        self,
        ran: Ran,
        *,
        number: int,
        trail: int,
        objects: Mapping[str, Any],
        identities: Mapping[str, int],
        before: Mapping[str, int],
        alone: bool,
        known: KnownObjects,
        current: Mapping[str, Version],
        look: Callable[[str], Walk],
        is_shells: Callable[[str], bool],
    ) -> None:
        self._ran = ran
        self._number = number
        self._trail = trail
        self._objects = objects
        self._identities = identities
        self._changed = differing(before, identities)
        self._known = known
        self._current = current
        self._look_at = look
        self._is_shells = is_shells
        self._names: CellNames = cell_names(ran.source)
        self._all = self._names.opaque or not alone
        self._seeds = self._names.seeds or self._all
        self._sets = set(self._names.sets.names)
        self._stored = set(self._names.stores | self._names.deletes)
        self._looks_back = self._names.history
        self.directory = ""
        """The working directory after it."""
        self._new: dict[str, Walk] = {}
        self._read: set[str] = set()
        self._reads: dict[str, Version | None] = {}
        self._writes: dict[str, Version | None] = {}
        self._inplace: dict[str, Version | None] = {}
        self._kept: frozenset[int] = frozenset()
        self._replaces: frozenset[str] = frozenset()

    def names_touched(self) -> None:
        """Find the names that were read, bound, and changed in place."""
        self._follow_loads()
        everything = set(self._identities) if self._all else set()
        self._read |= everything
        touched = (self._read | self._stored | self._changed | everything) & self._identities.keys()
        for name in touched:
            self._look(name)
        touched |= self._relatives(touched)
        self._bind(touched)
        self._change(touched)
        self._reads = {name: self._current.get(name) for name in sorted(self._read)}
        self._kept = frozenset(
            version.serial
            for name in touched - self._writes.keys()
            if (version := self._current.get(name)) is not None and self._new[name].ids
        )
        for name in touched:
            if self._new[name] is not UNSEEN:
                self._known.put(name, self._new[name])
        self._share()

    def execution(self, at_work: str) -> Execution:
        """Return the execution; ``at_work`` says whether anything was at work beside it."""
        return Execution(
            number=self._number,
            source=self._ran.source,
            source_digest=self._ran.source_digest,
            cell_id=self._ran.cell_id,
            finished=self._ran.finished,
            interrupted=self._ran.interrupted,
            reads=self._reads,
            reads_all=self._all,
            writes=self._writes,
            inplace=self._inplace,
            kept=self._kept,
            replaces=self._replaces,
            unfollowed=_LOOKS_BACK if self._looks_back else at_work,
            history=self._trail if self._names.history or self._all else None,
            outputs=self._ran.outputs,
            chances=self._ran.chances,
            at=self._ran.at,
        )

    def _look(self, name: str) -> Walk:
        found = self._new.get(name)
        if found is None:
            found = self._look_at(name) if len(self._new) < _MAX_NAMES else UNSEEN
            self._new[name] = found
        return found

    def _follow_loads(self) -> None:
        """Find what the cell depends on: what it looks up, and what functions that it looks up look up in turn."""
        for name, bound in self._names.loads.items():
            if name not in bound:
                self._read.add(name)
            self._follow_functions(name, bound)
        history = {name for name in self._read if self._is_shells(name) and not name.startswith("__")}
        self._looks_back = self._looks_back or bool(history)
        self._read -= history

    def _follow_functions(self, name: str, bound: frozenset[str]) -> None:
        pending, seen = [name], {name}
        while pending:
            reached = self._reached(pending.pop())
            self._read |= reached - bound
            pending.extend(reached - seen)
            seen |= reached

    def _reached(self, name: str) -> frozenset[str]:
        walks = [self._known.get(name)] + ([self._look(name)] if name in self._identities else [])
        reached = set(self._names.defs.get(name, ()))
        for one in walks:
            if one is not None:
                reached |= one.loads | one.stores
                self._stored |= one.stores
                self._sets |= one.sets
                self._all = self._all or one.reaches_all
                self._seeds = self._seeds or one.seeds or one.reaches_all
        return frozenset(reached)

    def _relatives(self, touched: set[str]) -> set[str]:
        """Look at the names that share an object with what the cell touched."""
        ids: set[int] = set()
        whole = True
        for name in touched:
            new, old = self._new[name], self._known.get(name)
            whole = whole and new.whole
            ids |= new.ids if old is None or old.ids == new.ids else new.ids | old.ids
        found = self._known.sharing(ids) if whole else set(self._known.with_parts())
        found = (found - touched) & self._identities.keys()
        for name in found:
            self._look(name)
        return found

    def _bind(self, touched: set[str]) -> None:
        """Make versions of the names that were bound, and of those that may have been."""
        sure = self._names.sure if self._ran.finished else frozenset()
        for name in touched:
            if name in sure or name in self._changed:
                self._make(name)
            elif name in self._stored:
                self._make(name)
                self._read.add(name)  # perhaps it was not bound, and holds what it held
        for name in self._changed | self._stored:
            if name not in self._identities and (name in self._current or name in self._changed):
                self._writes[name] = None
                if name not in self._changed:
                    self._read.add(name)

    def _change(self, touched: set[str]) -> None:
        """Make versions of the names whose object was changed in place."""
        unseen = set()
        for name in touched - self._writes.keys():
            old, new = self._known.get(name), self._new[name]
            if not new.ids and old is not None and old.mark == new.mark:
                continue
            if old is None or old.mark != new.mark:
                self._differs(name, new, is_new=old is None)
            elif not new.complete:
                if self._may_have_changed(name, new):
                    self._make_inplace(name)
                else:
                    unseen.add(name)
        self._spread(unseen)
        for name in self._own_modules() - self._writes.keys():
            self._make_inplace(name).value = None  # what it holds is not seen

    def _differs(self, name: str, new: Walk, *, is_new: bool) -> None:
        version = self._current.get(name)
        if new.ids or not is_new or version is None:
            self._make_inplace(name)
        else:  # from before the first look, and nothing can change it in place: only now it is known
            version.value, version.mutable = new.mark if new.strong else None, bool(new.ids)

    def _may_have_changed(self, name: str, seen: Walk) -> bool:
        """Whether an object whose contents are not seen in full may hold others now."""
        if name not in self._names.loads:
            return name in self._read
        return seen.opaque or name in effects(self._ran.source).risky

    def _own_modules(self) -> set[str]:
        """Return the notebook's own modules in which something is called, and may have changed."""
        modules = {
            name
            for name in self._names.loads
            if name in self._new and type(self._objects[name]) is ModuleType and not _installed(self._objects[name])
        }
        return modules & effects(self._ran.source).risky if modules else modules

    def _spread(self, unseen: set[str]) -> None:
        """What cannot be seen in full may have changed with what shares an object with it."""
        pending = set(self._inplace)
        while pending and unseen:
            ids: set[int] = set()
            for name in pending:
                ids |= self._new[name].ids
            pending = {name for name in unseen if not ids.isdisjoint(self._new[name].ids)}
            unseen -= pending
            for name in pending:
                self._make_inplace(name)

    def _make_inplace(self, name: str) -> Version:
        self._inplace[name] = self._current.get(name)
        return self._make(name)

    def _make(self, name: str) -> Version:
        seen = self._look(name)
        version = Version(
            name=name,
            maker=self._number,
            value=seen.mark if seen.strong else None,
            mutable=bool(seen.ids) or not seen.strong,
            fragile=seen.opaque or seen.active,
            reaches=seen.loads | seen.stores,
            sets=seen.sets,
            reaches_all=seen.reaches_all,
        )
        self._writes[name] = version
        return version

    def _share(self) -> None:
        """Note which versions hold parts of the same objects."""
        for name, version in self._writes.items():
            seen = self._new.get(name)
            if version is None or seen is None or not seen.ids:
                continue
            for other in self._known.sharing(seen.ids) & self._identities.keys() - {name}:
                related = self._writes.get(other) or self._current.get(other)
                if related is not None:
                    version.shares.add(related.serial)
                    related.shares.add(version.serial)

    def outside(self, history: History, directory: str, seconds: float) -> None:
        """Take in what is no name: the generators' states, the files, the settings, the working directory."""
        self._draws(history)
        self._files(history, seconds)
        self._settings()
        now = self.directory = working_directory()
        if now != directory:
            self._writes[DIRECTORY] = Version(name=DIRECTORY, maker=self._number, value=now.encode(), mutable=False)

    def _draws(self, history: History) -> None:
        seeded = seeded_first(self._ran.source, self._objects) if self._seeds and self._ran.finished else ()
        for library, state in self._ran.random_after.items():
            name = pseudo("random", library)
            earlier = self._ran.random_before.get(library)
            if earlier == state and not self._seeds:  # nothing was drawn
                continue
            self._writes[name] = Version(name=name, maker=self._number, value=state.encode(), mutable=False)
            if library in seeded:  # however it stood before
                continue
            known = self._current.get(name)
            if earlier is not None and (known is None or known.value != earlier.encode()):
                known = history.random_is(library, earlier, -1)
            self._reads[name] = known if earlier is not None else None

    def _files(self, history: History, seconds: float) -> None:
        written = set(self._ran.files_written)
        read = set(self._ran.files_read) | (written if self._names.appends else set())
        new = any(history.files.is_new(path, seconds) for path in written)
        for path in read:
            self._reads[pseudo("file", path)] = history.files.read(path, rewritten=path in written)
        if self._names.asks_for_files or not self._ran.finished:
            self._reads[THERE] = self._current[THERE]
        if new or (self._names.moves_files and history.files.any_gone()):
            self._writes[THERE] = Version(name=THERE, maker=self._number, mutable=False)
        for path in written:
            self._writes[pseudo("file", path)] = history.files.written(path, self._number)
        if read or written:
            self._reads[DIRECTORY] = self._current.get(DIRECTORY)

    def _settings(self) -> None:
        settings = self._reads[SETTINGS] = self._current[SETTINGS]
        direct = {base for base in self._names.sets.names if self._is_outside(base)}
        hidden = self._all and _MAY_SET.search(self._ran.source) is not None
        called = any(self._is_outside(base) for base in self._sets - self._names.sets.names)
        if direct or hidden or called:
            known = not hidden and not called and self._names.sets.repeatable
            entries = self._entries(direct) if known else None
            self._replaces = frozenset(entry.key for entry in (entries or ()) if self._names.sets_first)
            self._reads[SETTINGS] = without(settings, self._replaces)
            self._writes[SETTINGS] = settings_after(settings, self._number, entries)

    def _is_outside(self, base: str) -> bool:
        return sets_outside((base,), self._objects, self._identities)

    def _entries(self, bases: set[str]) -> list[SettingEntry] | None:
        """Return what the cell's statements have set; ``None`` where it is not known."""
        statements = [one for one in self._names.statements if one.base in bases]
        if self._ran.finished is False or bases - {one.base for one in statements}:
            return None
        found = [entry_of(one, self._reads) for one in statements]
        return None if None in found else [one for one in found if one is not None]


def _installed(module: ModuleType) -> bool:
    file = ModuleType.__getattribute__(module, "__dict__").get("__file__")
    return not isinstance(file, str) or file.startswith(_INSTALLED) or f"{os.sep}site-packages{os.sep}" in file
