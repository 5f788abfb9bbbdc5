"""How the recorder holds out: a busy kernel, thousands of cells, restarts, and deaths at random moments.

Run it with ``python benchmarks/endurance.py [busy|cells|restarts|kills] …``; ``--help`` tells the sizes, which are
short unless said otherwise. Three kernels run the same cells: a bare one, one that records, and one that records
under `tracemalloc`, which tells what nbrepro's lines asked for. Memory is printed at intervals, with its slope.

IPython keeps the outputs of every cell, so the bare kernel grows too: what counts is the one beyond the other. Of
what nbrepro's lines asked for, some 20 bytes a cell are the tables of dictionaries that CPython gives back to its
free list, and on to others (IPython's history), under the name of the line that asked first.
"""

from __future__ import annotations

import argparse
import os
import queue
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import psutil  # type: ignore[import-untyped]  # its stubs are a package that only this line would need
from jupyter_client.manager import KernelManager

from nbrepro.store.journal import Journal, read_journal

PATIENCE = 120.0
NOTEBOOK = 60
"""Cells of the notebook that is run over and over, now in order and now not."""
_KIB = 1024
_MIB = 1024 * 1024
_WARMING_UP = 0.3
"""Share of the samples that the slope leaves out: caches fill, and the bounded history."""
_HELD = (  # what only waits to be collected is not held
    "__import__('gc').collect() * 0 + sum(s.size for s in __import__('tracemalloc').take_snapshot().filter_traces("
    "[__import__('tracemalloc').Filter(True, '*/nbrepro/*')]).statistics('filename'))"
)
_KINDS = (
    "x{n} = {n}\nx{n} + 1",
    "print('line {n}')\nprint('and another')",
    "import random\nvalues = [random.random() for _ in range(50)]\nsum(values)",
    "table = {{'a': list(range({n})), 'b': 'text'}}\ntable['c'] = len(table)",
    "def f{n}(a):\n    return a + {n}\n\nf{n}(1)",
    "with open('data.txt', 'w') as file:\n    file.write('some text {n}')",
    "with open('data.txt', 'a+') as file:\n    content = file.read()",
    "1 / 0",
    "%%capture\nprint('captured {n}')",
    "from IPython.display import HTML\nHTML('<b>{n}</b>')",
    "import os\nsorted(os.listdir('.'))\nos.urandom(4) and None",
    "xs = globals().get('xs', [])\nxs.append({n})\ndel xs[:-10]",
)


def source(number: int) -> str:
    """Return the text of a cell of the notebook."""
    return _KINDS[number % len(_KINDS)].format(n=number)


@dataclass
class Kernel:
    """One kernel of the benchmark."""

    folder: Path
    arguments: tuple[str, ...] = ()
    cells: list[str] = field(default_factory=list)
    """Message ids of the cells whose reply came."""
    manager: Any = None
    client: Any = None

    @property
    def journal_path(self) -> Path:
        """Where the recorder writes."""
        return self.folder / "journal.jsonl"

    @property
    def journal(self) -> Journal:
        """What it wrote."""
        return read_journal(self.journal_path)

    @property
    def memory(self) -> int:
        """Bytes that only this process uses."""
        return int(psutil.Process(self.manager.provisioner.pid).memory_full_info().uss)

    def start(self) -> None:
        """Start the process without waiting for it."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("NBREPRO_")}
        environ |= {"NBREPRO_JOURNAL": str(self.journal_path), "NBREPRO_ROOT": str(self.folder)}
        environ |= {"IPYTHONDIR": str(self.folder / "ipython")}
        self.manager = KernelManager()
        arguments = ["--HistoryManager.enabled=False", "--InteractiveShell.cache_size=20", *self.arguments]
        self.manager.start_kernel(env=environ, cwd=str(self.folder), extra_arguments=arguments, stderr=DEVNULL)
        self.client = self.manager.client()
        self.client.start_channels()

    def ready(self) -> None:
        """Wait until the kernel answers."""
        self.client.wait_for_ready(timeout=PATIENCE)

    def send(self, code: str, cell_id: str | None = None) -> str:
        """Send a cell without waiting, and return its message id."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = self.client.session.msg("execute_request", {**content, "stop_on_error": False})
        message["metadata"] = {} if cell_id is None else {"cellId": cell_id}
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def run(self, code: str, cell_id: str | None = None) -> None:
        """Run a cell to its reply; what it puts out is thrown away."""
        msg_id = self.send(code, cell_id)
        while self.reply(PATIENCE) != msg_id:
            pass
        self.cells.append(msg_id)
        while self.client.iopub_channel.msg_ready():
            self.client.iopub_channel.get_msg()

    def reply(self, seconds: float) -> str | None:
        """Return the message id that the next reply answers; ``None`` where none came in time."""
        try:
            return str(self.client.get_shell_msg(timeout=seconds)["parent_header"].get("msg_id"))
        except queue.Empty:
            return None

    def held(self) -> int:
        """Bytes that nbrepro's own lines hold, where `tracemalloc` runs."""
        msg_id = self.client.execute("", silent=True, user_expressions={"it": _HELD})
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == msg_id:
                return int(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])

    def close(self) -> None:
        """End the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@contextmanager
def kernel(*arguments: str, before: str = "") -> Iterator[Kernel]:
    """A kernel in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="endurance-") as name:
        one = Kernel(Path(name), arguments)
        one.start()
        try:
            one.ready()
            if before:
                one.client.execute_interactive(before, silent=True, timeout=PATIENCE)
            yield one
        finally:
            one.close()


