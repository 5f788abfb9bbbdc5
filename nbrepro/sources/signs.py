"""Names of functions and pieces of SQL whose results may change from run to run."""

from __future__ import annotations

import re

from nbrepro.records import CauseKind

UNSEEDED_WITHOUT_ARGUMENTS = frozenset({
    "numpy.random.default_rng",
    "numpy.random.RandomState",
    "numpy.random.SeedSequence",
    "numpy.random.PCG64",
    "numpy.random.seed",
    "random.Random",
    "random.seed",
    "torch.seed",
    "torch.cuda.seed",
    "torch.cuda.seed_all",
    "torch.Generator.seed",
    "cupy.random.default_rng",
    "cupy.random.RandomState",
    "cupy.random.seed",
})  # fmt: skip
ENTROPY = frozenset({
    "os.urandom", "random.SystemRandom", "secrets.choice", "secrets.randbelow", "secrets.randbits",
    "secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe", "uuid.uuid1", "uuid.uuid4",
})  # fmt: skip
CLOCK = frozenset({
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "pandas.Timestamp.now", "pandas.Timestamp.today", "pandas.Timestamp.utcnow", "time.asctime", "time.ctime",
    "time.gmtime", "time.localtime", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns",
    "time.process_time", "time.process_time_ns", "time.strftime", "time.time", "time.time_ns", "time.clock_gettime",
    "time.clock_gettime_ns", "time.thread_time", "time.thread_time_ns", "timeit.default_timer", "timeit.repeat",
    "timeit.timeit", "os.times", "email.utils.formatdate", "email.utils.localtime",
    "os.path.getmtime", "os.path.getctime", "os.path.getatime", "tqdm.asyncio.tqdm_asyncio", "tqdm.auto.tqdm",
    "tqdm.auto.trange", "tqdm.notebook.tqdm", "tqdm.notebook.trange", "tqdm.std.tqdm", "tqdm.std.trange", "tqdm.tqdm",
    "tqdm.trange",
})  # fmt: skip
GPU_CLOCK = frozenset({"elapsed_time", "get_elapsed_time"})
"""Methods that tell the time between two events of a graphics processor (torch, CuPy, Numba)."""
CONVERTERS = {"time.asctime": 1, "time.ctime": 1, "time.gmtime": 1, "time.localtime": 1, "time.strftime": 2}
"""Functions that read the clock only if they are not given a time: the number of arguments that give one."""
NOW = frozenset({"numpy.datetime64", "pandas.Timestamp", "pandas.to_datetime"})
"""What reads the clock when it is given ``now`` or ``today``."""
PROCESS = frozenset({
    "gc.get_count", "getpass.getuser", "os.getlogin", "os.getloadavg", "os.getpid", "os.getppid", "os.uname",
    "platform.node", "platform.uname", "resource.getrusage", "shutil.disk_usage", "socket.gethostname",
    "threading.get_ident", "threading.get_native_id", "time.get_clock_info", "tracemalloc.get_traced_memory",
    "uuid.getnode",
})  # fmt: skip
FILE_TIMES = frozenset({"st_atime", "st_ctime", "st_mtime", "st_atime_ns", "st_ctime_ns", "st_mtime_ns"})
CHILDREN = frozenset({"subprocess.Popen", "subprocess.run"})
"""What starts another program, whose output may come back."""
CHILDREN_READ = frozenset({"os.popen", "subprocess.check_output", "subprocess.getoutput", "subprocess.getstatusoutput"})
CAPTURES = frozenset({"capture_output", "stdout"})
DATED = (".svg", ".pdf", ".ps", ".eps", "svg", "pdf", "ps", "eps")
"""Pictures that matplotlib writes the date into, unless SOURCE_DATE_EPOCH or metadata say which."""
UNINITIALISED = frozenset({"numpy.empty", "numpy.empty_like"})
SEEDING = frozenset({
    "jax.random.PRNGKey", "jax.random.key", "numpy.random.default_rng", "numpy.random.seed", "random.Random",
    "random.seed", "tensorflow.random.set_seed", "torch.manual_seed",
})  # fmt: skip
WATCHED = ("numpy.random.", "os.urandom", "random.", "secrets.", "torch.seed", "uuid.uuid4")
RUNS_SQL = frozenset({"execute", "query", "sql", "read_sql", "read_sql_query"})
SQL_DRAWS = re.compile(
    r"\b(?:random|rand|uuid|gen_random_uuid|uuidv4|uuidv7|randomblob)\s*\(|\busing\s+sample\b|\btablesample\b",
    re.IGNORECASE,
)
SQL_SEED = re.compile(r"\bsetseed\s*\(|\brepeatable\s*\(", re.IGNORECASE)
SQL_CLOCK = re.compile(
    r"\b(?:now|today|get_current_timestamp|current_localtimestamp)\s*\(|\bcurrent_(?:timestamp|date|time)\b"
    r"|\bdatetime\s*\(\s*'now'|\bjulianday\s*\(\s*'now'",
    re.IGNORECASE,
)
SQL_GROUPS = re.compile(r"\bgroup\s+by\b|\bselect\s+distinct\b", re.IGNORECASE)
SQL_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)
READERS = dict.fromkeys(("os.getenv", "os.environ.get"), CauseKind.ENVIRONMENT_VARIABLE)
AS_THEY_FINISH = frozenset({
    "asyncio.as_completed", "asyncio.wait", "concurrent.futures.as_completed", "concurrent.futures.wait",
})  # fmt: skip
POLARS_UNORDERED = frozenset({"group_by", "unique"})
REMOTE = frozenset({
    "requests.get", "requests.post", "requests.Session", "httpx.get", "httpx.post", "urllib.request.urlopen",
    "urllib.request.urlretrieve", "yfinance.download", "sklearn.datasets.fetch_openml",
    "sklearn.datasets.fetch_california_housing", "sklearn.datasets.fetch_20newsgroups", "seaborn.load_dataset",
    "datasets.load_dataset",
})  # fmt: skip
LISTINGS = frozenset({"glob.glob", "glob.iglob", "os.listdir", "os.scandir", "os.walk"})
LISTING_METHODS = frozenset({"glob", "iterdir", "rglob"})
ORDER_FREE = frozenset({"all", "any", "frozenset", "len", "max", "min", "set", "sorted", "sum", "isinstance"})
ORDER_FREE_METHODS = frozenset({"height", "max", "min", "n_unique", "shape", "sort", "sort_values"})
STDLIB_DRAWS = frozenset(
    [
        "betavariate",
        "choice",
        "choices",
        "expovariate",
        "gammavariate",
        "gauss",
        "getrandbits",
        "lognormvariate",
        "normalvariate",
        "randbytes",
        "randint",
        "random",
        "randrange",
        "sample",
        "shuffle",
        "triangular",
        "uniform",
        "vonmisesvariate",
        "weibullvariate",
    ]
)
NUMPY_SETTINGS = frozenset(
    {"BitGenerator", "Generator", "MT19937", "PCG64DXSM", "Philox", "SFC64", "get_state", "set_state"}
)
TORCH_DRAWS = frozenset({"bernoulli", "multinomial", "normal", "rand", "randint", "randn", "randperm"})
SKLEARN_DRAWS = frozenset(
    [
        "ExtraTreesClassifier",
        "ExtraTreesRegressor",
        "GaussianMixture",
        "GradientBoostingClassifier",
        "GradientBoostingRegressor",
        "KMeans",
        "MLPClassifier",
        "MLPRegressor",
        "MiniBatchKMeans",
        "NMF",
        "RandomForestClassifier",
        "RandomForestRegressor",
        "ShuffleSplit",
        "StratifiedShuffleSplit",
        "TSNE",
        "make_blobs",
        "make_circles",
        "make_classification",
        "make_moons",
        "make_regression",
        "resample",
        "shuffle",
        "train_test_split",
    ]
)
SIGNS = frozenset(
    name.rpartition(".")[2]
    for name in (
        *UNSEEDED_WITHOUT_ARGUMENTS, *ENTROPY, *CLOCK, *GPU_CLOCK, *NOW, *PROCESS, *FILE_TIMES, *UNINITIALISED,
        *SEEDING, *RUNS_SQL, *READERS, *AS_THEY_FINISH, *POLARS_UNORDERED, *CHILDREN, *CHILDREN_READ, *REMOTE,
        *LISTINGS, *LISTING_METHODS,
        "environ", "hash", "id", "imap_unordered", "psutil", "Parallel", "getsockname", "savefig", "frozenset", "set",
    )
) - {"random"}  # fmt: skip
"""Names of which a source has one if it has any construct but a set or a draw from a global generator."""
SEEDS = frozenset({"numpy.random.seed", "random.seed", "torch.manual_seed"})
