"""The former contents of a file, found by digest in git's history or DVC's local cache."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from blake3 import blake3

MAX_COMMITS = 200
_SECONDS = 20.0


def former_contents(root: Path, name: str, digest: str, dvc: str | None) -> bytes | None:
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
        The MD5 digest that DVC recorded, if it tracks the file.
    """
    if dvc and (found := _from_dvc_cache(root, dvc)) is not None and _is(found, digest):
        return found
    for commit in (_git(root, "log", f"-n{MAX_COMMITS}", "--format=%H", "--all", "--", name) or b"").decode().split():
        found = _git(root, "show", f"{commit}:./{name}")
        if found is not None and _is(found, digest):
            return found
    return None


def _is(contents: bytes, digest: str) -> bool:
    kind, _, value = digest.partition(":")
    return kind == "blake3" and blake3(contents).hexdigest().startswith(value)


def _from_dvc_cache(root: Path, recorded: str) -> bytes | None:
    value = recorded.removeprefix("md5:")
    if not re.fullmatch(r"[0-9a-f]{32}", value):
        return None
    for layout in ("files/md5", ""):
        try:
            return (root / ".dvc/cache" / layout / value[:2] / value[2:]).read_bytes()
        except OSError:  # noqa: PERF203 - two places
            continue
    return None


def _git(root: Path, *question: str) -> bytes | None:
    command = ["git", "--no-optional-locks", *question]
    try:
        answer = subprocess.run(command, cwd=root, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - our own words, and a path behind `--` or a colon
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
