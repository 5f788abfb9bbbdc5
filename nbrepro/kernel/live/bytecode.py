"""Which global names compiled code touches, its nested code included."""

from __future__ import annotations

import dis
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType
from typing import NamedTuple

from nbrepro.kernel.live.settings import settings_in

LOADS = frozenset({"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"})
STORES = frozenset({"STORE_NAME", "STORE_GLOBAL"})
DELETES = frozenset({"DELETE_NAME", "DELETE_GLOBAL"})
_KINDS = {dis.opmap[name]: name for name in LOADS | STORES | DELETES if name in dis.opmap}
_EXTENDED = dis.opmap["EXTENDED_ARG"]
_SHIFTED = dis.opmap["LOAD_GLOBAL"] if "PUSH_NULL" in dis.opmap else -1  # from 3.11 on, its lowest bit is a flag
_OPTIMIZED = 0x1
_DIRECT = frozenset({"eval", "exec", "globals"})
_STATES = frozenset({"setstate", "getstate", "set_state", "get_state", "set_rng_state", "get_rng_state", "fork_rng"})
_FRAMES = frozenset({"__globals__", "_getframe", "currentframe", "user_ns", "user_global_ns", "run_cell", "__main__"})


class Operation(NamedTuple):
    """One access to a name that is no local variable."""

    kind: str
    """``load``, ``store`` or ``delete``."""
    name: str
    offset: int


class CodeNames(NamedTuple):
    """What a function can touch in the namespace that it was defined in."""

    loads: frozenset[str]
    stores: frozenset[str]
    """Deleted names too."""
    opaque: bool
    """Whether it can reach any name: it evaluates text, or looks into frames and namespaces."""
    seeds: bool
    """Whether it names what sets or reads the state of a generator."""
    sets: frozenset[str]
    """Names on which it sets something, as `settings_in` finds them."""
    digest: bytes
    """Of what the code does, wherever it stands."""


def operations(code: CodeType) -> Iterator[Operation]:
    """Yield the accesses of the code itself, in the order of its instructions."""
    raw, names = code.co_code, code.co_names
    extended = 0
    for offset in range(0, len(raw), 2):
        operation, argument = raw[offset], raw[offset + 1] | extended
        if operation == _EXTENDED:
            extended = argument << 8
            continue
        extended = 0
        kind = _KINDS.get(operation)
        if kind is not None:
            index = argument >> 1 if operation == _SHIFTED else argument
            yield Operation(kind.partition("_")[0].lower(), names[index], offset)


def nested(code: CodeType) -> Iterator[CodeType]:
    """Yield the code objects directly inside."""
    return (constant for constant in code.co_consts if isinstance(constant, CodeType))


def runs_at_once(code: CodeType) -> bool:
    """Whether nested code runs where it stands: a comprehension, the body of a class; a lambda may, so it counts."""
    return not code.co_flags & _OPTIMIZED or code.co_name.startswith("<")


@lru_cache(maxsize=4096)
def code_names(code: CodeType) -> CodeNames:
    """Return what a function with this code can touch, functions inside included."""
    loads: set[str] = set()
    stores: set[str] = set()
    opaque, seeds, sets = sees_everything(code), sets_seeds(code), settings_in(code).names
    in_class = not code.co_flags & _OPTIMIZED
    for operation in operations(code):
        if operation.kind == "load":
            loads.add(operation.name)
        elif not in_class:
            stores.add(operation.name)
    for inner in nested(code):
        names = code_names(inner)
        loads |= names.loads
        stores |= names.stores
        opaque, seeds, sets = opaque or names.opaque, seeds or names.seeds, sets | names.sets
    return CodeNames(frozenset(loads), frozenset(stores), opaque, seeds, sets, _digest(code))


def sets_seeds(code: CodeType) -> bool:
    """Whether the code itself names what sets or reads the state of a generator, which then tells of no draw."""
    return any("seed" in name or name in _STATES for name in code.co_names)


def sees_everything(code: CodeType) -> bool:
    """Whether the code itself can reach names that it does not spell."""
    if not _FRAMES.isdisjoint(code.co_names) or "__main__" in code.co_consts:
        return True
    return not _DIRECT.isdisjoint(code.co_names) and any(
        operation.kind == "load" and operation.name in _DIRECT for operation in operations(code)
    )


def _digest(code: CodeType) -> bytes:
    hashed = hashlib.blake2b(code.co_code, digest_size=16)
    hashed.update(getattr(code, "co_exceptiontable", b""))
    shape = (code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount, code.co_flags, code.co_name)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    hashed.update(repr((shape, names, [_constant(constant) for constant in code.co_consts])).encode(errors="replace"))
    return hashed.digest()


def _constant(constant: object) -> object:
    if isinstance(constant, CodeType):
        return code_names(constant).digest
    if isinstance(constant, frozenset):
        return sorted(map(repr, constant))
    return f"{constant:x}" if type(constant) is int else constant  # repr() of a huge integer raises
