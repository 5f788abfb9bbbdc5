"""The world outside: the clock, the disk's order, the network, as seen while the cells ran."""

from __future__ import annotations

from collections.abc import Iterator

from nbrepro.explain.case import Case
from nbrepro.explain.evidence import findings, is_set_aside, link
from nbrepro.explain.registry import rule
from nbrepro.explain.rules.constructs import MENDS
from nbrepro.records import Cause, CauseKind, Confidence

_SUMMARIES = {
    CauseKind.TIME: "{cell} reads the clock{line}",
    CauseKind.NETWORK: "{cell} asks a remote address{line}",
    CauseKind.FILESYSTEM_ORDER: "{cell} lists files in the order of the disk{line}",
    CauseKind.MEMORY_ADDRESS: "{cell} shows a memory address{line}",
    CauseKind.PROCESS: "{cell} asks for what changes from process to process{line}",
    CauseKind.GPU: "{cell} uses an operation of the graphics processor that is not deterministic{line}",
    CauseKind.DETERMINISM_SWITCH: "{cell} uses an operation that is not deterministic{line}",
    CauseKind.THREADS: "{cell} depends on the order in which threads finish{line}",
    CauseKind.RANDOM_CONSUMPTION: "{cell} shares one generator state between workers{line}",
}
_OTHER_MENDS = {
    CauseKind.GPU: "Use the deterministic variant of the operation, or accept a tolerance (`nbrepro-rtol=…`).",
    CauseKind.DETERMINISM_SWITCH: "Use the deterministic variant of the operation, or accept a tolerance.",
    CauseKind.PROCESS: "Keep ids, load and memory out of results, or tag the cell `nbrepro-ignore-output`.",
    CauseKind.THREADS: "Collect the results in the order of the inputs, or run on one thread.",
    CauseKind.RANDOM_CONSUMPTION: "Give each worker a generator of its own: `SeedSequence(42).spawn(n)`.",
}
_BESIDE = ("what differs is not known to come of this line",)


@rule
def unstable_as_seen(case: Case) -> Iterator[Cause]:
    """Something was seen in a cell that can make its result differ next time."""
    answered = " ".join(drift.name for drift in case.drifts(CauseKind.DATA_CHANGED) if "://" in drift.name)
    for step in case.history:
        for finding, runs in findings(case, step, *_SUMMARIES):
            if finding.kind is CauseKind.NETWORK and finding.what in answered:
                continue
            line = f" (line {finding.line})" if finding.line else ""
            leads = case.hands_on(step, finding.line) and case.leads(step, finding.line)
            leads = leads and not is_set_aside(case, finding.kind, finding.what)
            yield Cause(
                kind=finding.kind,
                summary=_SUMMARIES[finding.kind].format(cell=step.label, line=line),
                confidence=_certainty(finding.kind, here=step is case.target, reaches=leads),
                evidence=(f"{step.label}{line}: `{finding.what}` ({runs})", *(link(case, step) if leads else _BESIDE)),
                cell=step.candidate,
                line=finding.line,
                mend=MENDS.get(finding.kind) or _OTHER_MENDS[finding.kind],
            )


def _certainty(kind: CauseKind, *, here: bool, reaches: bool) -> Confidence:
    """A listing or a download is common and mostly stable: only in the differing cell is it strong evidence."""
    if kind in {CauseKind.FILESYSTEM_ORDER, CauseKind.NETWORK, CauseKind.TIME} and reaches and not here:
        return Confidence.MEDIUM
    return Confidence.HIGH if reaches else Confidence.LOW
