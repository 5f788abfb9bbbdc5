from __future__ import annotations

import pytest

from nbrepro.sources.constructs import aliases, constructs

IMPORTS = (
    "import os, glob, random, time, uuid\nimport numpy as np\nimport pandas as pd\nimport requests\n"
    "from datetime import datetime\nfrom pathlib import Path\nfrom numpy.random import default_rng\n"
    "from sklearn.model_selection import train_test_split"
)


def kinds(source: str) -> list[str]:
    return [construct.kind.value for construct in constructs(source, aliases([IMPORTS, source]))]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("rng = np.random.default_rng()", "unseeded_randomness"),
        ("rng = default_rng()", "unseeded_randomness"),
        ("np.random.rand(3)", "unseeded_randomness"),
        ("random.shuffle(rows)", "unseeded_randomness"),
        ("train_test_split(X, y)", "unseeded_randomness"),
        ("uuid.uuid4()", "unseeded_randomness"),
        ("os.urandom(8)", "unseeded_randomness"),
        ("time.time()", "time"),
        ("datetime.now()", "time"),
        ("%time f()", "time"),
        ("pd.Timestamp.now()", "time"),
        ("requests.get(url)", "network"),
        ('pd.read_csv("https://example.org/a.csv")', "network"),
        ("os.listdir('.')", "filesystem_order"),
        ("list(Path('.').glob('*.csv'))", "filesystem_order"),
        ("print(set(words))", "hash_order"),
        ("{w for w in words}", "hash_order"),
        ("hash(name)", "hash_order"),
        ("id(x)", "memory_address"),
    ],
)
def test_unstable_constructs_are_found(source: str, kind: str) -> None:
    assert kinds(source) == [kind]


@pytest.mark.parametrize(
    "source",
    [
        "np.random.default_rng(42)",
        "np.random.seed(0)",
        "random.Random(3)",
        "train_test_split(X, y, random_state=0)",
        "sorted(os.listdir('.'))",
        "sorted(Path('.').glob('*'))",
        "sorted(set(words))",
        "len(set(words))",
        "x in {1, 2, 3}",
        "sorted(w for w in set(words))",
        "time.sleep(1)",
        'pd.read_csv("data.csv")',
        "rng.normal()",
    ],
)
def test_stable_constructs_are_left_alone(source: str) -> None:
    assert kinds(source) == []


def test_a_construct_knows_its_line() -> None:
    found = constructs("x = 1\ny = time.time()", aliases([IMPORTS]))
    assert [(construct.line, construct.what) for construct in found] == [(2, "time.time()")]
