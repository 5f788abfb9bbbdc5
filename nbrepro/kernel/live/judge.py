"""Would a run from the top give what the cells show? A replay over the versions of names; nothing is run.

The notebook's present cells are gone through from the top. A cell is replayed by an execution of the same source
that read just what a run from the top would have it read: then it would show the same again, and make the same. The
cell is clean where that execution is its last one, or showed the same as its last one. Where there is none, the
cell's effect is unknown, and so is everything that depends on it. So a cell is called clean only on evidence; what
cannot be seen counts against it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from nbrepro.kernel.live.history import next_trail
from nbrepro.kernel.live.names import cell_names, effects
from nbrepro.kernel.live.versions import Execution, Version


class LiveState(str, Enum):
    """How a cell stands to a run from the top."""

    CLEAN = "clean"
    """A run from the top would show the same."""
    STALE = "stale"
    """It used something that a run from the top would make otherwise, or may."""
    OUT_OF_ORDER = "out_of_order"
    """It used what a cell below makes, or ran before the cell above that makes what it needs."""
    ORPHAN = "orphan"
    """It used a name that no cell of the notebook makes any more."""
    EDITED = "edited"
    """It was edited since it ran."""
    NOT_RUN = "not_run"
    """It did not run in this session."""
    RAISED = "raised"
    """It raised, and would again: a run from the top ends there."""
    INTERRUPTED = "interrupted"
    """It was interrupted: nobody knows how far a run from the top would get."""


@dataclass(frozen=True, kw_only=True)
class NotebookCell:
    """A code cell as it stands in the notebook."""

    id: str | None
    source: str | None = None
    """``None`` where only the digest is known."""
    source_digest: str
    may_raise: bool = False
    """Whether the cell is marked as one that raises (``raises-exception``)."""


@dataclass(frozen=True, kw_only=True)
class CellLive:
    """What is said of one cell."""

    id: str | None
    state: LiveState
    reason: str = ""
    names: tuple[str, ...] = ()
    """Names that the state is owed to."""
    early: bool = False
    """Whether it last ran before a cell above it did; harmless where the state is clean."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether a run from the top would give what the cells show, and which cells are in the way."""

    yes: bool
    cells: tuple[CellLive, ...]

    def concerned(self) -> tuple[tuple[int, CellLive], ...]:
        """Return the cells that are not clean, with their places from 1, in order."""
        return tuple((place, cell) for place, cell in enumerate(self.cells, 1) if cell.state is not LiveState.CLEAN)


