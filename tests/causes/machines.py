# ruff: noqa: E501 - a plant a line
"""Divergences that come from outside of the project: servers, systems, processors, switches, locales, other machines."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

from nbformat import NotebookNode
from PIL import Image, ImageOps

from nbrepro.records import Gpu, Package, Platform, Python, Record
from tests.causes.outside import LINUX_32, REFUSED, UNAME_26
from tests.causes.planting import Base, Plant

_ROWS = "x,y\n" + "\n".join(f"{n},{n * n % 7}" for n in range(12)) + "\n"
_DIGEST = "hashlib.sha256({}.tobytes()).hexdigest()[:12]"

MACHINE_BASES: dict[str, Base] = {
    "fetched": Base(
        serves=_ROWS,
        cells=(
            "import csv, io\nfrom urllib.request import urlopen",
            "text = urlopen('{address}/table.csv').read().decode()",
            "rows = list(csv.DictReader(io.StringIO(text)))\nlen(rows)",
            "limit = 3",
            "sum(int(row['y']) for row in rows)",
        ),
    ),
    "requested": Base(
        needs=("requests",),
        serves='{"temperature": 11.5}',
        cells=("import requests", "weather = requests.get('{address}/now').json()", "weather['temperature'] * 9 / 5 + 32", "'end'"),
    ),
    "read_csv": Base(
        needs=("pandas",),
        serves=_ROWS,
        cells=("import pandas as pd", "table = pd.read_csv('{address}/table.csv')", "table.y.sum()", "table.shape"),
    ),
    "system": Base(
        cells=(
            "import os, platform, sys",
            "word = 8 * (2 if sys.maxsize > 2**32 else 1)",
            "platform.machine()",
            "platform.release().split('.')[0]",
            "word",
        )
    ),
    "linear": Base(
        cells=(
            "import hashlib\nimport numpy as np",
            "rng = np.random.default_rng(1)\nX = rng.normal(size=(400, 400))\ny = rng.normal(size=400)",
            "beta = np.linalg.solve(X.T @ X, X.T @ y)\nbeta.shape",
            _DIGEST.format("beta"),
            "n = 20_000\nwave = np.exp(np.sin(np.arange(n, dtype=np.float32)))\n" + _DIGEST.format("wave"),
        ),
    ),
    "tensors": Base(
        needs=("torch",),
        cells=(
            "import hashlib\nimport torch",
            "x = torch.sin(torch.arange(3_000_000, dtype=torch.float32))",
            "total = x.sum()\ntotal.numpy().tobytes().hex()",
            "soft = torch.softmax(x[:1000] * 5, 0).log().exp()\n" + _DIGEST.format("soft.numpy()"),
            "torch.get_float32_matmul_precision()",
        )
    ),
    "precise": Base(
        needs=("torch",),
        files={"switches.py": "import torch\nKIND = 'double'\n"},
        cells=("import torch\nimport switches", "w = torch.arange(3) / 7", "str(w.dtype)", "w.sum().item()", "'end'"),
    ),
    "letters": Base(
        environment={"LC_ALL": "C.UTF-8"},
        files={"names.txt": "Zürich\nåland\n"},
        cells=(
            "import locale, time",
            "locale.setlocale(locale.LC_ALL, '').partition('.')[2] or 'none'",
            "lines = open('names.txt').read().split()",
            "lines",
            "time.strftime('%Y-%m-%d %H', time.localtime(0))",
        ),
    ),
    "zoned": Base(
        needs=("pandas",),
        cells=("import pandas as pd\nfrom datetime import datetime", "start = datetime.fromtimestamp(86_400 * 365)", "start.isoformat()", "pd.Timestamp(start).day_name()", "1")
    ),
    "fit": Base(
        cells=(
            "import numpy as np",
            "x = np.linspace(0, 1, 50)\ny = np.sin(3 * x)",
            "coefficients = np.polyfit(x, y, 3)",
            "coefficients",
            "residual = float(((np.polyval(coefficients, x) - y) ** 2).sum())\nresidual",
        )
    ),
    "chart": Base(
        needs=("matplotlib",),
        cells=("import matplotlib.pyplot as plt", "heights = [3, 1, 2]", "fig, ax = plt.subplots(figsize=(2, 1.5))\nbars = ax.bar(range(3), heights)", "sum(heights)")
    ),
    "summed": Base(cells=("parts = [0.1] * 10", "sum(parts) == 1.0", "len(parts)")),
}  # fmt: skip


def _say(notebook: NotebookNode, index: int, old: str, new: str) -> None:
    """Have a cell's result say something else, as it did elsewhere."""
    data = notebook.cells[index].outputs[-1].data
    assert old in data["text/plain"], data["text/plain"]
    data["text/plain"] = data["text/plain"].replace(old, new)


