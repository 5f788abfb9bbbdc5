# ruff: noqa: E501 - a row is a line
"""The rows of the table of nondeterminism: each one construct that may give another result in another process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One construct, run as a cell; what it prints is compared between two fresh kernels."""

    group: str
    title: str
    code: str
    needs: str = ""
    """Modules that have to be installed, separated by spaces."""
    timing: bool = False
    """Whether it differs only sometimes: by the clock, by threads, by what lies in memory."""
    filled: bool = False
    """Whether nbrepro's switches take that chance away, so that it differs in bare kernels only."""
    spoils: bool = False
    """Whether it unseeds a global generator for the rows below."""
    recorded: bool = False
    """Whether the fingerprint holds what it depends on."""


WORDS = "words = [f'word{i}' for i in range(40)]"
SETUP = f"""
import warnings; warnings.simplefilter('ignore')
import asyncio, concurrent.futures, datetime, glob, io, locale, os, pathlib, queue, random, secrets, socket, sqlite3
import subprocess, sys, tempfile, threading, time, uuid, zlib
import numpy as np
os.makedirs('tree', exist_ok=True)
for name in 'qwertyuiopas':
    open(f'tree/{{name}}', 'w').close()
{WORDS}
class Thing: pass
"""
# Modules are imported by a cell of their own, where they are there.
IMPORTS = {
    "pandas": "import pandas as pd\nframe = pd.DataFrame({'a': range(50), 'b': [f'w{i % 7}' for i in range(50)]})",
    "torch": "import torch",
    "sklearn": "import sklearn.cluster, sklearn.datasets, sklearn.decomposition, sklearn.ensemble, sklearn.linear_model\n"
    "import sklearn.model_selection, sklearn.neural_network, sklearn.utils",
    "polars": "import polars as pl\npolars_frame = pl.DataFrame({'a': list(range(5000)), 'b': [i % 97 for i in range(5000)]})",
    "duckdb": "import duckdb\nbase = duckdb.connect()",
    "pyarrow": "import pyarrow as pa, pyarrow.compute as pc",
    "joblib": "import joblib",
    "matplotlib": "import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt",
    "scipy": "import scipy.stats, scipy.optimize",
    "tqdm": "import tqdm",
    "psutil": "import psutil",
}

