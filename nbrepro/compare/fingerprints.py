"""Drift: every point in which two fingerprints differ, the likeliest to change a result first.

What a side does not know is no drift: a section that was not read, a version that was not told. Neither are the
git commit and uncommitted changes, which stand in the record for people: of the code, only the modules that were
imported can change a result. Edited cells are told by the comparison of the notebooks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from nbrepro.compare.canary import canary_on_gpu, canary_on_processor
from nbrepro.records import (
    CauseKind,
    Code,
    DataFile,
    Drift,
    Environment,
    Fingerprint,
    Hardware,
    Numerics,
    Package,
    Platform,
    Python,
    Randomness,
    ThreadPool,
)

S = TypeVar("S")

_MEMORY_THAT_MATTERS = 0.1
"""Share by which the memory must differ: the kernel keeps a little for itself, not always the same."""
_GIB = 1024**3
_DIGITS = 8

_THREAD_SWITCHES = ("torch.num_threads", "torch.num_interop_threads")
_GPU_SWITCHES = ("torch.cuda.version", "torch.cudnn.version")
_CODE_PATH_SWITCHES = ("numpy.cpu_features", "torch.mkldnn.enabled")


@dataclass(frozen=True, kw_only=True)
class _Sides:
    """The two fingerprints, and whether the second tells of a whole run."""

    reference: Fingerprint
    candidate: Fingerprint
    complete: bool


def drift(reference: Fingerprint, candidate: Fingerprint, *, complete: bool = True) -> tuple[Drift, ...]:
    """Return every point in which the two fingerprints differ, in a stable order, the most relevant first.

    Parameters
    ----------
    reference, candidate:
        The fingerprints of the two runs.
    complete:
        Whether the candidate ran to its end. If not, a file or a module that only one side used is no drift:
        the run may not have come so far.
    """
    sides = _Sides(reference=reference, candidate=candidate, complete=complete)
    return tuple(point for section in _SECTIONS for point in section(sides))


def _point(kind: CauseKind, name: str, reference: str | None, candidate: str | None) -> Iterator[Drift]:
    if reference != candidate:
        yield Drift(kind=kind, name=name, reference=reference, candidate=candidate)


def _known_point(kind: CauseKind, name: str, reference: str | None, candidate: str | None) -> Iterator[Drift]:
    """Yield a drift only where both sides know a value."""
    if reference and candidate:
        yield from _point(kind, name, reference, candidate)


def _both(reference: S | None, candidate: S | None, compare: Callable[[S, S], Iterable[Drift]]) -> Iterator[Drift]:
    """Compare a section that both sides have."""
    if reference is not None and candidate is not None:
        yield from compare(reference, candidate)


def _data(sides: _Sides) -> Iterator[Drift]:
    before, after = sides.reference.data, sides.candidate.data
    for name in sorted(before.keys() | after.keys()) if before and after else ():
        if sides.complete or (name in before and name in after):
            yield from _file(name, before.get(name), after.get(name))


def _file(name: str, before: DataFile | None, after: DataFile | None) -> Iterator[Drift]:
    digests = before.digest if before else None, after.digest if after else None
    kind = CauseKind.DATA_MISSING if None in digests else CauseKind.DATA_CHANGED
    yield from _point(kind, name, *digests)


def _modules(sides: _Sides) -> Iterator[Drift]:
    def compare(before: Code, after: Code) -> Iterator[Drift]:
        for path in sorted(before.modules.keys() | after.modules.keys()):
            if sides.complete or (path in before.modules and path in after.modules):
                yield from _point(CauseKind.LOCAL_MODULE, path, before.modules.get(path), after.modules.get(path))

    return _both(sides.reference.code, sides.candidate.code, compare)


def _imported_packages(sides: _Sides) -> Iterator[Drift]:
    imported = {*sides.reference.imported, *sides.candidate.imported}
    return (point for point in _packages(sides) if point.name in imported)


def _other_packages(sides: _Sides) -> Iterator[Drift]:
    imported = {*sides.reference.imported, *sides.candidate.imported}
    return (point for point in _packages(sides) if point.name not in imported)


def _packages(sides: _Sides) -> Iterator[Drift]:
    before, after = sides.reference.packages, sides.candidate.packages
    for name in sorted(before.keys() | after.keys()) if before and after else ():
        versions = _package_texts(before.get(name), after.get(name))
        yield from _point(CauseKind.PACKAGE, name, *versions)


def _package_texts(before: Package | None, after: Package | None) -> tuple[str | None, str | None]:
    """Return the two versions, with where they came from if they are the same."""
    if before is None or after is None or before.version != after.version:
        return before.version if before else None, after.version if after else None
    examined = before.digest is not None and after.digest is not None
    return _with_origin(before, examined=examined), _with_origin(after, examined=examined)


def _with_origin(package: Package, *, examined: bool) -> str:
    """Return the version with what tells it from another of the same name.

    Where a local install lies is another place for everyone; that it is one may matter. Commits that leave an
    editable one's folder alone change nothing: its tree and its uncommitted changes tell.
    """
    is_local = (package.url or "").startswith("file:")
    kind = "editable" if package.editable else "local" if is_local else ""
    origin = (kind, "" if is_local else package.url, None if package.editable else package.commit)
    parts = [" ".join(part for part in origin if part)]
    if examined:
        parts.append(f"files {_short(package.digest)}")
        parts.extend(f"{name} edited to {_short(digest)}" for name, digest in sorted(package.edited.items()))
        parts.append(f"uncommitted changes {_short(package.diff)}" if package.diff else "")
    details = ", ".join(part for part in parts if part)
    return f"{package.version} ({details})" if details else package.version


def _short(digest: str | None) -> str:
    return (digest or "").rpartition(":")[2][:_DIGITS]


def _conda(sides: _Sides) -> Iterator[Drift]:
    """Yield conda's packages that are no Python packages, which are told already."""
    before, after = sides.reference, sides.candidate
    told = {*before.packages, *after.packages, "python"}
    for name in sorted((before.conda.keys() | after.conda.keys()) - told) if before.conda and after.conda else ():
        yield from _point(CauseKind.PACKAGE, f"conda.{name}", before.conda.get(name), after.conda.get(name))


