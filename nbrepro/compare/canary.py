"""Drift of the canary: which small fixed computations came out with other bits."""

from __future__ import annotations

from collections.abc import Iterator

from nbrepro.records import CauseKind, Drift, Numerics

CANARY = "numerics.canary"
"""The point of drift; `CANARY_ON_GPU` is that of a graphics processor."""
CANARY_ON_GPU = "numerics.canary.gpu"
_GPU = "torch.cuda."
_SHOWN = 8


def canary_on_processor(before: Numerics, after: Numerics) -> Iterator[Drift]:
    """Yield one point for all computations of the processor that both sides know and that differ."""
    return _point(CANARY, CauseKind.NUMERICS, *(_part(side, on_gpu=False) for side in (before, after)))


def canary_on_gpu(before: Numerics, after: Numerics) -> Iterator[Drift]:
    """Yield one point for those of the graphics processor."""
    return _point(CANARY_ON_GPU, CauseKind.GPU, *(_part(side, on_gpu=True) for side in (before, after)))


def same_canary(before: Numerics | None, after: Numerics | None) -> int:
    """Return how many computations both sides know if all of these are equal, else 0."""
    if before is None or after is None:
        return 0
    common = before.canary.keys() & after.canary.keys()
    return len(common) if all(before.canary[name] == after.canary[name] for name in common) else 0


def _part(side: Numerics, *, on_gpu: bool) -> dict[str, str]:
    return {name: digest for name, digest in side.canary.items() if name.startswith(_GPU) is on_gpu}


def _point(name: str, kind: CauseKind, before: dict[str, str], after: dict[str, str]) -> Iterator[Drift]:
    differing = sorted(song for song in before.keys() & after.keys() if before[song] != after[song])
    if differing:
        texts = (", ".join(f"{song} {side[song][:_SHOWN]}" for song in differing) for side in (before, after))
        yield Drift(kind=kind, name=name, reference=next(texts), candidate=next(texts))
