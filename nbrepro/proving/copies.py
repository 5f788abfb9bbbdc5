"""A copy of the project, in which a trial may change what it likes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

_NAMES = frozenset({".git", ".venv", "venv", "__pycache__", "node_modules", ".ipynb_checkpoints", ".tox"})
_PLACES = frozenset({".nbrepro/runs", ".nbrepro/history.db", ".dvc/cache", ".dvc/tmp"})


def copy_project(root: Path, folder: Path, outside: Iterable[str]) -> Path:
    """Return a copy of the project in ``folder``, without what no notebook reads.

    Parameters
    ----------
    outside:
        Absolute paths of files that the notebook read beside the project: links in ``folder`` lead to them, so that
        ``../name`` still does.
    """
    copied = folder / root.name
    shutil.copytree(root, copied, symlinks=True, ignore=_left_behind(root), ignore_dangling_symlinks=True)
    for place, folders, files in os.walk(copied):
        for name in (*folders, *files):
            _keep_link(root, copied, Path(place, name))
    for name in outside:
        beside = Path(os.path.relpath(name, root.parent))
        link = folder / beside
        if ".." not in beside.parts and not link.exists() and Path(name).exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(name)
    return copied


def _keep_link(root: Path, copied: Path, path: Path) -> None:
    """Let a relative link that leads out of the project lead there from the copy too."""
    if not path.is_symlink():
        return
    inner = path.relative_to(copied)
    target = os.path.normpath((root / inner).parent / path.readlink())
    if not path.readlink().is_absolute() and root not in Path(target).parents:
        path.unlink()
        path.symlink_to(target)


def _left_behind(root: Path) -> Callable[[str, list[str]], set[str]]:
    def ignored(folder: str, names: list[str]) -> set[str]:
        inner = Path(folder).relative_to(root)
        return {
            name
            for name in names
            if name in _NAMES
            or any((inner / name).as_posix().endswith(place) for place in _PLACES)
            or Path(folder, name, "pyvenv.cfg").exists()
        }

    return ignored