def _python(sides: _Sides) -> Iterator[Drift]:
    def compare(before: Python, after: Python) -> Iterator[Drift]:
        if before.implementation != after.implementation:
            texts = (f"{side.implementation} {side.version}" for side in (before, after))
            yield from _point(CauseKind.PYTHON, "python.version", *texts)
        else:
            yield from _point(CauseKind.PYTHON, "python.version", before.version, after.version)

    return _both(sides.reference.python, sides.candidate.python, compare)


def _seeds(sides: _Sides) -> Iterator[Drift]:
    def compare(before: Randomness, after: Randomness) -> Iterator[Drift]:
        # Which libraries were seeded says only which were used: numpy loads its generators when they are asked for.
        return _point(CauseKind.UNSEEDED_RANDOMNESS, "randomness.seed", _text(before.seed), _text(after.seed))

    return _both(sides.reference.randomness, sides.candidate.randomness, compare)


def _hash_seed(sides: _Sides) -> Iterator[Drift]:
    name = "PYTHONHASHSEED"

    def by_seed(before: Randomness, after: Randomness) -> Iterator[Drift]:
        return _known_point(CauseKind.HASH_ORDER, name, before.hash_seed, after.hash_seed)

    def by_variable(before: Environment, after: Environment) -> Iterator[Drift]:
        return _point(CauseKind.HASH_ORDER, name, before.variables.get(name), after.variables.get(name))

    before, after = sides.reference, sides.candidate
    if before.randomness is not None and after.randomness is not None:
        return by_seed(before.randomness, after.randomness)
    return _both(before.environment, after.environment, by_variable)


def _switches(sides: _Sides) -> Iterator[Drift]:
    return _of_kind(sides, CauseKind.DETERMINISM_SWITCH)


def _of_kind(sides: _Sides, kind: CauseKind) -> Iterator[Drift]:
    """Yield the switches of one kind that both sides know: a library that one of them never loaded has none."""

    def compare(before: Numerics, after: Numerics) -> Iterator[Drift]:
        for name in sorted(before.switches.keys() & after.switches.keys()):
            if _switch_kind(name) is kind:
                yield from _known_point(kind, name, _text(before.switches[name]), _text(after.switches[name]))

    return _both(sides.reference.numerics, sides.candidate.numerics, compare)


