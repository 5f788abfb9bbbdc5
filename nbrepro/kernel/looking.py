"""Looking at the notebook's own values: nothing of theirs is called, neither ``__getattr__`` nor ``__class__``."""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

_PLAIN = (FunctionType, BuiltinFunctionType)


def is_a(value: Any, *kinds: type) -> bool:
    """Whether the value is of one of these types; `isinstance` would ask the value itself for its ``__class__``."""
    return issubclass(type(value), kinds)


def module_name(module: ModuleType) -> str:
    """Return the name of a module, one that loads itself when it is first asked for anything included."""
    return str(ModuleType.__getattribute__(module, "__dict__").get("__name__", ""))


def named(value: Any) -> tuple[str, str]:
    """Return module and qualified name of a function or class, or else of the value's class."""
    return named_itself(value) or _of_class(type(value))


def named_itself(value: Any) -> tuple[str, str] | None:
    """Return module and qualified name of a function or class; any other value has none."""
    if not callable(value):
        return None
    if type(value) is MethodType:
        value = value.__func__
    kind = type(value)
    if kind in _PLAIN:
        return str(value.__module__ or ""), value.__qualname__
    if issubclass(kind, type):
        return _of_class(value)
    if not (_is_silent(kind) and _is_silent(type(kind))):
        return None
    name = getattr(value, "__qualname__", None)  # what Cython, numpy or functools has made
    return (str(getattr(value, "__module__", None) or ""), name) if type(name) is str else None


def _of_class(kind: type) -> tuple[str, str]:
    module = type.__getattribute__(kind, "__module__")
    return (module if isinstance(module, str) else ""), type.__getattribute__(kind, "__qualname__")


def _is_silent(kind: type) -> bool:
    """Whether no code in Python is run when an attribute of such values is asked for."""
    if type(type.__getattribute__(kind, "__getattribute__")) is FunctionType:
        return False
    try:
        type.__getattribute__(kind, "__getattr__")
    except AttributeError:
        return True
    return False