_R = Row
ROWS = (
    # The global generators
    _R("Global generators", "`random.random()`", "print(random.random())"),
    _R("Global generators", "`random.shuffle(…)`", "items = list(range(20)); random.shuffle(items); print(items)"),
    _R("Global generators", "`random.sample(…)`", "print(random.sample(range(100), 5))"),
    _R("Global generators", "`np.random.rand()`", "print(np.random.rand(3))"),
    _R("Global generators", "`np.random.permutation(…)`", "print(np.random.permutation(20))"),
    _R("Global generators", "`torch.randn(…)`", "print(torch.randn(3))", "torch"),
    _R("Global generators", "`torch.nn.Linear(…)`, its weights", "print(torch.nn.Linear(2, 2).weight)", "torch"),
    _R("Global generators", "`torch.nn.functional.dropout(…)`", "print(torch.nn.functional.dropout(torch.ones(20)))", "torch"),
    _R(
        "Global generators",
        "`DataLoader(shuffle=True)`",
        "loader = torch.utils.data.DataLoader(list(range(20)), batch_size=20, shuffle=True)\nprint(next(iter(loader)))",
        "torch",
    ),
    _R("Global generators", "`DataFrame.sample(…)` of pandas", "print(frame.sample(5))", "pandas"),
    _R("Global generators", "`DataFrame.sample(…)` of polars", "print(polars_frame.sample(5))", "polars"),
    _R("Global generators", "`Series.shuffle()` of polars", "print(pl.Series(range(50)).shuffle().to_list())", "polars"),
    _R("Global generators", "`scipy.stats.norm.rvs(…)`", "print(scipy.stats.norm.rvs(size=3))", "scipy"),
    _R("Global generators", "`train_test_split(…)`", "print(sklearn.model_selection.train_test_split(range(20))[1])", "sklearn"),
    _R(
        "Global generators",
        "`KMeans(…)` without `random_state`",
        "X = np.arange(60.0).reshape(30, 2) % 7\nprint(sklearn.cluster.KMeans(5, n_init=1).fit(X).cluster_centers_.round(6))",
        "sklearn",
    ),
    _R(
        "Global generators",
        "`RandomForestClassifier(…)`",
        "X, y = sklearn.datasets.load_iris(return_X_y=True)\n"
        "print(sklearn.ensemble.RandomForestClassifier(5).fit(X, y).feature_importances_)",
        "sklearn",
    ),
    _R("Global generators", "`make_blobs(…)`", "print(sklearn.datasets.make_blobs(3)[0])", "sklearn"),
    _R("Global generators", "`sklearn.utils.shuffle(…)`", "print(sklearn.utils.shuffle(list(range(20))))", "sklearn"),
    # Unseeded generators
    _R("Unseeded generators", "`np.random.default_rng()`", "rng = np.random.default_rng()\nprint(rng.random())"),
    _R("Unseeded generators", "`np.random.RandomState()`", "print(np.random.RandomState().rand())"),
    _R("Unseeded generators", "`np.random.Generator(PCG64())`", "print(np.random.Generator(np.random.PCG64()).random())"),
    _R("Unseeded generators", "`np.random.Generator(Philox())`", "print(np.random.Generator(np.random.Philox()).random())"),
    _R("Unseeded generators", "`np.random.SeedSequence()`", "print(np.random.SeedSequence().entropy)"),
    _R("Unseeded generators", "`np.random.seed(None)`", "np.random.seed(None)\nprint(np.random.rand())", spoils=True),
    _R("Unseeded generators", "`np.random.seed(int(time.time_ns()) …)`", "np.random.seed(time.time_ns() % 2**32)\nprint(np.random.rand())", spoils=True),
    _R("Unseeded generators", "`random.Random()`", "print(random.Random().random())"),
    _R("Unseeded generators", "`random.seed()`", "random.seed()\nprint(random.random())", spoils=True),
    _R("Unseeded generators", "`random.SystemRandom()`", "print(random.SystemRandom().random())"),
    _R("Unseeded generators", "`secrets.token_hex(…)`", "print(secrets.token_hex(8))"),
    _R("Unseeded generators", "`secrets.choice(…)`", "print([secrets.choice(range(100)) for _ in range(8)])"),
    _R("Unseeded generators", "`secrets.randbelow(…)`", "print(secrets.randbelow(10**12))"),
    _R("Unseeded generators", "`os.urandom(…)`", "print(os.urandom(8).hex())"),
    _R("Unseeded generators", "`uuid.uuid4()`", "print(uuid.uuid4())"),
    _R("Unseeded generators", "`uuid.uuid1()`", "print(uuid.uuid1())"),
    _R("Unseeded generators", "`torch.seed()`", "torch.seed()\nprint(torch.rand(1))", "torch", spoils=True),
    _R("Unseeded generators", "`torch.Generator().seed()`", "generator = torch.Generator()\ngenerator.seed()\nprint(torch.rand(1, generator=generator))", "torch"),
    _R("Unseeded generators", "`torch.Generator()`, never seeded", "print(torch.rand(1, generator=torch.Generator()))", "torch"),
    _R("Unseeded generators", "`scipy.stats.bootstrap(…)`", "print(scipy.stats.bootstrap((np.arange(30.0),), np.mean, n_resamples=99).standard_error)", "scipy"),
    _R("Unseeded generators", "`scipy.optimize.differential_evolution(…)`", "print(scipy.optimize.differential_evolution(lambda x: (x**2).sum(), [(-1, 1)] * 2, maxiter=2, polish=False).x)", "scipy"),
    _R("Unseeded generators", "`random()` in SQL of duckdb", "print(duckdb.sql('select random()').fetchall())", "duckdb"),
    _R("Unseeded generators", "`using sample` in SQL of duckdb", "print(base.execute('select * from range(1000) using sample 5 rows').fetchall())", "duckdb"),
    _R("Unseeded generators", "`uuid()` in SQL of duckdb", "print(base.sql('select uuid()').fetchall())", "duckdb"),
    _R("Unseeded generators", "`random()` in SQL of SQLite", "print(sqlite3.connect(':memory:').execute('select random()').fetchone())"),
    _R("Unseeded generators", "`pyarrow.compute.random(…)`", "print(pc.random(3).to_pylist())", "pyarrow"),
    _R("Unseeded generators", "`tempfile.mkdtemp()`, its name", "print(tempfile.mkdtemp())"),
    _R("Unseeded generators", "a function of a cell above that draws", "def make():\n    return np.random.default_rng()\nprint(make().random())"),
    # The clock
    _R("The clock", "`time.time()`", "print(time.time())"),
    _R("The clock", "`time.time_ns()`", "print(time.time_ns())"),
    _R("The clock", "`time.monotonic()`", "print(time.monotonic())"),
    _R("The clock", "`time.perf_counter()`", "print(time.perf_counter())"),
    _R("The clock", "`time.process_time()`", "print(time.process_time())"),
    _R("The clock", "`from time import time; time()`", "from time import time as clock\nprint(clock())"),
    _R("The clock", "`time.strftime(…)`", "print(time.strftime('%H:%M:%S'), time.time() % 1)"),
    _R("The clock", "`datetime.datetime.now()`", "print(datetime.datetime.now())"),
    _R("The clock", "`datetime.datetime.now(utc)`", "print(datetime.datetime.now(datetime.timezone.utc))"),
    _R("The clock", "`datetime.date.today()` and the time", "print(datetime.date.today(), datetime.datetime.now().time())"),
    _R("The clock", "a function that reads the clock", "def stamp():\n    return datetime.datetime.now()\n\nprint(stamp())"),
    _R("The clock", "a method that reads the clock", "class Log:\n    def __init__(self):\n        self.at = time.time()\nprint(Log().at)"),
    _R("The clock", "`pd.Timestamp.now()`", "print(pd.Timestamp.now())", "pandas"),
    _R("The clock", "`pd.to_datetime('now')`", "print(pd.to_datetime('now'))", "pandas"),
    _R("The clock", "`np.datetime64('now')`", "time.sleep(1 - time.time() % 1)\nprint(np.datetime64('now'), time.time())"),
    _R("The clock", "`current_timestamp` in SQL", "print(base.sql('select current_timestamp::varchar').fetchall())", "duckdb"),
    _R("The clock", "`julianday('now')` of SQLite", "print(sqlite3.connect(':memory:').execute(\"select julianday('now')\").fetchone())"),
    _R("The clock", "time of a file, `st_mtime`", "open('f', 'w').close()\nprint(os.stat('f').st_mtime)"),
    _R("The clock", "`os.path.getmtime(…)`", "print(os.path.getmtime('f'))"),
    _R("The clock", "`%%time`", "%%time\nsum(range(10**5))", timing=True),
    _R("The clock", "progress bar of tqdm", "for _ in tqdm.tqdm(range(3), file=sys.stdout):\n    time.sleep(0.01)", "tqdm", timing=True),
    # Hashes and orders
    _R("Hashes and orders", "`hash('text')`", "print(hash('text'))"),
    _R("Hashes and orders", "`hash(b'bytes')`", "print(hash(b'bytes'))"),
    _R("Hashes and orders", "`hash((1, 'a'))`", "print(hash((1, 'a')))"),
    _R("Hashes and orders", "`hash(datetime.date(…))`", "day = datetime.date(2026, 1, 1)\nprint(hash(day))"),
    _R("Hashes and orders", "`hash(1.5)`", "print(hash(1.5))"),
    _R("Hashes and orders", "`hash(object())`", "thing = Thing()\nprint(hash(thing))"),
    _R("Hashes and orders", "`list(set(words))`", "print(list(set(words)))"),
    _R("Hashes and orders", "loop over a set of strings", "for word in set(words):\n    print(word)"),
    _R("Hashes and orders", "`set.pop()`", "bag = set(words)\nprint(bag.pop())"),
    _R("Hashes and orders", "`', '.join(set(…))`", "print(', '.join({w.upper() for w in words}))"),
    _R("Hashes and orders", "`dict.fromkeys(set(…))`", "print(dict.fromkeys(frozenset(words)))"),
    _R("Hashes and orders", "`pd.Series(list(set(…)))`", "print(pd.Series(list(set(words))).head())", "pandas"),
    _R("Hashes and orders", "set of numbers", "print(list({3, 1, 2, 10**6}))"),
    _R("Hashes and orders", "set of objects", "things = [Thing() for _ in range(20)]\nprint([things.index(t) for t in set(things)])", timing=True),
    _R("Hashes and orders", "weighted sum over a set of words", "values = {w: 0.1 * 3**i for i, w in enumerate(words)}\nprint(sum(values[w] * 0.9**i for i, w in enumerate(set(words))))"),
    _R("Hashes and orders", "`sorted(set(…))`", "print(sorted(set(words)))"),
    _R("Hashes and orders", "keys of a dict", "print(list({w: 1 for w in words}))"),
    _R("Hashes and orders", "`os.listdir(…)`", "print(os.listdir('tree'))", timing=True),
    _R("Hashes and orders", "`glob.glob(…)`", "print(glob.glob('tree/*'))", timing=True),
    _R("Hashes and orders", "`Path.iterdir()`", "print([p.name for p in pathlib.Path('tree').iterdir()])", timing=True),
    _R("Hashes and orders", "`pd.factorize(…)`, `groupby(…)`", "print(pd.factorize(pd.Series(words))[0].sum(), frame.groupby('b').a.sum())", "pandas"),
    _R("Hashes and orders", "`group_by(…)` of polars", "print(polars_frame.group_by('b').agg(pl.len()))", "polars"),
    _R("Hashes and orders", "`unique()` of polars", "print(polars_frame.select('b').unique()['b'].to_list())", "polars"),
    _R("Hashes and orders", "`group_by(maintain_order=True)` of polars", "print(polars_frame.group_by('b', maintain_order=True).agg(pl.len()))", "polars"),
    _R("Hashes and orders", "`group by` in SQL of duckdb, unordered", "print(base.sql('select i % 97 as k, count(*) from range(200000) t(i) group by k').fetchall())", "duckdb", timing=True),
    _R("Hashes and orders", "ids in SVG of matplotlib", "plt.plot([1, 2])\nout = io.StringIO()\nplt.savefig(out, format='svg', metadata={'Date': None})\nplt.close()\nprint(zlib.crc32(out.getvalue().encode()))", "matplotlib"),
    _R("Hashes and orders", "date in SVG of matplotlib", "plt.plot([1, 2])\nout = io.StringIO()\nplt.savefig(out, format='svg')\nplt.close()\nprint([l for l in out.getvalue().splitlines() if 'dc:date' in l])", "matplotlib"),
    # Memory and the process
    _R("Memory and the process", "`repr` with an address", "print(Thing())"),
    _R("Memory and the process", "a cell that ends with an object", "Thing()"),
    _R("Memory and the process", "`id(…)`", "print(id(words))"),
    _R("Memory and the process", "a function's `repr`", "print(lambda x: x)"),
    _R("Memory and the process", "sorted by `id`", "things = [Thing() for _ in range(30)]\nprint([things.index(t) for t in sorted(things, key=lambda t: id(t) * 2654435761 % 2**32)])"),
    _R("Memory and the process", "`np.empty(…)`, not filled", "print(np.empty(3000).sum())", timing=True),
    _R("Memory and the process", "`torch.empty(…)`, not filled", "print(torch.empty(1000).sum())", "torch", timing=True, filled=True),
    _R("Memory and the process", "`os.getpid()`", "print(os.getpid())"),
    _R("Memory and the process", "`threading.get_ident()`", "print(threading.get_ident())"),
    _R("Memory and the process", "`os.environ`, all of it", "print(os.environ)"),
    _R("Memory and the process", "`psutil` of the process", "print(psutil.Process().memory_info().rss)", "psutil"),
    _R("Memory and the process", "`resource.getrusage(…)`", "import resource\nprint(resource.getrusage(resource.RUSAGE_SELF))"),
    _R("Memory and the process", "`uuid.getnode()`", "print(uuid.getnode())", timing=True),
    _R("Memory and the process", "a port of the system", "with socket.socket() as server:\n    server.bind(('127.0.0.1', 0))\n    print(server.getsockname()[1])"),
    # Threads, processes, numerics
    _R("Workers and numerics", "`as_completed(…)` of threads", "with concurrent.futures.ThreadPoolExecutor(4) as pool:\n    futures = {pool.submit(sum, range(i % 9 * 9999)): i for i in range(60)}\n    print([futures[f] for f in concurrent.futures.as_completed(futures)])"),
    _R("Workers and numerics", "threads that append to a list", "order = []\nthreads = [threading.Thread(target=lambda i=i: (sum(range(i % 5 * 9999)), order.append(i))) for i in range(40)]\n[t.start() for t in threads]; [t.join() for t in threads]\nprint(order)", timing=True),
    _R("Workers and numerics", "threads that share a generator", "def draw(i):\n    return random.random()\nwith concurrent.futures.ThreadPoolExecutor(4) as pool:\n    print(list(pool.map(draw, range(30))))"),
    _R("Workers and numerics", "`asyncio.as_completed(…)`", "async def nap(i):\n    await asyncio.sleep(i % 3 / 1e4)\n    return i\nprint([await f for f in asyncio.as_completed([nap(i) for i in range(60)])])"),
    _R("Workers and numerics", "`imap_unordered(…)`", "import multiprocessing.pool\nwith multiprocessing.pool.ThreadPool(4) as pool:\n    print(list(pool.imap_unordered(lambda i: (sum(range(i % 7 * 9999)), i)[1], range(60))))", timing=True),
    _R("Workers and numerics", "a forked pool and `np.random`", "import multiprocessing\ndef draw_numpy(i):\n    return np.random.rand()\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n    print(sorted(pool.map(draw_numpy, range(4), chunksize=2)))", timing=True),
    _R("Workers and numerics", "joblib's processes and `np.random`", "def draw_again(i):\n    return np.random.rand()\nprint(joblib.Parallel(2)(joblib.delayed(draw_again)(i) for i in range(4)))", "joblib"),
    _R("Workers and numerics", "a subprocess's own chance", "print(subprocess.run([sys.executable, '-c', 'import random; print(random.random())'], capture_output=True, text=True).stdout)"),
    _R("Workers and numerics", "`scatter_add_` of torch", "x = torch.zeros(10)\nprint(x.scatter_add_(0, torch.arange(1000) % 10, torch.rand(1000)))", "torch"),
    _R("Workers and numerics", "matmul on several threads", "a = np.random.default_rng(0).random((300, 300))\nprint(repr(float((a @ a).sum())))"),
    _R("Workers and numerics", "training of a network in torch", "net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))\nopt = torch.optim.Adam(net.parameters())\nfor _ in range(5):\n    opt.zero_grad(); loss = net(torch.randn(16, 4)).pow(2).mean(); loss.backward(); opt.step()\nprint(repr(loss.item()))", "torch"),
    _R("Workers and numerics", "`MLPClassifier(…)`", "X, y = sklearn.datasets.load_iris(return_X_y=True)\nprint(sklearn.neural_network.MLPClassifier(5, max_iter=5).fit(X, y).loss_)", "sklearn"),
    # Place and surroundings
    _R("Place and surroundings", "time zone", "print(time.tzname, time.localtime(0).tm_hour)", recorded=True),
    _R("Place and surroundings", "locale", "print(locale.getlocale(), sorted('aBc', key=locale.strxfrm))", recorded=True),
    _R("Place and surroundings", "width of the terminal", "import shutil\nprint(shutil.get_terminal_size())", recorded=True),
)  # fmt: skip
