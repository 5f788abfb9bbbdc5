"""Whether a run from the top would give what the cells show, as `%nbrepro status` says it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbrepro.kernel.live.watch import LiveWatch, saved_cell

if TYPE_CHECKING:
    from nbrepro.kernel.live.states import NotebookCell

_MAX_LINES = 12
_OWN = "%nbrepro"


def live_rows(
    live: LiveWatch, notebook: Path | None, prompts: Mapping[str, str], *, open_findings: bool
) -> list[tuple[str, str]]:
    """Return the answer, and under it the cells in the way.

    Parameters
    ----------
    live:
        What follows the cells.
    notebook:
        The notebook's file. Cells that ran after it was saved count as they ran.
    prompts:
        As what the cells ran last, ``[9]``, by id, or by digest of the source.
    open_findings:
        Whether there are findings in cells that show something: then no more is promised than what they leave.
    """
    cells = _cells(live, notebook)
    if not cells:
        return []
    answer = live.answer(cells)
    if answer.yes:
        but = "; not counting what the findings below name" if open_findings else ""
        return [
            (
                "from the top",
                f"a run would give what the {_counted(len(cells))} show{'s' if len(cells) == 1 else ''}{but}",
            )
        ]
    concerned = answer.concerned()
    lines = [
        f"cell {cells[place - 1].number}{_prompt(cells[place - 1], prompts)}: {cell.reason}"
        for place, cell in concerned[:_MAX_LINES]
    ]
    more = [f"… and {len(concerned) - _MAX_LINES} more"] if len(concerned) > _MAX_LINES else []
    told = (
        f"a run may not give what {len(concerned)} of {_counted(len(cells))} show{'s' if len(concerned) == 1 else ''}"
    )
    return [("from the top", told), *(("", line) for line in lines + more)]


def _counted(number: int) -> str:
    return f"{number} cell{'' if number == 1 else 's'}"


def _prompt(cell: NotebookCell, prompts: Mapping[str, str]) -> str:
    prompt = prompts.get(cell.id or cell.source_digest)
    return "" if prompt is None else f" {prompt}"


def _cells(live: LiveWatch, notebook: Path | None) -> list[NotebookCell]:
    """Return the cells with their numbers in a run from the top; those that ask nbrepro are left out."""
    ran = live.cells_as_run()
    found = dict(_saved(notebook)) if notebook is not None else {}
    when = notebook.stat().st_mtime if notebook is not None and found else 0.0
    for identity, cell in ran.items():
        if identity not in found or (cell.at is not None and cell.at > when):
            found[identity] = cell  # one that is not saved yet stands at the end
    numbered = enumerate((cell for cell in found.values() if (cell.source or "").strip()), 1)
    return [
        replace(cell, number=number) for number, cell in numbered if not (cell.source or "").lstrip().startswith(_OWN)
    ]


def _saved(notebook: Path) -> Iterator[tuple[str, NotebookCell]]:
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        for place, cell in enumerate(cells):
            if cell["cell_type"] == "code":
                source = cell["source"]
                text = source if isinstance(source, str) else "".join(source)
                tags = cell.get("metadata", {}).get("tags", ())
                yield cell.get("id") or f"place {place}", saved_cell(cell.get("id"), text, tags)
    except (OSError, ValueError, KeyError, TypeError):
        return
