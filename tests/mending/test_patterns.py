"""Mechanical mends of a source: the smallest edit, and everything else as it was written."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.mending.patterns import cell_of, splices
from nbrepro.mending.splices import applied, replaced
from nbrepro.records import CauseKind

SEED, LISTING, ORDER, FINISH = (
    CauseKind.UNSEEDED_RANDOMNESS,
    CauseKind.FILESYSTEM_ORDER,
    CauseKind.HASH_ORDER,
    CauseKind.THREADS,
)
IMPORTS = (
    "import glob, os, random, torch\nimport numpy as np\nfrom pathlib import Path\n"
    "from concurrent.futures import as_completed\nfrom sklearn.model_selection import train_test_split"
)
PAIRS = [
    (SEED, "g = np.random.default_rng()  # é", "g = np.random.default_rng(42)  # é"),
    (SEED, "g = np.random.RandomState(None)", "g = np.random.RandomState(42)"),
    (SEED, "np.random.seed()", "np.random.seed(42)"),
    (SEED, "é = random.SystemRandom().random()", "é = random.Random(42).random()"),
    (SEED, "torch.seed()", "torch.manual_seed(42)"),
    (SEED, "g = torch.Generator()\ng.seed()", "g = torch.Generator()\ng.manual_seed(42)"),
    (SEED, "x = 1\ny = np.random.rand(3)", "x = 1\nnp.random.seed(42)\ny = np.random.rand(3)"),
    (SEED, "torch.rand(2)", "torch.manual_seed(42)\ntorch.rand(2)"),
    (SEED, "train_test_split(x, y)", "train_test_split(x, y, random_state=42)"),
    (SEED, "train_test_split(\n    x,\n)", "train_test_split(\n    x, random_state=42)"),
    (SEED, "df.sample(n=3)", "df.sample(n=3, random_state=42)"),
    (SEED, "df.sample(3, random_state=None)", "df.sample(3, random_state=42)"),
    (LISTING, "names = os.listdir('d')", "names = sorted(os.listdir('d'))"),
    (LISTING, "list(Path('d').iterdir())", "sorted(Path('d').iterdir())"),
    (LISTING, "for p in glob.glob('*'):\n    print(p)", "for p in sorted(glob.glob('*')):\n    print(p)"),
    (LISTING, "[e for e in os.scandir()]", "[e for e in sorted(os.scandir(), key=lambda entry: entry.name)]"),
    (LISTING, "sorted(os.listdir())", "sorted(os.listdir())"),
    (ORDER, "list(set(x))", "sorted(set(x))"),
    (ORDER, "', '.join({'a', 'b'})", "', '.join(sorted({'a', 'b'}))"),
    (ORDER, "for a in {1, 2}:\n    print(a)", "for a in sorted({1, 2}):\n    print(a)"),
    (ORDER, "len({1, 2})", "len({1, 2})"),
    (FINISH, "[f.result() for f in as_completed(futures)]", "[f.result() for f in futures]"),
    (FINISH, "list(pool.imap_unordered(f, x))", "list(pool.imap(f, x))"),
]


@pytest.mark.parametrize(("kind", "source", "mended"), PAIRS, ids=[pair[1] for pair in PAIRS])
def test_a_cause_is_mended_by_the_smallest_edit(kind: CauseKind, source: str, mended: str) -> None:
    assert applied(source, splices(cell_of(source, [IMPORTS, source]), kind, None)) == mended


def test_a_mend_keeps_to_the_line_of_its_cause() -> None:
    source = "a = np.random.default_rng()\nb = np.random.default_rng()"
    found = splices(cell_of(source, [IMPORTS, source]), SEED, 2)
    assert applied(source, found) == "a = np.random.default_rng()\nb = np.random.default_rng(42)"


def test_a_set_made_in_another_cell_is_sorted_where_it_is_used() -> None:
    found = splices(cell_of("%time list(names)\nlist(names)", ["names = set('ab')"]), ORDER, None)
    assert applied("%time list(names)\nlist(names)", found) == "%time list(names)\nsorted(names)"


def test_what_is_given_by_a_mapping_is_left_alone() -> None:
    assert not splices(cell_of("df.sample(**options)", [IMPORTS]), SEED, None)


@given(st.lists(st.sampled_from(["é", "ab", "x1", "日本"]), min_size=1, max_size=6))
def test_every_call_is_replaced_and_all_between_stays(names: list[str]) -> None:
    source = " + ".join(f"{name}()" for name in names)
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    assert applied(source, [replaced(source, call, "0") for call in calls]) == " + ".join("0" for _ in names)
