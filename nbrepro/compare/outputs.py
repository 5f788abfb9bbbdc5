"""The outputs of one cell: streams put together, outputs paired in order, each pair compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbrepro.compare.base import Comparison, Rules
from nbrepro.compare.bundle import compare_bundles, compare_metadata
from nbrepro.compare.linediff import changes
from nbrepro.compare.payload import as_text, shorten
from nbrepro.compare.registry import Registry
from nbrepro.compare.widgetstates import VIEW, resolve
from nbrepro.records import Difference, OutputResult, Verdict, worst
from nbrepro.records.digests import digest_json

STDERR = "stream/stderr"


@dataclass(frozen=True)
class Unit:
    """One output as a reader sees it: what was printed up to the next display is one."""

    index: int
    """Index of its first piece among the cell's outputs."""
    kind: str
    """``display``, ``error``, or ``stream/<name>``."""
    content: Any
    metadata: Any = None

    @property
    def key(self) -> str:
        """Equal for equal outputs."""
        return f"{self.kind} {digest_json([self.content, self.metadata])}"

    @property
    def mime(self) -> str:
        """The type to name it by."""
        if self.kind != "display":
            return self.kind
        return next(iter(self.content), "text/plain")


def read_outputs(outputs: Iterable[Mapping[str, Any]], models: Mapping[str, Any]) -> list[Unit]:
    """Return the outputs of a cell as units.

    Texts of one stream that no display separates are one: how they were cut is chance. So is where stderr
    fell between the others: it is one unit, the last.
    """
    units: list[Unit] = []
    open_streams: dict[str, tuple[int, list[str]]] = {}
    errors: list[str] = []
    first_error = 0
    for index, output in enumerate(outputs):
        kind = output.get("output_type")
        if kind == "stream":
            text = as_text(output.get("text", ""))
            if output.get("name") == "stderr":
                first_error = first_error if errors else index
                errors.append(text)
            elif text:
                open_streams.setdefault(f"stream/{output.get('name', 'stdout')}", (index, []))[1].append(text)
            continue
        units += _closed(open_streams)
        open_streams = {}
        units.append(_display(index, output, models))
    units += _closed(open_streams)
    return units + ([Unit(first_error, STDERR, "".join(errors))] if "".join(errors) else [])


def _closed(streams: Mapping[str, tuple[int, list[str]]]) -> list[Unit]:
    return [Unit(index, name, "".join(parts)) for name, (index, parts) in streams.items()]


def _display(index: int, output: Mapping[str, Any], models: Mapping[str, Any]) -> Unit:
    if output.get("output_type") == "error":
        return Unit(index, "error", {key: output.get(key) for key in ("ename", "evalue", "traceback")})
    data = output.get("data")
    bundle = dict(data) if isinstance(data, Mapping) else {"text/plain": as_text(data or "")}
    if VIEW in bundle and (state := resolve(bundle[VIEW], models)) is not None:
        bundle[VIEW] = state
    return Unit(index, "display", bundle, output.get("metadata"))


def compare_outputs(
    reference: list[Unit], candidate: list[Unit], rules: Rules, registry: Registry
) -> tuple[OutputResult, ...]:
    """Compare the outputs of two runs of a cell, in order."""
    results = [
        compare_pair(one, other, rules, registry) if one and other else _unpaired(one, other, rules, registry)
        for one, other in pair_units(reference, candidate)
    ]
    return tuple(results)


def pair_units(reference: list[Unit], candidate: list[Unit]) -> list[tuple[Unit | None, Unit | None]]:
    """Pair the outputs: by position where the kinds agree, else equal ones first, and what is left by kind."""
    if [unit.kind for unit in reference] == [unit.kind for unit in candidate]:
        return list(zip(reference, candidate, strict=True))
    pairs: list[tuple[Unit | None, Unit | None]] = []
    i = j = 0
    for change in changes([unit.key for unit in reference], [unit.key for unit in candidate]):
        equal = change.reference.start - i
        pairs += zip(reference[i : i + equal], candidate[j : j + equal], strict=True)
        pairs += _pair_by_kind([reference[k] for k in change.reference], [candidate[k] for k in change.candidate])
        i, j = change.reference.stop, change.candidate.stop
    pairs += zip(reference[i:], candidate[j:], strict=True)
    return pairs


