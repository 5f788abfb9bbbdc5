"""Tolerance that is learned: what varied between runs under the same conditions, and judging by it.

`learn` holds further runs against the recorded one. For each output that the ordinary comparison would call
different it keeps, by position, each number that varied (how often it was seen, mean, standard deviation, range) and
each other part that varied. `Calibrated.judge` is asked about outputs that differ: it puts the reference's value in
the place of every number within its limits, and of every part known as flaky, and lets the ordinary comparator judge
what is left. A part that never varied is thereby judged exactly as without calibration.

The limits of a number are Student's t prediction interval for one further value, or the range that was seen where
that is wider. The level is that of the notebook: with ``m`` numbers that vary, each gets ``1 - (1 - level) / m``
(Bonferroni), so that all of them together stay inside with the probability that the settings name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from nbformat import NotebookNode

from nbrepro.compare.base import Rules
from nbrepro.compare.builtin import default_registry
from nbrepro.compare.metrics import METRIC, declares_tolerance
from nbrepro.compare.outputs import Unit, compare_pair, pair_units, read_outputs
from nbrepro.compare.parts import Parts, alike, as_number, take_apart
from nbrepro.compare.payload import as_text
from nbrepro.compare.presence import allow_absence, learn_presence, names_seen
from nbrepro.compare.registry import Registry
from nbrepro.compare.sanitising import Edits
from nbrepro.compare.student import Limits, spread_of
from nbrepro.compare.widgetstates import models_of
from nbrepro.config import Settings, cell_rules
from nbrepro.notebooks import align_cells, source_of, tags_of
from nbrepro.peers.metadata import read_edits
from nbrepro.peers.sanitising import read_sanitisers
from nbrepro.records import Calibration, OutputResult, Verdict

MOST = 2000
"""Numbers of one output whose spread is kept; an output with more is judged as a whole."""


def learn(reference: NotebookNode, runs: Sequence[NotebookNode], settings: Settings) -> dict[int, list[Calibration]]:
    """Return what varied in each cell of the reference, by index; cells where nothing did are left out."""
    partners = [{i: j for i, j in align_cells(reference, run) if i is not None and j is not None} for run in runs]
    learned: dict[int, list[Calibration]] = {}
    sanitisers, edits = read_sanitisers(settings.sanitize_with), read_edits(reference.metadata, reference.cells)
    for index, cell in enumerate(reference.cells):
        if cell.cell_type != "code" or not all(index in found for found in partners):
            continue
        rules = cell_rules(settings, tags_of(cell))
        if rules.skip or rules.ignore_output:
            continue
        own = Edits.of(sanitisers, edits.get(index), rules.settings.keep_masks)
        others = [_units(run, found[index], own) for run, found in zip(runs, partners, strict=True)]
        known = _learn_cell(_units(reference, index, own), others, Rules.of(rules.settings, source_of(cell)))
        if known:
            learned[index] = known
    return learned


def _units(notebook: NotebookNode, index: int, edits: Edits) -> list[Unit]:
    units = read_outputs(notebook.cells[index].get("outputs", []), models_of(notebook.metadata))
    return edits.apply(units)[0] if edits else units


def _learn_cell(units: list[Unit], others: Sequence[list[Unit]], rules: Rules) -> list[Calibration]:
    registry = default_registry()
    learned: list[Calibration] = []
    pairs = [pair_units(units, run) for run in others]
    learned += learn_presence(pairs, units)
    columns = [{one.index: other for one, other in column if one and other} for column in pairs]
    for unit in units:
        found = [column[unit.index] for column in columns if unit.index in column]
        if all(compare_pair(unit, other, rules, registry).verdict.passes for other in found):
            continue
        if unit.kind == "error" and (several := names_seen([unit, *found], len(found) + 1)):
            learned.append(several)
            continue
        for mime, value in _contents(unit).items():
            values = [_contents(other).get(mime) for other in found]
            known = _learn_value(unit.index, mime, value, values, rules)
            if known is not None:
                learned.append(known)
    return learned


def _contents(unit: Unit) -> Mapping[str, Any]:
    """Return the representations of an output by type; that of a stream is its text, of an exception its message."""
    if unit.kind == "error":
        return {unit.kind: as_text(unit.content.get("evalue", ""))}
    return unit.content if unit.kind == "display" else {unit.kind: unit.content}


def _learn_value(output: int, mime: str, value: Any, others: Sequence[Any], rules: Rules) -> Calibration | None:
    if all(other == value for other in others):
        return None
    calibration = Calibration(output=output, mime=mime, runs=len(others) + 1, parts=0)
    if any(other is None for other in others):
        return replace(calibration, whole="not every run had this representation")
    own = take_apart(mime, value, rules)
    parts = [take_apart(mime, other, rules, like=value) for other in others]
    if own is None or any(part is None for part in parts):
        return replace(calibration, whole="it has no numbers that could be followed, and it varied")
    rows = [own.tokens, *(part.tokens for part in parts if part is not None)]
    if len({len(row) for row in rows}) > 1:
        return replace(calibration, whole="its structure varied")
    return _learn_parts(replace(calibration, parts=len(own.tokens)), rows)


def _learn_parts(calibration: Calibration, rows: Sequence[Sequence[str]]) -> Calibration | None:
    numbers, flaky = [], []
    for position, tokens in enumerate(zip(*rows, strict=True)):
        if len(set(tokens)) == 1:
            continue
        values = [as_number(token) for token in tokens]
        finite = [value for value in values if value is not None]
        if len(finite) < len(values) or not all(alike(tokens[0], token) for token in tokens):
            flaky.append(position)
        elif len(set(finite)) > 1:
            numbers.append(spread_of(position, finite))
    if len(numbers) > MOST:
        return replace(calibration, whole=f"{len(numbers)} of its numbers varied, more than are followed")
    return replace(calibration, numbers=tuple(numbers), flaky=tuple(flaky)) if numbers or flaky else None


def calibrations_of(cell: NotebookNode) -> tuple[Calibration, ...]:
    """Return what a record knows to vary in a cell; nothing where there is no record, or a damaged one."""
    own = cell.get("metadata", {}).get("nbrepro")
    try:
        return msgspec.convert(own.get("calibration", ()) if isinstance(own, Mapping) else (), tuple[Calibration, ...])
    except msgspec.ValidationError:
        return ()


def level_for(reference: NotebookNode, level: float) -> float:
    """Return the level of one number, for all those of the notebook to stay inside with the probability ``level``."""
    most: dict[tuple[int, int], int] = {}
    for index, cell in enumerate(reference.cells):
        for known in calibrations_of(cell) if cell.cell_type == "code" else ():
            key = (index, known.output)
            most[key] = max(most.get(key, 0), len(known.numbers))
    return 1 - (1 - level) / max(1, sum(most.values()))


def statement(reference: NotebookNode, level: float) -> str | None:
    """Return by which test and at which level a notebook's calibrated outputs are judged; ``None`` without any."""
    known = [item for cell in reference.cells if cell.cell_type == "code" for item in calibrations_of(cell)]
    if not known:
        return None
    runs = max(item.runs for item in known)
    if not any(item.numbers for item in known):
        return f"calibrated on {runs} runs: no number varied, and what varied is not compared"
    each = level_for(reference, level)
    share = "" if each == level else f", {each:.6g} for each number (Bonferroni)"
    return (
        f"calibrated on {runs} runs: numbers that varied are judged by the range that was seen and by "
        f"Student's t prediction interval, level {level:.6g}{share}"
    )


