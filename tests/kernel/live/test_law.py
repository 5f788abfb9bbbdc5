"""The law: a cell that is called clean shows what a run from the top shows, whatever was done before."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nbrepro.kernel.live.judge import LiveState
from tests.kernel.live.notebook import LiveNotebook, Step

_NAMES = st.sampled_from("xyz")
_LISTS = st.sampled_from("pqr")
_FUNCTIONS = st.sampled_from("fgh")
_NUMBERS = st.integers(0, 2)
_TEMPLATES = (
    "{x} = {n}",
    "{x} = {y} + {n}",
    "{x} += {n}",
    "print({x})",
    "{p} = [{n}]",
    "{p} = {q}",
    "{p} = {q} + [{n}]",
    "{p} = [{q}, {n}]",
    "{p}.append({n})",
    "{p}[0] = {n}",
    "{p} += [{x}]",
    "print({p})",
    "print({p} is {q})",
    "{x} = len({p})",
    "def {f}(v={n}):\n    return v + {x}",
    "def {f}(v=1):\n    {p}.append(v)\n    return len({p})",
    "def {f}(v=1):\n    global {x}\n    {x} = v\n    return {y}",
    "def {f}(v=1):\n    return {g}() + v",
    "def {f}(v=1, seen=[]):\n    seen.append(v)\n    return len(seen)",
    "def {f}(v=1):\n    return globals().get('{x}', v)",
    "{f} = (lambda held: lambda v=1: held.append(v) or len(held))({p})",
    "print({f}())",
    "{x} = {f}({n})",
    "print([{f}(v) for v in range({n})])",
    "class K:\n    a = {n}\n    def __init__(self):\n        self.b = {p}\n    def m(self):\n        self.a += {x}\n        return self.a, self.b",  # noqa: E501
    "o = K()",
    "o.b.append({n})",
    "K.a += 1",
    "print(o.m())",
    "print(K.a, isinstance(o, K))",
    "del {x}",
    "if {x}:\n    {y} = {n}",
    "for {x} in range({n}):\n    {p} = [{x}]",
    "it = iter({p})",
    "print(next(it, 'end'))",
    "w = {{'k': {p}}}",
    "w['k'].append({n})",
    "print(w)",
    "try:\n    print({x})\nexcept NameError:\n    print('none')",
    "import random\nprint(random.randint(0, 9))",
    "import random\nrandom.seed({n})",
    "import numpy as np\na = np.arange(4)",
    "b = a[{n}:]",
    "b[0] += 1",
    "a *= 2",
    "print(a.sum())",
    "{n}",
    "print(_)",
    "exec('{x} = {n}')",
    "import math\n{x} = math.floor({n} + 0.5)",
    "{p}.sort()",
    "{x} = {y} = {n}",
    "g2 = (v for v in {p})",
    "print(list(g2))",
    "from functools import lru_cache\n@lru_cache\ndef {f}(v=1):\n    return v + {x}",
)  # fmt: skip


@st.composite
def statement(draw: st.DrawFn) -> str:
    template = draw(st.sampled_from(_TEMPLATES))
    return template.format(
        x=draw(_NAMES), y=draw(_NAMES), p=draw(_LISTS), q=draw(_LISTS), f=draw(_FUNCTIONS), g=draw(_FUNCTIONS),
        n=draw(_NUMBERS),
    )  # fmt: skip


sources = st.lists(statement(), min_size=1, max_size=3).map("\n".join)
_CELLS = "abcdef"


@st.composite
def sessions(draw: st.DrawFn) -> tuple[list[tuple[str, str]], list[Step]]:
    """Return the cells of a notebook, and what is done with them; a run from the top comes first in most."""
    cells = [(name, draw(sources)) for name in _CELLS[: draw(st.integers(2, 6))]]
    present = [name for name, _ in cells]
    steps: list[Step] = [" ".join(present)] if draw(st.integers(0, 3)) else []
    for number in range(draw(st.integers(1, 7))):
        what = draw(st.sampled_from(("run", "run", "run", "edit", "edit", "delete", "insert", "move", "all")))
        if not present or what == "insert":
            name = f"n{number}"
            after = draw(st.sampled_from(["", *present]))
            steps.append(("insert", name, after, draw(sources)))
            present.append(name)
            continue
        name = draw(st.sampled_from(present))
        if what == "run":
            steps.append(name)
        elif what == "all":
            steps.append(" ".join(present))
        elif what == "edit":
            steps += [("edit", name, draw(sources)), *([name] if draw(st.booleans()) else [])]
        elif what == "delete":
            present.remove(name)
            steps.append(("delete", name))
        else:
            others = [other for other in present if other != name]
            steps.append(("move", name, draw(st.sampled_from(["", *others]))))
    return cells, steps


@pytest.mark.xfail(
    reason="the live state still calls a few cells clean that are not; it is off by default", strict=False
)
@settings(
    max_examples=int(os.environ.get("NBREPRO_LIVE_EXAMPLES", "150")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
        *((Phase.shrink,) if "NBREPRO_LIVE_SHRINK" in os.environ else ()),
    ),
)
@given(sessions())
def test_what_is_called_clean_shows_the_same_in_a_run_from_the_top(
    session: tuple[list[tuple[str, str]], list[Step]],
) -> None:
    cells, steps = session
    notebook = LiveNotebook(list(cells)).do(*steps)
    answer = notebook.answer()
    truth = notebook.truth()
    for cell in answer.cells:
        if cell.state in (LiveState.CLEAN, LiveState.RAISED) and cell.id in notebook.shown:
            assert cell.id in truth.shows, (cell, answer)