def _switch_kind(name: str) -> CauseKind:
    if name in _THREAD_SWITCHES:
        return CauseKind.THREADS
    if name in _GPU_SWITCHES:
        return CauseKind.GPU
    return CauseKind.NUMERICS if name in _CODE_PATH_SWITCHES else CauseKind.DETERMINISM_SWITCH


def _threads(sides: _Sides) -> Iterator[Drift]:
    pools = list(_both(sides.reference.numerics, sides.candidate.numerics, _pool_threads))
    switches = list(_of_kind(sides, CauseKind.THREADS))
    yield from (*pools, *switches)
    if pools or switches or _thread_counts_unknown(sides):
        yield from _both(sides.reference.hardware, sides.candidate.hardware, _usable_cores)


def _thread_counts_unknown(sides: _Sides) -> bool:
    """Whether usable cores are all there is to go by; otherwise the counts of the pools say what came of them."""
    return sides.reference.numerics is None or sides.candidate.numerics is None


def _usable_cores(before: Hardware, after: Hardware) -> Iterator[Drift]:
    counts = str(before.usable_cores), str(after.usable_cores)
    return _point(CauseKind.THREADS, "hardware.usable_cores", *counts)


def _pool_threads(before: Numerics, after: Numerics) -> Iterator[Drift]:
    for name, left, right in _common_pools(before, after):
        yield from _point(CauseKind.THREADS, f"{name}.threads", *(_values(p.threads for p in s) for s in (left, right)))


def _common_pools(
    before: Numerics, after: Numerics
) -> Iterator[tuple[str, tuple[ThreadPool, ...], tuple[ThreadPool, ...]]]:
    """Yield the pools of each implementation that both sides loaded, with its dotted name."""
    keys = [{(pool.api, pool.implementation) for pool in side.pools} for side in (before, after)]
    for key in sorted(keys[0] & keys[1]):
        chosen = (tuple(p for p in side.pools if (p.api, p.implementation) == key) for side in (before, after))
        yield (f"numerics.{key[0]}.{key[1]}", *chosen)  # type: ignore[misc]  # two of them


def _numerics(sides: _Sides) -> Iterator[Drift]:
    yield from _both(sides.reference.numerics, sides.candidate.numerics, _libraries)
    yield from _both(sides.reference.numerics, sides.candidate.numerics, _code_paths)
    yield from _of_kind(sides, CauseKind.NUMERICS)
    yield from _both(sides.reference.numerics, sides.candidate.numerics, canary_on_processor)

    def processor(before: Hardware, after: Hardware) -> Iterator[Drift]:
        yield from _known_point(CauseKind.NUMERICS, "hardware.cpu", before.cpu, after.cpu)
        yield from _known_point(CauseKind.NUMERICS, "hardware.isa_level", before.isa_level, after.isa_level)
        if before.isa_level == after.isa_level and before.isa and after.isa:
            yield from _point(CauseKind.NUMERICS, "hardware.isa", *_differing(before.isa, after.isa))

    yield from _both(sides.reference.hardware, sides.candidate.hardware, processor)


def _libraries(before: Numerics, after: Numerics) -> Iterator[Drift]:
    """Yield where another implementation does the same work; an interface that one side never loaded has none."""
    for api in sorted({p.api for p in before.pools} & {p.api for p in after.pools}):
        texts = (_values(p.implementation for p in side.pools if p.api == api) for side in (before, after))
        yield from _point(CauseKind.NUMERICS, f"numerics.{api}", *texts)


def _code_paths(before: Numerics, after: Numerics) -> Iterator[Drift]:
    for name, left, right in _common_pools(before, after):
        for part in ("architecture", "version"):
            texts = (_values(getattr(pool, part) for pool in side) for side in (left, right))
            yield from _known_point(CauseKind.NUMERICS, f"{name}.{part}", *texts)
    yield from _known_point(CauseKind.NUMERICS, "numerics.cpu_capability", before.cpu_capability, after.cpu_capability)


def _values(values: Iterable[object]) -> str:
    return ", ".join(sorted({str(value) for value in values if value is not None}))


def _differing(before: Iterable[str], after: Iterable[str]) -> tuple[str | None, str | None]:
    """Return what only the one and only the other has."""
    left, right = set(before), set(after)
    return " ".join(sorted(left - right)) or None, " ".join(sorted(right - left)) or None


