"""Installed packages, and which of them are in use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from nbrepro.probes.distributions import Distribution, scan
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
