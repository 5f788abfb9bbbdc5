from __future__ import annotations

import functools
import os
from typing import Any

import pytest

from nbrepro.kernel.looking import is_a, module_name, named, named_itself


class Meta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError(name)


class Touchy(metaclass=Meta):
    """A class whose own code answers every question, badly."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __call__(self) -> None:
        raise RuntimeError


class Plain:
    def method(self) -> None: ...


@functools.lru_cache
def cached() -> None: ...


def test_nothing_of_the_users_is_called() -> None:
    touchy = object.__new__(Touchy)
    assert named(touchy) == (__name__, "Touchy")
    assert named_itself(touchy) is None
    assert not is_a(touchy, int, type)
    assert named(Touchy) == (__name__, "Touchy")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (len, "builtins.len"),
        (os.path.join, "posixpath.join" if os.name == "posix" else "ntpath.join"),
        (cached, f"{__name__}.cached"),
        (Plain, f"{__name__}.Plain"),
        (Plain(), f"{__name__}.Plain"),
        (Plain().method, f"{__name__}.Plain.method"),
        (functools.partial(len), "functools.partial"),
        (1, "builtins.int"),
    ],
)
def test_functions_and_classes_have_names_and_values_their_classs(value: Any, name: str) -> None:
    assert ".".join(named(value)) == name


def test_what_numpy_and_torch_are_written_in_is_named_too() -> None:
    np, torch = pytest.importorskip("numpy"), pytest.importorskip("torch")
    assert named(np.random.default_rng)[1] == "default_rng"
    assert named(np.concatenate) == ("numpy", "concatenate")
    assert named(torch.rand)[1].endswith("rand")
    assert named(torch.nn.Linear(1, 1))[1] == "Linear"


def test_a_module_that_loads_itself_when_asked_is_not_asked() -> None:
    import importlib.util
    import sys

    spec = importlib.util.find_spec("this")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module_name(module) == "this"
    assert type(module).__name__ == "_LazyModule"
    assert "this" not in sys.modules