def _nudge(notebook: NotebookNode, index: int) -> None:
    """Change the fifth digit of a cell's first number."""
    data = notebook.cells[index].outputs[-1].data
    text = data["text/plain"]
    place = text.index(".") + 5
    data["text/plain"] = f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}"


def _with(made: Record, **sections: object) -> Record:
    return replace(made, fingerprint=replace(made.fingerprint, **sections))  # type: ignore[arg-type]


def _with_gpu(made: Record) -> Record:
    hardware = made.fingerprint.hardware
    assert hardware is not None
    card = Gpu(name="NVIDIA H100 80GB HBM3", driver="570.86.15", multiprocessors=132, compute_capability="9.0")
    return _with(made, hardware=replace(hardware, gpus=(card,)))


def _on_a_gpu(notebook: NotebookNode, made: Record) -> Record:
    _nudge(notebook, 4)
    return _with_gpu(made)


def _on_a_mac(notebook: NotebookNode, made: Record) -> Record:
    _nudge(notebook, 4)
    return _with(made, platform=Platform(system="Darwin", release="24.1.0", machine="arm64", libc=""))


def _on_another_processor(notebook: NotebookNode, made: Record) -> Record:
    _nudge(notebook, 4)
    hardware = made.fingerprint.hardware
    assert hardware is not None
    return _with(made, hardware=replace(hardware, cpu="Intel(R) Xeon(R) Platinum 8480+", isa_level="x86-64-v4"))


def _by_newer_python(notebook: NotebookNode, made: Record) -> Record:
    _say(notebook, 1, "False", "True")
    return _with(made, python=Python(version="3.14.1", implementation="CPython", build="main, GCC 14.2.0"))


def _less_precise(notebook: NotebookNode, made: Record) -> Record:
    """Made where the project's start-up code had allowed a lower precision."""
    _say(notebook, 4, "highest", "high")
    numerics = made.fingerprint.numerics
    assert numerics is not None
    switches = {**numerics.switches, "torch.float32_matmul_precision": "high"}
    return _with(made, numerics=replace(numerics, switches=switches))


def _drawn_elsewhere(notebook: NotebookNode, made: Record) -> Record:
    """The picture of the older version has thicker axes: here, another picture of the same notebook stands in."""
    data = notebook.cells[2].outputs[-1].data
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB")
    kept = io.BytesIO()
    ImageOps.expand(ImageOps.crop(picture, 3), 3, fill="black").save(kept, "PNG")
    data["image/png"] = base64.b64encode(kept.getvalue()).decode()
    packages = {**made.fingerprint.packages, "matplotlib": Package(version="3.7.5")}
    return _with(made, packages=packages)


_OLD_BLAS = {"environment": {"OPENBLAS_CORETYPE": "Nehalem"}}
_NO_AVX = {"environment": {"NPY_DISABLE_CPU_FEATURES": "X86_V3"}}
_PLAIN_TORCH = {"environment": {"ATEN_CPU_CAPABILITY": "default"}}
_ASCII = {"environment": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}}
_SWITCHED = "import torch\nKIND = 'double'\ntorch.set_default_dtype(torch.float64)\n"

