"""What every comparator is made of: the rules it gets, the comparison it returns, the ledger it keeps."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from nbrepro.compare.payload import shorten
from nbrepro.records import Difference, Mask, Verdict

if TYPE_CHECKING:
    from nbrepro.config import Settings

MAX_DIFFERENCES = 50
"""Differences kept of one output; the rest is counted."""
MAX_MASKS = 50
"""Masks kept of one output; the rest is counted."""
_FLOAT = re.compile(r"(?=.*[.e])[-+\d.eE]+ [-+\d.eE]+")
"""Two numbers, one of them at least with a fraction."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a comparator may set aside, and what it knows of the cell that wrote the outputs."""

    rtol: float = 1e-6
    atol: float = 1e-12
    pixel_tolerance: int = 2
    keep_masks: frozenset[str] = frozenset()
    """Normalisers that are switched off."""
    fail_on: frozenset[str] = frozenset()
    source: str = ""
    """The cell's source: some normalisers want evidence in it, a call of a clock for an elapsed time."""
    origins: tuple[str, str] = ("the default", "the default")
    """Who set ``rtol`` and ``atol``."""

    @classmethod
    def of(cls, settings: Settings, source: str = "") -> Rules:
        """Return the rules that the settings come to for a cell with this source."""
        return cls(
            rtol=settings.rtol,
            atol=settings.atol,
            pixel_tolerance=settings.pixel_tolerance,
            keep_masks=frozenset(settings.keep_masks),
            fail_on=frozenset(settings.fail_on),
            source=source,
            origins=(settings.origin("rtol"), settings.origin("atol")),
        )

    @property
    def tolerance(self) -> str:
        """The tolerances in words, with who set them."""
        rtol, atol = self.origins
        if rtol == atol:
            return f"rtol={self.rtol:g}, atol={self.atol:g}" + ("" if rtol == "the default" else f" (set by {rtol})")
        return f"rtol={self.rtol:g} (set by {rtol}), atol={self.atol:g} (set by {atol})"

    def sets_aside(self, name: str) -> bool:
        """Whether the normaliser of this name is on."""
        return name not in self.keep_masks


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a comparator says of one pair of values."""

    verdict: Verdict
    reason: str | None = None
    differences: tuple[Difference, ...] = ()
    masked: tuple[Mask, ...] = ()
    similarity: float = 1.0
    """In [0, 1], for trends; it never decides."""
    noise: tuple[str, ...] = ()
    """Names of what was set aside."""
    remarks: tuple[str, ...] = ()
    """Sentences of the reason that hold whatever the verdict."""
    largest: float = 0.0
    """The largest distance that the tolerance allowed."""
    more: int = 0
    """Differences beyond those that are kept."""

    @property
    def count(self) -> int:
        """How many places differ; at least one where the verdict does not pass."""
        return max(len(self.differences) + self.more, int(not self.passes))

    @classmethod
    def identical(cls) -> Comparison:
        """Return the comparison of two equal values."""
        return cls(verdict=Verdict.IDENTICAL)

    @property
    def passes(self) -> bool:
        """Whether the two values count as the same result."""
        return self.verdict.passes


@runtime_checkable
class Comparator(Protocol):
    """Decides about one pair of values of one MIME type; has no state and never raises on any value."""

    name: ClassVar[str]
    mimes: ClassVar[tuple[str, ...]]
    """MIME types it is for; ``*`` matches any run of characters."""
    priority: ClassVar[int]
    """The comparator with the highest priority for a MIME type gets it; nbrepro's own are at most 0."""
    richness: ClassVar[int]
    """How much of the result the type holds, in [0, 100]: in a bundle the richest one decides."""

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two values as they stand in a notebook's MIME bundle."""
        ...


