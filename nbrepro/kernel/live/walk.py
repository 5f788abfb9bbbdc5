"""Cheap digests of what names hold, without running the user's code and without keeping anything alive.

A walk follows what an object holds (elements, attributes, closures, columns, memory of arrays) up to a budget. Only
exact built-in types, functions, classes, plain instances and the containers of numpy, pandas and torch are looked
into; their fields are read by C-level descriptors, so no property, ``__eq__`` or ``__repr__`` of the user's runs.
"""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import CodeType, EllipsisType, FrameType, FunctionType, ModuleType, NoneType, NotImplementedType
from typing import Any, NamedTuple, TypeAlias

from nbrepro.kernel.live.bytecode import code_names
from nbrepro.kernel.live.kinds import is_a, is_one_of

SMALL = frozenset({NoneType, bool, int, float, complex, str, bytes, EllipsisType, NotImplementedType})
_LONG_TEXT = 4096
_SHORT_MARK = 64
_LATER = "*"
_NONE: frozenset[str] = frozenset()


class Walk(NamedTuple):
    """What was seen of one object."""

    mark: bytes
    """Another one after a change, as far as it could be seen."""
    strong: bool = True
    """Whether equal marks are equal values."""
    complete: bool = True
    """Whether any change in place gives another mark."""
    whole: bool = True
    """Whether ``ids`` are all there are."""
    opaque: bool = False
    """Whether merely using the object may change it: an iterator, a file, an object of an extension module."""
    active: bool = False
    """Whether it holds functions of the notebook: using it may run them."""
    ids: frozenset[int] = frozenset()
    """Identities of what it holds that can be changed in place."""
    loads: frozenset[str] = _NONE
    """Names of the notebook that functions in it look up."""
    stores: frozenset[str] = _NONE
    sets: frozenset[str] = _NONE
    """Names on which functions in it set something."""
    reaches_all: bool = False
    """Whether a function in it can reach any name."""
    seeds: bool = False
    """Whether a function in it names what sets the state of a generator."""


UNSEEN = Walk(b"", strong=False, complete=False, whole=False)
"""What is known of an object that was not looked at."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the digests of one cell may cost.

    The counts hold for each name, so that what is seen of an object does not depend on what else a cell uses; the
    time is for all, and only for a machine or a library that takes unexpectedly long.
    """

    seconds: float = 0.02
    """After which what is not seen yet stays unseen."""
    items: int = 2000
    """Objects that are looked at."""
    size: int = 1_000_000
    """Bytes of arrays and columns that are read in full; of larger ones samples are."""

    def begin(self) -> Allowance:
        """Start the clock."""
        return Allowance(self, time.perf_counter() + self.seconds)


class Allowance:
    """What is left of a budget."""

    def __init__(self, budget: Budget, deadline: float) -> None:
        self._budget = budget
        self._deadline = deadline
        self.renew()

    def renew(self) -> None:
        """Begin with another name."""
        self._items, self._size = self._budget.items, self._budget.size

    @property
    def is_spent(self) -> bool:
        """Whether the time is over."""
        return time.perf_counter() > self._deadline

    def take(self, items: int = 1) -> bool:
        """Whether so many more objects may be looked at."""
        if items > self._items:
            return False
        self._items -= items
        return self._items % 64 > items or not self.is_spent

    def take_bytes(self, size: int) -> bool:
        """Whether so many more bytes may be read."""
        if size > self._size or self.is_spent:
            return False
        self._size -= size
        return True


def walk(value: Any, allowance: Allowance, namespace: dict[str, Any]) -> Walk:
    """Return what can be seen of ``value``; ``namespace`` is the notebook's own."""
    kind = type(value)
    if is_one_of(kind, SMALL):
        return Walk(_mark(small(value)))
    if kind is ModuleType:
        return Walk(f"module {id(value)}".encode())
    if allowance.is_spent:
        return UNSEEN
    allowance.renew()
    return Walker(allowance, namespace).run(value)


