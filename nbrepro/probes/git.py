"""What git knows of a project, asked through the ``git`` command, which is told to change nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TIMEOUT = 5.0
"""Seconds that one question to git may take."""
HISTORY_TIMEOUT = 20.0
"""Seconds that a question about the history may take, or about a large file in it."""

# A git hook that starts us sets these; they would point at the hook's repository instead of the project's.
_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
# fsmonitor would start a daemon or a hook of the repository; optional locks would rewrite the index.
_COMMAND = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """The state of a working tree."""

    commit: str | None
    branch: str | None
    modified: tuple[str, ...]
    """Tracked files below the folder asked about with uncommitted changes, relative to it."""


def top(folder: Path) -> Path | None:
    """Return the top of the working tree that ``folder`` lies in, links resolved; ``None`` outside of git."""
    real = Path(os.path.realpath(folder))
    return next((parent for parent in (real, *real.parents) if (parent / ".git").exists()), None)


def checkout(folder: Path) -> Checkout | None:
    """Return commit, branch and modified files of the project in ``folder``; ``None`` without git or a repository.

    What nbrepro keeps itself, in ``.nbrepro``, is no modification: a record would change the next one.
    """
    above = top(folder)
    if above is None:
        return None
    answer = _ask(
        folder,
        *("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=no", "--no-renames"),
        *("--", ".", ":(exclude).nbrepro"),
    )
    if answer is None:
        return None
    head = {"branch.oid": "", "branch.head": ""}
    modified = []
    for entry in answer.split("\0"):
        if entry.startswith("# "):
            key, _, value = entry[2:].partition(" ")
            head[key] = value
        elif entry[:1] in {"1", "u"}:  # a changed or an unmerged file: the path follows the last fixed column
            modified.append(entry.split(" ", 8 if entry[0] == "1" else 10)[-1])
    below = Path(os.path.realpath(folder)).relative_to(above).as_posix()
    prefix = "" if below == "." else f"{below}/"
    return Checkout(
        commit=_unless_in_brackets(head["branch.oid"]),
        branch=_unless_in_brackets(head["branch.head"]),
        modified=tuple(sorted(path.removeprefix(prefix) for path in modified)),
    )


@dataclass(frozen=True, kw_only=True)
class State:
    """What exactly a folder of a working tree holds."""

    commit: str
    tree: str
    """Git's id of the folder as committed: other commits that leave it alone have the same."""
    diff: str | None
    """``sha256:…`` of what differs from that, new Python files included; ``None`` if nothing does."""


def state(folder: Path) -> State | None:
    """Return commit, tree and uncommitted changes of ``folder``; ``None`` without git or a commit."""
    answer = None if top(folder) is None else _ask(folder, "rev-parse", "HEAD", "HEAD:./")
    if answer is None:
        return None
    commit, tree = answer.split()
    return State(commit=commit, tree=tree, diff=diff(folder))


def diff(folder: Path) -> str | None:
    """Return the digest of the uncommitted changes below ``folder``, ``None`` if there are none, or no git.

    What nbrepro keeps itself is left out, as in `checkout`.
    """
    where = ("--", ".", ":(exclude).nbrepro")
    changes = _ask(folder, "diff", "HEAD", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv", *where)
    added = _ask(folder, "ls-files", "-z", "--others", "--exclude-standard", "--", "*.py", ":(exclude).nbrepro")
    if not changes and not added:
        return None
    digest = hashlib.sha256(os.fsencode(changes or ""))
    for name in _names(added or ""):
        digest.update(os.fsencode(name) + b"\0")
        with contextlib.suppress(OSError):  # gone since
            digest.update((folder / name).read_bytes())
    return f"sha256:{digest.hexdigest()}"


def untracked(folder: Path) -> frozenset[str]:
    """Return the Python files below ``folder`` that git neither tracks nor ignores, relative to it."""
    answer = _ask(folder, "ls-files", "-z", "--others", "--exclude-standard", "--", "*.py")
    return frozenset((answer or "").split("\0")) - {""}


def changes(folder: Path, names: Iterable[str], new: Container[str]) -> dict[str, str]:
    """Return the uncommitted changes of files, by their paths below ``folder``, as a diff without its header.

    Of those in ``new``, which git does not track, all lines are new.
    """
    found = {}
    for name in names:
        if name in new:
            lines = (folder / name).read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
            text = f"@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}" for line in lines)
        else:
            answer = _ask(folder, "diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv", "--", name) or ""
            text = answer[max(answer.find("\n@@ ") + 1, 0) :]
        if text:
            found[name] = text
    return found


def tracked(folder: Path) -> frozenset[str]:
    """Return the absolute paths of all files that git tracks in the working tree round ``folder``, links resolved."""
    above = top(folder)
    answer = None if above is None else _ask(above, "ls-files", "-z")
    return frozenset() if answer is None else frozenset(f"{above}{os.sep}{name}" for name in _names(answer))


def commits_of(folder: Path, name: str, *, most: int) -> tuple[str, ...]:
    """Return the commits of all branches that touched a file, given by its path below ``folder``, newest first."""
    answer = _answer(folder, "log", f"-n{most}", "--format=%H", "--all", "--", name, seconds=HISTORY_TIMEOUT)
    return tuple((answer or b"").decode("ascii").split())


def contents(folder: Path, name: str, commit: str) -> bytes | None:
    """Return what a file, given by its path below ``folder``, held at a commit; ``None`` if git has no such file."""
    return _answer(folder, "show", f"{commit}:./{name}", seconds=HISTORY_TIMEOUT)


def write_contents(folder: Path, name: str, commit: str, out: IO[bytes], *, seconds: float) -> bool:
    """Write what `contents` returns to an open file, which may be larger than memory; return whether there is any."""
    return _answer(folder, "show", f"{commit}:./{name}", seconds=seconds, out=out) is not None


def _names(answer: str) -> Iterator[str]:
    return (name.replace("/", os.sep) for name in answer.split("\0") if name)


def _unless_in_brackets(value: str) -> str | None:
    """Return ``None`` for git's ``(initial)`` and ``(detached)``."""
    return value if value and not value.startswith("(") else None


def _ask(folder: Path, *question: str) -> str | None:
    answer = _answer(folder, *question)
    return None if answer is None else os.fsdecode(answer)


def _answer(
    folder: Path, *question: str, seconds: float = TIMEOUT, out: IO[bytes] | int = subprocess.PIPE
) -> bytes | None:
    """Ask git; return what it says, nothing where that went to ``out``, and ``None`` where it has no answer."""
    environment = {name: value for name, value in os.environ.items() if name not in _INHERITED}
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            (*_COMMAND, *question),
            cwd=folder,
            env={**environment, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):  # no git, no folder, or a repository on a slow disk
        return None
    return (done.stdout or b"") if done.returncode == 0 else None
