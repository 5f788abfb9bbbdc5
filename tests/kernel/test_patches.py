from __future__ import annotations

from types import SimpleNamespace

from nbrepro.kernel.patches import Patches


class Owner:
    def method(self) -> str:
        return "original"


def test_an_attribute_of_an_object_goes_back_to_its_class() -> None:
    owner, patches = Owner(), Patches()
    patches.replace(owner, "method", lambda original: lambda: original() + "!")
    assert owner.method() == "original!"
    patches.restore()
    assert owner.method() == "original"
    assert "method" not in vars(owner)


def test_what_somebody_else_has_replaced_since_stays_theirs() -> None:
    owner, patches = SimpleNamespace(value=1), Patches()
    patches.replace(owner, "value", lambda _: 2)
    owner.value = 3
    patches.restore()
    assert owner.value == 3


def test_two_layers_come_off_in_turn() -> None:
    owner, patches = SimpleNamespace(value=1), Patches()
    patches.replace(owner, "value", lambda value: value + 1)
    patches.replace(owner, "value", lambda value: value * 10)
    assert owner.value == 20
    patches.restore()
    assert owner.value == 1
