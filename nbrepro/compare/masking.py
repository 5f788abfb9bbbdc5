"""Setting pieces of a text aside: each becomes a token that names the normaliser."""

from __future__ import annotations

from dataclasses import dataclass

from nbrepro.compare.base import Ledger, Rules
from nbrepro.compare.normalisers import all_normalisers
from nbrepro.compare.normalisers.base import absent_from
from nbrepro.compare.tokens import CLOSE, OPEN


@dataclass(frozen=True)
class Masked:
    """A text in which pieces were set aside."""

    text: str
    masks: tuple[tuple[str, str, int], ...] = ()
    """Normaliser, what it set aside, and the line of it, in order."""


def mask(text: str, rules: Rules) -> Masked:
    """Return the text with what carries no result replaced by its normaliser's name.

    Doing it twice changes nothing.
    """
    if OPEN in text or CLOSE in text:
        return Masked(text)
    found: list[tuple[int, int, str]] = []
    absent = absent_from(text)
    for normaliser in all_normalisers():
        if rules.sets_aside(normaliser.name):
            found += [(start, end, normaliser.name) for start, end in normaliser.places(text, rules.source, absent)]
    if not found:
        return Masked(text)
    parts: list[str] = []
    masks: list[tuple[str, str, int]] = []
    position, line = 0, 1
    for start, end, name in sorted(found, key=lambda span: (span[0], -span[1], span[2])):
        if start < position:
            continue
        parts += [text[position:start], OPEN, name, CLOSE]
        line += text.count("\n", position, start)
        masks.append((name, text[start:end], line))
        line += text.count("\n", start, end)
        position = end
    parts.append(text[position:])
    return Masked("".join(parts), tuple(masks))


def report_masks(ledger: Ledger, reference: Masked, candidate: Masked) -> None:
    """Note the pieces that were set aside and that differ; equal ones hid nothing."""
    if len(reference.masks) != len(candidate.masks):
        for name in {mask[0] for mask in (*reference.masks, *candidate.masks)}:
            ledger.ignore(name)
        return
    for (name, one, line), (_, other, _) in zip(reference.masks, candidate.masks, strict=True):
        if one != other:
            ledger.set_aside(name, f"line {line}", one, other)
