"""The smallest set of factors is found, in few runs."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from nbrepro.proving.search import smallest


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), min_size=1))))
def test_exactly_the_factors_that_are_needed_are_found(case: tuple[int, set[int]]) -> None:
    count, needed = case
    names = [f"f{number}" for number in range(count)]
    culprits = frozenset(f"f{number}" for number in needed)
    assert frozenset(smallest(names, culprits.issubset) or ()) == culprits


@given(st.integers(2, 64).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_one_factor_among_many_takes_few_runs(case: tuple[int, int]) -> None:
    count, culprit = case
    asked: list[frozenset[str]] = []

    def vanishes(names: frozenset[str]) -> bool:
        asked.append(names)
        return f"f{culprit}" in names

    assert smallest([f"f{number}" for number in range(count)], vanishes) == (f"f{culprit}",)
    assert len(asked) <= 2 * math.ceil(math.log2(count)) + 3


def test_no_set_is_named_where_all_factors_do_not_suffice() -> None:
    assert smallest(["a", "b"], lambda _: False) is None
