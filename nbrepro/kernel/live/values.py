"""Cheap digests of what names hold, without running the user's code and without keeping anything alive.

A walk follows what an object holds (elements, attributes, closures, columns, memory of arrays) up to a budget. Only
exact built-in types, functions, classes, plain instances and the containers of numpy, pandas and torch are looked
into; their fields are read by C-level descriptors, so no property, ``__eq__`` or ``__repr__`` of the user's runs.
"""

from __future__ import annotations

import gc
import hashlib
import marshal
import sys
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from types import (
    BuiltinFunctionType,
    CodeType,
    EllipsisType,
    FrameType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    NoneType,
    NotImplementedType,
)
from typing import Any, NamedTuple

from nbrepro.kernel.live.bytecode import code_names

_SMALL = frozenset({NoneType, bool, int, float, complex, str, bytes, EllipsisType, NotImplementedType})
_FLAT = frozenset({NoneType, bool, int, float, complex, str, bytes})
_LONG_TEXT = 4096
_FEW = 8
_SAMPLES = 64
_SAMPLE = 4096
_HEAP = 1 << 9
_HEAD = object.__basicsize__
_SKIPPED = frozenset({"__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__abstractmethods__",
                      "_abc_impl", "__firstlineno__", "__static_attributes__", "__annotations_cache__"})  # fmt: skip


class Walk(NamedTuple):
    """What was seen of one object."""

    mark: bytes
    """Another one after a change, as far as it could be seen."""
    strong: bool = True
    """Whether equal marks are equal values."""
    complete: bool = True
    """Whether any change in place gives another mark."""
    opaque: bool = False
    """Whether merely using the object may change it: an iterator, a file, an object of an extension module."""
    ids: frozenset[int] = frozenset()
    """Identities of what it holds that can be changed in place."""
    loads: frozenset[str] = frozenset()
    """Names of the notebook that functions in it look up."""
    stores: frozenset[str] = frozenset()
    reaches_all: bool = False
    """Whether a function in it can reach any name."""
    seeds: bool = False
    """Whether a function in it names what sets the state of a generator."""
    active: bool = False
    """Whether it holds functions of the notebook: using it may run them."""


class Budget:
    """What a cell's digests may cost.

    Parameters
    ----------
    seconds:
        Time after which what is not seen yet stays unseen.
    items:
        Objects that are looked at.
    size:
        Bytes of arrays and columns that are read in full; a larger rest is sampled.
    """

    def __init__(self, seconds: float = 0.002, items: int = 20_000, size: int = 2_000_000) -> None:
        self.deadline = time.perf_counter() + seconds
        self.items = items
        self.size = size

    def take(self, items: int = 1) -> bool:
        """Whether so many more objects may be looked at."""
        self.items -= items
        return self.items >= 0 and (self.items % 64 > items or time.perf_counter() < self.deadline)

    def take_bytes(self, size: int) -> bool:
        """Whether so many more bytes may be read."""
        if size > self.size or time.perf_counter() > self.deadline:
            return False
        self.size -= size
        return True


def walk(value: Any, budget: Budget, namespace: dict[str, Any]) -> Walk:
    """Return what can be seen of ``value``; ``namespace`` is the notebook's own."""
    kind = type(value)
    if kind in _SMALL:
        return Walk(_small(value).encode("utf-8", "surrogatepass"))
    if kind is ModuleType:
        return Walk(f"module {id(value)}".encode())
    return _Walker(budget, namespace).run(value)


def _small(value: Any) -> str:
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