def live_states(
    cells: Sequence[NotebookCell], executions: Sequence[Execution], start: Mapping[str, Version] | None = None
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
        self._now = start
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
        self._place = {cell.id: place for place, cell in enumerate(cells) if cell.id is not None}
        self._defined: dict[str, list[int]] = {}
        for place, cell in enumerate(cells):
            for name in self._may_make(cell):
                self._defined.setdefault(name, []).append(place)

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
        witness = next((one for one in reversed(candidates) if self._fits(one)), None)
        found = self._judge(place, last, witness, candidates)
        if witness is not None:
            self._link(witness)
            self._apply(witness, candidates)
        else:
            self._unknown(cell, source, candidates)
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

    def _judge(
        self, place: int, last: Execution | None, witness: Execution | None, candidates: list[Execution]
    ) -> CellLive:
        cell = self._cells[place]
        early = last is not None and any(one is not None and one.number > last.number for one in self._last[:place])
        if last is None:
            return CellLive(id=cell.id, state=LiveState.NOT_RUN, reason="not run in this session")
        if last.interrupted:
            return CellLive(id=cell.id, state=LiveState.INTERRUPTED, reason="interrupted", early=early)
        if last not in candidates:
            return CellLive(id=cell.id, state=LiveState.EDITED, reason="edited since it ran", early=early)
        if witness is last or (witness is not None and witness.outputs is not None and _same(witness, last)):
            if not last.finished and not cell.may_raise:
                reason = "raised: a run from the top ends here"
                return CellLive(id=cell.id, state=LiveState.RAISED, reason=reason, early=early)
            return CellLive(id=cell.id, state=LiveState.CLEAN, early=early)
        state, reason, names = self._reason(place, last)
        return CellLive(id=cell.id, state=state, reason=reason, names=names, early=early)

    # Does a run from the top read the same?

    def _fits(self, one: Execution) -> bool:
        if one.history is not None and one.history != self._trail:
            return False
        if any(self._differs(name, version) for name, version in one.reads.items()):
            return False
        if one.reads_all:
            names = {name for name, version in self._now.items() if version is not None and not name.startswith("<")}
            if self._unknown_names or names - one.reads.keys():
                return False
        return self._shared_alike(one)

    def _differs(self, name: str, read: Version | None) -> bool:
        now = self._now.get(name)
        if now is None and self._unknown_names:
            return True
        if read is None or now is None:
            return read is not now
        if read is now:
            return False
        return read.value is None or read.value != now.value or read.name != now.name

    def _shared_alike(self, one: Execution) -> bool:
        """Whether the names that were read hold parts of each other just as they would in a run from the top."""
        reads = [(read, self._now[name]) for name, read in one.reads.items() if read is not None and read.mutable]
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

    def _link(self, one: Execution) -> None:
        for name, read in one.reads.items():
            now = self._now.get(name)
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
                    self._now[name] = Version(name=name)
                continue
            self._now[name] = version
        for other in candidates:  # what came with an import comes with the first one only
            for name, version in other.writes.items():
                if name.startswith("<random") and other.reads.get(name) is None and self._now.get(name) is None:
                    self._now[name] = version

    def _spread(self, version: Version, apart: Container[str] = (), kept: Container[int] = ()) -> None:
        """What shares an object with one that changed in place is not known any more."""
        for name, other in list(self._now.items()):
            if other is None or other is version or name in apart or other.serial in kept:
                continue
            if self._related(version, other):
                self._now[name] = Version(name=name)

    def _unknown(self, cell: NotebookCell, source: str | None, candidates: Iterable[Execution]) -> None:  # noqa: ARG002
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
            if now is not None and (now.mutable or name in reached or name in does.settings):
                self._spread(now)
                self._now[name] = Version(name=name, reaches=now.reaches, reaches_all=now.reaches_all)
        for name in bound:
            self._now[name] = Version(name=name, reaches=names.defs.get(name, frozenset()))
        if does.calls:
            for name in [name for name in self._now if name.startswith("<")]:
                self._now[name] = Version(name=name)

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
        self._now = {name: Version(name=name, reaches_all=True) for name in self._now}

    # Why not?

    def _reason(self, place: int, last: Execution) -> tuple[LiveState, str, tuple[str, ...]]:
        names = [name for name, read in last.reads.items() if self._differs(name, read)]
        if not names:
            text = "looks into what ran before it" if last.history is not None else "uses objects that are bound apart"
            return LiveState.STALE, text, ()
        found = [(*self._reason_for(place, name, last), name) for name in names]
        state = min((state for state, _, _ in found), key=_WORST.index)
        mine = [(text, name) for one, text, name in found if one is state]
        return state, mine[0][0], tuple(name for _, name in mine)

    def _reason_for(self, place: int, name: str, last: Execution) -> tuple[LiveState, str]:  # noqa: PLR0911
        read, now, shown = last.reads[name], self._now.get(name), _shown(name)
        makers = self._defined.get(name, [])
        if name.startswith("<"):
            return LiveState.STALE, f"{shown} is another one in a run from the top"
        if now is None and self._unknown_names:
            return LiveState.STALE, "comes after a cell that may have made any name"
        if read is None:
            return LiveState.OUT_OF_ORDER, f"ran before {shown} was made above"
        if not makers:
            return LiveState.ORPHAN, f"uses {shown}, which no cell makes any more"
        maker = self._makers.get(read.maker)
        origin = self._place.get(maker.cell_id) if maker is not None else None  # type: ignore[arg-type]
        if origin == place:
            return LiveState.STALE, f"ran again on {shown} as it had left it"
        if (origin is not None and origin > place) or (now is None and min(makers) > place):
            return LiveState.OUT_OF_ORDER, f"uses {shown}, which a cell below makes"
        if maker is not None and origin is None and maker.cell_id is not None:
            return LiveState.STALE, f"uses {shown} as a cell made it that is gone"
        return LiveState.STALE, f"uses {shown}, which a run from the top makes anew, perhaps otherwise"


_WORST = [LiveState.ORPHAN, LiveState.OUT_OF_ORDER, LiveState.STALE]


def _same(one: Execution, other: Execution) -> bool:
    return one.outputs == other.outputs and one.finished == other.finished


def _shown(name: str) -> str:
    if not name.startswith("<"):
        return f"`{name}`"
    kind, _, what = name.strip("<>").partition(" ")
    return {"random": f"the state of {what}'s generator", "file": f"the file {what}"}.get(kind, name.strip("<>"))