@dataclass(frozen=True)
class Sample:
    """The three kernels' memory, in bytes, after so many cells."""

    cells: int
    bare: int
    recording: int
    held: int


@dataclass(frozen=True)
class Outcome:
    """What a run of many cells showed."""

    samples: tuple[Sample, ...]
    lost: int
    """Cells that ran, but are not in the journal."""
    bytes_a_cell: float
    """Of the journal."""

    def slope(self, name: str) -> float:
        """Return the growth of a column in KiB for 1,000 cells, least squares, after warming up."""
        settled = self.samples[int(len(self.samples) * _WARMING_UP) :]
        cells = [sample.cells / 1000 for sample in settled]
        if len(set(cells)) < 2:
            return 0.0
        return statistics.linear_regression(cells, [getattr(sample, name) / _KIB for sample in settled]).slope


def many_cells(*, count: int, seconds: float, rate: float, every: int, seed: int = 1) -> Outcome:
    """Run cells in the three kernels until either limit is reached.

    Parameters
    ----------
    count, seconds:
        The limits; 0 for none.
    rate:
        Cells a second; 0 for as fast as they go.
    every:
        Cells between two samples.
    seed:
        Chooses which cell runs next where the notebook is run out of order.
    """
    choose = random.Random(seed)
    samples: list[Sample] = []
    with ExitStack() as stack:
        bare = stack.enter_context(kernel())
        recording = stack.enter_context(kernel("--ext=nbrepro"))
        # tracemalloc first, else what the load holds would be missing from the account
        traced = stack.enter_context(kernel(before="import tracemalloc; tracemalloc.start(1)"))
        traced.run("%load_ext nbrepro")
        started, done = time.monotonic(), 0
        while not (count and done >= count) and not (seconds and time.monotonic() - started >= seconds):
            number = done % NOTEBOOK if (done // NOTEBOOK) % 2 == 0 else choose.randrange(NOTEBOOK)
            for one in (bare, recording, traced):
                one.run(source(number), f"cell-{number}" if number % 5 else None)
            done += 1
            if done % every == 0:
                samples.append(Sample(done, bare.memory, recording.memory, traced.held()))
                _tell(samples[-1], time.monotonic() - started)
            if rate:
                time.sleep(max(0.0, started + done / rate - time.monotonic()))
        journal = recording.journal
        lost = len(set(recording.cells) - journal.cells.keys())
        return Outcome(tuple(samples), lost, recording.journal_path.stat().st_size / max(done, 1))


def _tell(sample: Sample, seconds: float) -> None:
    print(
        f"{sample.cells:>8} cells {seconds:7.0f} s   bare {sample.bare / _MIB:7.2f} MiB   recording "
        f"{sample.recording / _MIB:7.2f} MiB   nbrepro's lines hold {sample.held / _KIB:8.1f} KiB",
        flush=True,
    )


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f}"


def tell_outcome(outcome: Outcome) -> None:
    bare, recording, held = (outcome.slope(name) for name in ("bare", "recording", "held"))
    beyond = [(sample.recording - sample.bare) / _MIB for sample in outcome.samples]
    print(
        f"recording beyond bare: {beyond[0]:.2f} MiB at first, {beyond[-1]:.2f} MiB at last, median {_median(beyond)}"
    )
    print(f"growth for 1,000 cells: bare {bare:+.1f} KiB, recording {recording:+.1f} KiB, held {held:+.2f} KiB")
    print(f"cells lost from the journal: {outcome.lost}; its size: {outcome.bytes_a_cell:.0f} bytes a cell", flush=True)


