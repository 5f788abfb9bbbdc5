"""The outputs of a check, for the dialog and the report: texts, tables as texts, pictures; never markup.

What the panel shows of an HTML output are its tables' texts, or else its text: nothing of it is ever put into
the page as markup.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree, html
from nbformat import NotebookNode

from nbrepro.compare import compare_notebooks
from nbrepro.errors import UsageError
from nbrepro.records import Cause, CellResult, Drift, NotebookResult, Record, Verdict
from nbrepro.records.panel import CellDiff, DiffPane, DiffPiece, DiffRow, DiffTable, Fault
from nbrepro.report import html as report_html
from nbrepro.report import textdiff
from nbrepro.report.panes import Pane, panes
from nbrepro.report.views import View
from nbrepro.targets import Options, Target, find_targets

_MAX_ROWS = 200
_MAX_HTML = 2_000_000


def accept(file: Path, run: str) -> Fault:
    """Make a run of this notebook its reference; the answer's message says so.

    Raises
    ------
    NbreproError
        If there is no such run, it did not get to its end, or it is another notebook's.
    """
    target, notebook, record = _run(file, run)
    if record.problem is not None:
        raise UsageError("that run did not get to its end: mend the notebook and check again")
    path = target.store.keep_reference(notebook, target.name)
    return Fault(message=f"the run is the reference now: {path.relative_to(target.store.root).as_posix()}")


def cell_diff(path: str, file: Path, run: str, identity: str) -> CellDiff:
    """Return the outputs of one cell, reference against candidate.

    Raises
    ------
    NbreproError
        If there is no such run or cell.
    """
    view = _view(file, run)
    cell = next((cell for cell in view.result.cells if cell.id == identity), None)
    if cell is None:
        raise UsageError("that run has no such cell: check again")
    left, right = view.outputs_of(cell)
    found = [_pane(pane, left, right, cell) for pane in panes(left, right, cell.outputs, view.models)]
    return CellDiff(
        path=path, run_id=run, id=identity, number=cell.number, source=cell.source[:20_000], panes=tuple(found)
    )


def html_report(path: str, file: Path, run: str) -> dict[str, str]:
    """Return the HTML report of a run."""
    created = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return {"path": path, "html": report_html.render([_view(file, run)], title="nbrepro check", created=created)}


def _run(file: Path, run: str) -> tuple[Target, NotebookNode, Record]:
    (target,) = find_targets([str(file)], Options())
    if not isinstance(target, Target):
        raise target.fault
    if not run or not all(character.isalnum() or character == "-" for character in run):
        raise UsageError("that is no id of a run: check again")
    _, notebook, record = target.store.load(str(target.store.run_path(run)))
    if record.notebook != target.name:
        raise UsageError("that run is of another notebook")
    return target, notebook, record


def _view(file: Path, run: str) -> View:
    """Return a kept run against the reference, as the check that made it saw it, with the causes it found."""
    target, candidate, record = _run(file, run)
    reference = target.reference.notebook
    cells = compare_notebooks(reference, candidate, target.settings)
    entry = next((e for e in target.store.history.entries([target.name]) if e.id == run), None)
    result = NotebookResult(
        path=target.name,
        reference=target.reference.label,
        verdict=Verdict(entry.result["verdict"]) if entry and entry.result else Verdict.NOT_COMPARED,
        exit_code=entry.exit_code if entry else 4,
        problem=record.problem,
        run_id=run,
        seconds=record.timing.seconds if record.timing else 0.0,
    )
    return View(result=_with_causes(replace(result, cells=cells), entry), reference=reference, candidate=candidate)


def _with_causes(result: NotebookResult, entry: Any) -> NotebookResult:
    if entry is None:
        return result
    causes = tuple(msgspec.convert(cause, Cause) for cause in entry.result.get("causes", []))
    drift = tuple(msgspec.convert(item, Drift) for item in entry.result.get("drift", []))
    return replace(result, causes=causes, drift=drift)


def _pane(pane: Pane, left: list[Any], right: list[Any], cell: CellResult) -> DiffPane:
    judged = pane.result
    shared: dict[str, Any] = {
        "mime": pane.mime,
        "verdict": judged.verdict if judged else cell.verdict,
        "reason": judged.reason if judged else None,
        "differences": judged.differences[:50] if judged else (),
        "notes": pane.notes,
    }
    if pane.kind == "picture":
        pictures = tuple(side.uri if side else None for side in (pane.left, pane.right))
        notes = [side.note for side in (pane.left, pane.right) if side and side.note]
        third = getattr(pane.third, "uri", None)
        return DiffPane(**{**shared, "notes": (*pane.notes, *notes)}, images=(pictures[0], pictures[1], third))
    if pane.kind == "frame":
        return _html_pane(shared, pane, left, right)
    return DiffPane(**shared, rows=_rows(pane.diff))


def _html_pane(shared: dict[str, Any], pane: Pane, left: list[Any], right: list[Any]) -> DiffPane:
    texts = [_html_of(outputs, pane.result.output if pane.result else 0) for outputs in (left, right)]
    roots = [_parsed(text) for text in texts]
    tables = [list(root.iter("table"))[:1] if root is not None else [] for root in roots]
    if any(tables):
        sides = tuple(_table(found[0]) if found else None for found in tables)
        return DiffPane(**shared, tables=(sides[0], sides[1]))
    plain = ["\n".join(_texts(root)) if root is not None else "" for root in roots]
    return DiffPane(**shared, rows=_rows(textdiff.compare(plain[0], plain[1])))


def _html_of(outputs: list[Any], index: int) -> str:
    if not 0 <= index < len(outputs):
        return ""
    value = outputs[index].get("data", {}).get("text/html", "")
    text = "".join(value) if isinstance(value, list) else str(value)
    return text[:_MAX_HTML]


def _parsed(text: str) -> Any:
    try:
        return html.fromstring(text) if text.strip() else None
    except (etree.ParserError, ValueError):
        return None


def _table(element: Any) -> DiffTable:
    header: list[tuple[str, ...]] = []
    rows: list[tuple[str, ...]] = []
    for row in element.iter("tr"):
        cells = [cell for cell in row if cell.tag in {"td", "th"}]
        texts = tuple(" ".join(_texts(cell)) for cell in cells)
        (rows if any(cell.tag == "td" for cell in cells) else header).append(texts)
    return DiffTable(header=tuple(header), rows=tuple(rows[:_MAX_ROWS]), more=max(0, len(rows) - _MAX_ROWS))


def _texts(element: Any) -> list[str]:
    """Return the texts that a browser would show, white space folded."""
    walk = element.xpath(".//text()[not(ancestor::script) and not(ancestor::style)]")
    return [text for text in (" ".join(str(part).split()) for part in walk) if text]


def _rows(diff: textdiff.TextDiff | None) -> tuple[DiffRow, ...]:
    if diff is None:
        return ()
    return tuple(DiffRow(left=_pieces(row.left), right=_pieces(row.right), skipped=row.skipped) for row in diff.rows)


def _pieces(pieces: tuple[textdiff.Piece, ...] | None) -> tuple[DiffPiece, ...] | None:
    return None if pieces is None else tuple(DiffPiece(text=piece.text, changed=piece.changed) for piece in pieces)
