"""The former contents of a file, found by digest in git's history or DVC's local cache."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from blake3 import blake3

from nbrepro.probes import git
from nbrepro.probes.dvc import cache_folder
from nbrepro.probes.dvc import top as dvc_top

MAX_COMMITS = 200


def former_contents(root: Path, name: str, digest: str, dvc: str | None, *, commits: int = MAX_COMMITS) -> bytes | None:
    """Return the bytes that ``name`` had, or ``None`` where they are kept nowhere near.

    Parameters
    ----------
    root:
        The project's root.
    name:
        The file, relative to the root.
    digest:
        What the bytes must digest to, ``blake3:…``.
    dvc:
        The MD5 digest that DVC recorded of the file, or of the folder it lies in (``….dir``), if it tracks it.
    commits:
        How many commits that touched the file are looked through, newest first.
    """
    for found in _from_dvc_cache(root, name, dvc) if dvc else ():
        if is_of(found, digest):
            return found
    for commit in git.commits_of(root, name, most=commits):
        former = git.contents(root, name, commit)
        if former is not None and is_of(former, digest):
            return former
    return None


def is_of(contents: bytes, digest: str) -> bool:
    """Whether contents digest to what a record says."""
    kind, _, value = digest.partition(":")
    return kind == "blake3" and blake3(contents).hexdigest().startswith(value)


def _from_dvc_cache(root: Path, name: str, recorded: str) -> Iterator[bytes]:
    """Yield what the cache holds under a digest: the file, or the files of a folder that may be the one."""
    value = recorded.removeprefix("md5:")
    repository = dvc_top(str(root / name))
    if repository is None or not re.fullmatch(r"[0-9a-f]{32}(\.dir)?", value):
        return
    cache = cache_folder(repository)
    kept = _object(cache, value)
    if kept is None or not value.endswith(".dir"):
        yield from [] if kept is None else [kept]
        return
    for entry in json.loads(kept):
        if f"/{name}".endswith(f"/{entry['relpath']}") and (inner := _object(cache, entry["md5"])) is not None:
            yield inner


def _object(cache: Path, value: str) -> bytes | None:
    for layout in ("files/md5", ""):
        try:
            return (cache / layout / value[:2] / value[2:]).read_bytes()
        except OSError:  # noqa: PERF203 - two places
            continue
    return None
