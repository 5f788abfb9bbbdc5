"""No input makes the comparison crawl: what is ten times as long may take a little more than ten times as long."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from nbrepro.compare.base import Comparison, Rules
from nbrepro.compare.html import compare_html
from nbrepro.compare.scripts import compare_scripts
from nbrepro.compare.terminal import render
from nbrepro.compare.text import compare_text
from nbrepro.compare.trees import compare_trees

RULES = Rules(source="time.time() os.getpid()")
COUNT = 20_000


def text(one: str, other: str) -> Callable[[], Comparison]:
    return lambda: compare_text(one, other, RULES)


def nested(items: int, levels: int) -> list[object]:
    tree: list[object] = [float(i) for i in range(items)]
    for level in range(levels):
        tree = [tree, *["end"] * ((items + level) % 2)]
    return tree


HARD: dict[str, Callable[[], object]] = {
    "objects in one line": text("<A object at 0x7f0011223344>, " * COUNT, "<A object at 0x7f0011223355>, " * COUNT),
    "open brackets": text("{" * COUNT, "{" * COUNT + "1"),
    "nested brackets": text("{" * COUNT + "}" * COUNT + "a", "{" * COUNT + "}" * COUNT + "b"),
    "quotes": text("'a " * COUNT, "'a  " * COUNT),
    "open bars": text("100%|███ " * COUNT, "100%|███ " * COUNT + "x"),
    "open threads": text("<Thread(" * COUNT, "<Thread(" * COUNT + "x"),
    "lines lost everywhere": text("\n".join(map(str, range(COUNT))), "\n".join(map(str, range(0, COUNT, 2)))),
    "open comments": lambda: compare_html("<!--" * COUNT, "<!--" * COUNT + "b", RULES),
    "open divisions": lambda: compare_html("<div>" * COUNT, "<div>" * COUNT + "b", RULES),
    "spans": lambda: compare_html(
        "<table>" + "<tr><td rowspan=999 colspan=999>1</td></tr>" * 500, "<table>" + "<tr><td>1</td></tr>" * 500, RULES
    ),
    "script brackets": lambda: compare_scripts('={"a":' * COUNT + "1", '={"a":' * COUNT + "2", RULES),
    "cursor movements": lambda: render("\x1b[9999C" * COUNT + "x"),
    "lists of other length inside each other": lambda: compare_trees(nested(COUNT, 190), nested(COUNT - 1, 190), RULES),
    "letters of other number": lambda: compare_trees(["a", "b", "b"] * COUNT, ["b", "a", "a"] * COUNT + ["a"], RULES),
    "a long sum in the source": lambda: compare_text(
        "took 1", "took 2", Rules(source="t = time.time()\nx = " + " + ".join(["a"] * 400) + "\nprint('took', x)")
    ),
    "a sum too long for the interpreter": lambda: compare_text(
        "took 1", "took 2", Rules(source="t = time.time()\nx = " + " + ".join(["a"] * 5000))
    ),
    "blanks before a time": lambda: compare_text(
        (" " * 1999 + "\n") * 2500,
        (" " * 1999 + "\n") * 2500 + "x",
        Rules(source="t = time.time()\nprint(f'{time.time() - t}s')"),
    ),
    "strings": lambda: compare_trees([f"a{i}" for i in range(COUNT)], [f"b{i}" for i in range(COUNT)], RULES),
}


@pytest.mark.parametrize("name", HARD)
def test_a_hard_input_takes_seconds_at_most(name: str) -> None:
    start = time.process_time()
    HARD[name]()
    assert time.process_time() - start < 4


def test_trees_nested_beyond_the_interpreters_limit_get_a_verdict() -> None:
    one: list[object] = []
    other: list[object] = [1]
    for _ in range(5000):
        one, other = [one], [other]
    assert compare_trees(one, one, RULES).passes
    assert not compare_trees(one, other, RULES).passes
