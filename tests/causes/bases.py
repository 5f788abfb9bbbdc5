"""The references that divergences are planted in."""

from __future__ import annotations

from tests.causes.planting import Base

_ROWS = "\n".join(f"{n},{n * n % 17},{'abc'[n % 3]}" for n in range(1, 41))
TABLE = f"x,y,group\n{_ROWS}\n"


def distribution(name: str, version: str, source: str) -> dict[str, str | None]:
    """Return the files of an installed distribution ``name`` with one module of that name."""
    info = f"site/{name}-{version}.dist-info"
    return {
        f"site/{name}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/RECORD": f"{name}.py,,\n{info[5:]}/METADATA,,\n",
        f"{info}/top_level.txt": f"{name}\n",
    }


_PICTURE = """
import struct, zlib
from IPython.display import Image
def chart(shade={shade}):
    def part(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    rows = b"".join(b"\\0" + bytes([shade, (x := n * 3), 90] * 32) for n in range(32))
    head = struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)
    png = part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    return Image(b"\\x89PNG\\r\\n\\x1a\\n" + png, format="png")
"""


def plotting(version: str, shade: int) -> dict[str, str | None]:
    """Return a distribution that draws pictures: it bears the name of a plotting library."""
    return distribution("altair", version, _PICTURE.replace("{shade}", str(shade)))


SITE = {"PYTHONPATH": "{project}/../site"}

BASES: dict[str, Base] = {
    "table": Base(
        files={"data/train.csv": TABLE, "data/scale.json": '{"factor": 2.5}', "notes.txt": "one\ntwo\n"},
        cells=(
            "import csv, json\nfrom pathlib import Path",
            "rows = list(csv.DictReader(open('data/train.csv')))\nprint(len(rows))",
            "factor = json.loads(Path('data/scale.json').read_text())['factor']",
            "total = sum(int(row['y']) for row in rows)\ntotal",
            "scaled = [factor * int(row['x']) for row in rows]\nscaled[:3]",
            "words = Path('notes.txt').read_text().split()\nwords",
            "print(f'total {total}, last {scaled[-1]}')",
            "2 + 2",
        ),
    ),
    "model": Base(
        files={
            "lib.py": "RATE = 0.1\ndef grow(x):\n    return x * (1 + RATE)\n",
            "other.py": "def name():\n    return 'other'\n",
        },
        cells=(
            "import numpy as np\nimport lib, other",
            "x = np.arange(10.0)",
            "start = 5\nlimit = 3",
            "y = lib.grow(x)\ny.sum()",
            "z = y[:limit] + start\nz",
            "other.name()",
            "print('done', limit)",
        ),
    ),
    "draws": Base(
        cells=(
            "import random\nimport numpy as np",
            "a = np.random.rand(3)\na",
            "n = 4",
            "sample = np.random.normal(size=n)\nlen(sample)",
            "np.random.rand(2)",
            "random.random()",
            "rng = np.random.default_rng(7)",
            "rng.normal(size=3)",
            "rng.integers(100, size=4)",
        )
    ),
    "words": Base(
        cells=(
            "import os, hashlib",
            "words = ['ash', 'beech', 'cedar', 'date', 'elm', 'fir']",
            "unique = set(words)",
            "list(unique)",
            "sorted(unique)",
            "hash('ash') % 1000",
        )
    ),
    "package": Base(
        environment=SITE,
        files={
            **distribution("toylib", "1.0", "def rate():\n    return 0.5\ndef old():\n    return 'old'\n"),
            **{
                name.replace("toylib", "sidelib"): str(text).replace("toylib", "sidelib")
                for name, text in distribution("toylib", "3.1", "VALUE = 1\n").items()
            },
            **plotting("5.0", 10),
        },
        cells=(
            "import toylib\nimport sidelib",
            "x = [1, 2, 3]",
            "rate = toylib.rate()\nrate",
            "sidelib.VALUE",
            "toylib.old()",
            "[v * rate for v in x]",
            "import altair\naltair.chart()",
        ),
    ),
    "surroundings": Base(
        environment={"MODE": "fast", "OMP_STACKSIZE": "4M", "TQDM_MININTERVAL": "1"},
        cells=(
            "import os, time, datetime, locale",
            "os.environ['MODE']",
            "os.environ.get('OMP_STACKSIZE')",
            "time.strftime('%H:%M', time.localtime(0))",
            "float(os.environ['TQDM_MININTERVAL']) * 2",
            "str(datetime.date(2020, 2, 1))",
        ),
    ),
    "errors": Base(
        files={"data/a.csv": "v\n1\n", "data/b.txt": "b"},
        cells=(
            "from pathlib import Path\nimport math",
            "base = 3",
            "def area(r):\n    return math.pi * r * r",
            "area(base)",
            "Path('data/a.csv').read_text()",
            "open('data/b.txt').read()",
            "text = 'x' * 3\nprint(text)",
        ),
    ),
    "threads": Base(
        cells=(
            "import os\nimport numpy as np\nfrom threadpoolctl import threadpool_info",
            "pools = threadpool_info()",
            "max(pool['num_threads'] for pool in pools)",
            "os.environ['OMP_NUM_THREADS']",
            "1 + 1",
        )
    ),
    "listing": Base(
        in_memory=True,
        files={f"parts/{name}.txt": name for name in "abcd"},
        cells=("import os", "names = os.listdir('parts')", "names", "sorted(names)"),
    ),
    "unseeded": Base(
        cells=(
            "import os, random, secrets, uuid, time\nimport numpy as np\nfrom datetime import datetime",
            "rng = np.random.default_rng()\nvalues = rng.normal(size=4)",
            "values",
            "values.sum() > 1e9",
        )
    ),
}