@dataclass
class _Statement:
    """What was allowed and what was not, for the reason."""

    inside: list[tuple[float, str]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    flaky: int = 0

    def words(self, runs: int) -> str:
        """Return the reason."""
        parts = self.outside[:3]
        if len(self.outside) > len(parts):
            parts = [*parts, f"{len(self.outside) - len(parts)} more numbers outside their limits"]
        if self.inside:
            count = f"{len(self.inside)} numbers that vary" if len(self.inside) > 1 else "1 number that varies"
            parts.append(f"calibrated, {count} by nature within its limits: {max(self.inside)[1]}")
        if self.flaky:
            count = f"{self.flaky} other parts" if self.flaky > 1 else "1 other part"
            parts.append(
                f"calibrated, {count} varied in {runs} runs and {'were' if self.flaky > 1 else 'was'} not compared"
            )
        return "; ".join(parts)


@dataclass(frozen=True)
class Calibrated:
    """Judges the outputs of one cell by what is known to vary in them."""

    known: tuple[Calibration, ...]
    level: float
    rules: Rules
    registry: Registry

    def judge(
        self, reference: Iterable[Unit], candidate: Iterable[Unit], results: tuple[OutputResult, ...]
    ) -> tuple[OutputResult, ...]:
        """Return the results of a cell, those that differ judged again by what is known to vary."""
        if not self.known:
            return results
        pairs = pair_units([*reference], [*candidate])
        return tuple(
            result if result.verdict.passes or not (one and other) else self._judge(one, other, result)
            for (one, other), result in zip(pairs, allow_absence(pairs, results, self.known), strict=True)
        )

    def _judge(self, one: Unit, other: Unit, result: OutputResult) -> OutputResult:
        known = {item.mime: item for item in self.known if item.output == one.index and not item.present}
        if result.mime not in known or one.kind != other.kind:
            return result
        if result.mime == METRIC and declares_tolerance(other.content.get(METRIC)):
            return replace(result, reason="; ".join(filter(None, (result.reason, _DECLARED))))
        deciding = known[result.mime]
        if deciding.names and str(other.content.get("ename")) not in deciding.names:
            return result
        if deciding.whole:
            reason = f"calibrated on {deciding.runs} runs: {deciding.whole}, so it is not compared"
            return replace(result, verdict=Verdict.NOT_COMPARED, reason=reason, differences=())
        statement = _Statement()
        ours, theirs = dict(_contents(one)), dict(_contents(other))
        for mime, calibration in known.items():
            if mime in ours and mime in theirs and not calibration.whole:
                said = statement if mime == result.mime else _Statement()
                ours[mime], theirs[mime] = self._ease(mime, ours[mime], theirs[mime], calibration, said)
        eased = compare_pair(_with(one, ours), _with(other, theirs), self.rules, self.registry)
        reason = statement.words(deciding.runs)
        if not eased.verdict.passes:
            told = None if len(eased.differences) <= len(statement.outside) else eased.reason  # all of them are told
            return replace(eased, reason="; ".join(filter(None, (reason, told))), masked=result.masked)
        return replace(
            eased,
            verdict=Verdict.WITHIN_TOLERANCE,
            reason=reason or eased.reason,
            masked=result.masked,
            similarity=result.similarity,
        )

    def _ease(
        self, mime: str, one: Any, other: Any, calibration: Calibration, statement: _Statement
    ) -> tuple[Any, Any]:
        """Return both values, the candidate's with the reference's parts where the calibration allows its own."""
        ours, theirs = take_apart(mime, one, self.rules), take_apart(mime, other, self.rules, like=one)
        if ours is None or theirs is None or not len(ours.tokens) == len(theirs.tokens) == calibration.parts:
            return one, other
        try:
            return ours.value, theirs.rebuild(self._exchanged(ours, theirs, calibration, statement))
        except (ValueError, TypeError, SyntaxError, OverflowError):  # the two have not the same form
            return one, other

    def _exchanged(self, ours: Parts, theirs: Parts, calibration: Calibration, statement: _Statement) -> list[str]:
        tokens = list(theirs.tokens)
        for spread in calibration.numbers:
            one, other = ours.tokens[spread.position], tokens[spread.position]
            value = as_number(other)
            if one == other or value is None or not alike(one, other):
                continue
            limits = Limits(spread, self.level)
            if limits.allow(value):
                distance = abs(value - spread.mean) / (limits.high - limits.low)
                statement.inside.append((distance, limits.describe(value)))
                tokens[spread.position] = one
            else:
                statement.outside.append(limits.describe(value))
        for position in calibration.flaky:
            if tokens[position] != ours.tokens[position]:
                statement.flaky += 1
                tokens[position] = ours.tokens[position]
        return tokens


_DECLARED = "the metric declares its tolerance, which is narrower than the calibration"


def _with(unit: Unit, contents: Mapping[str, Any]) -> Unit:
    if unit.kind == "error":
        return replace(unit, content={**unit.content, "evalue": contents[unit.kind]})
    return replace(unit, content=dict(contents) if unit.kind == "display" else contents[unit.kind])
