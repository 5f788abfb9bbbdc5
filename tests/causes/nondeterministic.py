# ruff: noqa: E501 - a notebook is read best with a cell a line
"""Notebooks that give another result in every run, or in every process, each with its one source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Nondeterministic:
    """A notebook, and what must be said of it."""

    name: str
    cells: tuple[str, ...]
    shown: int
    """Number of the cell that differs first."""
    kind: str
    cell: int
    """Number of the cell that holds the source."""
    line: int
    """Its line there, from 1."""
    needs: tuple[str, ...] = ()
    """Modules that have to be installed."""
    is_steady: bool = False
    """Whether runs under the same conditions agree: what is unpinned in an ordinary kernel is pinned in a check."""


def _one(
    name: str,
    kind: str,
    at: tuple[int, int],
    shown: int,
    *cells: str,
    needs: str = "",
    is_steady: bool = False,
) -> Nondeterministic:
    cell, line = at
    return Nondeterministic(
        name=name,
        cells=cells,
        shown=shown,
        kind=kind,
        cell=cell,
        line=line,
        needs=tuple(needs.split()),
        is_steady=is_steady,
    )


_UNSEEDED = (
    _one("default_rng", "unseeded_randomness", (2, 3), 3,
         "import numpy as np\nsteady = np.random.default_rng(3).normal(size=2)\nsteady",
         "size = 4\nfixed = np.random.default_rng(11)\nrng = np.random.default_rng()\nvalues = rng.normal(size=size)",
         "values", "values.shape"),
    _one("RandomState", "unseeded_randomness", (3, 2), 3,
         "import numpy as np", "scale = 3\nscale", "low = 0\nnp.random.RandomState().uniform(low, scale)"),
    _one("bit generator", "unseeded_randomness", (2, 4), 4,
         "from numpy.random import Generator, PCG64", "def make():\n    return 0\nmake()\ngen = Generator(PCG64())", "3 * 3", "gen.random()"),
    _one("seed taken anew", "unseeded_randomness", (2, 2), 3,
         "import numpy as np\nnp.random.seed(1)\nnp.random.rand()", "a = 1\nnp.random.seed()", "np.random.rand()"),
    _one("seed made of the clock", "unseeded_randomness", (2, 2), 3,
         "import time\nimport numpy as np", "spread = 2\nnp.random.seed(time.time_ns() % 2**32)", "np.random.normal(0, spread)"),
    _one("random.Random", "unseeded_randomness", (1, 3), 2,
         "import random\nseeded = random.Random(5)\nown = random.Random()", "own.random()", "seeded.random()"),
    _one("random.seed", "unseeded_randomness", (1, 2), 2,
         "import random\nrandom.seed()", "random.randrange(10**9)", "'end'"),
    _one("SystemRandom", "unseeded_randomness", (2, 2), 2,
         "import random\nfaces = 10**6", "print('rolling')\nprint(random.SystemRandom().randrange(faces))"),
    _one("secrets", "unseeded_randomness", (2, 3), 3,
         "import secrets", "prefix = 'k'\nparts = []\nparts.append(secrets.randbelow(10**12))", "prefix, parts"),
    _one("uuid4", "unseeded_randomness", (2, 1), 4,
         "import uuid", "run = uuid.uuid4()\nlabel = run.hex[:12]", "len(label)", "label"),
    _one("urandom", "unseeded_randomness", (1, 4), 2,
         "import os\n\nwidth = 6\nraw = os.urandom(width)", "int.from_bytes(raw, 'big')"),
    _one("SeedSequence", "unseeded_randomness", (2, 1), 3,
         "import numpy as np", "root = np.random.SeedSequence()\nchildren = root.spawn(2)", "[np.random.default_rng(child).integers(10**6) for child in children]"),
    _one("in a function", "unseeded_randomness", (3, 2), 3,
         "import numpy as np\ndef noise(n):\n    rng = np.random.default_rng()\n    return rng.normal(size=n)", "n = 2", "base = np.zeros(n)\nbase + noise(n)"),
    _one("in a method", "unseeded_randomness", (2, 2), 3,
         "import random\nclass Sampler:\n    def __init__(self):\n        self.rng = random.Random()\n    def one(self):\n        return self.rng.random()",
         "names = ['a', 'b']\nsampler = Sampler()", "round(sampler.one(), 9)"),
    _one("shuffled rows", "unseeded_randomness", (2, 2), 3,
         "import numpy as np\nitems = np.arange(30)\nitems.sum()", "order = items.copy()\nnp.random.default_rng().shuffle(order)", "order[:5]", "items[:5]"),
    _one("torch generator", "unseeded_randomness", (2, 2), 3,
         "import torch", "g = torch.Generator()\n_ = g.seed()", "torch.rand(3, generator=g)", needs="torch"),
    _one("torch seed", "unseeded_randomness", (2, 2), 3,
         "import torch\n_ = torch.manual_seed(1)", "before = torch.ones(2)\n_ = torch.seed()", "torch.rand(2)", needs="torch"),
    _one("duckdb", "unseeded_randomness", (2, 2), 2,
         "import duckdb\nbase = duckdb.connect()", "count = base.sql('select count(*) from range(5)').fetchall()\nbase.sql('select random()').fetchall()", needs="duckdb"),
    _one("sqlite", "unseeded_randomness", (1, 3), 2,
         "import sqlite3\nbase = sqlite3.connect(':memory:')\nrow = base.execute('select random()').fetchone()", "row"),
)  # fmt: skip
_GLOBAL = (
    _one("np.random", "unseeded_randomness", (2, 2), 2,
         "import numpy as np", "shape = (2,)\nnp.random.normal(size=shape)", "shape", is_steady=True),
    _one("random", "unseeded_randomness", (2, 1), 3,
         "import random\ndeck = list(range(20))", "hand = random.sample(deck, 5)\nhand.sort()", "hand", is_steady=True),
    _one("torch.rand", "unseeded_randomness", (2, 2), 3,
         "import torch", "size = 3\nweights = torch.randn(size)", "weights.sum()", is_steady=True, needs="torch"),
    _one("train_test_split", "unseeded_randomness", (3, 1), 4,
         "from sklearn.model_selection import train_test_split", "rows = list(range(50))",
         "train, test = train_test_split(rows, test_size=5)\nlen(test)", "test", is_steady=True, needs="sklearn"),
    _one("random forest", "unseeded_randomness", (3, 1), 4,
         "from sklearn.datasets import load_iris\nfrom sklearn.ensemble import RandomForestClassifier", "X, y = load_iris(return_X_y=True)",
         "model = RandomForestClassifier(5)\nmodel = model.fit(X, y)", "model.feature_importances_", is_steady=True, needs="sklearn"),
    _one("DataFrame.sample", "unseeded_randomness", (2, 1), 3,
         "import pandas as pd\ntable = pd.DataFrame({'a': range(500)})", "some = table.sample(n=5)\nother = table.sample(n=5, random_state=1)",
         "some.a.tolist()", "other.a.tolist()", is_steady=True, needs="pandas"),
)  # fmt: skip
_CLOCKS = (
    _one("time_ns", "time", (2, 2), 3,
         "import time", "factor = 3\nstarted = time.time_ns()", "started * factor % 1_000_000_007"),
    _one("perf_counter", "time", (2, 1), 3,
         "import time", "begin = time.perf_counter_ns()\ntotal = sum(range(10))\ntotal", "begin % 9973 + total"),
    _one("now", "time", (1, 3), 2,
         "from datetime import datetime\nyear = 2020\nstamp = datetime.now()", "(stamp.microsecond, year)"),
    _one("in a function of the clock", "time", (2, 2), 3,
         "import time\ndef ticks():\n    return time.monotonic_ns()", "half = 0.5\nmark = ticks()", "mark % 100_003"),
    _one("pd.Timestamp.now", "time", (2, 1), 3,
         "import pandas as pd", "now = pd.Timestamp.now()\nday = pd.Timestamp('2020-02-02')", "now.microsecond * 7", "day.year", needs="pandas"),
    _one("time of a file", "time", (1, 4), 2,
         "import os\nwith open('made', 'w') as file:\n    file.write('x')\nchanged = os.stat('made').st_mtime_ns", "changed % 1_000_003"),
)  # fmt: skip
_ORDERS = (
    _one("list of a set", "hash_order", (2, 2), 3,
         "words = ['ash', 'beech', 'cedar', 'date', 'elm', 'fir', 'gorse', 'hazel']", "seen = sorted(words)\nunique = list(set(words))",
         "unique", "seen", is_steady=True),
    _one("hash of a string", "hash_order", (2, 2), 2, "name = 'ash'\nname", "buckets = 1000003\nhash(name) % buckets", is_steady=True),
    _one("sum over a set", "hash_order", (3, 2), 3,
         "words = [f'w{i}' for i in range(40)]", "values = {word: 3.0**i for i, word in enumerate(words)}",
         "decay = 0.9\nsum(values[word] * decay**i for i, word in enumerate(set(words)))", is_steady=True),
    _one("as_completed", "threads", (3, 2), 4,
         "from concurrent.futures import ThreadPoolExecutor, as_completed",
         "def work(n):\n    sum(range(n % 9 * 20_000))\n    return n",
         "with ThreadPoolExecutor(8) as pool:\n    done = [f.result() for f in as_completed([pool.submit(work, n) for n in range(60)])]", "done"),
    _one("imap_unordered", "threads", (3, 2), 4,
         "from multiprocessing.pool import ThreadPool", "def work(n):\n    sum(range(n % 9 * 20_000))\n    return n",
         "with ThreadPool(8) as pool:\n    done = list(pool.imap_unordered(work, range(60)))", "done"),
)  # fmt: skip
_PROCESS = (
    _one("process id", "process", (1, 3), 2, "import os\nscale = 3\nmark = os.getpid()", "mark * scale + 1"),
    _one("resident memory", "process", (1, 2), 2, "import resource\nused = resource.getrusage(resource.RUSAGE_SELF)", "used.ru_minflt * 31"),
    _one("child process", "process", (2, 2), 3,
         "import subprocess, sys", "code = 'import random; print(random.random())'\nsaid = subprocess.check_output([sys.executable, '-c', code], text=True)", "said.strip()"),
    _one("id", "memory_address", (2, 2), 2, "class Thing:\n    pass\nthing = Thing()", "modulus = 1_000_003\nid(thing) % modulus"),
    _one("hash of an object", "memory_address", (2, 1), 2, "thing = object()\nkind = type(thing).__name__\nkind", "print(hash(thing))"),
    _one("set of objects", "memory_address", (2, 2), 3,
         "class Thing:\n    pass\nthings = [Thing() for _ in range(30)]\nlen(things)", "count = len(things)\norder = [things.index(t) for t in set(things)]", "order[:8]"),
)  # fmt: skip
NOTEBOOKS = (*_UNSEEDED, *_GLOBAL, *_CLOCKS, *_ORDERS, *_PROCESS)
