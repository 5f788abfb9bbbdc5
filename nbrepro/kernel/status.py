"""The account that ``%nbrepro status`` gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import nbrepro
from nbrepro.kernel.runs import Runs
from nbrepro.kernel.session import Session
from nbrepro.pinning.pins import unpinned
from nbrepro.store.journal import CellRun

_MAX_LINES = 12


def account(session: Session, notebook: Path | None) -> str:
    """Return what is pinned, what ran, and what was noticed, in a few lines."""
    runs = list(session.runs.values())
    rows = [
        ("seed", _seed(session)),
        *_entropy(session.supply.mode),
        ("hash seed", _hash_seed(session.hash_seed)),
        *_launch({**session.launch.environ, **session.determinism.threads.variables}),
        ("switches", _switches(session.determinism.applied)),
        ("cells", _cells(session.runs, notebook)),
        *_live(session, notebook, runs),
        *_findings(runs),
        ("files", _files(runs)),
        ("journal", _journal(session)),
    ]
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join([f"nbrepro {nbrepro.__version__}", *(f"  {name:<{width}}{text}" for name, text in rows)])


def _seed(session: Session) -> str:
    seeding = session.seeding
    drawn = ", drawn for this session" if seeding.drawn else ""
    scope = ", each cell from one of its own made of it" if seeding.by_cell else ""
    return f"{seeding.seed}{drawn}{scope}, given to {', '.join(seeding.seeded)}"


def _entropy(mode: str) -> list[tuple[str, str]]:
    if mode == "deterministic":
        told = (
            "made of the seed: what unseeded generators, os.urandom and uuid4 give here can be guessed; no keys, please"
        )
        return [("entropy", told)]
    return [("entropy", "that of an earlier run")] if mode == "replay" else []


def _hash_seed(value: str) -> str:
    if value == "random":
        return "not pinned: the order of sets of strings changes from start to start (`%nbrepro check` pins it)"
    return f"{value}, pinned"


def _launch(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what only the start of a kernel could have pinned, and who would."""
    missing = unpinned(environ)
    if not missing:
        return []
    ways = 'the kernel "Python 3 (nbrepro)" pins them, and so does `%nbrepro restart-pinned` (variables are lost)'
    return [("launch", f"{', '.join(missing)} not pinned: {ways}")]


def _switches(names: Sequence[str]) -> str:
    torch = [name for name in names if name.startswith("torch.")]
    others = [name for name in names if name not in torch]
    return ", ".join([*others, *([f"{len(torch)} of torch"] if torch else [])]) or "none"


def _cells(runs: Runs, notebook: Path | None) -> str:
    text = f"{runs.total} run" + (f", {runs.raised} raised" if runs.raised else "")
    order = _notebook_order(notebook)
    if not order:
        return text
    late = out_of_order(order, list(runs.values()))
    if not late:
        return f"{text}, in the order of the notebook"
    return f"{text}; out of order: {', '.join(_prompt(run) for run in late[:_MAX_LINES])} ran before a cell above"


def out_of_order(order: Sequence[str], runs: Iterable[CellRun]) -> list[CellRun]:
    """Return the latest executions of the cells that ran before a cell standing above them.

    Parameters
    ----------
    order:
        Ids of the notebook's code cells, from the top.
    runs:
        Executions, oldest first; those of cells that are not in ``order`` are left out.
    """
    latest = {run.cell_id: run for run in runs}
    found: list[CellRun] = []
    highest = 0
    for identity in order:
        run = latest.get(identity)
        if run is None or run.cell.order is None:
            continue
        if run.cell.order < highest:
            found.append(run)
        highest = max(highest, run.cell.order)
    return found


def _notebook_order(notebook: Path | None) -> list[str]:
    """Return the ids of the code cells of the notebook as it is saved; nothing where that cannot be read."""
    if notebook is None:
        return []
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        return [cell["id"] for cell in cells if cell["cell_type"] == "code" and "id" in cell]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _live(session: Session, notebook: Path | None, runs: Sequence[CellRun]) -> list[tuple[str, str]]:
    """Return whether a run from the top would give what the cells show; nothing where that is not followed."""
    if session.live is None:
        return []
    from nbrepro.kernel.live.told import live_rows

    latest = {run.cell_id or run.cell.source_digest: run for run in runs}
    prompts = {identity: _prompt(run) for identity, run in latest.items()}
    open_findings = any(run.cell.findings and run.cell.outputs for run in latest.values())
    return live_rows(session.live, notebook, prompts, open_findings=open_findings)


def _findings(runs: Sequence[CellRun]) -> list[tuple[str, str]]:
    lines = [
        f"{_prompt(run)}{'' if finding.line is None else f' line {finding.line}'}: "
        f"{finding.what} ({finding.kind.value.replace('_', ' ')})"
        for run in runs
        for finding in run.cell.findings
    ]
    if not lines:
        return [("findings", "none")]
    more = [f"… and {len(lines) - _MAX_LINES} more"] if len(lines) > _MAX_LINES else []
    names = ["findings"] + [""] * len(lines)
    return list(zip(names, lines[:_MAX_LINES] + more, strict=False))


def _files(runs: Sequence[CellRun]) -> str:
    used: Mapping[str, set[str]] = {"read": set(), "write": set()}
    for run in runs:
        for file in run.cell.files:
            used[file.mode].add(file.path)
    return f"{len(used['read'])} read, {len(used['write'])} written"


def _journal(session: Session) -> str:
    faults = session.faults
    if not faults.count:
        return f"{session.launch.journal}, no faults"
    counted = "1 fault" if faults.count == 1 else f"{faults.count} faults"
    return f"{session.launch.journal}, {counted}; the last: {faults.last[-1]}"


def _prompt(run: CellRun) -> str:
    return f"[{run.execution_count if run.execution_count is not None else ' '}]"