@dataclass
class Ledger:
    """Collects what a comparator finds, capped, and draws the verdict from it."""

    differences: list[Difference] = field(default_factory=list)
    masked: list[Mask] = field(default_factory=list)
    noise: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)
    count: int = 0
    close: int = 0
    largest: float = 0.0
    same: float = 0.0
    total: float = 0.0

    def differ(self, where: str, reference: str | None, candidate: str | None, distance: float | None = None) -> None:
        """Note one place where the two values differ."""
        self.count += 1
        if len(self.differences) < MAX_DIFFERENCES:
            self.differences.append(
                Difference(
                    output=None,
                    mime=None,
                    where=where,
                    reference=None if reference is None else shorten(reference),
                    candidate=None if candidate is None else shorten(candidate),
                    distance=distance if distance is None or math.isfinite(distance) else None,
                )
            )

    def set_aside(self, rule: str, where: str, reference: str, candidate: str) -> None:
        """Note a place that a normaliser set aside."""
        self.noise[rule] += 1
        if len(self.masked) < MAX_MASKS:
            self.masked.append(Mask(rule=rule, where=where, text=shorten(f"{reference} → {candidate}")))

    def ignore(self, what: str) -> None:
        """Note a kind of difference that carries no result, without a place of its own: layout, markup."""
        self.noise[what] += 1

    def tolerate(self, distance: float, times: int = 1) -> None:
        """Note values that differ within the tolerance."""
        self.close += times
        self.largest = max(self.largest, distance)

    def remark(self, sentence: str) -> None:
        """Add a sentence to the reason, whatever the verdict."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def weigh(self, same: float, total: float) -> None:
        """Count ``same`` of ``total`` parts as equal, for the similarity."""
        self.same += same
        self.total += total

    def absorb(self, part: Comparison, where: str = "", weight: float = 1.0) -> None:
        """Take over what a comparison of a part found; ``where`` says which part."""
        prefix = f"{where}, " if where else ""
        self.count += part.count
        for difference in part.differences:
            if len(self.differences) < MAX_DIFFERENCES:
                self.differences.append(replace(difference, where=(prefix + difference.where).removesuffix(", ")))
        if part.verdict is Verdict.WITHIN_TOLERANCE:
            self.tolerate(part.largest)
        if part.passes and part.verdict is not Verdict.IDENTICAL:
            self.noise.update(part.noise or (() if part.largest else ("layout",)))
        for sentence in part.remarks:
            self.remark(sentence)
        for mask in part.masked:
            if len(self.masked) < MAX_MASKS:
                self.masked.append(replace(mask, where=(prefix + mask.where).removesuffix(", ")))
        self.weigh(part.similarity * weight, weight)

    @property
    def similarity(self) -> float:
        """The share of equal parts."""
        return min(1.0, max(0.0, self.same / self.total)) if self.total else float(not self.count)

    @property
    def _is_too_far(self) -> bool:
        """Whether a number was held to the tolerances, and is beyond them; an integer is held to no tolerance."""
        return any(
            d.distance is not None and _FLOAT.fullmatch(f"{d.reference} {d.candidate}") for d in self.differences
        )

    def conclude(self, rules: Rules) -> Comparison:
        """Return the verdict and its reason."""
        verdict, reason = self._verdict(rules)
        reasons = [part for part in (reason, *self.remarks) if part]
        similarity = self.similarity
        return Comparison(
            verdict=verdict,
            reason="; ".join(reasons) or None,
            differences=tuple(self.differences),
            masked=tuple(self.masked),
            similarity=min(similarity, 1 - 1e-9) if self.count else similarity,
            noise=tuple(sorted(self.noise)),
            remarks=tuple(self.remarks),
            largest=self.largest,
            more=max(0, self.count - len(self.differences)),
        )

    def _verdict(self, rules: Rules) -> tuple[Verdict, str | None]:
        if self.count:
            more = self.count - len(self.differences)
            parts = [f"{self.count} differences, the first {len(self.differences)} shown"] if more else []
            parts += [f"beyond the tolerance: {rules.tolerance}"] if self._is_too_far and not self.remarks else []
            return Verdict.DIFFERENT, "; ".join(parts) or None
        if self.close:
            far = f", the farthest by {self.largest:.2g}" if self.largest else ""
            return Verdict.WITHIN_TOLERANCE, f"numbers differ within {rules.tolerance}{far}"
        if self.noise:
            return Verdict.EQUIVALENT, f"set aside: {', '.join(sorted(self.noise))}"
        return Verdict.IDENTICAL, None
