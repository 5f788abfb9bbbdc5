"""What decides the last bits of floating-point results: thread pools, code paths, determinism switches, a canary.

Only what is loaded already is looked at: the probe imports neither numpy nor torch. It runs at the end of a
session, not at its start, since asking torch for its instruction set settles the choice.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, TypeAlias

from nbrepro.probes import canary
from nbrepro.records import Numerics, ThreadPool

Switch: TypeAlias = "str | int | float | bool | None"

_TORCH: dict[str, Callable[[Any], Any]] = {
    "torch.deterministic_algorithms": lambda t: t.are_deterministic_algorithms_enabled(),
    "torch.deterministic_warn_only": lambda t: t.is_deterministic_algorithms_warn_only_enabled(),
    "torch.fill_uninitialized_memory": lambda t: t.utils.deterministic.fill_uninitialized_memory,
    "torch.float32_matmul_precision": lambda t: t.get_float32_matmul_precision(),
    "torch.default_dtype": lambda t: str(t.get_default_dtype()),
    "torch.num_threads": lambda t: t.get_num_threads(),
    "torch.num_interop_threads": lambda t: t.get_num_interop_threads(),
    "torch.mkldnn.enabled": lambda t: bool(t.backends.mkldnn.enabled),
    "torch.cudnn.benchmark": lambda t: t.backends.cudnn.benchmark,
    "torch.cudnn.deterministic": lambda t: t.backends.cudnn.deterministic,
    "torch.cudnn.allow_tf32": lambda t: t.backends.cudnn.allow_tf32,
    "torch.cuda.matmul.allow_tf32": lambda t: t.backends.cuda.matmul.allow_tf32,
    "torch.cuda.version": lambda t: t.version.cuda or t.version.hip,
    "torch.cudnn.version": lambda t: t.backends.cudnn.version() if t.version.cuda else None,
}


def read(modules: Mapping[str, ModuleType] | None = None) -> Numerics:
    """Return the thread pools, the instruction sets in use and the switches of the libraries that are loaded."""
    loaded = sys.modules if modules is None else modules
    switches = {**_numpy_switches(loaded), **_torch_switches(loaded.get("torch"))}
    return Numerics(
        pools=thread_pools(),
        cpu_capability=_capability(loaded.get("torch")),
        switches=dict(sorted(switches.items())),
        canary=canary.sing(loaded),
    )


def thread_pools() -> tuple[ThreadPool, ...]:
    """Return the native thread pools of the process, in an order that does not depend on that of loading."""
    pools = {
        ThreadPool(
            api=pool["user_api"],
            implementation=pool.get("internal_api") or pool["prefix"],
            version=pool.get("version"),
            architecture=pool.get("architecture"),
            threads=pool["num_threads"],
        )
        for pool in _threadpool_info()
    }
    return tuple(
        sorted(pools, key=lambda p: (p.api, p.implementation, p.version or "", p.architecture or "", p.threads))
    )


def _threadpool_info() -> list[dict[str, Any]]:
    # Importing threadpoolctl sets KMP_DUPLICATE_LIB_OK, which would let an OpenMP that is loaded twice go unnoticed.
    name = "KMP_DUPLICATE_LIB_OK"
    before = os.environ.get(name)
    from threadpoolctl import threadpool_info  # noqa: PLC0415 - 10 ms, which only this probe needs

    if before is None and os.environ.get(name) is not None and "sklearn" not in sys.modules:
        del os.environ[name]
    found: list[dict[str, Any]] = threadpool_info()
    return found


def _numpy_switches(modules: Mapping[str, ModuleType]) -> dict[str, Switch]:
    """Return the instruction sets that numpy dispatches to; ``NPY_DISABLE_CPU_FEATURES`` takes some away."""
    core = modules.get("numpy._core._multiarray_umath") or modules.get("numpy.core._multiarray_umath")
    features = getattr(core, "__cpu_features__", None)
    if not isinstance(features, dict):
        return {}
    return {"numpy.cpu_features": " ".join(sorted(name for name, is_there in features.items() if is_there))}


def _torch_switches(torch: ModuleType | None) -> dict[str, Switch]:
    values = {name: _ask(torch, question) for name, question in _TORCH.items()} if torch is not None else {}
    return {name: value for name, value in values.items() if value is not None}


def _capability(torch: ModuleType | None) -> str | None:
    value = None if torch is None else _ask(torch, lambda t: t.backends.cpu.get_cpu_capability())
    return value if isinstance(value, str) else None


def _ask(torch: ModuleType, question: Callable[[Any], Any]) -> Switch:
    """Return an answer of torch's, ``None`` where this version of it, or this state of its import, has none."""
    try:
        value = question(torch)
    except Exception:  # noqa: BLE001 - any version of torch, half imported or not
        return None
    return value if isinstance(value, str | int | float | bool) else None
