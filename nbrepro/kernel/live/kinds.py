"""Questions about classes that run none of the user's code: no ``__class__``, no method of a metaclass."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

_NAME = type.__dict__["__name__"]
_MODULE = type.__dict__["__module__"]
_FIELDS = type.__dict__["__dict__"]


def name_of(kind: type) -> str:
    """Return the name of a class."""
    return str(_NAME.__get__(kind))


def module_of(kind: type) -> str:
    """Return the module that a class says it is of; for one of C it is part of the name."""
    try:
        module = _MODULE.__get__(kind)
    except AttributeError:
        return ""
    return module if type(module) is str else ""


def full_name(kind: type) -> str:
    """Return the dotted name of a class."""
    return f"{module_of(kind)}.{name_of(kind)}"


def fields_of(kind: type) -> Any:
    """Return what stands in a class itself."""
    return _FIELDS.__get__(kind)


def is_one_of(kind: type, kinds: Collection[type]) -> bool:
    """Whether a class is one of these; only those without a metaclass can be, and asking another runs its methods."""
    return type(kind) is type and kind in kinds


def is_a(value: Any, *kinds: type) -> bool:
    """Whether a value is of these classes, by its real one: ``isinstance`` would ask the value, too."""
    return issubclass(type(value), kinds)
