"""Sources of chance held still, one at a time, to find what makes two runs of the same notebook differ.

Each is a ``sitecustomize`` that only calls from the notebook's cells feel: the kernel's own go on as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbrepro.records import CauseKind


@dataclass(frozen=True, kw_only=True)
class Flip:
    """One source of chance, and the code that holds it still."""

    name: str
    kind: CauseKind
    summary: str
    code: str


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

FLIPS = (
    Flip(
        name="entropy",
        kind=CauseKind.UNSEEDED_RANDOMNESS,
        summary="random bytes of the operating system make the notebook differ from run to run",
        code=_FROM_A_CELL + _ENTROPY,
    ),
    Flip(
        name="clock",
        kind=CauseKind.TIME,
        summary="the clock makes the notebook differ from run to run",
        code=_FROM_A_CELL + _CLOCK,
    ),
)


def write(flip: Flip, folder: Path) -> Path:
    """Write what holds the source still, and return the folder to put on ``PYTHONPATH``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(flip.code, encoding="utf-8")
    return folder
