"""Files as the rules see them: where a notebook's path leads, what lies near it, who tracks it."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from nbrepro.explain.case import Case
from nbrepro.probes import git

MAX_COUNTED = 64 * 1024 * 1024
"""Bytes of a table whose rows are counted."""
MAX_LISTED = 5000
"""Names of a folder that are looked through for a near one."""

_LOCKED_PATH = re.compile(r"^\s*(?:- )?path: ['\"]?(.+?)['\"]?\s*$", re.MULTILINE)


def resolved(case: Case, name: str) -> Path:
    """Return where a path that the notebook used leads: it runs in its own folder."""
    record = case.candidate_record or case.reference_record
    folder = case.root / Path(record.notebook).parent if record else case.root
    return Path(os.path.normpath(folder / name))


def nearest_names(path: Path, most: int = 3) -> list[str]:
    """Return names in the folder of ``path`` that resemble it, best first; a folder that is gone has none."""
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry, _ in zip(entries, range(MAX_LISTED), strict=False)]
    except OSError:
        return []
    folded = {name.lower(): name for name in sorted(names)}
    near = difflib.get_close_matches(path.name.lower(), folded, n=most, cutoff=0.6)
    return [folded[name] for name in near if folded[name] != path.name and not name.endswith(".dvc")]


def tracked_by(path: Path, root: Path) -> str | None:
    """Return the ``.dvc`` file or ``dvc.lock`` that tracks a path, relative to the root, if there is one."""
    for candidate in (path, *path.parents):
        if candidate == root or root not in candidate.parents:
            break
        pointer = candidate.with_name(f"{candidate.name}.dvc")
        if pointer.is_file():
            return pointer.relative_to(root).as_posix()
    for folder in (parent for parent in path.parents if parent == root or root in parent.parents):
        if _locked(folder / "dvc.lock", path):
            return (folder / "dvc.lock").relative_to(root).as_posix()
    return None


def in_git(path: Path, root: Path) -> bool:
    """Whether git tracks a path, be it gone from the disk or not."""
    return os.path.realpath(path.parent) + os.sep + path.name in git.tracked(root)


def _locked(lock: Path, path: Path) -> bool:
    try:
        named = _LOCKED_PATH.findall(lock.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return False
    places = {Path(os.path.normpath(lock.parent / name)) for name in named}
    return bool(places & {path, *path.parents})


def rows(path: Path) -> int | None:
    """Return the number of lines of a delimited text file below its header, if that is quickly known."""
    if path.suffix.lower() not in {".csv", ".tsv"}:
        return None
    try:
        return _count_lines(path) if path.stat().st_size <= MAX_COUNTED else None
    except OSError:
        return None


def rows_in_dvc_cache(digest: str, path: Path, root: Path) -> int | None:
    """Return the rows of the version of ``path`` that DVC's local cache holds under an MD5 digest."""
    value = digest.removeprefix("md5:")
    if path.suffix.lower() not in {".csv", ".tsv"} or not re.fullmatch(r"[0-9a-f]{32}", value):
        return None
    for layout in ("files/md5", ""):
        kept = root / ".dvc" / "cache" / layout / value[:2] / value[2:]
        try:
            if kept.stat().st_size <= MAX_COUNTED:
                return _count_lines(kept)
        except OSError:
            continue
    return None


def _count_lines(path: Path) -> int:
    last = b"\n"
    lines = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return max(lines + (last != b"\n") - 1, 0)
