"""The causes that benchmarks/prove.py plants, as data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PACKAGES: dict[str, tuple[str, str]] = {
    "blinker": ("1.8.2", "1.9.0"),
    "boltons": ("24.0.0", "25.0.0"),
    "cachetools": ("5.5.0", "6.2.0"),
    "colorama": ("0.4.5", "0.4.6"),
    "emoji": ("2.12.1", "2.15.0"),
    "funcy": ("1.18", "2.0"),
    "humanize": ("4.10.0", "4.14.0"),
    "inflection": ("0.5.0", "0.5.1"),
    "isodate": ("0.6.1", "0.7.2"),
    "itsdangerous": ("2.1.2", "2.2.0"),
    "jmespath": ("1.0.1", "1.1.0"),
    "more-itertools": ("10.5.0", "10.8.0"),
    "mpmath": ("1.3.0", "1.4.1"),
    "multipledispatch": ("0.6.0", "1.0.0"),
    "natsort": ("8.3.1", "8.4.0"),
    "num2words": ("0.5.13", "0.5.14"),
    "parse": ("1.20.2", "1.21.1"),
    "pyphen": ("0.15.0", "0.17.2"),
    "python-slugify": ("8.0.1", "8.0.4"),
    "pytz": ("2024.1", "2025.2"),
    "roman": ("4.2", "5.1"),
    "semver": ("3.0.2", "3.0.4"),
    "sortedcontainers": ("2.3.0", "2.4.0"),
    "termcolor": ("2.4.0", "3.1.0"),
    "titlecase": ("2.4", "2.4.1"),
    "toolz": ("0.12.1", "1.1.0"),
    "toposort": ("1.7", "1.10"),
    "unidecode": ("1.3.8", "1.4.0"),
    "webcolors": ("24.6.0", "25.10.0"),
    "xmltodict": ("0.13.0", "1.0.2"),
}
"""Thirty packages of the index, each with a former and a present version."""

_NOT_MODULES = {"more-itertools": "more_itertools", "python-slugify": "slugify"}
_MODULES = ", ".join(_NOT_MODULES.get(name, name) for name in PACKAGES if name not in {"num2words", "python-slugify"})


def _nothing(_: Path) -> None:
    """Change nothing."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One planted cause, or two."""

    name: str
    words: str
    causes: tuple[str, ...]
    cells: tuple[str, ...]
    before: Callable[[Path], None] = _nothing
    after: Callable[[Path], None] = _nothing
    edited: tuple[str, ...] = ()
    """The cells after the change, where they are what changes."""
    packages: bool = False
    in_memory: bool = False


def _files(**texts: str) -> Callable[[Path], None]:
    """Return what writes files; two underscores stand for a slash, one before the suffix for the dot."""

    def write(project: Path) -> None:
        for key, text in texts.items():
            stem, _, suffix = key.replace("__", "/").rpartition("_")
            path = project / f"{stem}.{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_text(text, encoding="utf-8")

    return write


def _command(project: Path, *words: str) -> None:
    subprocess.run(words, cwd=project, check=True, capture_output=True)


def _committed(write: Callable[[Path], None], *tracked: str) -> Callable[[Path], None]:
    """Return what writes files and commits them to git; those named are tracked by DVC instead."""

    def make(project: Path) -> None:
        write(project)
        _command(project, "git", "init")
        _command(project, "git", "config", "user.email", "a@example.org")
        _command(project, "git", "config", "user.name", "A")
        if tracked:
            _command(project, sys.executable, "-m", "dvc", "init", "--quiet")
            _command(project, sys.executable, "-m", "dvc", "config", "core.analytics", "false")
            _command(project, sys.executable, "-m", "dvc", "add", "--quiet", *tracked)
        _command(project, "git", "add", ".")
        _command(project, "git", "commit", "-m", "all")

    return make


def _tables(count: int, value: int) -> dict[str, str]:
    return {f"data__t{number}_csv": f"x\n{value + number}\n" for number in range(count)}


def _modules(value: int) -> dict[str, str]:
    return {f"part{number}_py": f"VALUE = {value + number}\n" for number in range(8)}


def _settings(*lines: str) -> Callable[[Path], None]:
    text = "\n".join(["[tool.nbrepro]", *lines, ""])
    return _files(pyproject_toml=text)


def _environment(**variables: str) -> Callable[[Path], None]:
    return _settings("[tool.nbrepro.environment]", *(f'{name} = "{value}"' for name, value in variables.items()))


def _parts(*names: str) -> Callable[[Path], None]:
    def make(project: Path) -> None:
        (project / "parts").mkdir(exist_ok=True)
        for name in names:
            (project / "parts" / name).unlink(missing_ok=True)
        for name in names:
            (project / "parts" / name).write_text(name)

    return make


def _both(*makers: Callable[[Path], None]) -> Callable[[Path], None]:
    def make(project: Path) -> None:
        for maker in makers:
            maker(project)

    return make


