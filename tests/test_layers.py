"""The layers of the package, as data; late imports count too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbrepro

LAYERS: dict[str, int] = {
    "errors": 0,
    "records": 1,
    "peers": 1,
    "config": 1,
    "probes": 2,
    "notebooks": 2,
    "store": 2,
    "pinning": 2,
    "sources": 2,
    "kernel": 3,
    "execution": 3,
    "compare": 3,
    "restore": 3,
    "explain": 4,
    "report": 5,
    "linting": 5,
    "lifecycle": 5,
    "targets": 6,
    "calibrating": 6,
    "confirm": 6,
    "judging": 6,
    "check": 6,
    "recording": 6,
    "status": 6,
    "diffing": 6,
    "explaining": 6,
    "proving": 6,
    "mending": 6,
    "showing": 6,
    "initialising": 6,
    "cli": 7,
    "server": 7,
    "pytest_plugin": 7,
}
# Within layer 1, the configuration knows what other tools wrote; within layer 2, the store writes notebooks;
# within layer 6, everything starts from targets.
SAME_LAYER = {
    ("config", "peers"),
    ("store", "notebooks"),
    ("calibrating", "targets"),
    ("confirm", "targets"),
    ("judging", "targets"),
    ("check", "targets"),
    ("check", "judging"),
    ("diffing", "judging"),
    ("explaining", "judging"),
    ("explaining", "confirm"),
    ("check", "calibrating"),
    ("check", "confirm"),
    ("recording", "calibrating"),
    ("recording", "targets"),
    ("recording", "check"),
    ("status", "targets"),
    ("explaining", "targets"),
    ("proving", "targets"),
    ("proving", "explaining"),
    ("mending", "targets"),
    ("mending", "explaining"),
    ("mending", "judging"),
    ("mending", "proving"),
    ("showing", "diffing"),
}
PACKAGE = Path(nbrepro.__file__).parent
FACES = {"__init__", "__main__"}
# What must not be imported in the user's kernel: it would slow the load, or change what is measured.
HEAVY_IN_KERNEL = {"papermill", "nbformat", "nbclient", "mlflow", "rich", "click", "lxml", "PIL", "jinja2", "sqlite3"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "labextension" not in path.parts)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            if node.module == "nbrepro":
                yield from (f"nbrepro.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_layers_above_it(path: Path) -> None:
    room = room_of(path)
    if room in FACES:
        return
    assert room in LAYERS, f"{room} has no layer: add it to the table"
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "nbrepro" or len(parts) == 1 or parts[1] in {"__version__", room}:
            continue
        other = parts[1]
        allowed = LAYERS[other] < LAYERS[room] or (room, other) in SAME_LAYER
        assert allowed, f"{room} (layer {LAYERS[room]}) imports {other} (layer {LAYERS[other]})"


@pytest.mark.parametrize("path", [p for p in modules() if room_of(p) == "kernel"], ids=lambda path: path.name)
def test_the_kernel_half_imports_nothing_heavy(path: Path) -> None:
    assert not HEAVY_IN_KERNEL.intersection(name.split(".")[0] for name in imports_of(path))
