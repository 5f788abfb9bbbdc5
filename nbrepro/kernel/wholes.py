"""Folders in the place of their files, where a cell read all or very many of them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable

from nbrepro.kernel.activity import RunningCell

_FEW = 50
"""Files that are told one by one in any case."""
_MANY = 1000
"""Files out of one folder beyond which the folder stands for them, though others in it were not read."""


class Wholes:
    """Puts the files of folders together: ten thousand images are one training set.

    Parameters
    ----------
    root:
        The project. Neither it nor what it lies in becomes one entry.
    is_ignored:
        Whether a file is no data, by path and mode.
    """

    def __init__(self, root: str, is_ignored: Callable[[str, str], bool]) -> None:
        self._root = root
        self._is_ignored = is_ignored

    def put_together(self, cell: RunningCell) -> None:
        """Replace the files read by their folders, where that says the same."""
        read = {path for path, mode in cell.files if mode == "read"}
        if len(read) < _FEW:
            return
        inside: dict[str, set[str]] = defaultdict(set)
        for path in read:
            inside[os.path.dirname(path)].add(path)  # noqa: PTH120 - text, for speed
        whole: dict[str, set[str]] = {}
        for folder in sorted(inside, key=lambda name: name.count(os.sep), reverse=True):
            if self._may_stand(folder) and (len(inside[folder]) >= _MANY or self._is_whole(folder, read, whole)):
                whole[folder] = inside[folder]
        self._rise(whole, read)
        for folder, files in whole.items():
            if len(files) >= _FEW:
                size = sum(cell.files.pop((path, "read")) or 0 for path in files)
                cell.files[folder, "read"] = size
                cell.folders[folder] = len(files)

    def _rise(self, whole: dict[str, set[str]], read: set[str]) -> None:
        """Put folders together whose parents hold nothing else."""
        above = sorted({os.path.dirname(name) for name in whole}, key=len, reverse=True)  # noqa: PTH120 - as above
        while above:
            parent = above.pop(0)
            if parent in whole or not self._may_stand(parent) or not self._is_whole(parent, read, whole):
                continue
            inner = [name for name in whole if name.startswith(parent + os.sep)]
            whole[parent] = set().union(*(whole.pop(name) for name in inner))
            above.append(os.path.dirname(parent))  # noqa: PTH120 - as above
        for name in [n for n in whole if any(n.startswith(other + os.sep) for other in whole if other != n)]:
            outer = next(other for other in whole if other != name and name.startswith(other + os.sep))
            whole[outer] |= whole.pop(name)

    def _may_stand(self, folder: str) -> bool:
        return folder != os.sep and not f"{self._root}{os.sep}".startswith(f"{folder}{os.sep}")

    def _is_whole(self, folder: str, read: set[str], whole: dict[str, set[str]]) -> bool:
        """Whether all of a folder was read; what is hidden or nobody's data does not count."""
        try:
            with os.scandir(folder) as entries:
                return all(self._is_covered(entry, read, whole) for entry in entries)
        except OSError:
            return False

    def _is_covered(self, entry: os.DirEntry[str], read: set[str], whole: dict[str, set[str]]) -> bool:
        if entry.path in read or entry.path in whole or entry.name.startswith("."):
            return True
        if entry.is_dir(follow_symlinks=False):
            return self._is_ignored(f"{entry.path}{os.sep}", "read")
        return self._is_ignored(entry.path, "read")
