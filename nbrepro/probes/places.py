"""Paths told so that two clones of a project, or two homes, agree."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Places:
    """The project's root and the home folder, which a fingerprint must not depend on."""

    root: Path | None = None
    home: Path | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str], root: Path | None = None) -> Places:
        """Return the places of this process; the root defaults to ``NBREPRO_ROOT``."""
        named = environ.get("NBREPRO_ROOT")
        home = environ.get("HOME") or environ.get("USERPROFILE")
        return cls(root=root or (Path(named) if named else None), home=Path(home) if home else None)

    def shorten(self, text: str) -> str:
        """Return ``text`` with paths in the project starting with ``.``, and others in the home folder with ``~``."""
        for folder, mark in ((self.root, "."), (self.home, "~")):
            for spelling in _spellings(folder):
                # Only whole folders: neither /home/me in /home/means nor /me in /home/me.
                pattern = rf"(?<![\w.~/\\-]){re.escape(spelling)}(?=$|[/\\:;,\s\"'])"
                text = re.sub(pattern, mark, text)
        return text


def _spellings(folder: Path | None) -> tuple[str, ...]:
    """Return how ``folder`` may be written, longest first; nothing for the top of a file system."""
    if folder is None:
        return ()
    written = {os.path.abspath(folder), os.path.realpath(folder)}  # noqa: PTH100 - resolve() is only one of the two
    below_the_top = (w for w in written if w != os.path.dirname(w))  # noqa: PTH120 - text in, text out
    return tuple(sorted(below_the_top, key=len, reverse=True))


def relative(path: Path, root: Path) -> str:
    """Return ``path`` relative to ``root`` with POSIX separators; absolute where it lies outside.

    A path is looked up as it is written first, so that a link in the project keeps its own name, whatever it
    points to.
    """
    written = Path(os.path.abspath(path))  # noqa: PTH100 - as written, links kept
    folder = Path(os.path.abspath(root))  # noqa: PTH100 - as above
    real = Path(os.path.realpath(folder))
    for candidate, base in ((written, folder), (written, real), (Path(os.path.realpath(path)), real)):
        if candidate.is_relative_to(base):
            return candidate.relative_to(base).as_posix()
    return written.as_posix()


def is_address(name: str) -> bool:
    """Whether what a notebook read is no file here, but was fetched: ``https://…``, ``s3://…``."""
    return "://" in name
