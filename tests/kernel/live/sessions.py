"""Random sessions: notebooks, and what is done with them; each is held against a run from the top.

``python -m tests.kernel.live.sessions 0 3000`` goes through 3000 of them, and prints the smallest form of those in
which a cell is called clean that is not, and how many false alarms there were.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from nbrepro.kernel.live.states import LiveState
from tests.kernel.live.notebook import LiveNotebook, Step
from tests.kernel.live.templates import GROUPS, TEMPLATES

_CALLED_CLEAN = (LiveState.CLEAN, LiveState.RAISED)
_OF_TWO_KINDS = 0.8
_FEW = ("{x} = {n}", "print({x})", "{p} = [{n}]", "{p}.append({n})", "print({p})")


@dataclass(frozen=True)
class RandomSession:
    """A notebook as it is opened, and what is done with it."""

    cells: tuple[tuple[str, tuple[str, ...]], ...]
    """Identities, and the statements of each."""
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        cells = "\n".join(f"  [{name}] " + "\n      ".join("\n".join(lines).split("\n")) for name, lines in self.cells)
        return f"{cells}\n  steps: {self.steps}"


@dataclass(frozen=True)
class Judged:
    """What was told of a session, beside what is true."""

    wrong: tuple[str, ...] = ()
    """Cells that were called clean and are not, each with what was said of all."""
    alarms: tuple[str, ...] = ()
    """Cells that were not called clean, though a run from the top shows and makes the same."""
    cells: int = 0


def drawn(seed: int) -> RandomSession:
    """Return the session of a seed."""
    draw = Random(seed)
    # Of all statements, few meet on the same names: most sessions keep to two kinds, and to what both need.
    templates = (*_FEW, *draw.choice(GROUPS), *draw.choice(GROUPS)) if draw.random() < _OF_TWO_KINDS else TEMPLATES
    cells = tuple((name, _statements(draw, templates)) for name in "abcdef"[: draw.randint(2, 6)])
    present = [name for name, _ in cells]
    steps: list[Step] = [" ".join(present)] if draw.random() < 0.75 else []
    for number in range(draw.randint(1, 7)):
        steps += _step(draw, templates, present, number)
    return RandomSession(cells, tuple(steps))


def _step(draw: Random, templates: Sequence[str], present: list[str], number: int) -> list[Step]:
    what = draw.choice(("run", "run", "run", "edit", "edit", "delete", "insert", "move", "all"))
    if not present or what == "insert":
        after = draw.choice(["", *present])
        present.append(f"n{number}")
        return [("insert", f"n{number}", after, "\n".join(_statements(draw, templates)))]
    name = draw.choice(present)
    if what == "run":
        return [name]
    if what == "all":
        return [" ".join(present)]
    if what == "edit":
        return [("edit", name, "\n".join(_statements(draw, templates))), *([name] if draw.random() < 0.5 else [])]
    if what == "delete":
        present.remove(name)
        return [("delete", name)]
    return [("move", name, draw.choice(["", *(other for other in present if other != name)]))]


def _statements(draw: Random, templates: Sequence[str]) -> tuple[str, ...]:
    return tuple(_statement(draw, templates) for _ in range(draw.randint(1, 3)))


def _statement(draw: Random, templates: Sequence[str]) -> str:
    names = {name: draw.choice("xyz") for name in "xy"}
    names |= {name: draw.choice("pqr") for name in "pq"} | {name: draw.choice("fgh") for name in "fg"}
    return draw.choice(templates).format(n=draw.randint(0, 2), **names)


def judged(session: RandomSession) -> Judged:
    """Run a session, ask, and run the notebook from the top."""
    notebook = LiveNotebook([(name, "\n".join(lines)) for name, lines in session.cells]).do(*session.steps)
    answer = notebook.answer()
    truth = notebook.truth()
    told = {cell.id or "": cell for cell in answer.cells}
    ran = told.keys() & notebook.shown.keys()
    return Judged(
        wrong=tuple(
            f"{told[name]} in {answer}"
            for name in sorted(ran - truth.shows)
            if told[name].state in _CALLED_CLEAN
        ),
        alarms=tuple(
            f"{name}: {told[name].state.value}, {told[name].reason}"
            for name in sorted(ran & truth.makes)
            if told[name].state not in _CALLED_CLEAN
        ),
        cells=len(ran),
    )  # fmt: skip


def shrunk(session: RandomSession) -> RandomSession:
    """Return a smaller session that is judged wrongly too."""
    while True:
        smaller = next((one for one in _smaller(session) if _is_wrong(one)), None)
        if smaller is None:
            return session
        session = smaller


def _is_wrong(session: RandomSession) -> bool:
    try:
        return bool(judged(session).wrong)
    except (KeyError, ValueError):  # a step on a cell that the smaller notebook lacks
        return False


def _smaller(session: RandomSession) -> Iterator[RandomSession]:
    cells, steps = session.cells, session.steps
    for place in range(len(steps)):
        yield replace(session, steps=steps[:place] + steps[place + 1 :])
    for place, (name, lines) in enumerate(cells):
        rest = tuple(_without(step, name) for step in steps)
        yield RandomSession(cells[:place] + cells[place + 1 :], tuple(step for step in rest if step))
        for line in range(len(lines) if len(lines) > 1 else 0):
            one = (name, lines[:line] + lines[line + 1 :])
            yield replace(session, cells=(*cells[:place], one, *cells[place + 1 :]))
    for place, step in enumerate(steps):
        names = step.split() if isinstance(step, str) else []
        for number in range(len(names) if len(names) > 1 else 0):
            fewer = " ".join(names[:number] + names[number + 1 :])
            yield replace(session, steps=(*steps[:place], fewer, *steps[place + 1 :]))


def _without(step: Step, name: str) -> Step:
    if isinstance(step, str):
        return " ".join(one for one in step.split() if one != name)
    return () if step[1] == name else step


def main(first: int, end: int) -> int:
    """Go through the sessions of these seeds; return how many are judged wrongly."""
    cells = alarms = wrong = 0
    for seed in range(first, end):
        found = judged(drawn(seed))
        cells += found.cells
        alarms += len(found.alarms)
        if found.wrong:
            wrong += 1
            shrunk(drawn(seed))
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(int(sys.argv[1]), int(sys.argv[2])), 1))
