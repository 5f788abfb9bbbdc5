"""What recording adds to a cell: small cells, a pandas notebook with 1 GB of frames, training with torch.

Run it with ``python benchmarks/notebook_overhead.py [small|pandas|torch …] [--rounds N]``. A bare kernel, one that
records, one that follows the live state as well, and a second bare one run each cell in turn, the first of them
changing, from request to reply. Told are the differences to the bare kernel: the second bare one shows how much of
them is the machine's. FlowBook, which also follows the state of a notebook, published a median of 70 ms a cell.
"""

from __future__ import annotations

import argparse
import os
import queue
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.load_time import kernel

PATIENCE = 600.0
FLOWBOOK_MS = 70.0
_NO_HISTORY = "--HistoryManager.enabled=False"
_SMALL = (
    "x{n} = {n}\nx{n} + 1",
    "print('line {n}')",
    "values = [i * {n} for i in range(200)]\nsum(values)",
    "table = {{'a': list(range({n} + 1)), 'b': 'text'}}",
    "table['c'] = {n}",
    "def f{n}(a):\n    return a + x{m}\n\nf{n}(1)",
    "import json, math\njson.dumps({{'a': math.sqrt({n})}})",
    "values.append({n})\nsorted(values)[:3]",
    "import random\nrandom.random()",
    "class C{n}:\n    size = {n}\n\nC{n}().size",
)
_FRAMES = (
    "import numpy as np\nimport pandas as pd",
    "rng = np.random.default_rng(1)\nrows = 8_000_000",
    "df = pd.DataFrame({f'c{i}': rng.standard_normal(rows) for i in range(8)})",  # 512 MB
    "other = pd.DataFrame({f'd{i}': rng.integers(0, 1000, rows) for i in range(8)})",  # as much
    "df.memory_usage().sum() + other.memory_usage().sum()",
    "df.head()",
    "other.head()",
    "df['c0'].mean()",
    "df['c9'] = df['c0'] * 2",
    "df.shape",
    "other['d0'].value_counts().head()",
    "sample = df.sample(1000, random_state=1)",
    "sample.describe()",
    "sample['c1'] = 0.0",
    "df.iloc[0, 0] = 1.0",
    "df.loc[10:20, 'c1'] = 0.0",
    "df['c0'].sum()",
    "part = other[['d0', 'd1']]",
    "part.groupby('d0')['d1'].mean().head()",
    "other.columns = [name.upper() for name in other.columns]",
    "other['D3'].max()",
    "del df['c9']",
    "columns = list(df.columns)",
    "small = df.head(100).copy()",
    "small.sort_values('c2').head()",
    "total = 0.0",
    "for name in columns:\n    total += df[name].iloc[0]",
    "total",
    "merged = small.join(other.head(100))",
    "merged.shape",
)
_EPOCHS = 3
_TRAINING = (
    "import torch\ntorch.set_num_threads(1)",
    "images, labels = torch.randn(2048, 3, 32, 32), torch.randint(0, 10, (2048,))",
    "from torch import nn",
    "layers = nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2), nn.ReLU(), nn.Flatten()",
    "net = nn.Sequential(*layers, nn.Linear(32 * 14 * 14, 10))",
    "optimizer = torch.optim.SGD(net.parameters(), lr=0.01)",
    """def train():
    for first in range(0, 2048, 64):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(images[first:first + 64]), labels[first:first + 64])
        loss.backward()
        optimizer.step()
    return loss.item()""",
    *(["train()"] * _EPOCHS),
)
_LOADED = "nbrepro"
_LIVE = "with live state"


def cells(part: str) -> list[str]:
    """Return the cells of a notebook."""
    if part == "small":
        return [_SMALL[n % len(_SMALL)].format(n=n, m=n - n % len(_SMALL)) for n in range(100)]
    return list(_FRAMES if part == "pandas" else _TRAINING)


