"""Normalisers: what may be set aside in a text, by name; other packages add theirs (``nbrepro.normalisers``)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from nbrepro.compare.normalisers import clocks, paths, progress, reprs
from nbrepro.compare.normalisers.base import Normaliser, Span
from nbrepro.errors import ConfigError

__all__ = ["BUILTIN", "GROUP", "Normaliser", "Span", "all_normalisers", "load_plugins"]

GROUP = "nbrepro.normalisers"

BUILTIN: tuple[Normaliser, ...] = (
    *paths.NORMALISERS,
    *reprs.NORMALISERS,
    *clocks.NORMALISERS,
    *progress.NORMALISERS,
)

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@functools.cache
def all_normalisers() -> tuple[Normaliser, ...]:
    """Return nbrepro's own normalisers and those of installed packages."""
    return load_plugins(BUILTIN, entry_points(group=GROUP))


def load_plugins(own: tuple[Normaliser, ...], points: Iterable[EntryPoint]) -> tuple[Normaliser, ...]:
    """Return the normalisers with those that other packages offer; a faulty one is an error that names it."""
    found = list(own)
    for point in points:
        try:
            offered = point.load()
        except Exception as fault:
            msg = f"{point.value} cannot be loaded ({fault}): mend or uninstall the package"
            raise ConfigError(msg, context=(GROUP, point.name)) from fault
        for normaliser in offered if isinstance(offered, (tuple, list)) else (offered,):
            _check(normaliser, found, point)
            found.append(normaliser)
    return tuple(found)


def _check(normaliser: object, found: list[Normaliser], point: EntryPoint) -> None:
    context = (GROUP, point.name)
    if not isinstance(normaliser, Normaliser):
        raise ConfigError(f"{point.value} is no Normaliser nor a tuple of them", context=context)
    if not _NAME.fullmatch(normaliser.name):
        raise ConfigError(f"{normaliser.name!r} is no name: use lower-case words with hyphens", context=context)
    if any(normaliser.name == other.name for other in found):
        raise ConfigError(f"there is a normaliser {normaliser.name!r} already: give it another name", context=context)
