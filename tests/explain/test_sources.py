from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.explain.sources import first_changed_line, names_of, parse, plain_python, same_code


def test_names_bound_before_they_are_read_do_not_come_from_outside() -> None:
    names = names_of("x = load(path)\ny = x + z")
    assert names.reads == {"load", "path", "z"}
    assert names.writes == {"x", "y"}


def test_an_augmented_assignment_reads_its_target() -> None:
    assert "total" in names_of("total += 1").reads


def test_names_read_inside_functions_and_comprehensions_come_from_outside() -> None:
    names = names_of("def f(a):\n    return a + offset\n[f(v) for v in values]")
    assert {"offset", "values"} <= names.reads
    assert not {"a", "v"} & names.reads


def test_a_global_statement_writes_to_the_notebook() -> None:
    assert "count" in names_of("def bump():\n    global count\n    count = 1").writes


def test_a_conditional_binding_leaves_the_old_value_possible() -> None:
    names = names_of("if flag:\n    x = 1")
    assert "x" in names.writes
    assert "x" not in names.kills


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("table['z'] = 1", "table"),
        ("model.fit(X, y)\n1", "model"),
        ("values.append(3)", "values"),
        ("table.dropna(inplace=True)", "table"),
        ("x = rng.normal()", "rng"),
        ("shuffle(rows)\n1", "rows"),
        ("del table['z']", "table"),
    ],
)
def test_changes_in_place_are_noticed(source: str, changed: str) -> None:
    assert changed in names_of(source).mutates


@pytest.mark.parametrize("source", ["table.head()", "table.plot()\n1", "print(table)\n1", "table.mean()"])
def test_looking_at_a_value_does_not_change_it(source: str) -> None:
    assert not names_of(source).mutates


def test_modules_are_known_by_the_name_they_are_bound_to() -> None:
    names = names_of("import numpy as np\nfrom sklearn.svm import SVC")
    assert names.modules == {"np", "SVC"}
    assert names.imports == {"numpy", "sklearn"}


def test_a_module_is_not_changed_by_calling_its_functions() -> None:
    names = names_of("plt.title('x')\nplt.show()")
    assert names.changes(frozenset({"plt"})) == frozenset()


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip list\nx = 1", "pass\nx = 1"),
        ("files = !ls", "files = None"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nrm -r x", ""),
        ("x?\ny = 2", "pass\ny = 2"),
    ],
)
def test_magics_are_set_aside_and_lines_keep_their_numbers(source: str, plain: str) -> None:
    assert plain_python(source) == plain
    assert parse(source) is not None


def test_what_is_no_python_has_no_names_and_raises_nothing() -> None:
    assert not names_of("print 'hello'").parsed


@given(st.text())
def test_no_source_whatever_raises(source: str) -> None:
    names_of(source)
    assert same_code(source, source)


def test_comments_and_layout_are_no_edit() -> None:
    assert same_code("x = 1  # one\n\ny = f( x )", "x = 1\ny = f(x)")


def test_a_changed_magic_is_an_edit() -> None:
    assert not same_code("%run a.py", "%run b.py")


def test_the_first_changed_line_is_told() -> None:
    assert first_changed_line("a\nb\nc", "a\nB\nc") == 2
    assert first_changed_line("a\nb", "a\nb") is None
