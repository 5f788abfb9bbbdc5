"""For authors of comparators: a base class of tests that every comparator must pass.

>>> class TestMyComparator(ComparatorTests):  # doctest: +SKIP
...     comparator = MyComparator()
...     equal = [("a", "a ")]
...     unequal = [("a", "b")]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from nbrepro.compare.base import Comparator, Comparison, Rules
from nbrepro.compare.registry import Registry
from nbrepro.records import Verdict

ODD_VALUES: tuple[Any, ...] = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\ufdd0x\ufdd1",
    "<table><tr><td",
    "{",
    "iVBORw0KGgo=",
    "%PDF-",
    "=====",
    "1e999 -nan 0x 1_0 ..",
    [],
    ["a\n", "b"],
    [1, None],
    {},
    {"model_id": 3},
    {"a": [{"b": float("nan")}]},
    {"dtype": "f8", "bdata": "!"},
    None,
    True,
    3,
    0.5,
    b"\xff",
)
"""Values that a notebook may hold by accident."""


class ComparatorTests:
    """What every comparator promises; subclass it in your tests, and name the class ``Test…``."""

    comparator: ClassVar[Comparator]
    """The comparator under test."""
    equal: ClassVar[Sequence[tuple[Any, Any]]] = ()
    """Pairs that pass."""
    unequal: ClassVar[Sequence[tuple[Any, Any]]] = ()
    """Pairs that do not."""
    rules: ClassVar[Rules] = Rules()

    def compare(self, reference: Any, candidate: Any) -> Comparison:
        """Compare two values by the rules of this class."""
        return self.comparator.compare(reference, candidate, self.rules)

    def test_it_registers(self) -> None:
        """It has a name, MIME types, a priority and a richness."""
        registry = Registry()
        registry.register(self.comparator)
        for mime in self.comparator.mimes:
            assert registry.find(mime.replace("*", "x")) is self.comparator

    def test_it_is_reflexive(self) -> None:
        """A value is identical to itself."""
        for pair in (*self.equal, *self.unequal):
            for value in pair:
                assert self.compare(value, value).verdict is Verdict.IDENTICAL, repr(value)

    def test_equal_values_pass(self) -> None:
        """What should be the same result passes, without a difference."""
        for one, other in self.equal:
            comparison = self.compare(one, other)
            assert comparison.passes, f"{one!r} and {other!r}: {comparison.differences}"
            assert not comparison.differences

    def test_unequal_values_are_seen(self) -> None:
        """What should not be the same result fails, with a difference that has a place."""
        for one, other in self.unequal:
            comparison = self.compare(one, other)
            assert not comparison.passes, f"{one!r} and {other!r}: {comparison.reason}"
            assert comparison.differences
            assert all(difference.where for difference in comparison.differences)

    def test_it_is_symmetric(self) -> None:
        """The verdict is the same the other way round."""
        for one, other in (*self.equal, *self.unequal):
            assert self.compare(one, other).verdict is self.compare(other, one).verdict, f"{one!r} and {other!r}"

    def test_it_never_raises(self) -> None:
        """Any value that a notebook may hold gets a verdict, and a similarity in [0, 1]."""
        for one in ODD_VALUES:
            for other in ODD_VALUES:
                comparison = self.compare(one, other)
                assert isinstance(comparison.verdict, Verdict)
                assert 0 <= comparison.similarity <= 1

    def test_it_sees_one_changed_character(self) -> None:
        """A letter that is put into a text is seen."""
        for pair in (*self.equal, *self.unequal):
            for value in pair:
                if isinstance(value, str):
                    assert self.compare(value, f"{value}q") != Comparison.identical(), repr(value)

    def test_a_wider_tolerance_never_fails_what_passed(self) -> None:
        """The verdict is monotone in the tolerance."""
        for one, other in (*self.equal, *self.unequal):
            passed = False
            for rtol in (0.0, 1e-9, 1e-6, 1e-3, 0.5):
                passes = self.comparator.compare(one, other, Rules(rtol=rtol, atol=rtol)).passes
                assert passes or not passed, f"{one!r} and {other!r} at {rtol}"
                passed = passes
