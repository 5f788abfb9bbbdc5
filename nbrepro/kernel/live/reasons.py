"""Why a run from the top may not give what a cell shows, with the cell that is at fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nbrepro.kernel.live.outside import THERE
from nbrepro.kernel.live.states import LiveState, NotebookCell
from nbrepro.kernel.live.versions import Execution, Version

_WORST = [LiveState.ORPHAN, LiveState.OUT_OF_ORDER, LiveState.STALE]
_UNSEEN_MAKER = -1


class Reason(NamedTuple):
    """A state, in words, and the names that it is owed to."""

    state: LiveState
    text: str
    names: tuple[str, ...] = ()


class Now:
    """What the run from the top has under each name, and which cell has put it there."""

    def __init__(self, start: Mapping[str, Version | None]) -> None:
        self.versions = dict(start)
        self.place = 0
        """The cell that is gone through, from 0."""
        self._by: dict[str, int] = {}
        self._chance: dict[int, tuple[int, str]] = {}

    def get(self, name: str) -> Version | None:
        """Return what is there under a name."""
        return self.versions.get(name)

    def put(self, name: str, version: Version | None) -> None:
        """The present cell makes, or loses, what is there under a name."""
        self.versions[name] = version
        self._by[name] = self.place

    def lose_everything(self) -> None:
        """The present cell may have made anything of every name."""
        for name in list(self.versions):
            self.put(name, Version(name=name, reaches_all=True))

    def by(self, name: str) -> int | None:
        """Return the cell that has made what is there; ``None`` for what was there from the start."""
        return self._by.get(name)

    def is_of_chance(self, version: Version, place: int, told: str) -> None:
        """A version is another one in every run, owing to the cell at that place."""
        self._chance[version.serial] = (place, told)

    def chance_in(self, name: str) -> tuple[int, str] | None:
        """Return the cell that takes the chance in what is there, and how it does."""
        version = self.versions.get(name)
        return self._chance.get(version.serial) if version is not None else None


class Reasons:
    """Says why.

    Parameters
    ----------
    cells:
        The notebook's.
    makers:
        The executions by number.
    defined:
        Places of the cells that may make each name.
    now:
        The run from the top.
    """

    def __init__(
        self,
        cells: Sequence[NotebookCell],
        makers: Mapping[int, Execution],
        defined: Mapping[str, Sequence[int]],
        now: Now,
    ) -> None:
        self._cells = cells
        self._makers = makers
        self._defined = defined
        self._now = now
        self._place = {cell.id: place for place, cell in enumerate(cells) if cell.id is not None}

    def number(self, place: int) -> str:
        """Return a cell as it is told: ``cell 3``."""
        number = self._cells[place].number
        return f"cell {place + 1 if number is None else number}"

    def by_chance(self, name: str) -> str:
        """Say which cell's chance is in what a name holds."""
        found = self._now.chance_in(name)
        assert found is not None
        return f"uses {shown(name)}: {self.number(found[0])} {found[1]}"

    def of(self, place: int, last: Execution, names: Sequence[str], *, unknown: bool) -> Reason:
        """Say why an execution is not what a run from the top does; ``names`` are those that differ."""
        if last.unfollowed:
            return Reason(LiveState.STALE, last.unfollowed)
        if not names:
            text = "looks into what ran before it" if last.history is not None else "uses objects that are bound apart"
            return Reason(LiveState.STALE, text)
        found = [(*self._for_name(place, name, last, unknown=unknown), name) for name in names]
        state = min((state for state, _, _ in found), key=_WORST.index)
        mine = [(text, name) for one, text, name in found if one is state]
        return Reason(state, mine[0][0], tuple(name for _, name in mine))

    def _for_name(self, place: int, name: str, last: Execution, *, unknown: bool) -> tuple[LiveState, str]:
        read, now = last.reads[name], self._now.get(name)
        if self._now.chance_in(name) is not None:
            return LiveState.STALE, self.by_chance(name)
        if name.startswith("<"):
            return LiveState.STALE, self._outside(name, read, now)
        if now is None and unknown:
            return LiveState.STALE, "comes after a cell that may have made any name"
        if read is None:
            by = self._now.by(name)
            made = f"{shown(name)} was made above" if by is None else f"{self.number(by)} made {shown(name)}"
            return LiveState.OUT_OF_ORDER, f"ran before {made}"
        if not self._defined.get(name):
            return LiveState.ORPHAN, f"uses {shown(name)}, which no cell makes any more"
        return self._by_origin(place, read, now)

    def _outside(self, name: str, read: Version | None, now: Version | None) -> str:
        if name == THERE:
            maker = self._origin(now) if self._now.by(name) is None else self._now.by(name)
            who = "something" if maker is None else self.number(maker)
            return f"looks at which files there are, and {who} may have made or removed some since"
        known = read is not None and now is not None and None not in (read.value, now.value)
        by = self._now.by(name)
        maker = self._origin(read) if by is None else by
        blamed = "" if maker is None else f", owing to {self.number(maker)}"
        return f"{shown(name)} {'is' if known else 'may be'} another one in a run from the top{blamed}"

    def _origin(self, version: Version | None) -> int | None:
        maker = self._makers.get(version.maker) if version is not None else None
        return self._place.get(maker.cell_id) if maker is not None and maker.cell_id is not None else None

    def _by_origin(self, place: int, read: Version, now: Version | None) -> tuple[LiveState, str]:
        """Say why what was read is another one, by the cell that had made it."""
        name, maker, origin = shown(read.name), self._makers.get(read.maker), self._origin(read)
        if origin == place:
            return LiveState.STALE, f"ran again on {name} as it had left it"
        if origin is not None and origin > place:
            does = "changed" if maker is not None and _changes(maker, read.name) else "makes"
            return LiveState.OUT_OF_ORDER, f"uses {name}, which {self.number(origin)} below {does}"
        if now is None and min(self._defined[read.name]) > place:
            below = min(self._defined[read.name])
            return LiveState.OUT_OF_ORDER, f"uses {name}, which {self.number(below)} below makes"
        if origin is None and maker is not None and maker.cell_id is not None:
            return LiveState.STALE, f"uses {name} as a cell made it that is gone"
        return LiveState.STALE, f"uses {name}{self._anew(read, now, origin)}"

    def _anew(self, read: Version, now: Version | None, origin: int | None) -> str:
        """Say what a cell above makes of a name in a run from the top, rather than what was read."""
        by = self._now.by(read.name)
        if by is None:
            return ", which was changed between two cells" if read.maker == _UNSEEN_MAKER else ", which is made anew"
        cell, maker = self.number(by), self._makers.get(read.maker)
        later = self._makers.get(now.maker) if now is not None and now.maker > read.maker else None
        if by != origin and later is not None:
            return f" as it was before {cell} {'changed' if _changes(later, read.name) else 'made'} it"
        if by != origin:
            may = "makes" if now is None or now.value is not None else "may make"
            return f", of which {cell} {may} another value in a run from the top"
        if later is not None:
            return f" as it was before {cell} ran again"
        changed = maker is not None and _changes(maker, read.name)
        if now is not None and now.maker:
            return f", which {cell} {'changed again' if changed else 'made once more'} since"
        return f", which {cell} {'changes' if changed else 'makes'} in a run from the top, perhaps otherwise"


def _changes(one: Execution, name: str) -> bool:
    return name in one.inplace or name in one.reads


def shown(name: str) -> str:
    """Return a name as it is told; one of what is no name in words."""
    if not name.startswith("<"):
        return f"`{name}`"
    kind, _, what = name.strip("<>").partition(" ")
    told = {
        "random": f"the state of {what}'s generator",
        "file": f"the file {what}",
        "settings": "what cells have set",
        "files": "which files there are",
    }
    return told.get(kind, name.strip("<>"))
