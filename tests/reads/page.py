"""The page of the documentation that tells which reads are seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import nbrepro
from tests.reads.rows import ROWS

PAGE = Path(nbrepro.__file__).parent.parent / "docs" / "reference" / "file-reads.md"
_START = "<!-- table: python benchmarks/file_reads.py -->\n"
_END = "\n<!-- end of the table -->"


def table(found: Mapping[str, Mapping[str, str]]) -> str:
    """Return the table: a row a way to read, a column a way to see it."""
    ways = list(found)
    lines = [f"| read by | {' | '.join(ways)} |", "|---|" + "---|" * len(ways)]
    for row in ROWS:
        marks = ("seen" if found[way][row.name] == "digest" else found[way][row.name] for way in ways)
        lines.append(f"| {row.name} | {' | '.join('—' if mark == 'no' else mark for mark in marks)} |")
    counts = (f"**{sum(told == 'digest' for told in found[way].values())} of {len(ROWS)}**" for way in ways)
    return "\n".join([*lines, f"| **in all** | {' | '.join(counts)} |"])


def written() -> str:
    """Return the table that the page holds."""
    return PAGE.read_text(encoding="utf-8").partition(_START)[2].partition(_END)[0]


def write(text: str) -> None:
    """Put a table in the place of the page's."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(_START)
    PAGE.write_text(f"{before}{_START}{text}{_END}{rest.partition(_END)[2]}", encoding="utf-8")
