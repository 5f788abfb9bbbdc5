"""Check: re-run notebooks, compare each with its reference, explain what differs.

The one orchestration; every step is a call into the room that does it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from functools import partial
from typing import Protocol, TypeVar

from nbrepro.calibrating import carry_over
from nbrepro.compare.calibration import statement
from nbrepro.confirm import second_look
from nbrepro.errors import Interrupted, NbreproError, NothingFoundError
from nbrepro.execution import Run, run_many
from nbrepro.explain import explain
from nbrepro.judging import case_of, exit_code
from nbrepro.records import NotebookResult, Verdict, worst
from nbrepro.report.views import View
from nbrepro.store.history import Entry
from nbrepro.targets import Options, Target, Unusable, exclusive, find_targets, run_request, shown

Result = TypeVar("Result")


class Progress(Protocol):
    """What is told of the progress of the runs."""

    def start(self, names: Sequence[str]) -> None:
        """The notebooks that will run, in order."""

    def advance(self, index: int, done: int, total: int) -> None:
        """Notebook ``index`` has ``done`` of its ``total`` cells behind it."""


def check(paths: Sequence[str], options: Options, progress: Progress) -> list[View]:
    """Re-run notebooks and return what was found of each, in the order they were named.

    Raises
    ------
    NbreproError
        If a path does not exist, a configuration is at fault, or a notebook is being run by another process.
        A notebook that cannot be read or run is no exception but a result.
    Interrupted
        After Ctrl-C, with the views of the notebooks that were checked by then.
    """
    found = find_targets(paths, options)
    targets = [target for target in found if isinstance(target, Target)]
    with exclusive(targets):
        runs = run_targets(targets, options, progress)
        pairs = zip(targets, runs, strict=True)
        judged = iter(collected(targets, (_judge_if_run(target, run, options) for target, run in pairs)))
    return [next(judged) if isinstance(item, Target) else unusable(item) for item in found]


def collected(targets: Sequence[Target], results: Iterable[Result]) -> list[Result]:
    """Return what becomes of each target, in order.

    Raises
    ------
    Interrupted
        After Ctrl-C: what was done by then is kept, and the others are named.
    """
    done: list[Result] = []
    try:
        for result in results:
            done.append(result)  # noqa: PERF402 - one by one: those that are done count if the next one is cut short
    except KeyboardInterrupt:
        raise Interrupted(done, [shown(target.path) for target in targets[len(done) :]]) from None
    return done


def run_targets(targets: Sequence[Target], options: Options, progress: Progress) -> Iterator[Run | NbreproError]:
    """Run the notebooks, ``options.jobs`` at a time, and yield in order each run, or why there is none.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, once all kernels are gone; what was yielded before is done.
    """
    progress.start([shown(target.path) for target in targets])
    requests = [run_request(target, options, partial(progress.advance, index)) for index, target in enumerate(targets)]
    for run in run_many(requests, jobs=options.jobs):
        if isinstance(run, Run) and run.record.problem and run.record.problem.kind == "interrupted":
            raise KeyboardInterrupt
        yield run


def _judge_if_run(target: Target, run: Run | NbreproError, options: Options) -> View:
    return judge(target, run, options) if isinstance(run, Run) else unusable(Unusable(path=target.path, fault=run))


def judge(target: Target, run: Run, options: Options) -> View:
    """Compare a candidate with its reference, explain the differences, keep the run."""
    record = run.record
    case = case_of(target, run.notebook, record)
    look = second_look(target, run, case.cells, options)
    if look:
        case = dataclasses.replace(case, cells=look.cells)
    verdict = Verdict.ERROR if record.problem else worst(cell.verdict for cell in case.cells)
    result = NotebookResult(
        path=shown(target.path),
        reference=target.reference.label,
        verdict=verdict,
        exit_code=exit_code(verdict, record.problem, lax=_ran_as_asked(target)),
        reason=_why_uncompared(target) if verdict is Verdict.NOT_COMPARED else None,
        cells=case.cells,
        causes=look.weigh(explain(case)) if look else explain(case),
        drift=case.drift,
        problem=record.problem,
        notes=(*target.notes, *record.notes, *_calibrated(target), *(look.notes if look else ())),
        seconds=record.timing.seconds if record.timing else 0.0,
    )
    result = _keep(target, run, result, options)
    return View(result=result, reference=case.reference, candidate=run.notebook)


def unusable(item: Unusable) -> View:
    """Return the result of a notebook that could not be read."""
    result = NotebookResult(
        path=shown(item.path),
        reference=None,
        verdict=Verdict.NOT_COMPARED if isinstance(item.fault, NothingFoundError) else Verdict.ERROR,
        exit_code=item.fault.exit_code,
        reason=str(item.fault),
    )
    return View(result=result, reference=None, candidate=None)


def _calibrated(target: Target) -> tuple[str, ...]:
    told = statement(target.reference.notebook, target.settings.calibration_level)
    return () if told is None else (told,)


def _ran_as_asked(target: Target) -> bool:
    """Whether the notebook has code of which only marked cells are compared: the rest had but to run."""
    code = [cell for cell in target.notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    return bool(code) and target.settings.check_outputs == "marked"


def _why_uncompared(target: Target) -> str:
    code = [cell for cell in target.notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    if not code:
        return "the notebook has no code"
    if not any(cell.get("outputs") for cell in target.reference.notebook.cells):
        return "there are no outputs to compare with: run and save the notebook, or `nbrepro record` it"
    if target.settings.check_outputs == "marked":
        return "the cells ran, and none with an output is marked to be checked"
    return "no output could be compared"


def _keep(target: Target, run: Run, result: NotebookResult, options: Options) -> NotebookResult:
    """Keep the candidate and its result in the history, and as the reference if that was asked for."""
    notes: list[str] = []
    if options.update:
        result, said = _update(target, run, result)
        notes += said
    try:
        run_id = target.store.keep_run(run.notebook, target.name, keep=target.settings.keep_runs)
        result = dataclasses.replace(result, run_id=run_id)
        target.store.history.add(history_entry(target, run, result, run_id, "check"))
    except NbreproError as fault:
        notes.append(f"this run is not in the history: {fault}")
    return dataclasses.replace(result, notes=(*result.notes, *notes))


def _update(target: Target, run: Run, result: NotebookResult) -> tuple[NotebookResult, list[str]]:
    if run.record.problem:
        return result, ["the reference was not updated: the notebook did not run to its end"]
    reference = target.reference.record
    if reference and reference.digest == run.record.digest:
        return result, []
    target.store.keep_reference(carry_over(target, run, result.cells).notebook, target.name)
    return dataclasses.replace(result, updated=True), []


def history_entry(target: Target, run: Run, result: NotebookResult, run_id: str, command: str) -> Entry:
    """Return the history's row of a run."""
    code = run.record.fingerprint.code
    started = run.record.timing.started if run.record.timing else datetime.now(timezone.utc).isoformat()
    return Entry(
        id=run_id,
        notebook=target.name,
        command=command,
        started=started,
        seconds=result.seconds,
        verdict=result.verdict.value if command == "check" or result.exit_code else "recorded",
        exit_code=result.exit_code,
        reference=result.reference,
        digest=run.record.digest,
        code_commit=code.commit if code else None,
        summary=summary(result),
        result=result.to_dict() if command == "check" else {},
    )


def summary(result: NotebookResult) -> str:
    """Return one line: what differs first, and the likeliest cause; nothing where all is well."""
    if result.problem:
        what = result.problem.message
    elif (first := result.first_difference) is not None:
        what = f"cell {first.number} differs first"
    else:
        return result.reason or ""
    return f"{what}: {result.causes[0].summary}" if result.causes else what
