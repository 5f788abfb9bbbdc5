"""Would a run from the top give what the cells show? A replay over the versions of names; nothing is run.

The notebook's present cells are gone through from the top. A cell is replayed by an execution of the same source
that read just what a run from the top would have it read: then it would show the same again, and make the same. The
cell is clean where that execution is its last one, or showed the same as its last one. Where there is none, the
cell's effect is unknown, and so is everything that depends on it. So a cell is called clean only on evidence; what
cannot be seen counts against it.

What a cell takes of chance is another value in every run: the names in which it ends up hold what is not known, and
cells that use them are replayed by what they did, and hand the chance on; they are clean where they show nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from nbrepro.kernel.live.chance import Spread, shows_nothing
from nbrepro.kernel.live.history import next_trail
from nbrepro.kernel.live.names import CellNames, cell_names, effects
from nbrepro.kernel.live.outside import SETTINGS, without
from nbrepro.kernel.live.reasons import Now, Reason, Reasons
from nbrepro.kernel.live.settings import SOMEWHERE
from nbrepro.kernel.live.states import Answer, CellLive, LiveState, NotebookCell
from nbrepro.kernel.live.versions import Execution, Version


def live_states(
    cells: Sequence[NotebookCell], executions: Sequence[Execution], start: Mapping[str, Version | None] | None = None
) -> Answer:
    """Judge the cells of a notebook.

    Parameters
    ----------
    cells:
        The code cells, from the top.
    executions:
        The executions of the session, oldest first.
    start:
        What a run from the top finds there: generators' states, files.
    """
    replay = _Replay(cells, executions, dict(start or {}))
    found = tuple(replay.cell(place) for place in range(len(cells)))
    return Answer(yes=all(cell.state is LiveState.CLEAN for cell in found), cells=found)


class _Replay:
    """The run from the top, as far as it is known."""

    def __init__(
        self, cells: Sequence[NotebookCell], executions: Sequence[Execution], start: dict[str, Version | None]
    ) -> None:
        self._cells = cells
        self._now = Now(start)
        self._unknown_names = False
        self._trail: int | None = 0
        self._links: dict[int, set[int]] = {}
        self._shares: dict[int, set[int]] = {}
        self._by_source: dict[str, list[Execution]] = {}
        self._makers: dict[int, Execution] = {}
        for one in executions:
            self._by_source.setdefault(one.source_digest, []).append(one)
            self._makers[one.number] = one
            for version in (*one.reads.values(), *one.writes.values()):
                if version is not None:
                    self._shares[version.serial] = version.shares
        self._last = [self._last_of(cell, executions) for cell in cells]
        self._defined: dict[str, list[int]] = {}
        for place, cell in enumerate(cells):
            for name in self._may_make(cell):
                self._defined.setdefault(name, []).append(place)
        self._why = Reasons(cells, self._makers, self._defined, self._now)

    def _last_of(self, cell: NotebookCell, executions: Sequence[Execution]) -> Execution | None:
        own = [one for one in executions if one.cell_id == cell.id] if cell.id is not None else []
        if own:
            return own[-1]
        nameless = [one for one in self._by_source.get(cell.source_digest, ()) if one.cell_id is None]
        return nameless[-1] if nameless else None

    def _may_make(self, cell: NotebookCell) -> set[str]:
        same = self._by_source.get(cell.source_digest, ())
        made = {name for one in same for name in one.writes.keys() - one.inplace.keys()}
        source = self._source(cell)
        return made | (cell_names(source).stores if source is not None else set())

    def _source(self, cell: NotebookCell) -> str | None:
        if cell.source is not None:
            return cell.source
        same = self._by_source.get(cell.source_digest)
        return same[-1].source if same else None

    def cell(self, place: int) -> CellLive:
        """Judge the next cell, and go on with what it makes."""
        cell, last, source = self._cells[place], self._last[place], self._source(self._cells[place])
        if source is not None and cell_names(source).trivial:
            return CellLive(id=cell.id, state=LiveState.CLEAN)
        candidates = self._candidates(cell, last, source)
        self._now.place = place
        witness, chancy = self._witness(candidates)
        found = self._judge(place, last, witness, candidates, chancy)
        if witness is not None:
            self._replay(witness, candidates, chancy)
        else:
            self._unknown(source, candidates)
        if self._trail is not None:
            self._trail = next_trail(self._trail, source) if source is not None else None
        return found

    def _candidates(self, cell: NotebookCell, last: Execution | None, source: str | None) -> list[Execution]:
        """Return executions of the same source, the cell's last one at the end; comments and layout do not count."""
        found = [one for one in self._by_source.get(cell.source_digest, ()) if not one.interrupted]
        if last is None or last.interrupted:
            return found
        same = last.source_digest == cell.source_digest
        if not same and source is not None:
            same = effects(source).meaning == effects(last.source).meaning
        return [*(one for one in found if one is not last), *([last] if same else [])]

    def _witness(self, candidates: Sequence[Execution]) -> tuple[Execution | None, list[str]]:
        """Return an execution that read what a run from the top reads, and the names that differ by chance alone."""
        by_chance: tuple[Execution | None, list[str]] = (None, [])
        for one in reversed(candidates):
            names = self._differing(one)
            if names == []:
                return one, names
            if names and by_chance[0] is None:
                by_chance = one, names
        return by_chance

    def _all_chance(self, names: Iterable[str]) -> bool:
        return all(self._now.chance_in(name) is not None for name in names)

    def _judge(
        self,
        place: int,
        last: Execution | None,
        witness: Execution | None,
        candidates: list[Execution],
        chancy: Sequence[str],
    ) -> CellLive:
        cell = self._cells[place]
        early = last is not None and any(one is not None and one.number > last.number for one in self._last[:place])
        if last is None:
            return CellLive(id=cell.id, state=LiveState.NOT_RUN, reason="not run in this session")
        if last.interrupted:
            return CellLive(id=cell.id, state=LiveState.INTERRUPTED, reason="interrupted", early=early)
        if last not in candidates:
            return CellLive(id=cell.id, state=LiveState.EDITED, reason="edited since it ran", early=early)
        why = Reason(LiveState.CLEAN, "")
        if witness is not None and (witness is last or (witness.outputs is not None and _same(witness, last))):
            chance = self._by_chance(witness, chancy)
            if chance is not None and not shows_nothing(last):
                why = chance
            elif not last.finished and not cell.may_raise:
                why = Reason(LiveState.RAISED, "raised: a run from the top ends here")
        else:
            names = [name for name, read in last.reads.items() if self._differs(name, read, last)]
            why = self._why.of(place, last, names, unknown=self._unknown_names)
        return CellLive(id=cell.id, state=why.state, reason=why.text, names=why.names, early=early)

    def _by_chance(self, witness: Execution, chancy: Sequence[str]) -> Reason | None:
        if witness.chances:
            return Reason(LiveState.STALE, str(witness.chances[0]))
        return Reason(LiveState.STALE, self._why.by_chance(chancy[0]), tuple(chancy)) if chancy else None

    # Does a run from the top read the same?

    def _differing(self, one: Execution) -> list[str] | None:
        """Return the names that an execution read otherwise; ``None`` where it is another one for other reasons."""
        if one.unfollowed or (one.history is not None and one.history != self._trail):
            return None
        names = [name for name, version in one.reads.items() if self._differs(name, version, one)]
        if names and not self._all_chance(names):
            return None
        if one.reads_all:
            there = {name for name, at in self._now.versions.items() if at is not None and not name.startswith("<")}
            if self._unknown_names or there - one.reads.keys():
                return None
        return names if self._shared_alike(one) else None

    def _differs(self, name: str, read: Version | None, one: Execution) -> bool:
        now = self._now.get(name)
        if name == SETTINGS and now is not None:
            now = without(now, one.replaces)
        if now is None and self._unknown_names:
            return True
        if read is None or now is None:
            return read is not now
        if read is now:
            return False
        return read.value is None or read.value != now.value or read.name != now.name

    def _shared_alike(self, one: Execution) -> bool:
        """Whether the names that were read hold parts of each other just as they would in a run from the top."""
        reads = [(read, self._now.get(name)) for name, read in one.reads.items() if read is not None and read.mutable]
        if not self._links and all(read is now for read, now in reads):
            return True
        for place, (read, now) in enumerate(reads):
            for other, other_now in reads[:place]:
                assert now is not None
                assert other_now is not None
                if (other.serial in read.shares) != self._related(now, other_now):
                    return False
        return True

    def _family(self, version: Version) -> set[int]:
        """Return the versions that stand for the same object in the run from the top."""
        family, pending = {version.serial}, [version.serial]
        while pending:
            for serial in self._links.get(pending.pop(), ()):
                if serial not in family:
                    family.add(serial)
                    pending.append(serial)
        return family

    def _related(self, one: Version, other: Version) -> bool:
        others = self._family(other)
        return any(not others.isdisjoint(self._shares_of(serial, one)) for serial in self._family(one))

    def _shares_of(self, serial: int, version: Version) -> set[int]:
        return version.shares if serial == version.serial else self._shares.get(serial, set())

    # What does a run from the top make?

    def _replay(self, one: Execution, candidates: Iterable[Execution], chancy: Sequence[str]) -> None:
        """Take over what an execution made, and what chance makes of that."""
        for name, read in one.reads.items():
            self._link(read, self._now.get(name))
        cause = (self._now.place, str(one.chances[0])) if one.chances else None
        if chancy and cause is None:
            cause = self._now.chance_in(chancy[0])
        spread = Spread(one, self._carriers(one, chancy)) if cause is not None else None
        self._apply(one, candidates)
        if spread is None or cause is None:
            return
        for name in spread.lost():
            made = one.writes.get(name)
            lost = Version(name=name) if made is None else made.lost()
            self._link(made, lost)
            self._now.put(name, lost)
            self._now.is_of_chance(lost, *cause)

    def _carriers(self, one: Execution, chancy: Sequence[str]) -> set[str]:
        """Return the names through which chance comes into a cell: those that hold it, and functions that use them."""
        if not chancy:
            return set()
        functions = {name: self._reached([name]) for name in cell_names(one.source).loads}
        return {*chancy, *(name for name, used in functions.items() if used is None or not used.isdisjoint(chancy))}

    def _link(self, read: Version | None, now: Version | None) -> None:
        if read is not None and now is not None and read is not now and read.mutable:
            self._links.setdefault(read.serial, set()).add(now.serial)
            self._links.setdefault(now.serial, set()).add(read.serial)

    def _apply(self, one: Execution, candidates: Iterable[Execution]) -> None:
        for name in one.inplace:
            now = self._now.get(name)
            if now is not None and (name in one.reads or now is one.inplace[name]):
                self._spread(now, one.writes.keys(), one.kept)
        for name, version in one.writes.items():
            if name in one.inplace and name not in one.reads and self._now.get(name) is not one.inplace[name]:
                if self._now.get(name) is not None:
                    self._now.put(name, Version(name=name))
                continue
            self._now.put(name, version)
        for other in candidates:  # what came with an import comes with the first one only
            for name, version in other.writes.items():
                if name.startswith("<random") and other.reads.get(name) is None and self._now.get(name) is None:
                    self._now.put(name, version)

    def _spread(self, version: Version, apart: Container[str] = (), kept: Container[int] = ()) -> None:
        """What shares an object with one that changed in place is not known any more."""
        for name, other in list(self._now.versions.items()):
            if other is None or other is version or name in apart or other.serial in kept:
                continue
            if self._related(version, other):
                self._now.put(name, Version(name=name))

    def _unknown(self, source: str | None, candidates: Iterable[Execution]) -> None:
        """A cell that may make anything of what it binds, changes, and reaches through functions."""
        names = cell_names(source) if source is not None else None
        if names is None or names.opaque or any(one.reads_all for one in candidates):
            self._lose_everything()
            return
        assert source is not None
        does = effects(source)
        bound = {*names.stores, *names.deletes, *(name for one in candidates for name in one.writes)}
        changed = set(does.risky)
        reached = self._reached(names.loads)
        if reached is None:
            self._lose_everything()
            return
        changed |= reached
        changed |= {name for name in names.loads if (now := self._now.get(name)) is not None and now.fragile}
        for name in changed:
            now = self._now.get(name)
            if now is not None and (now.mutable or name in reached):
                self._spread(now)
                self._now.put(name, Version(name=name, reaches=now.reaches, reaches_all=now.reaches_all))
        for name in bound:
            self._now.put(name, Version(name=name, reaches=names.defs.get(name, frozenset())))
        if does.calls:
            for name in [name for name in self._now.versions if name.startswith("<") and name != SETTINGS]:
                self._now.put(name, Version(name=name))
        if self._may_set(names):
            self._now.put(SETTINGS, Version(name=SETTINGS))

    def _may_set(self, names: CellNames) -> bool:
        """Whether a cell may set an option, on anything that no other cell has made as an object of the notebook."""
        sets = set(names.sets.names)
        for name in names.loads:
            now = self._now.get(name)
            if now is not None:
                sets |= now.sets
        return any(base == SOMEWHERE or (now := self._now.get(base)) is None or not now.mutable for base in sets)

    def _reached(self, loads: Iterable[str]) -> set[str] | None:
        """Return the names that functions behind these names may change; ``None`` for any name."""
        pending, found = list(loads), set[str]()
        while pending:
            now = self._now.get(pending.pop())
            if now is None:
                continue
            if now.reaches_all:
                return None
            pending.extend(now.reaches - found)
            found |= now.reaches
        return found

    def _lose_everything(self) -> None:
        self._unknown_names = True
        self._now.lose_everything()


def _same(one: Execution, other: Execution) -> bool:
    return one.outputs == other.outputs and one.finished == other.finished
