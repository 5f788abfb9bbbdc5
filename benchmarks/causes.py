"""Plant every divergence of tests/causes, and print what was found as the page docs/reference/causes-measured.md.

Usage: python benchmarks/causes.py [--page FILE] [NAME…]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.causes.bases import BASES
from tests.causes.planting import Field, Found
from tests.causes.plants import PLANTS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=Path, help="write the page here")
    parser.add_argument("names", nargs="*", help="plants; all of them if none is named")
    given = parser.parse_args()
    started = time.monotonic()
    found: list[Found] = []
    with tempfile.TemporaryDirectory() as folder:
        field = Field(BASES, Path(folder))
        for plant in PLANTS:
            if given.names and plant.name not in given.names:
                continue
            found.append(field.plant(plant))
            if not is_right(found[-1]) or given.names:
                print(found[-1], file=sys.stderr, flush=True)
    text = page(found, time.monotonic() - started)
    if given.page:
        given.page.write_text(text, encoding="utf-8")
    print(text)


def is_right(item: Found) -> bool:
    return item.cell == item.plant.cell and item.first_is_right and item.are_all_named


def page(found: list[Found], seconds: float) -> str:
    cells = sum(item.cell == item.plant.cell for item in found)
    first = sum(item.first_is_right for item in found)
    named = sum(item.are_all_named for item in found)
    bare = sum(not cause.evidence for item in found for cause in item.result.causes)
    lines = [
        "# Causes, measured",
        "",
        (
            "Divergences planted on purpose: a notebook is recorded, one or two factors are changed, and it is checked "
            "for real, in a fresh kernel."
        ),
        "The table is printed by `benchmarks/causes.py`; the plants are in `tests/causes/plants.py`.",
        "",
        "| measured | of | right |",
        "|---|---|---|",
        f"| first cell that differs | {len(found)} | {cells} |",
        f"| the cause named first is true | {len(found)} | {first} |",
        f"| true causes among the first three (four where two factors were changed) | {len(found)} | {named} |",
        f"| causes named without evidence | {sum(len(item.result.causes) for item in found)} | {bare} |",
        "",
        f"{seconds:.0f} seconds in all, {seconds / max(len(found), 1):.1f} a plant.",
        "",
        "## What was planted, what was named first",
        "",
        "| planted | named first | times |",
        "|---|---|---|",
    ]
    pairs = Counter((" + ".join(item.plant.causes), item.kinds[0] if item.kinds else "nothing") for item in found)
    lines += [f"| {planted} | {named_first} | {count} |" for (planted, named_first), count in sorted(pairs.items())]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
