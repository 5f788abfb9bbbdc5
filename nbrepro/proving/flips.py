"""Sources of chance held still or turned, to find what makes two runs of the same notebook differ.

The code of each is a ``sitecustomize`` that only calls from the notebook's cells feel; the kernel's own go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbrepro.records import CauseKind


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way in which a source of chance can stand."""

    words: str
    code: str = ""
    """A ``sitecustomize``."""
    environment: Mapping[str, str] = field(default_factory=dict)
    threads: int | None = None


@dataclass(frozen=True, kw_only=True)
class Flip:
    """One source of chance, and how to hold it still or to turn it."""

    name: str
    kind: CauseKind
    summary: str
    still: Way | None = None
    """Holds it still: two runs agree if nothing else makes them differ."""
    turned: tuple[Way, Way] | None = None
    """Two ways in which it can stand: two runs differ if the notebook depends on it."""


_FROM_A_CELL = """
import sys

def from_a_cell(depth):
    frame = sys._getframe(2)
    while frame is not None and depth:
        if "ipykernel_" in frame.f_code.co_filename:
            return True
        frame, depth = frame.f_back, depth - 1
    return False
"""
_ENTROPY = """
import hashlib, os, random

real, drawn = os.urandom, [0]

def urandom(size):
    if not from_a_cell(40):
        return real(size)
    drawn[0] += 1
    return hashlib.shake_128(b"nbrepro %d" % drawn[0]).digest(size)

def seed(self, a=None, version=2, former=random.Random.seed):
    if a is None and from_a_cell(40):
        a = int.from_bytes(urandom(32), "big")
    return former(self, a, version)

os.urandom = random._urandom = urandom
random.Random.seed = seed
"""
_CLOCK = """
import datetime, time

ticks = [1_700_000_000_000_000_000]

def still(name, scale):
    former = getattr(time, name)
    def clock():
        if not from_a_cell(1):
            return former()
        ticks[0] += 1_000_000
        return ticks[0] if scale is None else ticks[0] / scale
    setattr(time, name, clock)

for name in ("time", "perf_counter", "monotonic", "process_time"):
    still(name, 1e9)
    still(name + "_ns", None)

class Meta(type):
    def __instancecheck__(cls, value):
        return isinstance(value, real)

real = datetime.datetime

class Still(real, metaclass=Meta):
    @classmethod
    def now(cls, tz=None):
        return real.fromtimestamp(time_of(), tz) if from_a_cell(1) else real.now(tz)
    @classmethod
    def utcnow(cls):
        return real.fromtimestamp(time_of()) if from_a_cell(1) else real.utcnow()
    today = now

def time_of():
    ticks[0] += 1_000_000
    return ticks[0] / 1e9

datetime.datetime = Still
"""

_COMPLETION = """
import concurrent.futures as futures, multiprocessing.pool as pool
from concurrent.futures import _base, thread

former = thread.ThreadPoolExecutor.submit, _base.as_completed

def submit(self, work, /, *args, **kwargs):
    if not from_a_cell(3):
        return former[0](self, work, *args, **kwargs)
    future = _base.Future()
    future.set_running_or_notify_cancel()
    try:
        future.set_result(work(*args, **kwargs))
    except BaseException as fault:
        future.set_exception(fault)
    return future

def as_completed(these, timeout=None):
    if not from_a_cell(3):
        yield from former[1](these, timeout)
        return
    these = list(these)
    _base.wait(these, timeout)
    yield from these

thread.ThreadPoolExecutor.submit = submit
futures.as_completed = _base.as_completed = as_completed
pool.Pool.imap_unordered = pool.Pool.imap
"""
_LISTING = """
import os

def ordered(function, key):
    def listing(*args):
        found = function(*args)
        if not from_a_cell(12):
            return found
        if function is not former_scan:
            return sorted(found, reverse=BACKWARDS)
        with found:
            return Entries(sorted(found, key=key, reverse=BACKWARDS))
    return listing

class Entries:
    def __init__(self, entries):
        self.entries = iter(entries)
    def __iter__(self):
        return self
    def __next__(self):
        return next(self.entries)
    def __enter__(self):
        return self
    def __exit__(self, *fault):
        self.close()
    def close(self):
        self.entries = iter(())

former_scan = os.scandir
os.listdir = ordered(os.listdir, None)
os.scandir = ordered(os.scandir, lambda entry: entry.name)
"""


def _listing(words: str, *, backwards: bool) -> Way:
    return Way(words=words, code=f"{_FROM_A_CELL}BACKWARDS = {backwards}\n{_LISTING}")


FLIPS = (
    Flip(
        name="entropy",
        kind=CauseKind.UNSEEDED_RANDOMNESS,
        summary="random bytes of the operating system make the notebook differ from run to run",
        still=Way(words="the entropy held still", code=_FROM_A_CELL + _ENTROPY),
    ),
    Flip(
        name="clock",
        kind=CauseKind.TIME,
        summary="the clock makes the notebook differ from run to run",
        still=Way(words="the clock held still", code=_FROM_A_CELL + _CLOCK),
    ),
    Flip(
        name="completion",
        kind=CauseKind.THREADS,
        summary="the order in which workers finish makes the notebook differ from run to run",
        still=Way(words="the workers run one after another", code=_FROM_A_CELL + _COMPLETION),
    ),
    Flip(
        name="listing",
        kind=CauseKind.FILESYSTEM_ORDER,
        summary="the result depends on the order in which the disk lists files",
        turned=(
            _listing("folders listed by name", backwards=False),
            _listing("folders listed by name, backwards", backwards=True),
        ),
    ),
    Flip(
        name="hashes",
        kind=CauseKind.HASH_ORDER,
        summary="the result depends on PYTHONHASHSEED",
        turned=(
            Way(words="PYTHONHASHSEED=0", environment={"PYTHONHASHSEED": "0"}),
            Way(words="PYTHONHASHSEED=1", environment={"PYTHONHASHSEED": "1"}),
        ),
    ),
    Flip(
        name="threads",
        kind=CauseKind.THREADS,
        summary="the result depends on the number of threads",
        turned=(Way(words="one thread", threads=1), Way(words="two threads", threads=2)),
    ),
)


def write(codes: Sequence[str], folder: Path) -> Path:
    """Write a ``sitecustomize`` of these codes, and return the folder to put on ``PYTHONPATH``."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(f"exec({code!r}, {{}})" for code in codes)
    (folder / "sitecustomize.py").write_text(text + "\n", encoding="utf-8")
    return folder
