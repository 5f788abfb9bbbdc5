"""A second look: a notebook that differs is run once more, to tell what is flaky from what is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbrepro.compare import compare_notebooks
from nbrepro.compare.calibration import calibrations_of
from nbrepro.errors import NbreproError
from nbrepro.execution import Run, run_many
from nbrepro.notebooks import align_cells
from nbrepro.records import Cause, CauseKind, CellResult, Confidence, OutputResult, Verdict
from nbrepro.targets import Options, Target, run_request

CHANGED, FLAKY = "changed", "flaky"
_TOO_DEAR = frozenset({"timeout", "kernel_death", "kernel_start", "output_limit", "interrupted"})
"""Problems after which the notebook is not run again: they cost too much, or will not go away."""
_VARYING = frozenset(
    {
        CauseKind.UNSEEDED_RANDOMNESS,
        CauseKind.RANDOM_CONSUMPTION,
        CauseKind.HASH_ORDER,
        CauseKind.FILESYSTEM_ORDER,
        CauseKind.TIME,
        CauseKind.NETWORK,
        CauseKind.THREADS,
        CauseKind.GPU,
        CauseKind.MEMORY_ADDRESS,
        CauseKind.PROCESS,
        CauseKind.DETERMINISM_SWITCH,
    }
)
"""Kinds that can make two runs under the same conditions differ."""
_CONDITIONS = frozenset({CauseKind.THREADS, CauseKind.GPU, CauseKind.DETERMINISM_SWITCH})
"""Of those, the kinds also said of conditions, which both runs share: here a line of the code has to be at fault."""


@dataclass(frozen=True, kw_only=True)
class SecondLook:
    """What a second run told."""

    cells: tuple[CellResult, ...]
    notes: tuple[str, ...] = ()

    @property
    def flaky(self) -> tuple[CellResult, ...]:
        """The cells in which the two candidates differ from each other."""
        return tuple(cell for cell in self.cells if cell.confirmed == FLAKY)

    def weigh(self, causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
        """Return the causes with the second run as evidence; what nothing else explains is flaky.

        A cause that makes every run differ (an unseeded generator, the clock) explains a flaky output, and comes
        first if the first differing cell is one; another version of a package does not, since both candidates ran
        with it.
        """
        if not self.flaky:
            return causes
        evidence = f"a second run under the same conditions gave another result in {_names(self.flaky)}"
        first = next((cell for cell in self.cells if cell.verdict.fails), None)
        leads = first is not None and first.confirmed == FLAKY
        if any(map(_varies, causes)):
            weighed = [replace(c, evidence=(*c.evidence, evidence)) if _varies(c) else c for c in causes]
            return tuple(sorted(weighed, key=_is_beside_the_point) if leads else weighed)
        found = Cause(
            kind=CauseKind.FLAKY,
            summary=f"{_names(self.flaky)} gives another result on every run",
            confidence=Confidence.HIGH,
            evidence=(evidence, *(_values(cell) for cell in self.flaky[:1] if cell.differences)),
            cell=self.flaky[0].index,
            mend="Seed or sort what varies, or learn how wide it varies: `nbrepro record --calibrate 9`.",
        )
        others = tuple(cause for cause in causes if cause.kind is not CauseKind.UNKNOWN)
        return (found, *others) if leads else (*others, found)


def _varies(cause: Cause) -> bool:
    """Whether a cause can make two runs under the same conditions differ."""
    return cause.kind in _VARYING and (cause.line is not None or cause.kind not in _CONDITIONS)


def _is_beside_the_point(cause: Cause) -> bool:
    """Whether a cause does not explain what varies, or has no known link to it."""
    return not _varies(cause) or cause.confidence is Confidence.LOW


def recalled(cells: tuple[CellResult, ...], kept: Mapping[str, Any]) -> SecondLook | None:
    """Return what the second run of an earlier check told, from that check's result as the history keeps it.

    Parameters
    ----------
    cells:
        The cells of the same run, as they compare with the reference now.
    kept:
        The JSON object of the result.
    """
    told = {cell.get("id"): cell for cell in kept.get("cells", ()) if cell.get("confirmed")}
    if not told:
        return None
    return SecondLook(cells=tuple(_recalled(cell, told[cell.id]) if cell.id in told else cell for cell in cells))


def _recalled(cell: CellResult, kept: Mapping[str, Any]) -> CellResult:
    if not cell.verdict.fails:
        return cell
    words = {output.get("output"): output.get("confirmed") for output in kept.get("outputs", ())}
    outputs = tuple(replace(output, confirmed=words.get(output.output)) for output in cell.outputs)
    return replace(cell, outputs=outputs, confirmed=kept["confirmed"])


def second_look(target: Target, run: Run, cells: tuple[CellResult, ...], options: Options) -> SecondLook | None:
    """Run a notebook that differs once more and tell of each cell that differs whether it does so reliably.

    Returns
    -------
    :
        ``None`` where it was not asked for, where nothing differs, or where a further run would cost too much.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, once the kernel is gone.
    """
    problem = run.record.problem
    differs = any(cell.verdict.fails for cell in cells)
    if not options.confirm or not differs or (problem is not None and problem.kind in _TOO_DEAR):
        return None
    (again,) = run_many([run_request(target, options, None)])
    if isinstance(again, NbreproError):
        return SecondLook(cells=cells, notes=(f"not confirmed: the second run failed ({again})",))
    ended = again.record.problem
    if ended is not None and ended.kind == "interrupted":
        raise KeyboardInterrupt
    if ended is not None and ended.kind in _TOO_DEAR:
        return SecondLook(cells=cells, notes=(f"not confirmed: the second run failed ({ended.message})",))
    judged = _judge(target, run, again, cells)
    return SecondLook(cells=judged, notes=_notes(judged))


def _judge(target: Target, run: Run, again: Run, cells: tuple[CellResult, ...]) -> tuple[CellResult, ...]:
    """Return the cells, each that differs told changed or flaky.

    The two candidates are held side by side. Where the reference is calibrated they may vary within its limits: there
    a cell is flaky if the second run passes, and changed if both are outside.
    """
    bare = compare_notebooks(again.notebook, run.notebook, target.settings, not_run=run.record.not_run)
    between = {cell.index: cell for cell in bare}
    reference = target.reference.notebook
    anew = compare_notebooks(reference, again.notebook, target.settings, not_run=again.record.not_run)
    here = {i: j for i, j in align_cells(again.notebook, run.notebook) if i is not None}
    afresh = {here[cell.index]: cell for cell in anew if cell.index in here}
    return tuple(
        cell
        if not cell.verdict.fails
        else _told(cell, afresh.get(cell.index), against=True)
        if cell.reference_index is not None and calibrations_of(reference.cells[cell.reference_index])
        else _told(cell, between.get(cell.index), against=False)
        for cell in cells
    )


def _told(cell: CellResult, second: CellResult | None, *, against: bool) -> CellResult:
    """Return a differing cell with what the second run says of it.

    Parameters
    ----------
    second:
        The second candidate's cell against the first candidate's, or against the reference.
    against:
        Whether it was held against the reference: then a pass means flaky, not changed.
    """

    def word(verdict: Verdict) -> str:
        return FLAKY if verdict.fails is not against else CHANGED

    if second is None or not cell.outputs:
        never = cell.verdict is Verdict.ERROR and not cell.outputs and second is not None
        both = never and second is not None and not second.outputs
        return replace(cell, confirmed=CHANGED if second is None or both else word(second.verdict))
    verdicts = {output.output: output.verdict for output in second.outputs}

    def confirmed(output: OutputResult) -> OutputResult:
        if not output.verdict.fails:
            return output
        verdict = verdicts.get(output.output, Verdict.DIFFERENT if against else Verdict.IDENTICAL)
        return replace(output, confirmed=word(verdict))

    outputs = tuple(confirmed(output) for output in cell.outputs)
    steady = any(output.confirmed == CHANGED for output in outputs)
    return replace(cell, outputs=outputs, confirmed=CHANGED if steady else FLAKY)


def _notes(cells: Iterable[CellResult]) -> tuple[str, ...]:
    told = [cell for cell in cells if cell.confirmed is not None]
    flaky = [cell for cell in told if cell.confirmed == FLAKY]
    changed = [cell for cell in told if cell.confirmed == CHANGED]
    notes = [f"second run: flaky, it gives another result again: {_names(flaky)}"] if flaky else []
    notes += (
        [f"second run: changed, it differs from the reference in the same way: {_names(changed)}"] if changed else []
    )
    return tuple(notes)


def _names(cells: Iterable[CellResult]) -> str:
    numbers = [str(cell.number if cell.number is not None else cell.index + 1) for cell in cells]
    return f"cell{'s' * (len(numbers) > 1)} {', '.join(numbers)}"


def _values(cell: CellResult) -> str:
    difference = cell.differences[0]
    return f"{difference.where}: the reference has {difference.reference}, this run {difference.candidate}"
