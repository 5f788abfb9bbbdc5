"""Bring a data file back to what the record read: out of DVC's cache or git, verified before it is put in place.

The file that is replaced is kept below ``.nbrepro/runs/replaced``, which git ignores.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nbrepro.errors import UsageError
from nbrepro.probes import data, dvc, git
from nbrepro.records import DataFile, Record

_GIT_SECONDS = 60


def restore_files(root: Path, record: Record, names: tuple[str, ...], advance: Callable[[int, int, int], None]) -> str:
    """Restore these files, or all that changed, and return a sentence about it.

    Raises
    ------
    UsageError
        If a file is none of the record's, or its recorded contents are not to be had.
    """
    recorded = record.fingerprint.data
    unknown = [name for name in names if name not in recorded]
    if unknown:
        raise UsageError(f"{unknown[0]!r} is no file that the record read")
    here = [name for name in recorded if not data.is_address(name)]
    now = data.read([root / name for name in here], root)
    changed = [name for name in names or here if _differs(recorded[name], now.get(name))]
    commit = record.fingerprint.code.commit if record.fingerprint.code else None
    for place, name in enumerate(changed, start=1):
        _restore(root, name, recorded[name], commit)
        advance(0, place, len(changed))
    if not changed:
        return "every file is as the record read it"
    return f"restored {', '.join(changed)}; what was there before is in .nbrepro/runs/replaced"


def is_restorable(root: Path, name: str, file: DataFile, commit: str | None) -> bool:
    """Whether the recorded contents can probably be had, told cheaply."""
    if not _inside(root, name):
        return False
    kept = _digits(file) is not None and (_in_cache(root, file) is not None or _has_remote(root))
    return kept or (file.in_git and commit is not None)


def _differs(recorded: DataFile, now: DataFile | None) -> bool:
    return now is None or now.digest != recorded.digest


def _inside(root: Path, name: str) -> bool:
    target = Path(os.path.abspath(root / name))  # noqa: PTH100 - no link is followed
    return root in target.parents and target.parent.resolve().is_relative_to(root.resolve())


def _restore(root: Path, name: str, file: DataFile, commit: str | None) -> None:
    if not _inside(root, name):
        raise UsageError(f"{name} lies outside of the project: restore it by hand")
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, text = tempfile.mkstemp(dir=target.parent, prefix=".nbrepro-")
    os.close(handle)
    fresh = Path(text)
    try:
        if not (_from_dvc(root, file, fresh) or _from_git(root, name, commit, fresh)):
            raise UsageError(f"neither DVC nor git has what the record read of {name}: get the file by hand")
        found = data.read([fresh], root)
        if next(iter(found.values())).digest != file.digest:
            raise UsageError(f"what DVC or git keeps of {name} is not what the record read: it was left as it is")
        if target.exists():
            aside = root / ".nbrepro" / "runs" / "replaced" / f"{time.time_ns()}" / name
            aside.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(target, aside)
        fresh.chmod(0o644)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _from_dvc(root: Path, file: DataFile, fresh: Path) -> bool:
    """Copy the recorded contents from DVC's cache, into which they are fetched from the remote if need be."""
    kept = _in_cache(root, file)
    if kept is None and _fetch(root, file):
        kept = _in_cache(root, file)
    if kept is None:
        return False
    shutil.copyfile(kept, fresh)
    return True


def _digits(file: DataFile) -> str | None:
    """Return the MD5 by which DVC keeps a file; ``None`` for a folder, and for what it does not keep."""
    if file.dvc is None or not file.dvc.recorded.startswith("md5:"):
        return None
    digits = file.dvc.recorded.removeprefix("md5:")
    return digits if digits.isalnum() else None  # a folder's ends in ".dir"


def _in_cache(root: Path, file: DataFile) -> Path | None:
    """Return the object in DVC's cache that holds the recorded contents."""
    digits, place = _digits(file), dvc.top(str(root / "any"))
    if digits is None or place is None:
        return None
    cache = dvc.cache_folder(place)
    kept = (folder / digits[:2] / digits[2:] for folder in (cache / "files" / "md5", cache))  # DVC 3, and before
    return next((path for path in kept if path.is_file()), None)


def _fetch(root: Path, file: DataFile) -> bool:
    """Fetch the object from DVC's default remote by its digest: the record may be older than the ``.dvc`` file."""
    digits, place = _digits(file), dvc.top(str(root / "any"))
    if digits is None or place is None:
        return False
    try:
        from dvc.repo import Repo  # noqa: PLC0415 - half a second, for those who fetch
        from dvc_data.hashfile.hash_info import HashInfo  # noqa: PLC0415 - as above
    except ImportError:
        return False
    try:
        with Repo(place) as repository:
            failed = repository.cloud.pull([HashInfo("md5", digits)]).failed
    except Exception as fault:
        raise UsageError(f"DVC could not fetch the recorded contents ({fault})") from fault
    return not failed


def _has_remote(root: Path) -> bool:
    place = dvc.top(str(root / "any"))
    return place is not None and dvc.has_remote(place)


def _from_git(root: Path, name: str, commit: str | None, fresh: Path) -> bool:
    if commit is None:
        return False
    with fresh.open("wb") as out:
        return git.write_contents(root, name, commit, out, seconds=_GIT_SECONDS)