class _Walker:
    """One walk over what an object holds; the parts are written down in order of the visit."""

    def __init__(self, budget: Budget, namespace: dict[str, Any]) -> None:
        self.budget = budget
        self.parts: list[str] = []
        self.strong = True
        self.complete = True
        self.opaque = False
        self.reaches_all = False
        self.seeds = self.active = False
        self.ids: set[int] = set()
        self.loads: set[str] = set()
        self.stores: set[str] = set()
        self._namespace = namespace
        self._seen: dict[int, int] = {}
        self._keep: list[Any] = []  # what was made on the way must not make room for another with its identity
        self._stack: list[Any] = []
        self._dark: list[Any] = []

    def run(self, value: Any) -> Walk:
        self._stack.append(value)
        while self._stack:
            if not self.budget.take():
                self.cut()
                break
            self._visit(self._stack.pop())
        self._follow_dark()
        text = "\x1f".join(self.parts).encode("utf-8", "surrogatepass")
        mark = text if len(text) <= _SAMPLES else hashlib.blake2b(text, digest_size=16).digest()
        return Walk(
            mark, self.strong, self.complete, self.opaque, frozenset(self.ids), frozenset(self.loads),
            frozenset(self.stores), self.reaches_all, self.seeds, self.active,
        )  # fmt: skip

    def say(self, *parts: str) -> None:
        """Write parts of the mark down."""
        self.parts.extend(parts)

    def push(self, values: Iterable[Any]) -> None:
        """Look at these next, in their order."""
        self._stack.extend(reversed(list(values)))

    def made(self, value: Any) -> Any:
        """Keep what was only made for the walk until its end."""
        self._keep.append(value)
        return value

    def cut(self) -> None:
        """Something is not looked at."""
        self.strong = self.complete = False

    def dark(self, value: Any) -> None:
        """The object cannot be looked into; what it refers to can still be changed through other names."""
        self.say(f"opaque {id(value)}")
        self.strong = self.complete = False
        self.opaque = True
        self.ids.add(id(value))
        self._dark.append(value)

    def code(self, function: FunctionType, code: CodeType) -> None:
        """Note what a function of the notebook reaches."""
        names = code_names(code)
        self.say(names.digest.hex())
        if function.__globals__ is self._namespace:
            self.active = True
            self.seeds = self.seeds or names.seeds
            self.loads |= names.loads
            self.stores |= names.stores
            self.reaches_all = self.reaches_all or names.opaque

    def _visit(self, value: Any) -> None:
        kind = type(value)
        if kind in _SMALL:
            self.say(_small(value))
            return
        seen = self._seen.setdefault(id(value), len(self._seen))
        if seen != len(self._seen) - 1:
            self.say(f"again {seen}")
            return
        handler = HANDLERS.get(kind) or _handler_by_module(kind)
        before = len(self._stack)
        try:
            handler(self, value)
        except Exception:  # a library's object that is not built as expected
            del self._stack[before:]
            self.dark(value)

    def _follow_dark(self) -> None:
        pending, seen = self._dark, {id(self._namespace)}
        while pending:
            if not self.budget.take():
                self.cut()
                return
            value = pending.pop()
            if id(value) in seen or type(value) in _SMALL or isinstance(value, ModuleType | type | CodeType):
                continue
            if isinstance(value, FrameType) and value.f_globals is not self._namespace:
                continue
            seen.add(id(value))
            if isinstance(value, FunctionType):
                if value.__globals__ is not self._namespace:
                    continue
                self._reach(value)
            self.ids.add(id(value))
            pending.extend(gc.get_referents(value))

    def _reach(self, function: FunctionType) -> None:
        names = code_names(function.__code__)
        self.loads |= names.loads
        self.stores |= names.stores
        self.reaches_all = self.reaches_all or names.opaque


Handler = Callable[[_Walker, Any], None]


def _sequence(walker: _Walker, value: Any) -> None:
    walker.say(f"{type(value).__name__}{len(value)}")
    if type(value) is not tuple:
        walker.ids.add(id(value))
    _items(walker, value)


