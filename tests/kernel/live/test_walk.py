"""Looking at an object runs none of its code, changes nothing, and keeps nothing alive."""

from __future__ import annotations

import gc
import importlib.util
import sys
import weakref
from typing import Any

import pytest

from nbrepro.kernel.live.walk import Budget, Walk, walk
from tests.kernel.live.notebook import LiveNotebook

_TOUCHY = """
calls = []
def tell(name, result=None):
    def method(*args, **kwargs):
        calls.append(name)
        raise RuntimeError(name)
    return method
NAMES = ("__eq__", "__ne__", "__hash__", "__getattr__", "__getattribute__", "__len__", "__repr__", "__str__",
         "__bool__", "__iter__", "__contains__", "__getitem__", "__del__", "__format__", "__reduce__", "__sizeof__",
         "__dir__", "__call__", "__array__", "__index__", "__enter__", "__next__", "__copy__", "__deepcopy__")
class Meta(type):
    __hash__ = tell("Meta.__hash__")
    __eq__ = tell("Meta.__eq__")
    __getattribute__ = tell("Meta.__getattribute__")
    __instancecheck__ = tell("Meta.__instancecheck__")
    __subclasscheck__ = tell("Meta.__subclasscheck__")
    __repr__ = tell("Meta.__repr__")
body = {name: tell(name) for name in NAMES if name != "__del__"}
body["value"] = property(tell("value"))
body["__class__"] = property(tell("__class__"))
Touchy = type("Touchy", (), dict(body))
Touchiest = Meta.__call__(Meta, "Touchiest", (), dict(body))
class Strange(dict):
    items = keys = values = __iter__ = __len__ = __getitem__ = __repr__ = tell("dict")
one, two = object.__new__(Touchy), object.__new__(Touchiest)
held = [one, two, {"k": one}, (two,), Strange(a=1), Touchy, Touchiest]
"""


def look(value: Any, namespace: dict[str, Any] | None = None) -> Walk:
    return walk(value, Budget(seconds=60).begin(), namespace if namespace is not None else {})


def test_no_method_of_the_users_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.kernel.live.notebook.made", lambda *_: {})  # it prints what there is
    notebook = LiveNotebook([("a", _TOUCHY), ("b", "one, two, held\npass"), ("c", "kept = held")]).do("a b c")
    assert not notebook.shown["a"][-1].startswith("NameError"), notebook.shown
    assert "kept" in notebook.shell.user_ns
    assert notebook.shell.user_ns["calls"] == []
    notebook.answer()
    assert notebook.shell.user_ns["calls"] == []


def test_a_large_array_is_freed_when_its_last_name_goes() -> None:
    numpy = pytest.importorskip("numpy")
    notebook = LiveNotebook(
        [("a", "import numpy as np\nbig = np.zeros(12_500_000)\nframe = {'k': big}"), ("b", "big[0] = 1")]
    )
    notebook.do("a b")
    big = weakref.ref(notebook.shell.user_ns["big"])
    assert isinstance(big(), numpy.ndarray)
    notebook._insert("c", "b", "del big, frame")
    notebook.do("c")
    assert big() is None


def test_a_module_that_loads_when_it_is_used_is_not_loaded() -> None:
    spec = importlib.util.find_spec("this")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    before = type(module)
    look([module])
    assert type(module) is before
    assert "this" not in sys.modules


def test_an_iterator_is_left_where_it_is() -> None:
    iterator, generator = iter([1, 2]), (number for number in range(3))
    seen = look([iterator, generator])
    assert not seen.complete
    assert (list(iterator), list(generator)) == ([1, 2], [0, 1, 2])


def test_a_lazy_frame_is_not_collected() -> None:
    polars = pytest.importorskip("polars")
    asked: list[int] = []

    def ask(frame: Any) -> Any:
        asked.append(1)
        return frame

    lazy = polars.LazyFrame({"a": [1]}).map_batches(ask)
    assert look(lazy).opaque
    assert asked == []


@pytest.mark.parametrize("count", [10, 100_000, 3_000_000])
def test_what_is_too_large_to_be_seen_counts_as_unknown(count: int) -> None:
    seen = look(list(range(count)))
    assert seen.strong == seen.complete == (count < 30_000)


def test_a_look_takes_no_longer_than_it_may() -> None:
    assert not walk([[n] for n in range(10)], Budget(seconds=-1).begin(), {}).complete


def test_the_same_part_twice_is_told_from_two_equal_parts() -> None:
    part = [1]
    assert look([part, part]).mark != look([[1], [1]]).mark


def test_an_object_that_holds_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert look(loop).strong
    gc.collect(0)
