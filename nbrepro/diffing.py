"""Diff: two records, notebooks or kept runs, held side by side without running anything."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode

from nbrepro.compare import compare_notebooks
from nbrepro.compare.fingerprints import drift
from nbrepro.config import load_settings, project_root
from nbrepro.explain import Case, explain
from nbrepro.judging import exit_code
from nbrepro.notebooks import has_record, read_notebook, read_record
from nbrepro.records import NotebookResult, Record, Verdict, worst
from nbrepro.report.views import View
from nbrepro.store.layout import Store


def diff(first: str, second: str) -> View:
    """Compare ``second`` with ``first``; each is the path of a notebook or record, or the id of a kept run.

    Raises
    ------
    NbreproError
        If one of them names nothing, or cannot be read.
    """
    reference_label, reference, reference_record = load(first)
    candidate_label, candidate, candidate_record = load(second)
    root = project_root(Path(candidate_label))
    cells = compare_notebooks(reference, candidate, load_settings(root))
    both = reference_record and candidate_record
    drifts = drift(reference_record.fingerprint, candidate_record.fingerprint) if both else ()  # type: ignore[union-attr]
    case = Case(
        reference=reference,
        candidate=candidate,
        reference_record=reference_record,
        candidate_record=candidate_record,
        cells=cells,
        drift=drifts,
        root=root,
    )
    verdict = worst(cell.verdict for cell in cells)
    result = NotebookResult(
        path=candidate_label,
        reference=reference_label,
        verdict=verdict,
        exit_code=exit_code(verdict),
        reason="neither has an output to compare" if verdict is Verdict.NOT_COMPARED else None,
        cells=cells,
        causes=explain(case),
        drift=drifts,
        problem=candidate_record.problem if candidate_record else None,
    )
    return View(result=result, reference=reference, candidate=candidate)


def load(target: str) -> tuple[str, NotebookNode, Record | None]:
    """Return the label, the notebook and the record, if it carries one, that ``target`` names.

    ``target`` is a path, or the id of a run kept by the project of the current folder.
    """
    path = Path(target)
    if not path.exists() and path.suffix != ".ipynb":
        path = Store(project_root(Path.cwd())).run_path(target)
    notebook = read_notebook(path)
    record = read_record(path)[1] if has_record(notebook) else None
    return str(path), notebook, record