MACHINES = (
    Plant(name="answer-longer", base="fetched", cell=3, causes=("network",), answers=_ROWS + "12,4\n"),
    Plant(name="answer-another-value", base="fetched", cell=5, causes=("network",), answers=_ROWS.replace("5,4", "5,5")),
    Plant(name="answer-saved", base="fetched", cell=5, causes=("network",), answers=_ROWS.replace("5,4", "5,5"), saved=True),
    Plant(name="weather", base="requested", cell=3, causes=("network",), answers='{"temperature": 12.5}'),
    Plant(name="no-weather", base="requested", cell=3, causes=("network",), answers=REFUSED),
    Plant(name="table-of-a-server", base="read_csv", cell=3, causes=("network",), alternatives=("data_changed",), answers=_ROWS.replace("5,4", "5,6")),
    Plant(name="table-refused", base="read_csv", cell=2, causes=("network",), answers=REFUSED),
    Plant(name="another-machine", base="system", cell=3, causes=("platform",), persona=LINUX_32),
    Plant(name="another-kernel", base="system", cell=4, causes=("platform",), persona=UNAME_26),
    Plant(name="from-a-mac", base="fit", cell=5, causes=("platform",), elsewhere=_on_a_mac),
    Plant(name="blas-of-an-older-processor", base="linear", cell=4, causes=("numerics",), alternatives=("environment_variable",), only_on="x86_64", settings=_OLD_BLAS),
    Plant(name="numpy-without-avx", base="linear", cell=5, causes=("numerics",), alternatives=("environment_variable",), only_on="x86_64", settings=_NO_AVX),
    Plant(name="torch-without-avx", base="tensors", cell=4, causes=("numerics",), alternatives=("environment_variable",), only_on="x86_64", settings=_PLAIN_TORCH),
    Plant(name="another-processor", base="fit", cell=5, causes=("numerics",), elsewhere=_on_another_processor),
    Plant(name="sum-on-one-thread", base="tensors", cell=3, causes=("threads",), settings={"threads": 1}),
    Plant(name="sum-on-three-threads", base="tensors", cell=3, causes=("threads",), settings={"threads": 3}),
    Plant(name="precision-switch", base="tensors", cell=5, causes=("determinism_switch",), elsewhere=_less_precise),
    Plant(name="dtype-by-a-module", base="precise", cell=3, causes=("local_module", "determinism_switch"), files={"switches.py": _SWITCHED}),
    Plant(name="dtype-by-a-new-cell", base="precise", cell=4, causes=("cell_missing", "determinism_switch"), inserts={1: "torch.set_default_dtype(torch.float64)"}),
    Plant(name="plain-locale", base="letters", cell=2, causes=("locale",), settings={"environment": {"LC_ALL": "C", "LANG": "C"}}),
    Plant(name="ascii-only", base="letters", cell=2, causes=("locale",), settings=_ASCII),
    Plant(name="zone-of-the-project", base="letters", cell=5, causes=("locale",), settings={"environment": {"TZ": "Pacific/Auckland"}}),
    Plant(name="day-of-another-zone", base="zoned", cell=3, causes=("locale",), settings={"environment": {"TZ": "America/Los_Angeles"}}),
    Plant(name="off-the-gpu", base="fit", cell=5, causes=("gpu",), elsewhere=_on_a_gpu),
    Plant(name="newer-python", base="summed", cell=2, causes=("python",), elsewhere=_by_newer_python),
    Plant(name="older-matplotlib", base="chart", cell=3, causes=("rendering",), elsewhere=_drawn_elsewhere),
    Plant(name="segmentation-fault", base="fit", cell=3, causes=("kernel_death",), inserts={2: "import ctypes\nctypes.string_at(0)"}),
    Plant(name="aborted", base="fit", cell=3, causes=("kernel_death",), inserts={2: "import os\nos.abort()"}),
    Plant(name="more-memory-than-there-is", base="fit", cell=3, causes=("resources",), inserts={2: "grid = bytearray(2**62)"}),
)  # fmt: skip
MACHINE_DOUBLES = (
    Plant(name="answer-and-source", base="fetched", cell=3, causes=("network", "source"), answers=_ROWS + "12,4\n", edits={4: "max(int(row['y']) for row in rows)"}),
    Plant(name="blas-and-data", base="linear", cell=4, causes=("numerics", "source"), only_on="x86_64", settings=_OLD_BLAS, edits={4: "wave = np.arange(3)\n" + _DIGEST.format("wave")}),
    Plant(name="zone-and-locale-text", base="letters", cell=2, causes=("locale", "data_changed"), settings={"environment": {"LC_ALL": "C", "LANG": "C"}}, files={"names.txt": "Bern\n"}),
    Plant(name="zone-and-source", base="zoned", cell=3, causes=("locale", "source"), settings={"environment": {"TZ": "America/Los_Angeles"}}, edits={4: "2"}),
    Plant(name="threads-and-precision", base="tensors", cell=3, causes=("threads", "determinism_switch"), elsewhere=_less_precise, settings={"threads": 1}),
    Plant(name="platform-and-source", base="system", cell=3, causes=("platform", "source"), persona=LINUX_32, edits={4: "word * 2"}),
    Plant(name="gpu-and-source", base="fit", cell=4, causes=("gpu", "source"), elsewhere=_on_a_gpu, edits={3: "coefficients.round(2)"}),
    Plant(name="picture-and-source", base="chart", cell=3, causes=("rendering", "source"), elsewhere=_drawn_elsewhere, edits={3: "max(heights)"}),
)  # fmt: skip