def _mark(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    return raw if len(raw) <= _SHORT_MARK else hashlib.blake2b(raw, digest_size=16).digest()


def small(value: Any) -> str:
    """Return a text that is equal for equal values of a type, and for no others."""
    kind = type(value)
    if kind is str:
        return f"s{len(value)}:{value if len(value) <= _LONG_TEXT else hash(value)}"
    if kind is int:
        return f"i{value:x}"
    if kind is float:
        return f"f{value.hex()}"
    if kind is bytes:
        return f"b{len(value)}:{value.hex() if len(value) <= _LONG_TEXT else hash(value)}"
    return repr(value)


class Walker:
    """One walk over what an object holds; the parts are written down in order of the visit."""

    def __init__(self, allowance: Allowance, namespace: dict[str, Any]) -> None:
        self.allowance = allowance
        self.namespace = namespace
        self.ids: set[int] = set()
        self.stack: list[Any] = []
        self._parts: list[str] = []
        self._strong = self._complete = self._whole = True
        self._opaque = self._active = self._reaches_all = self._seeds = False
        self._loads: set[str] = set()
        self._stores: set[str] = set()
        self._sets: set[str] = set()
        self._seen: dict[int, int] = {}
        self._keep: list[Any] = []  # what was made on the way must not make room for another with its identity
        self._dark: list[Any] = []

    def run(self, value: Any) -> Walk:
        """Walk from ``value`` on."""
        self.stack.append(value)
        while self.stack:
            if not self.allowance.take():
                self.cut()
                break
            self._visit(self.stack.pop())
        self._follow_dark()
        return Walk(
            mark=_mark("\x1f".join(self._parts)),
            strong=self._strong,
            complete=self._complete,
            whole=self._whole,
            opaque=self._opaque,
            active=self._active,
            ids=frozenset(self.ids),
            loads=frozenset(self._loads),
            stores=frozenset(self._stores),
            sets=frozenset(self._sets),
            reaches_all=self._reaches_all,
            seeds=self._seeds,
        )

    def say(self, *parts: str) -> None:
        """Write parts of the mark down."""
        self._parts.extend(parts)

    def push(self, values: Iterable[Any]) -> None:
        """Look at these next, in their order; small ones are written down at once, with a sign for each of the rest."""
        later = []
        for value in values:
            kind = type(value)
            if is_one_of(kind, SMALL):
                self._parts.append(small(value))
            else:
                self._parts.append(_LATER)
                later.append(value)
        later.reverse()
        self.stack.extend(later)

    def made(self, value: Any) -> Any:
        """Keep what was only made for the walk until its end."""
        self._keep.append(value)
        return value

    def cut(self) -> None:
        """Some objects are not looked at."""
        self._strong = self._complete = self._whole = False

    def sample(self, *, complete: bool = False) -> None:
        """Not all of the contents are read; ``complete`` where a change in place would be seen all the same."""
        self._strong = False
        self._complete = self._complete and complete

    def dark(self, value: Any) -> None:
        """The object cannot be looked into; what it refers to can still be changed through other names."""
        self.say(f"opaque {id(value)}")
        self.sample()
        self._opaque = True
        self.ids.add(id(value))
        self._dark.append(value)

    def code(self, function: FunctionType) -> None:
        """Note what a function does, and what of the notebook it reaches."""
        names = code_names(function.__code__)
        self.say(names.digest.hex())
        if function.__globals__ is self.namespace:
            self._active = True
            self._reach(function)

    def _visit(self, value: Any) -> None:
        kind = type(value)
        if is_one_of(kind, SMALL):
            self.say(small(value))
            return
        if id(value) in self._seen:
            self.say(f"again {self._seen[id(value)]}")
            return
        self._seen[id(value)] = len(self._seen)
        before = len(self.stack)
        try:
            handler_of(kind)(self, value)
        except Exception:  # a library's object that is not built as expected
            del self.stack[before:]
            self.dark(value)

    def _follow_dark(self) -> None:
        pending, seen = self._dark, {id(self.namespace)}
        while pending:
            if not self.allowance.take():
                self.cut()
                return
            value = pending.pop()
            if id(value) in seen or is_one_of(type(value), SMALL) or is_a(value, ModuleType, type, CodeType):
                continue
            if is_a(value, FrameType) and value.f_globals is not self.namespace:
                continue
            seen.add(id(value))
            if is_a(value, FunctionType):
                if value.__globals__ is not self.namespace:
                    continue
                self._reach(value)
            self.ids.add(id(value))
            pending.extend(gc.get_referents(value))

    def _reach(self, function: FunctionType) -> None:
        names = code_names(function.__code__)
        self._seeds = self._seeds or names.seeds
        self._loads |= names.loads
        self._stores |= names.stores
        self._sets |= names.sets
        self._reaches_all = self._reaches_all or names.opaque


Handler: TypeAlias = "Callable[[Walker, Any], None]"


def handler_of(kind: type) -> Handler:
    """Return what looks into objects of this very class."""
    from nbrepro.kernel.live.objects import handler_by_class

    return handler_by_class(kind)
