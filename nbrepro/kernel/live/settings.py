"""What compiled code sets outside of the notebook's names: options of libraries, environment variables, attributes."""

from __future__ import annotations

import dis
import re
from types import CodeType
from typing import NamedTuple

SOMEWHERE = ""
"""Stands for a module that a function imports by itself."""
_LOADS = frozenset({"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"})
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_STORES = frozenset({"STORE_ATTR", "STORE_SUBSCR", "DELETE_ATTR", "DELETE_SUBSCR"})
_PASSING = frozenset({"PUSH_NULL", "CACHE", "EXTENDED_ARG", "PRECALL", "COPY", "SWAP", "DUP_TOP", "DUP_TOP_TWO",
                      "ROT_TWO", "ROT_THREE", "KW_NAMES", "BINARY_SUBSCR"})  # fmt: skip
_SETTING = re.compile(
    r"config\w*|disable\w*|enable\w*|filterwarnings|option(?!_context)\w*|options|rc|register\w*|reset_\w+|set(?!diff|xor)\w*|simplefilter|"
    r"use\w*"
)
_ADDING = frozenset({"append", "insert", "extend", "add", "push", "pop", "popitem", "remove", "update", "clear"})
_STORING = frozenset(dis.opmap[name] for name in _STORES if name in dis.opmap)
_NONE: frozenset[str] = frozenset()


class Settings(NamedTuple):
    """What is set, by the names that it is set on."""

    names: frozenset[str] = _NONE
    repeatable: bool = True
    """Whether setting it once more makes no difference."""


NOTHING_SET = Settings()


def settings_in(code: CodeType) -> Settings:
    """Return the global names on which the code sets an attribute or an item, or calls a method that sounds like it.

    The names may hold anything; what is set on an object of the notebook shows in the object.
    """
    named = "setattr" in code.co_names or any(
        name in _ADDING or _SETTING.fullmatch(name) is not None for name in code.co_names
    )
    if not named and _STORING.isdisjoint(code.co_code[::2]):
        return NOTHING_SET
    reader = _Reader()
    imports = False
    for step in dis.get_instructions(code):
        reader.read(step)
        imports = imports or step.opname == "IMPORT_NAME"
    if imports and code.co_flags & 0x1:
        reader.found.add(SOMEWHERE)
    return Settings(frozenset(reader.found), reader.repeatable)


class _Reader:
    """Goes through instructions, and keeps the name whose attribute or item is on top of the stack."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.repeatable = True
        self._base: str | None = None
        self._depth = 0
        self._called = False

    def read(self, step: dis.Instruction) -> None:
        kind = step.opname
        if kind in _LOADS:
            if step.argval == "setattr":
                self.found.add(SOMEWHERE)
            self._base, self._depth, self._called = step.argval, 0, False
        elif self._base is None or kind in _PASSING:
            return
        elif kind in _ATTRIBUTES:
            self._attribute(step.argval)
        elif kind in _STORES:
            self.found.add(self._base)
            self._base = None
        elif kind.startswith("CALL"):
            self._called = True
        elif kind.startswith("INPLACE") or (kind == "BINARY_OP" and step.argrepr.endswith("=")):
            self.repeatable = False
        elif not kind.startswith("LOAD") or self._called:
            self._base = None

    def _attribute(self, name: str) -> None:
        assert self._base is not None
        adds = self._depth > 0 and name in _ADDING
        if adds or _SETTING.fullmatch(name):
            self.found.add(self._base)
        self.repeatable = self.repeatable and (not adds or self._base == "sys")
        self._depth += 1
