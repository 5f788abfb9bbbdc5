"""How a walk looks into Python's own objects: containers, functions, classes and their instances."""

from __future__ import annotations

import gc
import marshal
import sys
from collections import OrderedDict, defaultdict, deque
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    NoneType,
)
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from nbrepro.kernel.live.kinds import fields_of, full_name, is_a, name_of
from nbrepro.kernel.live.walk import Handler, Walker

_FLAT = frozenset(map(id, (NoneType, bool, int, float, complex, str, bytes)))
_FEW = 8
_FLAGS, _BASE, _SIZE = (type.__dict__[name] for name in ("__flags__", "__base__", "__basicsize__"))
_HEAP = 1 << 9
_SKIPPED = frozenset({"__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__abstractmethods__",
                      "_abc_impl", "__firstlineno__", "__static_attributes__", "__annotations_cache__"})  # fmt: skip


def _sequence(walker: Walker, value: Any) -> None:
    walker.say(f"{name_of(type(value))}{len(value)}")
    if type(value) is not tuple:
        walker.ids.add(id(value))
    _items(walker, value)


def _items(walker: Walker, values: Any) -> None:
    if len(values) <= _FEW:
        walker.push(values)
    elif not walker.allowance.take(len(values) // 16):
        walker.cut()
    elif {id(kind) for kind in map(type, values)} <= _FLAT:
        walker.say(f"m{hash(marshal.dumps(list(values), 2))}")
    else:
        walker.push(values)


def _mapping(walker: Walker, value: Any) -> None:
    walker.say(f"{name_of(type(value))}{len(value)}")
    walker.ids.add(id(value))
    if is_a(value, defaultdict):
        walker.push([value.default_factory])
    if dict.__len__(value):
        _items(walker, list(dict.keys(value)))
        _items(walker, list(dict.values(value)))


def _function(walker: Walker, value: FunctionType) -> None:
    walker.say("function", value.__qualname__)
    if value.__globals__ is not walker.namespace and value.__closure__ is None:
        walker.say(str(value.__module__))
        if not value.__dict__:
            return
    walker.code(value)
    walker.ids.add(id(value))
    held = [value.__defaults__, value.__kwdefaults__, value.__dict__ or None]
    for cell in value.__closure__ or ():
        walker.ids.add(id(cell))
        held.extend(gc.get_referents(cell) or [None])
    walker.push(held)


def _class(walker: Walker, value: type) -> None:
    walker.say("class", type.__dict__["__qualname__"].__get__(value))
    fields = fields_of(value)
    if fields.get("__module__") != "__main__":
        walker.say(f"{fields.get('__module__')}")
        return
    walker.ids.add(id(value))
    for name, held in fields.items():
        if name not in _SKIPPED:
            walker.say(name)
            walker.stack.append(held)
    walker.push(type.__dict__["__bases__"].__get__(value))


def _method(walker: Walker, value: MethodType) -> None:
    walker.say("method")
    walker.push([value.__func__, value.__self__])


def _builtin(walker: Walker, value: Any) -> None:
    walker.say("builtin", value.__name__)
    bound = value.__self__
    if bound is not None and not is_a(bound, ModuleType):
        walker.push([bound])


def _referents(walker: Walker, value: Any) -> None:
    walker.say(name_of(type(value)))
    walker.ids.add(id(value))
    walker.push(gc.get_referents(value))


def _named(walker: Walker, value: Any) -> None:
    walker.say(name_of(type(value)), str(value.__name__))


def _printed(walker: Walker, value: Any) -> None:
    walker.say(name_of(type(value)), repr(value))


def _clock(walker: Walker, value: Any) -> None:
    zone = value.tzinfo
    if zone is not None and type(zone).__module__ not in {"datetime", "zoneinfo"}:
        walker.dark(value)
        return
    _printed(walker, value)


def _opaque(walker: Walker, value: Any) -> None:
    walker.dark(value)


class _Shape(NamedTuple):
    """Where the instances of a class keep what they hold; no class changes that after it was made."""

    is_open: bool
    """Whether nothing of an instance lies in C."""
    base: Any
    """A built-in class that it extends."""
    attributes: Any
    """Descriptor of ``__dict__``."""
    slots: tuple[tuple[str, Any], ...]


def _shape_of(kind: type) -> _Shape:
    if type(kind) is not type:  # a metaclass could be asked for the hash of its class
        return _measured(kind)
    known = _SHAPES.get(kind)
    if known is None:
        known = _SHAPES[kind] = _measured(kind)
    return known


def _measured(kind: type) -> _Shape:
    chain = [base for base in type.__dict__["__mro__"].__get__(kind) if base is not object]
    base = next((base for base in chain if not _in_python(base)), None)
    getters = (fields_of(cls).get("__dict__") for cls in chain)
    return _Shape(
        is_open=base in (None, list, dict, set, tuple, deque, int, str, float),
        base=base,
        attributes=next((getter for getter in getters if type(getter) is GetSetDescriptorType), None),
        slots=tuple(
            (name, field)
            for cls in chain
            if _in_python(cls)
            for name, field in fields_of(cls).items()
            if type(field) is MemberDescriptorType
        ),
    )


def _slot(name: str, field: Any, value: Any) -> tuple[Any, ...]:
    try:
        return (name, field.__get__(value))
    except AttributeError:
        return (f"no {name}",)


def _instance(walker: Walker, value: Any) -> None:
    """Look into an object whose classes were written in Python: its attributes, and what a built-in base holds."""
    kind = type(value)
    shape = _shape_of(kind)
    if not shape.is_open:
        walker.dark(value)
        return
    walker.ids.add(id(value))
    walker.say("instance")
    held: list[Any] = [kind]
    if shape.attributes is not None:
        for name, part in dict.items(shape.attributes.__get__(value)):
            held += (name, part)
    for name, field in shape.slots:
        held += _slot(name, field, value)
    base = shape.base
    if base in (int, str, float):
        walker.say(base.__repr__(value))
    elif base is not None:
        walker.say(f"{base.__name__}{base.__len__(value)}")
        held.extend(dict.items(value) if base is dict else base.__iter__(value))
    walker.push(held)


def _in_python(cls: type) -> bool:
    """Whether a class statement made it, so that nothing of its instances lies in C."""
    fields = fields_of(cls)
    if not _FLAGS.__get__(cls) & _HEAP or "__module__" not in fields:
        return False
    slots = sum(type(field) is MemberDescriptorType for field in fields.values())
    base = _BASE.__get__(cls) or object
    made = "__slots__" in fields or type(fields.get("__dict__")) is GetSetDescriptorType or base is not object
    return made and _SIZE.__get__(cls) - _SIZE.__get__(base) <= 8 * slots + 16


def _random(walker: Walker, value: Any) -> None:
    walker.ids.add(id(value))
    walker.say(f"random.Random{hash(marshal.dumps(value.getstate(), 2))}")


def _bytes(walker: Walker, value: bytearray) -> None:
    walker.ids.add(id(value))
    walker.say(f"bytearray{len(value)}")
    if walker.allowance.take_bytes(len(value)):
        walker.say(str(hash(bytes(value))))
    else:
        walker.sample()


def _module(walker: Walker, value: ModuleType) -> None:
    walker.say(f"module {id(value)}")


HANDLERS: dict[type, Handler] = {
    list: _sequence,
    tuple: _sequence,
    set: _sequence,
    frozenset: _sequence,
    deque: _sequence,
    bytearray: _bytes,
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
    ModuleType: _module,
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
_SHAPES: WeakKeyDictionary[type, _Shape] = WeakKeyDictionary()
_FOUND: WeakKeyDictionary[type, Handler] = WeakKeyDictionary()


def handler_by_class(kind: type) -> Handler:
    """Return what looks into objects of this very class."""
    if type(kind) is not type:
        return _handler_by_name(kind)
    known = HANDLERS.get(kind) or _FOUND.get(kind)
    if known is None:
        known = _FOUND[kind] = _handler_by_name(kind)
    return known


def _handler_by_name(kind: type) -> Handler:
    name = full_name(kind)
    named = _BY_NAME.get(name)
    if named is not None:
        return named
    if name.partition(".")[0] in _FRAMES:
        from nbrepro.kernel.live import frames

        handler = frames.handler(kind, sys.modules)
        if handler is not None:
            return handler
    return _class if issubclass(kind, type) else _instance
