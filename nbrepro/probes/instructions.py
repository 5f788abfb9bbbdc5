"""The processor's instruction set: what numeric libraries choose their code by."""

from __future__ import annotations

from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_ONE_CORE = 8192  # bytes; the first core's entry, with its flags

_V2 = frozenset({"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"})
_V3 = _V2 | {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"}
_V4 = _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
_LEVELS = (("x86-64-v4", _V4), ("x86-64-v3", _V3), ("x86-64-v2", _V2), ("x86-64", frozenset({"sse2", "lm"})))
"""Levels of the x86-64 psABI, the highest first, by the flags that Linux tells."""

_STARTS = ("avx", "amx", "sse", "sve", "sme")
_EXACT = frozenset({"asimd", "asimdhp", "asimddp", "bf16", "i8mm", "f16c", "fma", "fma4", "xop", "neon", "fphp"})


def read(cpuinfo: Path = _CPUINFO) -> tuple[str | None, tuple[str, ...]]:
    """Return the level, and the flags that numeric libraries choose by; ``None`` and nothing where Linux tells none.

    Parameters
    ----------
    cpuinfo:
        The system's account of its processors; tests lay their own.
    """
    flags = _flags(cpuinfo)
    level = next((name for name, needed in _LEVELS if needed <= flags), None)
    return level, tuple(sorted(flag for flag in flags if flag in _EXACT or flag.startswith(_STARTS)))


def _flags(cpuinfo: Path) -> frozenset[str]:
    try:
        with cpuinfo.open("rb") as file:
            text = file.read(_ONE_CORE).decode("utf-8", "replace")
    except OSError:
        return frozenset()
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in {"flags", "Features"}:  # x86, ARM
            return frozenset(value.split())
    return frozenset()
