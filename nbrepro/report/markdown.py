"""The report as a short table in Markdown, for a comment on a change or a job's summary."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbrepro.records import CellResult, Verdict
from nbrepro.report.excerpts import clipped, plain_text
from nbrepro.report.symbols import SIGNS
from nbrepro.report.views import View, cell_list, cell_name, counted

NOTEBOOKS_SHOWN = 100
CELLS_SHOWN = 5
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
    cause = view.likely[0].summary if view.likely else result.reason or ""
    cells = f"{passing} of {len(result.cells)}" if result.cells else "none"
    where = cell_name(first) if first else ""
    why = escaped(cause) if cause else ""
    return f"| {escaped(result.path)} | {SIGNS[verdict]} {view.headline} | {cells} | {where} | {why} |"


def _details(view: View) -> list[str]:
    if not view.independent and not view.likely:
        return []
    lines = ["", f"<details><summary>{_in_tag(view.result.path)}</summary>", ""]
    for cause in view.likely:
        lines.append(f"- **{escaped(cause.summary)}** ({cause.confidence.value})")
        lines += [f"  - {escaped(evidence)}" for evidence in cause.evidence]
        lines += [f"  - mend: {escaped(cause.mend)}"] if cause.mend else []
    for cell in view.independent[:CELLS_SHOWN]:
        lines += _cell(cell)
    if len(view.independent) > CELLS_SHOWN:
        lines += ["", f"… and {counted(len(view.independent) - CELLS_SHOWN, 'more cell')}."]
    if view.followers:
        lines += ["", f"{cell_list(view.followers)} only follow from {cell_name(view.failing[0])}."]
    return [*lines, "", "</details>"]


def _cell(cell: CellResult) -> list[str]:
    lines = ["", f"**{cell_name(cell)}**: {cell.verdict.label}", ""]
    lines += [escaped(cell.reason), ""] if cell.reason else []
    difference = next(iter(cell.differences), None)
    if difference is not None:
        before = [f"- {line}" for line in clipped(difference.reference, 100, 6).split("\n")]
        after = [f"+ {line}" for line in clipped(difference.candidate, 100, 6).split("\n")]
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
