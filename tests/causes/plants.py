# ruff: noqa: E501 - a plant a line
"""The planted divergences, as data."""

from __future__ import annotations

from tests.causes.bases import TABLE, distribution, plotting
from tests.causes.planting import Plant

_MORE_ROWS = TABLE + "41,3,a\n42,4,b\n"
_OTHER_VALUE = TABLE.replace("\n5,8,", "\n5,9,")
_NEW_RATE = "RATE = 0.2\ndef grow(x):\n    return x * (1 + RATE)\n"
_TOY = "def rate():\n    return 0.5\ndef old():\n    return 'old'\n"
_OLD = {"site/toylib-1.0.dist-info": None}


def _toy(version: str, source: str) -> dict[str, str | None]:
    return {**_OLD, **distribution("toylib", version, source)}


EDITS = (
    Plant(name="edit-of-the-cell", base="table", cell=4, causes=("source",), edits={3: "total = max(int(row['y']) for row in rows)\ntotal"}),
    Plant(name="edit-upstream", base="model", cell=5, causes=("source",), edits={2: "start = 6\nlimit = 3"}),
    Plant(name="edit-of-a-slice", base="model", cell=5, causes=("source",), edits={2: "start = 5\nlimit = 4"}),
    Plant(name="edit-of-the-input", base="model", cell=4, causes=("source",), edits={1: "x = np.arange(11.0)"}),
    Plant(name="edit-far-upstream", base="table", cell=5, causes=("source",), edits={2: "factor = 3.5"}),
    Plant(name="edit-of-a-print", base="table", cell=7, causes=("source",), edits={6: "print(f'total {total:.1f}, last {scaled[-1]}')"}),
    Plant(name="edit-that-raises", base="table", cell=4, causes=("source",), edits={3: "total = sum(int(row['y']) for row in rows) / 0\ntotal"}),
    Plant(name="edit-of-a-function", base="errors", cell=4, causes=("source",), edits={2: "def area(r):\n    return 3.14 * r * r"}),
    Plant(name="edit-with-a-comment-beside", base="model", cell=5, causes=("source",), edits={2: "start = 7\nlimit = 3", 1: "x = np.arange(10.0)  # the same"}),
    Plant(name="edit-of-a-constant", base="errors", cell=4, causes=("source",), edits={1: "base = 4"}),
    Plant(name="edit-of-a-seed", base="draws", cell=8, causes=("source",), edits={6: "rng = np.random.default_rng(8)"}),
    Plant(name="edit-against-saved", base="table", cell=8, causes=("source",), edits={7: "2 + 3"}),
    Plant(name="cell-gone", base="model", cell=3, causes=("cell_missing",), alternatives=("hidden_state",), removed=(1,)),
    Plant(name="output-cell-gone", base="table", cell=8, causes=("cell_missing",), removed=(7,)),
    Plant(name="new-cell-before", base="model", cell=5, causes=("cell_missing",), inserts={3: "x = x * 2"}),
    Plant(name="new-cell-rebinds", base="table", cell=5, causes=("cell_missing",), inserts={3: "rows = rows[:10]"}),
    Plant(name="new-cell-shuffles", base="table", cell=6, causes=("cell_missing",), inserts={4: "rows.reverse()"}),
    Plant(name="setup-cell-gone", base="errors", cell=3, causes=("cell_missing",), alternatives=("hidden_state",), removed=(1,)),
    Plant(name="module-edited", base="model", cell=4, causes=("local_module",), files={"lib.py": _NEW_RATE}),
    Plant(name="module-function-edited", base="model", cell=4, causes=("local_module",), files={"lib.py": "def grow(x):\n    return x * 3\n"}),
    Plant(name="other-module-edited", base="model", cell=6, causes=("local_module",), files={"other.py": "def name():\n    return 'another'\n"}),
    Plant(name="module-raises", base="model", cell=4, causes=("local_module",), files={"lib.py": "def grow(x):\n    raise ValueError('no')\n"}),
    Plant(name="module-renamed-function", base="model", cell=6, causes=("local_module",), files={"other.py": "def title():\n    return 'other'\n"}),
)  # fmt: skip
DATA = (
    Plant(name="rows-added", base="table", cell=2, causes=("data_changed",), files={"data/train.csv": _MORE_ROWS}),
    Plant(name="value-changed", base="table", cell=4, causes=("data_changed",), files={"data/train.csv": _OTHER_VALUE}),
    Plant(name="factor-changed", base="table", cell=5, causes=("data_changed",), files={"data/scale.json": '{"factor": 2.75}'}),
    Plant(name="text-changed", base="table", cell=6, causes=("data_changed",), files={"notes.txt": "one\nthree\n"}),
    Plant(name="rows-removed", base="table", cell=2, causes=("data_changed",), files={"data/train.csv": "\n".join(TABLE.split("\n")[:20])}),
    Plant(name="column-renamed", base="table", cell=4, causes=("data_changed",), files={"data/train.csv": TABLE.replace("x,y,", "x,z,")}),
    Plant(name="broken-json", base="table", cell=3, causes=("data_changed",), files={"data/scale.json": "{factor"}),
    Plant(name="text-in-a-number", base="table", cell=4, causes=("data_changed",), files={"data/train.csv": TABLE.replace("\n5,8,", "\n5,n/a,")}),
    Plant(name="small-file-changed", base="errors", cell=5, causes=("data_changed",), files={"data/a.csv": "v\n2\n"}),
    Plant(name="other-small-file", base="errors", cell=6, causes=("data_changed",), files={"data/b.txt": "c"}),
    Plant(name="table-gone", base="table", cell=2, causes=("data_missing",), files={"data/train.csv": None}),
    Plant(name="folder-gone", base="errors", cell=5, causes=("data_missing",), files={"data": None}),
    Plant(name="text-gone", base="table", cell=6, causes=("data_missing",), files={"notes.txt": None}),
    Plant(name="file-renamed", base="errors", cell=6, causes=("data_missing",), files={"data/b.txt": None, "data/B.txt": "b"}),
    Plant(name="json-gone-saved", base="table", cell=3, causes=("data_missing",), files={"data/scale.json": None}, saved=True),
)  # fmt: skip
PACKAGES = (
    Plant(name="package-behaves-otherwise", base="package", cell=3, causes=("package",), files=_toy("1.1", _TOY.replace("0.5", "0.6"))),
    Plant(name="package-downgraded", base="package", cell=3, causes=("package",), files=_toy("0.9", _TOY.replace("0.5", "0.4"))),
    Plant(name="package-other-text", base="package", cell=5, causes=("package",), files=_toy("2.0", _TOY.replace("'old'", "'older'"))),
    Plant(name="side-package", base="package", cell=4, causes=("package",), files={"site/sidelib-3.1.dist-info": None, **distribution("sidelib", "4.0", "VALUE = 2\n")}),
    Plant(name="name-went-away", base="package", cell=5, causes=("api_change",), files=_toy("2.0", "def rate():\n    return 0.5\n")),
    Plant(name="parameter-added", base="package", cell=3, causes=("api_change",), files=_toy("2.0", _TOY.replace("rate()", "rate(kind)"))),
    Plant(name="attribute-went-away", base="package", cell=4, causes=("api_change",), files={"site/sidelib-3.1.dist-info": None, **distribution("sidelib", "4.0", "OTHER = 2\n")}),
    Plant(name="function-became-value", base="package", cell=3, causes=("api_change",), files=_toy("3.0", _TOY.replace("def rate():\n    return 0.5", "rate = 0.5"))),
    Plant(name="not-installed", base="package", cell=1, causes=("missing_module",), files={**_OLD, "site/toylib.py": None}),
    Plant(name="side-not-installed", base="package", cell=1, causes=("missing_module",), files={"site/sidelib-3.1.dist-info": None, "site/sidelib.py": None}),
    Plant(name="not-installed-saved", base="package", cell=1, causes=("missing_module",), files={**_OLD, "site/toylib.py": None}, saved=True),
    Plant(name="drawn-otherwise", base="package", cell=7, causes=("rendering",), files={"site/altair-5.0.dist-info": None, **plotting("5.1", 200)}),
    Plant(name="drawn-darker", base="package", cell=7, causes=("rendering",), files={"site/altair-5.0.dist-info": None, **plotting("6.0", 120)}),
)  # fmt: skip
RANDOMNESS = (
    Plant(name="default-rng", base="unseeded", cell=3, causes=("unseeded_randomness",)),
    Plant(name="default-rng-saved", base="unseeded", cell=3, causes=("unseeded_randomness",), saved=True),
    Plant(name="uuid4", base="uuid", cell=3, causes=("unseeded_randomness",)),
    Plant(name="urandom", base="urandom", cell=4, causes=("unseeded_randomness",)),
    Plant(name="secrets", base="secrets", cell=2, causes=("unseeded_randomness",)),
    Plant(name="random-random", base="own_random", cell=2, causes=("unseeded_randomness",)),
    Plant(name="system-random", base="system_random", cell=2, causes=("unseeded_randomness",)),
    Plant(name="random-state", base="random_state", cell=3, causes=("unseeded_randomness",)),
    Plant(name="seed-from-the-system", base="reseeded", cell=2, causes=("unseeded_randomness",)),
    Plant(name="bit-generator", base="bit_generator", cell=2, causes=("unseeded_randomness",)),
    Plant(name="shuffle", base="shuffled", cell=3, causes=("unseeded_randomness",)),
    Plant(name="in-a-function", base="helper", cell=3, causes=("unseeded_randomness",)),
    Plant(name="torch-generator", base="torch_seed", cell=2, causes=("unseeded_randomness",)),
    Plant(name="seed-sequence", base="entropy_pool", cell=2, causes=("unseeded_randomness",)),
    Plant(name="uuid4-saved", base="uuid", cell=3, causes=("unseeded_randomness",), saved=True),
    Plant(name="bit-generator-saved", base="bit_generator", cell=2, causes=("unseeded_randomness",), saved=True),
    Plant(name="seed-taken-out", base="draws", cell=8, causes=("source", "unseeded_randomness"), edits={6: "rng = np.random.default_rng()"}),
    Plant(name="drawn-more-often", base="draws", cell=4, causes=("source",), edits={2: "n = 5"}),
    Plant(name="drawn-by-a-new-cell", base="draws", cell=6, causes=("cell_missing", "random_consumption"), inserts={4: "spare = np.random.rand()"}),
    Plant(name="draw-goes", base="draws", cell=5, causes=("source",), edits={3: "sample = [0] * n\nlen(sample)"}),
    Plant(name="listed-set", base="words", cell=4, causes=("hash_order",), settings={"environment": {"PYTHONHASHSEED": "3"}}),
    Plant(name="listed-set-random", base="words", cell=4, causes=("hash_order",), settings={"environment": {"PYTHONHASHSEED": "random"}}),
    Plant(name="completion-order", base="thread_order", cell=4, causes=("threads",), alternatives=("process",)),
)  # fmt: skip
WORLD = (
    Plant(name="listing", base="listing", cell=3, causes=("filesystem_order",), files={"parts": None, **{f"parts/{name}.txt": name for name in "cadb"}}),
    Plant(name="clock", base="clock", cell=3, causes=("time",)),
    Plant(name="ticks", base="perf", cell=2, causes=("time",)),
    Plant(name="now", base="now", cell=3, causes=("time",)),
    Plant(name="clock-saved", base="clock", cell=3, causes=("time",), saved=True),
    Plant(name="now-saved", base="now", cell=3, causes=("time",), saved=True),
    Plant(name="id", base="address", cell=3, causes=("memory_address",)),
    Plant(name="id-saved", base="address", cell=3, causes=("memory_address",), saved=True),
    Plant(name="hash-of-an-object", base="address_hash", cell=2, causes=("memory_address",)),
    Plant(name="unlisted-variable", base="surroundings", cell=2, causes=("environment_variable",), environment={"MODE": "slow"}),
    Plant(name="variable", base="surroundings", cell=3, causes=("environment_variable",), environment={"OMP_STACKSIZE": "8M"}),
    Plant(name="variable-in-a-sum", base="surroundings", cell=5, causes=("environment_variable",), environment={"TQDM_MININTERVAL": "2"}),
    Plant(name="variable-of-the-project", base="surroundings", cell=3, causes=("environment_variable",), settings={"environment": {"OMP_STACKSIZE": "2M"}}),
    Plant(name="time-zone", base="surroundings", cell=4, causes=("locale",), settings={"environment": {"TZ": "Asia/Tokyo"}}),
    Plant(name="time-zone-west", base="surroundings", cell=4, causes=("locale",), settings={"environment": {"TZ": "America/New_York"}}),
    Plant(name="fewer-threads", base="threads", cell=3, causes=("threads",), settings={"threads": 1}),
    Plant(name="more-threads", base="threads", cell=4, causes=("threads",), settings={"threads": 3}),
    Plant(name="process-id", base="process", cell=3, causes=("process",)),
)  # fmt: skip
_DEATH = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
ENDINGS = (
    Plant(name="killed", base="errors", cell=4, causes=("kernel_death",), inserts={3: _DEATH}),
    Plant(name="exits", base="errors", cell=4, causes=("kernel_death",), inserts={3: "import os\nos._exit(3)"}),
    Plant(name="too-long", base="errors", cell=4, causes=("resources",), inserts={3: "import time\ntime.sleep(60)"}, settings={"timeout": 1.0}),
    Plant(name="too-much-output", base="errors", cell=4, causes=("resources",), inserts={3: "print('x' * 3_000_000)"}, settings={"max_output": 1_000_000}),
    Plant(name="out-of-memory", base="errors", cell=4, causes=("resources",), inserts={3: "raise MemoryError('no')"}),
    Plant(name="name-moved-down", base="errors", cell=3, causes=("hidden_state",), removed=(1,), inserts={6: "base = 3"}),
    Plant(name="never-defined", base="errors", cell=3, causes=("hidden_state",), removed=(1,), saved=True),
    Plant(name="python-2-print", base="errors", cell=7, causes=("python",), edits={6: "print 'xxx'"}, saved=True, python="2.7.18"),
    Plant(name="python-2-name", base="errors", cell=7, causes=("python",), edits={6: "text = unicode('xxx')\nprint(text)"}, python="2.7.18"),
    Plant(name="swapped-cells", base="order", cell=2, causes=("execution_order",), order=(0, 2, 1, 3)),
    Plant(name="run-from-below", base="upside_down", cell=1, causes=("hidden_state",), order=(1, 0, 2)),
)  # fmt: skip
DOUBLES = (
    Plant(name="data-and-source", base="table", cell=4, causes=("data_changed", "source"), files={"data/train.csv": _OTHER_VALUE}, edits={7: "2 + 3"}),
    Plant(name="two-files", base="table", cell=2, causes=("data_changed",), files={"data/train.csv": _MORE_ROWS, "notes.txt": "one\n"}),
    Plant(name="module-and-source", base="model", cell=4, causes=("local_module", "source"), files={"lib.py": _NEW_RATE}, edits={2: "start = 8\nlimit = 3"}),
    Plant(name="package-and-source", base="package", cell=3, causes=("package", "source"), files=_toy("1.1", _TOY.replace("0.5", "0.6")), edits={1: "x = [1, 2, 4]"}),
    Plant(name="package-and-picture", base="package", cell=3, causes=("package", "rendering"), files={**_toy("1.1", _TOY.replace("0.5", "0.6")), "site/altair-5.0.dist-info": None, **plotting("5.1", 200)}),
    Plant(name="variable-and-zone", base="surroundings", cell=3, causes=("environment_variable", "locale"), settings={"environment": {"TZ": "Asia/Tokyo", "OMP_STACKSIZE": "2M"}}),
    Plant(name="hash-and-source", base="words", cell=4, causes=("hash_order", "source"), settings={"environment": {"PYTHONHASHSEED": "3"}}, edits={4: "sorted(unique)[::-1]"}),
    Plant(name="data-and-module-name", base="errors", cell=4, causes=("source", "data_changed"), edits={1: "base = 4"}, files={"data/a.csv": "v\n2\n"}),
    Plant(name="file-gone-and-source", base="errors", cell=4, causes=("source", "data_missing"), edits={1: "base = 4"}, files={"data/a.csv": None}),
    Plant(name="threads-and-source", base="threads", cell=3, causes=("threads", "source"), settings={"threads": 1}, edits={4: "1 + 2"}),
    Plant(name="unseeded-and-source", base="unseeded", cell=3, causes=("unseeded_randomness", "source"), edits={3: "values.sum() < 1e9"}),
    Plant(name="clock-and-source", base="clock", cell=3, causes=("time", "source"), edits={2: "started % 1_000_000_009"}),
)  # fmt: skip
PLANTS: tuple[Plant, ...] = (*EDITS, *DATA, *PACKAGES, *RANDOMNESS, *WORLD, *ENDINGS, *DOUBLES)
