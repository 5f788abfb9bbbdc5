"""The project's code: its git commit, and the local modules that are imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from nbrepro.probes import git
from nbrepro.probes.hashing import DigestCache
from nbrepro.probes.owners import source_file
from nbrepro.probes.places import relative
from nbrepro.probes.redaction import redact
from nbrepro.records import Code

_STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 - text, for speed
_LONGEST_CHANGE = 20_000
_MOST_CHANGED = 20
_INSTALLED = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))


def read(root: Path, modules: Mapping[str, ModuleType]) -> Code:
    """Return the git state of the project at ``root``, and digests and changes of its modules among ``modules``."""
    checkout = git.checkout(root)
    digests = local_modules(root, modules)
    if checkout is None:
        return Code(modules=digests)
    return Code(
        commit=checkout.commit,
        branch=checkout.branch,
        dirty=bool(checkout.modified),
        modified=checkout.modified,
        diff=git.diff(root) if checkout.modified else None,
        modules=digests,
        changes=_changes(root, digests, checkout),
    )


def _changes(root: Path, modules: Mapping[str, str], checkout: git.Checkout) -> dict[str, str]:
    """Return how the modules differ from the commit, short enough for a record."""
    if checkout.commit is None:
        return {}
    new = git.untracked(root) if modules else frozenset()
    names = [name for name in modules if name in checkout.modified or name in new][:_MOST_CHANGED]
    found = {}
    for name, text in git.changes(root, names, new).items():
        cut = text if len(text) <= _LONGEST_CHANGE else f"{text[:_LONGEST_CHANGE]}\n[cut: {len(text)} characters]\n"
        found[name] = redact(cut)
    return found


def local_modules(root: Path, modules: Mapping[str, ModuleType]) -> dict[str, str]:
    """Return the digest of each module's file that lies in the project, by path relative to ``root``.

    What is installed is a package, not the project's code, even where the environment lies in the project; and
    nbrepro, in its own repository, is the instrument, not the code that is measured.
    """
    found: dict[str, str] = {}
    digests = DigestCache()
    for name, module in sorted(modules.items()):
        path = source_file(module)
        if path is None or name == "__main__" or name.partition(".")[0] == "nbrepro" or _is_library(path):
            continue
        place = relative(Path(path), root)
        if os.path.isabs(place) or place in found or _is_in_environment(os.path.dirname(path), root):  # noqa: PTH117, PTH120 - text
            continue
        try:
            found[place] = digests.digest(path).blake3
        except OSError:  # edited away since it was imported, or inside a zip file
            continue
    return dict(sorted(found.items()))


def _is_library(path: str) -> bool:
    """Whether a file plainly belongs to Python or to a package; of thousands of modules, nearly all do."""
    return path.startswith(_STANDARD_LIBRARY) or any(name in path for name in _INSTALLED)


@lru_cache(maxsize=4096)
def _is_in_environment(folder: str, root: Path) -> bool:
    """Whether ``folder`` lies in a virtual or conda environment below ``root``."""
    if Path(folder) == root or any((Path(folder) / mark).exists() for mark in ("pyvenv.cfg", "conda-meta")):
        return Path(folder) != root
    above = os.path.dirname(folder)  # noqa: PTH120 - as above
    return above != folder and _is_in_environment(above, root)