def restarts(count: int, cells: int = 5) -> list[int]:
    """Restart a kernel over and over; return its memory after each start and a few cells.

    Raises
    ------
    SystemExit
        If the journal does not tell of each session.
    """
    found = []
    with kernel("--ext=nbrepro") as one:
        for number in range(count + 1):
            one.cells.clear()
            for cell in range(cells):
                one.run(source(cell), f"cell-{cell}")
            found.append(one.memory)
            if set(one.journal.cells) != set(one.cells):
                raise SystemExit(f"the journal of session {number} is not that of its cells")
            if number % 20 == 0:
                size = one.journal_path.stat().st_size
                print(f"{number:>4} restarts: {found[-1] / _MIB:.2f} MiB, journal {size / _KIB:.0f} KiB", flush=True)
            if number < count:
                one.manager.restart_kernel(now=True)
                one.ready()
    return found


@dataclass(frozen=True)
class Death:
    """One kernel that was killed."""

    seconds: float
    """After the start of its process."""
    replied: int
    """Cells whose reply had come."""
    missing: int
    """Of them, those that the journal does not have."""
    torn: int
    """Lines that cannot be read; the last one may be."""


def kills(count: int, seed: int, *, longest: float = 3.0, amid_cells: bool = False) -> list[Death]:
    """Kill kernels amid their cells, each at a random moment after its start, and read what is left.

    Parameters
    ----------
    longest:
        Seconds after the start at which the latest is killed; the earliest are killed while they load.
    amid_cells:
        Count from the first cell's reply instead, however slow the machine is.
    """
    moments = random.Random(seed)
    return [_kill(moments.uniform(0.3, longest), amid_cells=amid_cells) for _ in range(count)]


def _kill(seconds: float, *, amid_cells: bool) -> Death:
    with tempfile.TemporaryDirectory(prefix="endurance-") as name:
        one = Kernel(Path(name), ("--ext=nbrepro",))
        started = time.monotonic()
        one.start()
        sent = {one.send(source(number % NOTEBOOK), f"cell-{number}") for number in range(400)}
        replied: set[str] = set()
        if amid_cells:
            replied.add(one.reply(PATIENCE) or "")
            started = time.monotonic()
        while (left := started + seconds - time.monotonic()) > 0:
            replied.add(one.reply(left) or "")
        one.manager.provisioner.process.kill()
        while (answered := one.reply(0.3)) is not None:
            replied.add(answered)
        replied &= sent
        journal = one.journal
        one.close()
        torn = sum("torn" in fault for fault in journal.faults)
        return Death(seconds, len(replied), len(replied - journal.cells.keys()), torn)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["busy", "cells", "restarts", "kills"])
    parser.add_argument("--seconds", type=float, default=60, help="of the busy kernel (an hour: 3600)")
    parser.add_argument("--rate", type=float, default=10, help="cells a second of the busy kernel")
    parser.add_argument("--cells", type=int, default=1000, help="run as fast as they go (at length: 10000)")
    parser.add_argument("--every", type=int, default=100, help="cells between two samples of memory")
    parser.add_argument("--restarts", type=int, default=20, help="at length: 200")
    parser.add_argument("--kills", type=int, default=10, help="at length: 50")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments")
    chosen = parser.parse_args(arguments)
    if "busy" in chosen.parts:
        print(f"busy: {chosen.seconds:.0f} s at {chosen.rate:g} cells a second")
        tell_outcome(many_cells(count=0, seconds=chosen.seconds, rate=chosen.rate, every=chosen.every))
    if "cells" in chosen.parts:
        print(f"cells: {chosen.cells} as fast as they go")
        tell_outcome(many_cells(count=chosen.cells, seconds=0, rate=0, every=chosen.every))
    if "restarts" in chosen.parts:
        found = restarts(chosen.restarts)
        first, last = (statistics.median(part) / _MIB for part in (found[:5], found[-5:]))
        print(f"restarts: {chosen.restarts}, memory at first {first:.2f} MiB, at last {last:.2f} MiB", flush=True)
    if "kills" in chosen.parts:
        deaths = kills(chosen.kills, chosen.seed)
        print(
            f"kills: {len(deaths)} between {min(d.seconds for d in deaths):.2f} and "
            f"{max(d.seconds for d in deaths):.2f} s; {sum(d.replied > 0 for d in deaths)} amid cells, "
            f"{sum(d.replied for d in deaths)} cells had replied, {sum(d.missing for d in deaths)} of them missing, "
            f"{sum(d.torn for d in deaths)} torn lines"
        )


if __name__ == "__main__":
    main()
