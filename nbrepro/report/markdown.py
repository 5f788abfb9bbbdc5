"""The report as a short table in Markdown, for a comment on a change or a job's summary."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbrepro.records import CellResult, Verdict
from nbrepro.report.excerpts import clipped, plain_text
from nbrepro.report.kinds import place_name, told_first
from nbrepro.report.symbols import SIGNS
from nbrepro.report.views import (
    View,
    cell_name,
    cell_title,
    counted,
    distance_words,
    is_pictured,
    proof_words,
    reason_words,
    remarks,
    second_look,
    told_values,
)

NOTEBOOKS_SHOWN = 100
NEVER_RAN = "this cell never ran"
CELLS_SHOWN = 5
NOTE = 400
"""Characters of a note or a reason that are shown: enough for the statement on what was calibrated."""
_BAR = "\\|"
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")


def render(views: Sequence[View]) -> str:
    """Return the report as Markdown: one row a notebook, then the differing cells folded away."""
    passed = sum(view.result.exit_code == 0 for view in views)
    lines = [f"### nbrepro: {passed} of {counted(len(views), 'notebook')} reproduced", ""]
    lines += ["| notebook | verdict | cells | differs first | likely cause |", "|---|---|---|---|---|"]
    ordered = sorted(views, key=lambda view: view.result.exit_code == 0)
    lines += [_row(view) for view in ordered[:NOTEBOOKS_SHOWN]]
    if len(views) > NOTEBOOKS_SHOWN:
        lines += ["", f"… and {counted(len(views) - NOTEBOOKS_SHOWN, 'more notebook')}."]
    for view in ordered[:NOTEBOOKS_SHOWN]:
        lines += _details(view)
    return "\n".join(lines) + "\n"


def _row(view: View) -> str:
    result = view.result
    verdict = Verdict.ERROR if result.exit_code in {2, 3} else result.verdict
    passing = sum(cell.verdict.passes for cell in result.cells)
    first = result.first_difference
    cause = view.likely[0].summary if view.likely else reason_words(result)
    cells = f"{passing} of {len(result.cells)}" if result.cells else "none"
    where = cell_name(first) if first else ""
    proof = f" ({escaped(proof_words(view.likely[0]))})" if view.likely and view.likely[0].proved_by else ""
    why = escaped(cause) + proof if cause else ""
    return f"| {escaped(result.path)} | {SIGNS[verdict]} {view.headline} | {cells} | {where} | {why} |"


def _details(view: View) -> list[str]:
    noticed = [f"- {cell_name(cell)}: {escaped(told)}" for cell in view.result.cells for told in remarks(cell)]
    if not (view.independent or view.likely or view.result.notes or noticed):
        return []
    lines = ["", f"<details><summary>{_in_tag(view.result.path)}</summary>", ""]
    for cause in view.likely:
        marks = ", ".join(filter(None, (cause.confidence.value, proof_words(cause) and escaped(proof_words(cause)))))
        lines.append(f"- **{escaped(cause.summary)}** ({marks})")
        lines += [f"  - {escaped(evidence)}" for evidence in cause.evidence]
        lines += [f"  - mend: {escaped(cause.mend)}"] if cause.mend else []
    for cell in view.independent[:CELLS_SHOWN]:
        lines += _cell(view, cell)
    if len(view.independent) > CELLS_SHOWN:
        lines += ["", f"… and {counted(len(view.independent) - CELLS_SHOWN, 'more cell')}."]
    if view.followers:
        lines += ["", f"{view.follow_words}."]
    lines += ["", *noticed[:CELLS_SHOWN]] if noticed else []
    lines += ["", *(f"- note: {escaped(note, NOTE)}" for note in view.result.notes)] if view.result.notes else []
    return [*lines, "", "</details>"]


def _cell(view: View, cell: CellResult) -> list[str]:
    leads = cell is view.failing[0]
    lines = ["", f"**{cell_title(view, cell, leads=leads)}** ({cell.verdict.label})", ""]
    told = [part for part in (cell.reason, second_look(cell)) if part and part != NEVER_RAN]
    lines += [escaped("; ".join(told), NOTE), ""] if told else []
    found = told_first(cell)
    if not found or any("in another order" in part for part in told):
        return lines
    difference = found[0]
    more = f"; {counted(len(found) - 1, 'more difference')}" if len(found) > 1 else ""
    distance = distance_words(difference)
    lines += [escaped(place_name(difference)) + (f", {distance}" if distance else "") + more, ""]
    if is_pictured(difference):
        lines += [escaped(difference.candidate or "")]
    else:
        values = told_values(view, cell, difference)
        before, after = (
            [f"{sign} {line}" for line in clipped(value, 100, 6).split("\n")]
            for sign, value in zip("-+", values, strict=True)
        )
        body = "\n".join([*before, *after])
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", body)), default=0))
        lines += [f"{fence}diff", body, fence]
    return lines


def escaped(text: str, most: int = 200) -> str:
    """Return text that Markdown shows as it is, on one line; what stands between backticks is code."""
    parts = _unmentioned(clipped(text.replace("\n", " "), most, 1)).split("`")
    if len(parts) % 2 == 0:
        return _plain("`".join(parts))
    return "".join(f"`{part.replace('|', _BAR)}`" if n % 2 else _plain(part) for n, part in enumerate(parts) if part)


def _unmentioned(text: str) -> str:
    """Return text in which nobody is mentioned: a value must not send people mail."""
    return text.replace("@", "@\u200b")


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _in_tag(text: str) -> str:
    """Return text for the inside of an HTML tag that Markdown passes through."""
    return _unmentioned(plain_text(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