def _single(name: str, *cells: str) -> None:
    """Add a base whose notebook differs from run to run."""
    BASES[name] = Base(cells=cells)


_single("order", "n = 1", "n = n + 4", "n * 10", "'end'")
_single("upside_down", "k = 3", "k + 1", "2")
_single("uuid", "import uuid\nname = uuid.uuid4()", "1 + 1", "print(name.hex)")
_single("urandom", "import os", "raw = os.urandom(8)\ntag = raw.hex()", "len(raw)", "tag")
_single("secrets", "import secrets", "secrets.randbelow(10**12)", "1")
_single("own_random", "import random\nown = random.Random()", "own.random()", "own.random()")
_single("system_random", "import random", "random.SystemRandom().random()")
_single("random_state", "import numpy as np\nstate = np.random.RandomState()", "2", "state.rand()")
_single("reseeded", "import numpy as np\nnp.random.seed()", "np.random.rand()", "3")
_single("bit_generator", "from numpy.random import Generator, PCG64\ng = Generator(PCG64())", "g.random()")
_single("shuffled", "import numpy as np\nitems = np.arange(30)", "np.random.default_rng().shuffle(items)", "items")
_single("helper", "import numpy as np\ndef noise():\n    return np.random.default_rng().normal()", "x = 1", "noise()")
_single("torch_seed", "import torch\ng = torch.Generator()\n_ = g.seed()", "torch.rand(2, generator=g)")
_single("clock", "import time", "started = time.time_ns()", "started % 1_000_000_007")
_single("perf", "import time", "t = time.perf_counter_ns()\nprint('ticks', t % 1_000_003)")
_single("now", "from datetime import datetime", "stamp = datetime.now()", "stamp.microsecond + 7")
_single("process", "import os", "mark = os.getpid()", "mark * 3 + 1")
_single("address", "class Thing:\n    pass", "thing = Thing()", "id(thing)")
_single("address_hash", "thing = object()", "print(hash(thing))")
_single(
    "thread_order",
    "import os, time\nfrom concurrent.futures import ThreadPoolExecutor, as_completed",
    "def work(n):\n    time.sleep(os.getpid() * (n + 1) % 11 / 200)\n    return n",
    "with ThreadPoolExecutor(8) as pool:\n"
    "    done = [f.result() for f in as_completed([pool.submit(work, n) for n in range(12)])]",
    "done",
)
_single("entropy_pool", "import numpy as np\nseq = np.random.SeedSequence()", "seq.entropy % 1000")
