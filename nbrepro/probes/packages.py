"""Installed packages, and which of them are in use."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from nbrepro.probes import git
from nbrepro.probes.distributions import Distribution, scan
from nbrepro.probes.integrity import check
from nbrepro.probes.owners import local_folder, owners
from nbrepro.probes.places import Places
from nbrepro.probes.redaction import redact
from nbrepro.records import Package


def read(root: Path | None = None) -> dict[str, Package]:
    """Return the installed distributions by normalised name.

    Parameters
    ----------
    root:
        The project's root, which the addresses of local installs are told relative to; defaults to
        ``NBREPRO_ROOT``.
    """
    places = Places.of(os.environ, root)
    return {name: _package(distribution, places) for name, distribution in sorted(scan().items())}


def imported(modules: Mapping[str, ModuleType]) -> tuple[str, ...]:
    """Return the names of the distributions that ``modules``, usually ``sys.modules``, were imported from."""
    return tuple(sorted(owners(modules, scan())))


def examine(
    packages: Mapping[str, Package], names: Iterable[str], modules: Mapping[str, ModuleType], root: Path
) -> dict[str, Package]:
    """Return ``packages`` with what only a look into the files of some tells: digests, edits, state of checkouts.

    Parameters
    ----------
    packages:
        What `read` returned.
    names:
        The distributions to look into, usually those that `imported` named.
    modules:
        The imported modules.
    root:
        The project's root; the state of an editable install in it is told as the project's code.
    """
    found = scan()
    chosen = [found[name] for name in names if name in found and name in packages]
    examined = dict(packages)
    for name, integrity in check(chosen, modules).items():
        examined[name] = replace(packages[name], digest=integrity.digest, edited=integrity.edited)
    for distribution in chosen:
        folder = local_folder(distribution) if distribution.is_editable else None
        if folder is None or distribution.name == "nbrepro" or Path(folder).is_relative_to(root):
            continue  # nbrepro, in a checkout of itself, is the instrument
        state = git.state(Path(folder))
        if state is not None:
            examined[distribution.name] = replace(
                packages[distribution.name], commit=state.commit, digest=f"git-tree:{state.tree}", diff=state.diff
            )
    return examined


def _package(distribution: Distribution, places: Places) -> Package:
    origin = distribution.direct_url
    if origin is None:
        return Package(version=distribution.version)
    folder = local_folder(distribution)
    url = str(origin.get("url", "")) if folder is None else f"file://{places.shorten(folder)}"
    vcs = origin.get("vcs_info")
    commit = vcs.get("commit_id") if isinstance(vcs, dict) else None
    return Package(
        version=distribution.version,
        editable=distribution.is_editable,
        url=redact(url) or None,
        commit=str(commit) if commit else None,
    )