_USES = f"import {_MODULES}\nfrom num2words import num2words\nfrom slugify import slugify"
_IMPORT = "from importlib import import_module"
_PARTS = "parts = [import_module(f'part{n}') for n in range(8)]"
_READ = "tables = [open(f'data/t{n}.csv').read() for n in range(8)]"
_VALUES = tuple(f"v{number} = {number}" for number in range(16))
_EDITED = tuple(f"v{number} = {number * 7 + 1}" for number in range(16))
_VARIABLES = {f"TQDM_V{number}": "1" for number in range(8)}
_WORK = """from concurrent.futures import ThreadPoolExecutor, as_completed
import os, time
def work(n):
    time.sleep(os.getpid() * (n + 1) % 9973 / 40000)  # another order for any other process
    return n"""

CASES: tuple[Case, ...] = (
    Case(
        name="source",
        words="the source of a cell, one of 16 that were edited",
        causes=("source",),
        cells=(*_VALUES, "values = dict(globals())", "values['v11'] + 1"),
        edited=(*_EDITED, "values = dict(globals())", "values['v11'] + 1"),
    ),
    Case(
        name="module",
        words="a module of the project, one of 8 that were edited (git)",
        causes=("local_module",),
        cells=(_IMPORT, _PARTS, "parts[5].VALUE"),
        before=_committed(_files(**_modules(0))),
        after=_files(**_modules(10)),
    ),
    Case(
        name="data-git",
        words="a data file, one of 8 that changed (git)",
        causes=("data_changed",),
        cells=(_READ, "tables[6]"),
        before=_committed(_files(**_tables(8, 1))),
        after=_files(**_tables(8, 5)),
    ),
    Case(
        name="data-dvc",
        words="a data file, one of 8 that changed (DVC)",
        causes=("data_changed",),
        cells=(_READ, "tables[3]"),
        before=_committed(_files(**_tables(8, 1)), *(f"data/t{number}.csv" for number in range(8))),
        after=_files(**_tables(8, 5)),
    ),
    Case(
        name="folder-dvc",
        words="a file in a folder, one of 8 that changed (DVC tracks the folder)",
        causes=("data_changed",),
        cells=(_READ, "tables[1]"),
        before=_committed(_files(**_tables(8, 1)), "data"),
        after=_files(**_tables(8, 5)),
    ),
    Case(
        name="variable",
        words="an environment variable, one of 8 that changed",
        causes=("environment_variable",),
        cells=(
            "import os\nkept = {name: os.environ[name] for name in sorted(os.environ) if name[:5] == 'TQDM_'}",
            "list(kept.values())[4]",
        ),
        before=_environment(**_VARIABLES),
        after=_environment(**dict.fromkeys(_VARIABLES, "2")),
    ),
    Case(
        name="time-zone",
        words="the time zone",
        causes=("locale",),
        cells=("import time", "time.strftime('%H:%M', time.localtime(0))"),
        after=_environment(TZ="Asia/Tokyo"),
    ),
    Case(
        name="hash-seed",
        words="the hash seed",
        causes=("hash_order",),
        cells=("words = set('ash beech cedar date elm fir'.split())", "list(words)"),
        after=_environment(PYTHONHASHSEED="3"),
    ),
    Case(
        name="threads",
        words="the number of threads",
        causes=("threads",),
        cells=("import os", "os.environ['OMP_NUM_THREADS']"),
        before=_settings("threads = 1"),
        after=_settings("threads = 2"),
    ),
    Case(
        name="listing",
        words="the order in which the disk lists files",
        causes=("filesystem_order",),
        cells=("import os", "names = os.listdir('parts')", "''.join(names)"),
        before=_parts(*"abcdefgh"),
        after=_parts(*"hcbgadef"),
        in_memory=True,
    ),
    Case(
        name="package",
        words="a package, one of 30 that changed; the cell names it",
        causes=("package",),
        cells=(_USES, "slugify('One more')", "len(pytz.all_timezones)"),
        packages=True,
    ),
    Case(
        name="package-hidden",
        words="a package, one of 30 that changed; a module of the project uses them all",
        causes=("package",),
        cells=("import table", "table.head()", "table.sizes()"),
        before=_files(
            table_py=f"{_USES}\n"
            "def head():\n    return slugify('One more'), roman.toRoman(1994), num2words(12)\n"
            "def sizes():\n    return [humanize.naturalsize(10.0**30), titlecase.titlecase('a tale')]\n"
        ),
        packages=True,
    ),
    Case(
        name="entropy",
        words="random bytes of the operating system",
        causes=("unseeded_randomness",),
        cells=("import numpy as np", "rng = np.random.default_rng()", "rng.normal(size=3)"),
    ),
    Case(
        name="clock",
        words="the clock",
        causes=("time",),
        cells=("import time", "started = time.time_ns()", "started % 1_000_000_007"),
    ),
    Case(
        name="completion",
        words="the order in which workers finish",
        causes=("threads",),
        cells=(
            _WORK,
            """with ThreadPoolExecutor(8) as pool:
    done = [f.result() for f in as_completed([pool.submit(work, n) for n in range(12)])]""",
            "done",
        ),
    ),
    Case(
        name="two",
        words="a data file and a module at once, two of 16 that changed",
        causes=("data_changed", "local_module"),
        cells=(_IMPORT, _PARTS, _READ, "parts[2].VALUE, tables[4]"),
        before=_committed(_both(_files(**_modules(0)), _files(**_tables(8, 1)))),
        after=_both(_files(**_modules(10)), _files(**_tables(8, 5))),
    ),
)  # fmt: skip
