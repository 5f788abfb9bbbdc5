"""What each determinism switch costs: the same work with and without it, in turn.

Run it with ``python benchmarks/switches_cost.py [ROUNDS]``; it prints the table of docs/explanation/what-is-pinned.md.
Needs torch. The two sides take turns, and the quickest of each are told, since what else the machine does only adds.
All but the switch of threads run on one. Switches of cuDNN and TF32 are measured only where there is a graphics
processor.
"""

from __future__ import annotations

import math
import os
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

ROUNDS = 20
_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

Work = Callable[[], Any]
Setter = Callable[[bool], Any]


@dataclass(frozen=True)
class Case:
    """One switch on one kind of work."""

    switch: str
    work: str
    set_to: Setter
    run: Work


def training(device: str) -> Work:
    """Return a step of training: convolution, pooling, a linear layer, backwards."""
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(16 * 16 * 16, 10),
    ).to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    images, labels = torch.randn(16, 3, 32, 32, device=device), torch.randint(0, 10, (16,), device=device)

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(images), labels).backward()
        optimizer.step()
        if device != "cpu":
            torch.cuda.synchronize()

    return step


def scattering() -> Work:
    index, values = torch.randint(0, 1000, (50_000,)), torch.randn(50_000, 8)
    return lambda: torch.zeros(1000, 8).index_add_(0, index, values)


def cumulating() -> Work:
    values = torch.randn(1_000_000)
    return lambda: values.cumsum(0)


def allocating() -> Work:
    return lambda: [torch.empty(250_000) for _ in range(20)]


def multiplying() -> Work:
    left = torch.randn(512, 512)
    return lambda: left @ left


def multiplying_in_numpy() -> Work:
    left = np.random.default_rng(1).standard_normal((500, 500))
    return lambda: left @ left


def deterministic(on: bool) -> None:
    torch.use_deterministic_algorithms(on, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False


def filling(on: bool) -> None:
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = on


def precise(on: bool) -> None:
    torch.set_float32_matmul_precision("highest" if on else "medium")


def one_thread(on: bool) -> None:
    torch.set_num_threads(1 if on else _CORES)
    threadpool_limits(1 if on else _CORES)


def cudnn(on: bool) -> None:
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = on, not on


def no_tf32(on: bool) -> None:
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = not on


def cases() -> list[Case]:
    """Return what can be measured on this machine."""
    found = [
        Case("deterministic algorithms", "training a small convolutional net", deterministic, training("cpu")),
        Case("deterministic algorithms", "`index_add_` of 50,000 rows", deterministic, scattering()),
        Case("deterministic algorithms", "`cumsum` of a million numbers", deterministic, cumulating()),
        Case("fill uninitialized memory", "20 x `torch.empty` of 1 MB, and nothing else", filling, allocating()),
        Case("fill uninitialized memory", "training a small convolutional net", filling, training("cpu")),
        Case("matmul precision `highest` (not `medium`)", "512 x 512 in float32", precise, multiplying()),
        Case(f"1 thread (not {_CORES})", "training a small convolutional net", one_thread, training("cpu")),
        Case(f"1 thread (not {_CORES})", "numpy, 500 x 500 in float64", one_thread, multiplying_in_numpy()),
    ]
    if torch.cuda.is_available():
        found += [
            Case("deterministic algorithms", "training on the GPU", deterministic, training("cuda")),
            Case("cuDNN deterministic, untuned", "training on the GPU", cudnn, training("cuda")),
            Case("no TF32", "training on the GPU", no_tf32, training("cuda")),
        ]
    return found


def seconds(work: Work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(case: Case, rounds: int) -> tuple[float, float]:
    """Return the milliseconds without the switch, and how many times that with it."""
    quickest = {False: math.inf, True: math.inf}
    one_thread(on=True)
    for _ in range(rounds):
        for on in (False, True):
            case.set_to(on)
            case.run()  # what is chosen at a first operation
            quickest[on] = min(quickest[on], *(seconds(case.run) for _ in range(5)))
    case.set_to(False)
    return quickest[False] * 1000, quickest[True] / quickest[False]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    warnings.simplefilter("ignore")
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no graphics processor"
    print(
        f"torch {torch.__version__}, numpy {np.__version__}, {_CORES} cores, {gpu}; the quickest of {rounds} rounds\n"
    )
    print("| switch | work | without, ms | with it, times |\n|---|---|---|---|")
    for case in cases():
        without, ratio = measure(case, rounds)
        print(f"| {case.switch} | {case.work} | {without:.2f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
