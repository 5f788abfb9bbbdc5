"""Compares sequences in FASTA format: where their lines break says nothing."""

from __future__ import annotations

from typing import Any, ClassVar

from nbrepro.compare import Comparison, Ledger, Rules
from nbrepro.compare.payload import as_text


class FastaComparator:
    """``chemical/seq-na-fasta``, record by record."""

    name: ClassVar[str] = "fasta"
    mimes: ClassVar[tuple[str, ...]] = ("chemical/seq-*-fasta",)
    priority: ClassVar[int] = 10
    richness: ClassVar[int] = 60

    def compare(self, reference: Any, candidate: Any, rules: Rules, /) -> Comparison:
        """Compare two files."""
        one, other = as_text(reference), as_text(candidate)
        if one == other:
            return Comparison.identical()
        ledger = Ledger()
        old, new = records(one), records(other)
        for name in dict.fromkeys([*old, *new]):
            if old.get(name) != new.get(name):
                ledger.differ(f"sequence {name or 'without a name'}", old.get(name), new.get(name))
        if not ledger.count:
            ledger.ignore("line breaks")
        ledger.weigh(len(old.items() & new.items()), max(len(old), len(new), 1))
        return ledger.conclude(rules)


def records(text: str) -> dict[str, str]:
    """Return the sequences by name; a name that comes again is numbered."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith(">"):
            name = line[1:].strip()
            name = name if name not in found else f"{name} #{len(found)}"
            found[name] = ""
        else:
            found[name] = found.get(name, "") + line.strip()
    return found
