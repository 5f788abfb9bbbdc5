"""All probes together: one fingerprint out of what each could read.

Packages add probes of their own through the entry-point group ``nbrepro.probes``: a function that takes the
`Context` and returns a string, or a mapping of strings. What it returns stands in ``Fingerprint.extra`` under the
entry point's name, or under ``name.key``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias, TypeVar

from nbrepro.probes import code, conda, data, environment, hardware, numerics, packages, platform, python
from nbrepro.probes.distributions import Distribution, scan
from nbrepro.probes.places import Places
from nbrepro.probes.redaction import redact
from nbrepro.records import Fingerprint, Package, Randomness

GROUP = "nbrepro.probes"

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the probes may look at."""

    root: Path
    """The project's root."""
    modules: Mapping[str, ModuleType] = field(default_factory=lambda: dict(sys.modules))
    """Whose distributions and local files are told as imported."""
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    """Environment variables, best from before nbrepro imported anything."""
    files: tuple[Path, ...] = ()
    """Files and folders that were read."""
    randomness: Randomness | None = None
    """What seeded the run; whoever seeded it knows."""
    variables: tuple[str, ...] = ()
    """Patterns of further environment variables to read."""


Probe: TypeAlias = Callable[[Context], "str | Mapping[str, str]"]


def gather(context: Context, *, quick: bool = False) -> Fingerprint:
    """Return the fingerprint, with the reason in ``missing`` for every section that could not be read.

    Never raises, since it runs inside the user's session; only an interrupt passes.

    Parameters
    ----------
    context:
        What to look at.
    quick:
        Read what a session can afford at its start, in about 30 ms: python, platform, packages, code, environment
        and hardware. The rest is settled only at its end.
    """
    missing: dict[str, str] = {}

    def section(name: str, probe: Callable[[], T], otherwise: T) -> T:
        try:
            return probe()
        except Exception as fault:  # noqa: BLE001 - a probe that fails must cost its section alone
            missing[name] = _reason(fault)
            return otherwise

    root = context.root
    nothing: dict[str, Package] = {}
    installed = section("packages", lambda: packages.read(root), nothing)
    used: tuple[str, ...] = () if quick else section("imported", lambda: packages.imported(context.modules), ())
    examined = section("packages", lambda: packages.examine(installed, used, context.modules, root), installed)
    return Fingerprint(
        python=section("python", python.read, None),
        platform=section("platform", platform.read, None),
        packages=examined,
        conda=section("conda", conda.read, {}),
        code=section("code", lambda: code.read(root, context.modules), None),
        hardware=section("hardware", lambda: hardware.read(quick=quick), None),
        environment=section(
            "environment", lambda: environment.read(context.environ, root=root, extra=context.variables), None
        ),
        randomness=context.randomness,
        imported=used,
        numerics=None if quick else section("numerics", numerics.read, None),
        data={} if quick else section("data", lambda: data.read(context.files, root), {}),
        extra={} if quick else _extra(context, missing),
        missing=missing,
    )


def _extra(context: Context, missing: dict[str, str]) -> dict[str, str]:
    """Return what the probes of other packages report, and put those that fail into ``missing``."""
    try:
        found = entry_points(scan().values())
    except Exception as fault:  # noqa: BLE001 - damaged metadata of any package
        missing["extra"] = _reason(fault)
        return {}
    places = Places.of(context.environ, context.root)
    extra: dict[str, str] = {}
    for entry in found:
        report = _call(entry, context, missing)
        extra.update({name: redact(places.shorten(text)) for name, text in report.items()})
    return dict(sorted(extra.items()))


def _call(entry: EntryPoint, context: Context, missing: dict[str, str]) -> dict[str, str]:
    try:
        return _report(entry.name, load(entry)(context))
    except Exception as fault:  # noqa: BLE001 - other people's code
        missing[f"extra.{entry.name}"] = _reason(fault)
        return {}


def load(entry: EntryPoint) -> Probe:
    """Return the probe that an entry point names.

    Raises
    ------
    TypeError
        If it names something that cannot be called.
    """
    probe: Any = entry.load()
    if not callable(probe):
        msg = f"entry point {entry.name} = {entry.value} is no function: a probe takes the context, returns strings"
        raise TypeError(msg)
    return probe  # type: ignore[no-any-return]


def entry_points(distributions: Any) -> tuple[EntryPoint, ...]:
    """Return the entry points of the group ``nbrepro.probes``, by name.

    `importlib.metadata` would parse the entry points of every distribution; most never name the group.
    """
    found: list[EntryPoint] = []
    for distribution in distributions:
        found.extend(_in_distribution(distribution))
    return tuple(sorted(found, key=lambda entry: (entry.name, entry.value)))


def _in_distribution(distribution: Distribution) -> list[EntryPoint]:
    try:
        text = Path(distribution.info, "entry_points.txt").read_text(encoding="utf-8")
    except OSError:  # most have none
        return []
    if GROUP not in text:
        return []
    found = []
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            group = line.strip("[]").strip()
        elif group == GROUP and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.append(EntryPoint(name=name.strip(), value=value.strip(), group=GROUP))
    return found


def _report(name: str, value: object) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {f"{name}.{key}": str(inner) for key, inner in value.items()}
    if isinstance(value, str):
        return {name: value}
    msg = f"the probe {name} returned {type(value).__name__}: it must return a string or a mapping of strings"
    raise TypeError(msg)


def _reason(fault: Exception) -> str:
    return redact(f"{type(fault).__name__}: {fault}".strip(": "))
