"""What other tools' files and metadata replace or leave out of outputs before they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from nbrepro.compare.base import MAX_MASKS, Rules
from nbrepro.compare.outputs import Unit, compare_outputs, pair_units
from nbrepro.compare.payload import as_text, shorten
from nbrepro.compare.registry import Registry
from nbrepro.compare.terminal import render
from nbrepro.peers.metadata import OutputEdits, covers
from nbrepro.peers.sanitising import Sanitiser
from nbrepro.records import Mask, OutputResult, Verdict

_BINARY = re.compile(r"image/(?!svg)|audio/|video/|application/(pdf|octet-stream)")
_COUNTED = ("ename", "evalue")

Found = tuple[str, str, str]
"""A rule, where it applied, and what it replaced."""


@dataclass(frozen=True)
class Edits:
    """All that is done to the outputs of a cell."""

    sanitisers: tuple[Sanitiser, ...] = ()
    ignored: tuple[str, ...] = ()

    @classmethod
    def of(cls, sanitisers: Iterable[Sanitiser], own: OutputEdits | None, kept: Iterable[str] = ()) -> Edits:
        """Return the edits of a cell, without the rules whose names are in ``kept``."""
        every = (*sanitisers, *(own.replaced if own else ()))
        kept = frozenset(kept)
        return cls(tuple(s for s in every if s.rule not in kept), own.ignored if own else ())

    def __bool__(self) -> bool:
        return bool(self.sanitisers or self.ignored)

    def apply(self, units: Iterable[Unit]) -> tuple[list[Unit], dict[int, list[Found]]]:
        """Return the outputs as they are compared, and by index what was replaced in them."""
        edited: list[Unit] = []
        found: dict[int, list[Found]] = {}
        for unit in units:
            place = f"/outputs/{unit.index}"
            if self._leaves_out(place) or (unit.kind.startswith("stream/") and self._leaves_out(f"{place}/text")):
                continue
            content = self._content(unit, place, found.setdefault(unit.index, []))
            if content != {}:
                edited.append(replace(unit, content=content))
        return edited, found

    def _leaves_out(self, path: str) -> bool:
        return any(covers(place, path) for place in self.ignored)

    def _content(self, unit: Unit, place: str, found: list[Found]) -> Any:
        if unit.kind.startswith("stream/"):
            text = as_text(unit.content)
            text = render(text) if "\r" in text or "\b" in text else text
            return self._replace(text, f"{place}/text", "", found)
        if unit.kind == "error":
            return {
                key: self._replace(str(value), f"{place}/{key}", key, found) if key in _COUNTED else value
                for key, value in unit.content.items()
            }
        return {
            mime: self._value(mime, value, f"{place}/data/{mime}", found)
            for mime, value in unit.content.items()
            if not self._leaves_out(f"{place}/data/{mime}")
        }

    def _value(self, mime: str, value: Any, path: str, found: list[Found]) -> Any:
        lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
        if _BINARY.match(mime) or not (isinstance(value, str) or lines):
            return value
        return self._replace(as_text(value), path, mime, found)

    def _replace(self, text: str, path: str, part: str, found: list[Found]) -> str:
        for rule in self.sanitisers:
            if rule.place is not None and not covers(rule.place, path):
                continue
            for match in rule.pattern.finditer(text):
                line = f"line {text.count(chr(10), 0, match.start()) + 1}"
                found.append((rule.rule, f"{part}, {line}" if part else line, match[0]))
            text = rule.pattern.sub(rule.replacement, text)
        return text


def compare_edited(
    reference: list[Unit], candidate: list[Unit], edits: Edits, rules: Rules, registry: Registry
) -> tuple[OutputResult, ...]:
    """Compare the outputs of two runs of a cell after both were edited; what was replaced is reported as masks."""
    if not edits:
        return compare_outputs(reference, candidate, rules, registry)
    (old, found), (new, found_now) = edits.apply(reference), edits.apply(candidate)
    results = compare_outputs(old, new, rules, registry)
    return tuple(
        _with_masks(result, found.get(one.index, []), found_now.get(other.index, [])) if one and other else result
        for result, (one, other) in zip(results, pair_units(old, new), strict=True)
    )


def _with_masks(result: OutputResult, old: Iterable[Found], new: Iterable[Found]) -> OutputResult:
    """Return the result of a pair of outputs with what was replaced in them, where that differed."""
    masks = tuple(_masks(list(old), list(new)))
    if not masks:
        return result
    verdict, reason = result.verdict, result.reason
    if verdict is Verdict.IDENTICAL:
        names = ", ".join(sorted({mask.rule for mask in masks}))
        verdict, reason = Verdict.EQUIVALENT, f"set aside: {names}"
    return replace(result, verdict=verdict, reason=reason, masked=(*result.masked, *masks)[:MAX_MASKS])


def _masks(old: list[Found], new: list[Found]) -> Iterable[Mask]:
    for rule in dict.fromkeys(name for name, _, _ in (*old, *new)):
        one, other = [f for f in old if f[0] == rule], [f for f in new if f[0] == rule]
        if len(one) == len(other):
            for (_, where, before), (_, _, after) in zip(one, other, strict=True):
                if before != after:
                    yield Mask(rule=rule, where=where, text=shorten(f"{before} → {after}"))
        else:
            yield Mask(rule=rule, where="throughout", text=f"{len(one)} places → {len(other)} places")
