"""Outputs and exceptions that are there in some runs only: how often was seen, and what that allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from nbrepro.compare.outputs import STDERR, Unit
from nbrepro.records import Calibration, OutputResult, Verdict

Pairs = Sequence[tuple[Unit | None, Unit | None]]
"""The outputs of two runs of a cell that stand for each other; ``None`` where one run has none."""
_Place = tuple[int, str, int]
"""The output that comes before, -1 for none; the kind; how many of that kind came there before it."""


def learn_presence(columns: Sequence[Pairs], units: Iterable[Unit]) -> Iterator[Calibration]:
    """Yield one item for each output of the recorded run that others lacked, and for each kind they had besides.

    Nothing is learned about stderr: a warning more or less is told, and fails only where the settings ask for it.

    Parameters
    ----------
    columns:
        The recorded outputs paired with those of each further run.
    """
    runs = len(columns) + 1
    for unit in units:
        there = 1 + sum(any(one is unit and other is not None for one, other in column) for column in columns)
        if there < runs and unit.kind != STDERR:
            yield Calibration(
                output=unit.index,
                mime=unit.mime,
                runs=runs,
                parts=0,
                present=there,
                names=_names([unit, *(other for column in columns for one, other in column if one is unit and other)]),
            )
    besides: dict[_Place, list[Unit]] = {}
    for column in columns:
        for place, unit in _besides(column):
            besides.setdefault(place, []).append(unit)
    for (after, mime, _), others in besides.items():
        yield Calibration(
            output=after, mime=mime, runs=runs, parts=0, present=len(others), besides=True, names=_names(others)
        )


def names_seen(units: Sequence[Unit], runs: int) -> Calibration | None:
    """Return what is known of an exception whose type was not the same in all runs; ``None`` where it was."""
    names = _names(units)
    if len(names) < 2:  # noqa: PLR2004 - one name did not vary
        return None
    whole = f"the exception was {' or '.join(names)}"
    return Calibration(output=units[0].index, mime="error", runs=runs, parts=0, whole=whole, names=names)


def allow_absence(pairs: Pairs, results: Sequence[OutputResult], known: Sequence[Calibration]) -> list[OutputResult]:
    """Return the results, those on outputs that only some runs had not compared where that is known.

    Outputs besides the recorded ones are allowed where further runs had some of their kind, in that place and not
    more of them than one run had; an exception only if its type was seen.
    """
    after = -1
    judged = []
    waiting = [item for item in known if item.besides]
    for (one, other), result in zip(pairs, results, strict=True):
        item = None
        if one is not None and other is None:
            item = next((k for k in known if k.present and not k.besides and k.output == one.index), None)
        elif one is None and other is not None:
            places = (k for k in waiting if (k.output, k.mime) == (after, other.mime))
            item = next((k for k in places if _may_be(other, k)), None)
            waiting = [k for k in waiting if k is not item]
        judged.append(result if item is None or result.verdict.passes else _set_aside(result, item))
        after = after if one is None else one.index
    return judged


def _set_aside(result: OutputResult, known: Calibration) -> OutputResult:
    what = "exception" if known.mime == "error" else "output"
    side = "there" if known.besides else "missing"
    reason = (
        f"calibrated, this {what} was there in {known.present} of {known.runs} runs: "
        f"that it is {side} now is not a difference"
    )
    return replace(result, verdict=Verdict.NOT_COMPARED, reason=reason, differences=())


def _may_be(unit: Unit, known: Calibration) -> bool:
    return unit.kind != "error" or str(unit.content.get("ename")) in known.names


def _besides(column: Pairs) -> Iterator[tuple[_Place, Unit]]:
    after = -1
    before: Counter[tuple[int, str]] = Counter()
    for one, other in column:
        if one is None and other is not None and other.kind != STDERR:
            yield (after, other.mime, before[after, other.mime]), other
            before[after, other.mime] += 1
        after = after if one is None else one.index


def _names(units: Iterable[Unit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(unit.content.get("ename")) for unit in units if unit.kind == "error"))
