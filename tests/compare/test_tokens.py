from __future__ import annotations

import pytest

from nbrepro.compare.tokens import describe, starts_of, tokenise


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a=-0.5", ["a", "=", "-0.5"]),
        ("3-4", ["3", "-", "4"]),
        ("[1, -2]", ["[", "1", ",", "-2", "]"]),
        ("[1. 2.]", ["[", "1.", "2.", "]"]),
        ("2024-01-15 10:30:00.123456", ["2024-01-15", "10:30:00.123456"]),
        ("2024-01-15T10:30:00Z", ["2024-01-15T10:30:00Z"]),
        ("v 1.2.3 10.0.0.1", ["v", "1.2.3", "10.0.0.1"]),
        ("3f2a9c 0x1F 12ab", ["3f2a9c", "0x1F", "12ab"]),
        ("(1+2j)", ["(", "1+2j", ")"]),
        ("(0.5-1e-05j)", ["(", "0.5-1e-05j", ")"]),
        ("3.2ms 91.3%", ["3.2", "ms", "91.3", "%"]),
        ("1e-5 1E+10 .5", ["1e-5", "1E+10", ".5"]),
        ("float64 x1 _a", ["float64", "x1", "_a"]),
        ("1,234.5", ["1,234.5"]),
        ("nan inf", ["nan", "inf"]),
        ("ä日本 ✓", ["ä日本", "✓"]),
        ("\ufdd0address\ufdd1>", ["\ufdd0address\ufdd1", ">"]),
    ],
)
def test_texts_fall_into_tokens(text: str, tokens: list[str]) -> None:
    assert tokenise(text) == tokens


def test_places_are_named_by_line_and_by_what_stands_there() -> None:
    text = "loss 0.5\nacc 0.9 of 3"
    places = describe(text, starts_of(text, [1, 3, 5]))
    assert places == ["line 1, number 1", "line 2, number 1", "line 2, number 2"]


def test_a_comma_groups_digits_but_separates_the_elements_of_a_list() -> None:
    assert tokenise("13,352.00 EUR, 5") == ["13,352.00", "EUR", ",", "5"]
    assert tokenise("[1,234] (1,234,5) 12,34") == [
        "[",
        "1",
        ",",
        "234",
        "]",
        "(",
        "1",
        ",",
        "234",
        ",",
        "5",
        ")",
        "12",
        ",",
        "34",
    ]
