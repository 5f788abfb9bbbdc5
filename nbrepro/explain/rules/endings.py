"""Runs that did not get to their end: a dead kernel, a time-out, too much output, no memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.explain.case import Case, Step
from nbrepro.explain.registry import rule
from nbrepro.records import Cause, CauseKind, Confidence, Problem

_RESOURCES = {
    "timeout": ("ran out of time", "Give it more time, or make the cell faster."),
    "output_limit": ("wrote more output than allowed", "Write less, or raise `max_output` in the configuration."),
}
_DEATHS = {
    "kernel_death": ("the kernel died", "Look at what the cell calls last: in the log of the kernel, if it left one."),
    "kernel_start": ("the kernel did not start", "Start the kernel by hand (`jupyter console`) to see what it says."),
}
_SIGNALS = (
    (re.compile(r"memory ran out"), "Work on the data in parts, or run on a machine with more memory."),
    (
        re.compile(r"SIGKILL"),
        "Look for what killed it: the system does when memory runs out, and so do job managers at their limits.",
    ),
    (
        re.compile(r"SIG(SEGV|ABRT|BUS|ILL|FPE|TRAP)"),
        "A native library crashed: run the cell with `faulthandler` enabled to see in which call, then update it.",
    ),
    (
        re.compile(r"SIG(TERM|HUP|INT|QUIT)"),
        "Something asked the kernel to end: look for what, in the cell and outside.",
    ),
    (re.compile(r"exited with status|with `exit`"), "Take the call out that ends the process (`exit`, `os._exit`)."),
)
"""What to do, by how the kernel ended."""
_ENDS = re.compile(r"\b(os\.(_exit|abort|kill\w*)|sys\.exit|exit|quit|signal\.raise_signal|ctypes\.\w+)\(")


@rule
def run_cut_short(case: Case) -> Iterator[Cause]:
    """A run did not get to its end for another reason than an exception."""
    problem = case.candidate_record.problem if case.candidate_record else None
    if problem is None or case.focus is not None:
        return
    cell = (
        next((step for step in case.steps if step.candidate == problem.cell), None)
        if problem.cell is not None
        else None
    )
    where = cell.label if cell else "the run"
    evidence: tuple[str, ...] = (problem.message, *_time_before(case, problem))
    if problem.kind in _RESOURCES:
        what, mend = _RESOURCES[problem.kind]
        kind, summary = CauseKind.RESOURCES, f"{where} {what}"
    elif problem.kind in _DEATHS:
        what, mend = _DEATHS[problem.kind]
        mend = next((words for sign, words in _SIGNALS if sign.search(problem.message)), mend)
        evidence = (*evidence, *_ending_calls(cell))
        kind, summary = CauseKind.KERNEL_DEATH, what + (f" in {where}" if cell else "")
    else:
        return
    yield Cause(kind=kind, summary=summary, confidence=Confidence.HIGH, evidence=evidence, cell=problem.cell, mend=mend)


def _ending_calls(cell: Step | None) -> Iterator[str]:
    """The lines of the cell that can end a process."""
    for number, line in enumerate(cell.source.split("\n") if cell else (), start=1):
        if cell and _ENDS.search(line):
            yield f"{cell.label}, line {number}: `{line.strip()[:80]}`"


def _time_before(case: Case, problem: Problem) -> Iterator[str]:
    if problem.kind != "timeout":
        return
    step = next((step for step in case.steps if problem.cell is not None and step.candidate == problem.cell), None)
    record = case.reference_cell(step) if step else None
    if record and record.timing:
        yield f"the reference took {record.timing.seconds:.1f} s for {step.label if step else 'it'}"


@rule
def out_of_memory(case: Case) -> Iterator[Cause]:
    """A MemoryError in Python itself."""
    error, step = case.raised, case.target
    if not error or not step or not ("MemoryError" in error.type or "out of memory" in error.message.lower()):
        return
    here = case.candidate_fingerprint.hardware
    memory = f", this machine has {here.memory_bytes / 2**30:.1f} GiB" if here and here.memory_bytes else ""
    yield Cause(
        kind=CauseKind.RESOURCES,
        summary=f"{step.label} ran out of memory",
        confidence=Confidence.HIGH,
        evidence=(f"{error.type}: {error.message.split(chr(10))[0][:200]}{memory}",),
        cell=step.candidate,
        line=error.line,
        mend="Work on the data in parts, or run on a machine with more memory.",
    )
