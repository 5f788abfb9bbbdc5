"""Make the corpus: run every construct of ``cases/*.cells`` twice, in two fresh kernels, and keep both outputs.

Run it in an environment that has the libraries of `LIBRARIES`, and ipykernel and nbclient::

    python tests/corpus/make.py [family …]

A family is one file: what stands before the first ``# %%`` is run first on both sides. Each case is headed by
``# %% its-name -> verdict: what the reason or the first difference must say``. In the cells, ``SIDE`` is 0 in
the run that makes the reference, and 1 in the one that makes the candidate. The two kernels have different
hash seeds, so whatever hangs on one differs.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
LIBRARIES = (
    "matplotlib", "pandas", "polars", "plotly", "altair", "bokeh", "ipywidgets", "torch", "scikit-learn", "sympy",
    "tqdm", "rich", "networkx", "pillow", "seaborn", "numpy", "IPython", "ipykernel", "xarray", "statsmodels", "scipy",
    "tabulate", "prettytable", "loguru",
)  # fmt: skip
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
HEAD = re.compile(r"^# %% (?P<name>[\w-]+) -> (?P<verdict>\w+): ?(?P<reason>.*)$")


class Case(NamedTuple):
    """One construct, with the verdict that an expert would give on its two outputs."""

    name: str
    verdict: str
    reason: str
    source: str


def read_cases(path: Path) -> tuple[str, list[Case]]:
    """Return a family's preparation and its cases."""
    setup, *parts = re.split(r"^(?=# %% )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    cases = []
    for part in parts:
        head, _, source = part.partition("\n")
        match = HEAD.match(head)
        if match is None:
            raise SystemExit(f"{path.name}: not a case: {head}")
        cases.append(Case(match["name"], match["verdict"], match["reason"], source.strip()))
    return setup, cases


def run(setup: str, cases: list[Case], side: int) -> Any:
    """Run a family's cases in one fresh kernel, and return the executed notebook."""
    import nbformat
    from nbclient import NotebookClient

    cells = [nbformat.v4.new_code_cell(f"{setup}") for setup in (f"SIDE = {side}", setup)]
    cells += [nbformat.v4.new_code_cell(case.source) for case in cases]
    notebook = nbformat.v4.new_notebook(cells=cells)
    environment = {**os.environ, "PYTHONHASHSEED": str(side + 1), "COLUMNS": "80", "OMP_NUM_THREADS": "1"}
    environment.pop("MPLBACKEND", None)
    with tempfile.TemporaryDirectory() as folder:
        options = {"allow_errors": True, "timeout": 300, "store_widget_state": True, "kernel_name": "python3"}
        client = NotebookClient(notebook, resources={"metadata": {"path": folder}}, **options)
        asyncio.run(client.async_execute(env=environment))
        text = nbformat.writes(notebook)
        for place, short in ((folder, "/project"), (sys.prefix, "/venv"), (sys.base_prefix, "/python")):
            text = text.replace(place, short)
    notebook = nbformat.reads(text, as_version=4)
    for output in notebook.cells[1].outputs:
        if output.output_type == "error":
            raise SystemExit(f"the preparation failed: {output.ename}: {output.evalue}")
    return notebook


def reachable(outputs: list[Any], models: dict[str, Any]) -> dict[str, Any]:
    """Return the widget models that the outputs show, with those they refer to."""
    waiting = [o["data"][VIEW]["model_id"] for o in outputs if VIEW in o.get("data", {})]
    found: dict[str, Any] = {}
    while waiting:
        name = waiting.pop()
        if name in models and name not in found:
            found[name] = models[name]
            waiting += re.findall(r"IPY_MODEL_(\w+)", json.dumps(models[name]))
    return found


def side_of(notebook: Any, index: int) -> dict[str, Any]:
    """Return one side of a pair: the cell's outputs, and the widgets behind them."""
    outputs = [dict(output) for output in notebook.cells[index + 2].outputs]
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    shown = reachable(outputs, models)
    return {"outputs": outputs, **({"widgets": shown} if shown else {})}


def make(path: Path) -> None:
    """Run one family and write its pairs."""
    setup, cases = read_cases(path)
    sides = [run(setup, cases, side) for side in (0, 1)]
    pairs = [
        {**case._asdict(), "reference": side_of(sides[0], index), "candidate": side_of(sides[1], index)}
        for index, case in enumerate(cases)
    ]
    target = HERE / "pairs" / f"{path.stem}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(pairs, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(path.stem, len(pairs), f"{target.stat().st_size / 1e6:.2f} MB", flush=True)  # noqa: T201 - it takes minutes


def main(names: list[str]) -> None:
    """Make the families of these names, or all."""
    for path in sorted((HERE / "cases").glob("*.cells")):
        if not names or path.stem in names:
            make(path)
    versions = {name: version(name) for name in LIBRARIES}
    (HERE / "versions.json").write_text(json.dumps(versions, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