def _pair_by_kind(gone: list[Unit], new: list[Unit]) -> list[tuple[Unit | None, Unit | None]]:
    pairs: list[tuple[Unit | None, Unit | None]] = []
    kinds = [unit.kind for unit in gone], [unit.kind for unit in new]
    i = j = 0
    for change in changes(*kinds):
        equal = change.reference.start - i
        pairs += zip(gone[i : i + equal], new[j : j + equal], strict=True)
        pairs += [(gone[k], None) for k in change.reference]
        pairs += [(None, new[k]) for k in change.candidate]
        i, j = change.reference.stop, change.candidate.stop
    pairs += zip(gone[i:], new[j:], strict=True)
    return pairs


def compare_pair(one: Unit, other: Unit, rules: Rules, registry: Registry) -> OutputResult:
    """Compare two outputs that stand for each other."""
    if one.kind == "display":
        mime, comparison = compare_bundles(one.content, other.content, rules, registry)
        comparison = _with_metadata(comparison, one, other, rules)
    else:
        mime = one.kind
        comparison = registry.find(mime).compare(one.content, other.content, rules)
    return _result(other.index, mime, comparison)


def _with_metadata(comparison: Comparison, one: Unit, other: Unit, rules: Rules) -> Comparison:
    shown = compare_metadata(one.metadata, other.metadata, rules)
    if shown.passes:
        return comparison
    moved = tuple(replace(difference, where=f"shown at {difference.where}") for difference in shown.differences)
    return replace(
        comparison,
        verdict=worst((comparison.verdict, shown.verdict)),
        differences=(*comparison.differences, *moved),
    )


def _unpaired(one: Unit | None, other: Unit | None, rules: Rules, registry: Registry) -> OutputResult:
    """Return the verdict on an output that only one side has."""
    unit = one or other
    assert unit is not None
    if unit.kind == STDERR:
        texts = (one.content if one else "", other.content if other else "")
        return _result(unit.index, STDERR, registry.find(STDERR).compare(*texts, rules))
    lost = one is not None
    difference = Difference(
        output=unit.index,
        mime=unit.mime,
        where="the whole output",
        reference=_summary(one) if one else None,
        candidate=_summary(other) if other else None,
    )
    raised = unit.kind == "error" and not lost
    reason = "the reference has this output, the candidate has not" if lost else "the reference has no such output"
    if unit.kind == "error":
        reason = (
            "the reference raised here, the candidate did not"
            if lost
            else "the candidate raised, the reference did not"
        )
    return OutputResult(
        output=unit.index,
        mime=unit.mime,
        verdict=Verdict.ERROR if raised else Verdict.DIFFERENT,
        reason=reason,
        differences=(difference,),
        similarity=0.0,
    )


_SAYING = ("text/markdown", "text/latex", "text/plain")
"""Types whose text says in short what an output shows: the plain text of the first two only names their class."""


def _summary(unit: Unit) -> str:
    if unit.kind == "error":
        return shorten(f"{unit.content.get('ename')}: {unit.content.get('evalue')}")
    if unit.kind != "display":
        return shorten(unit.content)
    said = (unit.content[mime] for mime in _SAYING if mime in unit.content)
    text = next(said, None)
    return shorten(as_text(text)) if text is not None else f"<{', '.join(unit.content)}>"


def _result(index: int, mime: str, comparison: Comparison) -> OutputResult:
    return OutputResult(
        output=index,
        mime=mime,
        verdict=comparison.verdict,
        reason=comparison.reason,
        differences=tuple(replace(d, output=index, mime=mime) for d in comparison.differences),
        masked=comparison.masked,
        similarity=round(comparison.similarity, 6),
    )
