"""The canary: digests of small computations whose last bits tell one numeric platform from another.

The inputs are exact and always the same, so a digest that differs from another run's says: processor, library,
number of threads or switches compute otherwise here, whatever the notebook's code does. Only libraries that are
loaded are asked, nothing is imported for it, no generator but one of its own is drawn from, and a graphics
processor is used only where the notebook has started it.

It runs where the session ends, in about 30 ms, since a first operation settles what is chosen at the first one:
instruction sets, the number of threads.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, TypeAlias

Operation: TypeAlias = Callable[[], Any]

_SHAPE = (200, 1000)
"""Of the matrices: large enough for BLAS to share them out among threads, and no multiple of its blocks."""
_MULTIPLIER = 2654435761
"""Knuth's, of multiplicative hashing: spreads whole numbers evenly over 32 bits."""
_DIGITS = 16


def sing(modules: Mapping[str, ModuleType] | None = None) -> dict[str, str]:
    """Return the digest of each computation by its name: ``numpy.matmul``, ``torch.conv2d``, ….

    A computation that this version of a library does not know is left out.
    """
    loaded = sys.modules if modules is None else modules
    numpy, torch = loaded.get("numpy"), loaded.get("torch")
    songs: dict[str, Operation] = {}
    try:
        if numpy is not None:
            songs |= _of_numpy(numpy, loaded.get("numpy.random"))
        if torch is not None and numpy is not None:
            songs |= _of_torch(torch, numpy, "cpu")
            songs |= _of_torch(torch, numpy, "cuda") if torch.cuda.is_initialized() else {}
    except Exception:  # noqa: BLE001, S110 - a library that is half imported, or a processor that has gone
        pass
    return {name: digest for name, song in songs.items() if (digest := _digest(song)) is not None}


def _of_numpy(np: Any, generators: Any) -> dict[str, Operation]:
    single, double = _inputs(np, "float32"), _inputs(np, "float64")
    return {
        "numpy.matmul": lambda: double @ double.T[::-1],
        # Of odd sides: how such a product is cut up for threads shows on every processor.
        "numpy.matmul.uneven": lambda: _uneven(double) @ _uneven(double)[:97].T,
        "numpy.matmul.float32": lambda: single @ single.T[::-1],
        "numpy.sum": lambda: np.add.reduce(double, axis=None),
        "numpy.sum.float32": lambda: np.add.reduce(single, axis=None),
        "numpy.exp": lambda: np.exp(double[:10]),
        "numpy.exp.float32": lambda: np.exp(single[:10]),
        "numpy.svd": lambda: np.linalg.svd(double[:48, :48], compute_uv=False),
        "numpy.convolve": lambda: np.convolve(double[0], double[1]),
        # The generator is made from a given state: `default_rng(1)` would do the same by way of names that may be
        # watched or replaced.
        "numpy.randn": lambda: generators.Generator(generators.PCG64(1)).standard_normal(1000),
    }


def _uneven(matrix: Any) -> Any:
    return matrix.reshape(-1)[: 101 * 301].reshape(101, 301)


def _of_torch(torch: Any, np: Any, device: str) -> dict[str, Operation]:
    single = torch.from_numpy(_inputs(np, "float32")).to(device)
    row = single.reshape(-1)
    image, kernel = row[:49152].reshape(2, 24, 32, 32), row[50000:59600].reshape(16, 24, 5, 5)

    def randn() -> Any:
        generator = torch.Generator(device=device)
        generator.manual_seed(1)
        return torch.randn(1000, generator=generator, device=device, dtype=torch.float32)

    songs: dict[str, Operation] = {
        "matmul": lambda: single @ single.T.flip(0),
        "sum": single.sum,
        "exp": single[:10].exp,
        "softmax": lambda: torch.softmax(single[:10], dim=1),
        "conv2d": lambda: torch.conv2d(image, kernel),
        "randn": randn,
    }
    prefix = "torch" if device == "cpu" else f"torch.{device}"
    return {f"{prefix}.{name}": _without_gradient(torch, song) for name, song in songs.items()}


def _without_gradient(torch: Any, song: Operation) -> Operation:
    def sung() -> Any:
        with torch.inference_mode():
            return song().cpu().numpy()

    return sung


def _inputs(np: Any, dtype: str) -> Any:
    """Return a matrix of numbers between -1 and 1, with a full mantissa, else sums of them would come out exact."""
    count = _SHAPE[0] * _SHAPE[1]
    spread = (np.arange(count, dtype=np.uint64) * np.uint64(_MULTIPLIER)) % np.uint64(1 << 32)
    return ((spread.astype(np.float64) - (1 << 31)) / (3 << 30)).astype(dtype).reshape(_SHAPE)


def _digest(song: Operation) -> str | None:
    try:
        return hashlib.sha256(song().tobytes()).hexdigest()[:_DIGITS]
    except Exception:  # noqa: BLE001 - any version of a library, in any state that the notebook left it in
        return None