def _gpus(sides: _Sides) -> Iterator[Drift]:
    def compare(before: Hardware, after: Hardware) -> Iterator[Drift]:
        names = (", ".join(gpu.name for gpu in side.gpus) or None for side in (before, after))
        yield from _point(CauseKind.GPU, "hardware.gpus", *names)
        for part in ("driver", "multiprocessors", "compute_capability"):
            texts = (_values(getattr(gpu, part) for gpu in side.gpus) for side in (before, after))
            yield from _known_point(CauseKind.GPU, f"hardware.gpus.{part}", *texts)

    yield from _both(sides.reference.hardware, sides.candidate.hardware, compare)
    yield from _of_kind(sides, CauseKind.GPU)
    yield from _both(sides.reference.numerics, sides.candidate.numerics, canary_on_gpu)


def _variables(sides: _Sides) -> Iterator[Drift]:
    def compare(before: Environment, after: Environment) -> Iterator[Drift]:
        for name in sorted((before.variables.keys() | after.variables.keys()) - {"PYTHONHASHSEED"}):
            if not _is_locale(name):
                values = before.variables.get(name), after.variables.get(name)
                yield from _point(CauseKind.ENVIRONMENT_VARIABLE, name, *values)

    return _both(sides.reference.environment, sides.candidate.environment, compare)


def _is_locale(name: str) -> bool:
    return name in {"LANG", "LANGUAGE", "TZ"} or name.startswith("LC_")


def _locale(sides: _Sides) -> Iterator[Drift]:
    def compare(before: Environment, after: Environment) -> Iterator[Drift]:
        for name in sorted(filter(_is_locale, before.variables.keys() | after.variables.keys())):
            yield from _point(CauseKind.LOCALE, name, before.variables.get(name), after.variables.get(name))
        for part in ("locale", "timezone", "encoding"):
            yield from _known_point(
                CauseKind.LOCALE, f"environment.{part}", getattr(before, part), getattr(after, part)
            )

    return _both(sides.reference.environment, sides.candidate.environment, compare)


def _platform(sides: _Sides) -> Iterator[Drift]:
    def compare(before: Platform, after: Platform) -> Iterator[Drift]:
        for part in ("system", "machine", "libc", "release"):
            yield from _known_point(CauseKind.PLATFORM, f"platform.{part}", getattr(before, part), getattr(after, part))
        yield from _point(CauseKind.PLATFORM, "platform.container", before.container, after.container)

    def build(before: Python, after: Python) -> Iterator[Drift]:
        # Another version is another build anyway; the same version may come from another compiler.
        if (before.implementation, before.version) == (after.implementation, after.version):
            yield from _known_point(CauseKind.PLATFORM, "python.build", before.build, after.build)

    yield from _both(sides.reference.platform, sides.candidate.platform, compare)
    yield from _both(sides.reference.python, sides.candidate.python, build)


def _memory(sides: _Sides) -> Iterator[Drift]:
    def compare(before: Hardware, after: Hardware) -> Iterator[Drift]:
        left, right = before.memory_bytes, after.memory_bytes
        if left and right and abs(left - right) > _MEMORY_THAT_MATTERS * max(left, right):
            texts = (f"{amount / _GIB:.3g} GiB" for amount in (left, right))
            yield from _point(CauseKind.RESOURCES, "hardware.memory", *texts)

    return _both(sides.reference.hardware, sides.candidate.hardware, compare)


def _extra(sides: _Sides) -> Iterator[Drift]:
    """Yield what probes of other packages reported on both sides; what it may cause, only they know."""
    before, after = sides.reference.extra, sides.candidate.extra
    for name in sorted(before.keys() & after.keys()):
        yield from _point(CauseKind.UNKNOWN, f"extra.{name}", before[name], after[name])


def _text(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


_SECTIONS: tuple[Callable[[_Sides], Iterator[Drift]], ...] = (
    _data,
    _modules,
    _imported_packages,
    _python,
    _seeds,
    _hash_seed,
    _switches,
    _threads,
    _numerics,
    _gpus,
    _variables,
    _locale,
    _platform,
    _other_packages,
    _conda,
    _memory,
    _extra,
)
"""In order of relevance: what a notebook surely uses first, what may not reach it last."""