def milliseconds(client: Any, code: str, cell_id: str) -> float:
    """Run a cell as a front end does, and return the time from request to the kernel's being idle again."""
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    message = client.session.msg("execute_request", {**content, "stop_on_error": False})
    message["metadata"] = {"cellId": cell_id}
    msg_id = message["header"]["msg_id"]
    started = time.perf_counter()
    client.shell_channel.send(message)
    while True:
        reply = client.get_shell_msg(timeout=PATIENCE)
        if reply["parent_header"].get("msg_id") == msg_id:
            break
    if reply["content"]["status"] != "ok":
        raise SystemExit(f"{code!r}: {reply['content'].get('evalue')}")
    while True:
        try:
            said = client.get_iopub_msg(timeout=PATIENCE)
        except queue.Empty:
            raise SystemExit("the kernel never became idle") from None
        if said["parent_header"].get("msg_id") == msg_id and said["content"].get("execution_state") == "idle":
            return (time.perf_counter() - started) * 1000


def _asked(client: Any, expression: str) -> str:
    reply = client.execute_interactive("", silent=True, user_expressions={"it": expression}, timeout=PATIENCE)
    return str(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])


def measure(part: str, rounds: int) -> dict[str, list[list[float]]]:
    """Return the milliseconds of each cell in each round, by kernel."""
    found: dict[str, list[list[float]]] = {
        name: [[] for _ in cells(part)] for name in ("bare", _LOADED, _LIVE, "bare again")
    }
    with ExitStack() as stack:
        recording = (_LOADED, _LIVE)
        extensions = {name: ["--ext=nbrepro"] if name in recording else [] for name in found}
        clients = {
            name: stack.enter_context(kernel(_NO_HISTORY, *more, NBREPRO_LIVE="1" if name == _LIVE else "0"))
            for name, more in extensions.items()
        }
        loaded = "'nbrepro' in get_ipython().magics_manager.magics['line']"
        if {name: _asked(client, loaded) == "True" for name, client in clients.items()} != {
            name: name in recording for name in found
        }:
            raise SystemExit("the extension is not loaded where it should be: the comparison would be void")
        for turn in range(rounds + 1):
            for number, code in enumerate(cells(part)):
                names = list(found)
                first = (turn + number) % len(names)
                for name in names[first:] + names[:first]:
                    taken = milliseconds(clients[name], code, f"cell-{number}")
                    if turn:  # the first time imports what the notebook needs
                        found[name][number].append(taken)
    return found


def tell(part: str, found: dict[str, list[list[float]]]) -> None:
    """Print the differences to the bare kernel: of every execution, and of each cell's median."""
    bare = found["bare"]
    times = [taken for cell in bare for taken in cell]
    print(
        f"\n{part}: {len(bare)} cells, {len(bare[0])} times each; a bare cell takes {statistics.median(times):.2f} ms"
    )
    print(f"{'added to a cell, ms':24}{'median':>9}{'99th percentile':>17}{'99th of medians':>17}{'in all, %':>11}")
    for name in list(found)[1:]:
        pairs = [[b - a for a, b in zip(one, other, strict=True)] for one, other in zip(bare, found[name], strict=True)]
        every, medians = sorted(d for cell in pairs for d in cell), sorted(statistics.median(cell) for cell in pairs)
        whole = sum(statistics.median(cell) for cell in found[name]) / sum(statistics.median(cell) for cell in bare)
        print(
            f"{name:24}{statistics.median(every):9.2f}{_percentile(every):17.2f}{_percentile(medians):17.2f}"
            f"{(whole - 1) * 100:+11.2f}",
            flush=True,
        )
    if part == "torch":
        epochs = {name: [taken for cell in kept[-_EPOCHS:] for taken in cell] for name, kept in found.items()}
        for name in list(found)[1:]:
            ratio = statistics.median(b / a for a, b in zip(epochs["bare"], epochs[name], strict=True))
            print(f"an epoch, {name}: median of {len(epochs[name])} ratios to the bare one {(ratio - 1) * 100:+.2f} %")


def _percentile(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["small", "pandas", "torch"])
    parser.add_argument("--rounds", type=int, default=10)
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, four kernels in turn; FlowBook's published median: {FLOWBOOK_MS:.0f} ms")
    for part in chosen.parts:
        tell(part, measure(part, chosen.rounds))


if __name__ == "__main__":
    main()