def _items(walker: _Walker, values: Any) -> None:
    if len(values) <= _FEW:
        walker.push(values)
    elif not walker.budget.take(len(values) // 16):
        walker.cut()
    elif set(map(type, values)) <= _FLAT:
        walker.say(f"m{hash(marshal.dumps(list(values), 2))}")
    elif walker.budget.items < len(values):
        walker.cut()
    else:
        walker.push(values)


def _mapping(walker: _Walker, value: Any) -> None:
    walker.say(f"{type(value).__name__}{len(value)}")
    walker.ids.add(id(value))
    _items(walker, list(dict.keys(value)))
    walker.say("values")
    if isinstance(value, defaultdict):
        walker.push([value.default_factory])
    _items(walker, list(dict.values(value)))


def _function(walker: _Walker, value: FunctionType) -> None:
    walker.say("function", value.__qualname__)
    if value.__globals__ is not walker._namespace and value.__closure__ is None:  # noqa: SLF001 - of this module
        walker.say(str(value.__module__))
        if not value.__dict__:
            return
    walker.code(value, value.__code__)
    walker.ids.add(id(value))
    held = [value.__defaults__, value.__kwdefaults__, value.__dict__ or None]
    for cell in value.__closure__ or ():
        walker.ids.add(id(cell))
        held.extend(gc.get_referents(cell) or [None])
    walker.push(held)


def _class(walker: _Walker, value: type) -> None:
    walker.say("class", type.__dict__["__qualname__"].__get__(value))
    fields: MappingProxyType[str, Any] = type.__dict__["__dict__"].__get__(value)
    if fields.get("__module__") != "__main__":
        walker.say(f"{fields.get('__module__')}")
        return
    walker.ids.add(id(value))
    for name, held in fields.items():
        if name not in _SKIPPED:
            walker.say(name)
            walker._stack.append(held)  # noqa: SLF001 - of this module
    walker.push(type.__dict__["__bases__"].__get__(value))


def _method(walker: _Walker, value: MethodType) -> None:
    walker.say("method")
    walker.push([value.__func__, value.__self__])


def _builtin(walker: _Walker, value: Any) -> None:
    walker.say("builtin", value.__name__)
    bound = value.__self__
    if bound is not None and not isinstance(bound, ModuleType):
        walker.push([bound])


def _referents(walker: _Walker, value: Any) -> None:
    walker.say(type(value).__name__)
    walker.ids.add(id(value))
    walker.push(gc.get_referents(value))


def _named(walker: _Walker, value: Any) -> None:
    walker.say(type(value).__name__, str(value.__name__))


def _printed(walker: _Walker, value: Any) -> None:
    walker.say(type(value).__name__, repr(value))


def _clock(walker: _Walker, value: Any) -> None:
    zone = value.tzinfo
    if zone is not None and type(zone).__module__ not in {"datetime", "zoneinfo"}:
        walker.dark(value)
        return
    _printed(walker, value)


def _opaque(walker: _Walker, value: Any) -> None:
    walker.dark(value)


def _instance(walker: _Walker, value: Any) -> None:
    """Look into an object whose classes were written in Python: its attributes, and what a built-in base holds."""
    kind = type(value)
    chain = [base for base in type.__dict__["__mro__"].__get__(kind) if base is not object]
    base = next((base for base in chain if not _in_python(base)), None)
    if base not in (None, list, dict, set, tuple, deque, int, str, float):
        walker.dark(value)
        return
    walker.ids.add(id(value))
    walker.say("instance")
    held: list[Any] = [kind]
    for cls in chain:
        fields = type.__dict__["__dict__"].__get__(cls)
        getter = fields.get("__dict__")
        if type(getter) is GetSetDescriptorType:
            attributes = getter.__get__(value)
            held.extend(part for pair in dict.items(attributes) for part in pair)
            break
    for cls in chain:
        held.extend(_slots(cls, value))
    if base in (int, str, float):
        walker.say(base.__repr__(value))
    elif base is not None:
        walker.say(f"{base.__name__}{base.__len__(value)}")
        held.extend(dict.items(value) if base is dict else base.__iter__(value))
    walker.push(held)


def _slots(cls: type, value: Any) -> Iterable[Any]:
    for name, field in type.__dict__["__dict__"].__get__(cls).items():
        if type(field) is MemberDescriptorType and _in_python(cls):
            try:
                yield (name, field.__get__(value))
            except AttributeError:
                yield (name, None, None)


def _in_python(cls: type) -> bool:
    """Whether a class statement made it, so that nothing of its instances lies in C."""
    fields = type.__dict__["__dict__"].__get__(cls)
    if not cls.__flags__ & _HEAP or "__module__" not in fields:
        return False
    slots = sum(type(field) is MemberDescriptorType for field in fields.values())
    base = cls.__base__ or object
    made = "__slots__" in fields or type(fields.get("__dict__")) is GetSetDescriptorType or base is not object
    return made and cls.__basicsize__ - base.__basicsize__ <= 8 * slots + 16


def _random(walker: _Walker, value: Any) -> None:
    walker.ids.add(id(value))
    walker.say(f"random.Random{hash(marshal.dumps(value.getstate(), 2))}")


HANDLERS: dict[type, Handler] = {
    list: _sequence,
    tuple: _sequence,
    set: _sequence,
    frozenset: _sequence,
    deque: _sequence,
    bytearray: lambda walker, value: (_sequence(walker, list(value)), walker.ids.add(id(value)))[0],  # type: ignore[func-returns-value]
    dict: _mapping,
    defaultdict: _mapping,
    OrderedDict: _mapping,
    FunctionType: _function,
    type: _class,
    MethodType: _method,
    BuiltinFunctionType: _builtin,
    property: _referents,
    classmethod: _referents,
    staticmethod: _referents,
    ModuleType: lambda walker, value: walker.say(f"module {id(value)}"),
    range: _printed,
    slice: _referents,
    MappingProxyType: _referents,
    GetSetDescriptorType: _named,
    MemberDescriptorType: _named,
    type(len.__call__): _named,  # type: ignore[operator]
    type(str.join): _named,
    type(object.__init__): _named,
    type(dict.__dict__["fromkeys"]): _named,
}
_BY_NAME: dict[str, Handler] = {
    "collections.Counter": _mapping,
    "functools.partial": _referents,
    "datetime.date": _printed,
    "datetime.timedelta": _printed,
    "datetime.datetime": _clock,
    "datetime.time": _clock,
    "datetime.timezone": _printed,
    "decimal.Decimal": _printed,
    "uuid.UUID": _printed,
    "re.Pattern": _printed,
    "random.Random": _random,
    "_io.TextIOWrapper": _opaque,
}
_FRAMES = ("numpy", "pandas", "torch", "polars", "pyarrow")


def _handler_by_module(kind: type) -> Handler:
    fields = type.__dict__["__dict__"].__get__(kind)
    module = fields.get("__module__")
    module = module if isinstance(module, str) else ""
    named = _BY_NAME.get(f"{module}.{kind.__name__}")
    if named is not None:
        return named
    if isinstance(kind.__name__, str) and (found := _BY_NAME.get(_static_name(kind))) is not None:
        return found
    if module.partition(".")[0] in _FRAMES or _static_name(kind).partition(".")[0] in _FRAMES:
        from nbrepro.kernel.live import frames

        handler = frames.handler(kind, sys.modules)
        if handler is not None:
            return handler
    if type in type.__dict__["__mro__"].__get__(type(kind)) and issubclass(kind, type):
        return _class
    return _instance


def _static_name(kind: type) -> str:
    """Return the dotted name of a class; for one of C it holds the module."""
    return f"{type.__dict__['__module__'].__get__(kind)}.{kind.__name__}"
