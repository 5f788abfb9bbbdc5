"""Finding notebooks: paths, folders and glob patterns, in a stable order."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from pathlib import Path

from nbrepro.errors import NothingFoundError, UsageError

_LEFT_OUT = frozenset({".ipynb_checkpoints", ".nbrepro", ".venv", "node_modules", ".git", ".tox"})


def find_notebooks(paths: Sequence[str]) -> list[Path]:
    """Return the notebooks that the paths name, each once, in the order given; folders are searched.

    Parameters
    ----------
    paths:
        Files, folders or glob patterns (``**`` crosses folders); none stands for the current folder.

    Raises
    ------
    UsageError
        If a path does not exist, or a pattern matches nothing; all such are named together.
    NothingFoundError
        If the folders hold no notebook.
    """
    missing: list[str] = []
    found: dict[Path, None] = {}
    for text in paths or ["."]:
        path = Path(text)
        if path.is_dir():
            found.update(dict.fromkeys(_below(path)))
        elif path.exists():
            found[path] = None
        elif matches := _matching(text):
            found.update(dict.fromkeys(matches))
        else:
            missing.append(text)
    if missing:
        raise UsageError(f"no such notebook, folder or pattern: {', '.join(missing)}")
    if not found:
        raise NothingFoundError(f"no notebook in {', '.join(paths or ['this folder'])}: name a folder that holds some")
    return list(found)


def _below(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*.ipynb") if path.is_file() and _wanted(path.relative_to(folder).parts)
    )


def _matching(pattern: str) -> list[Path]:
    if not glob.has_magic(pattern):
        return []
    found = (Path(match) for match in glob.glob(pattern, recursive=True))  # noqa: PTH207 - the pattern may be absolute
    return sorted(path for path in found if path.suffix == ".ipynb" and path.is_file() and _wanted(path.parts))


def _wanted(parts: Iterable[str]) -> bool:
    return not _LEFT_OUT.intersection(parts)
