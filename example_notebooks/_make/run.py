"""Run the examples as their authors did, in an ordinary kernel without nbrepro, and save them with their outputs.

Usage: ``python _make/run.py [--records] [NOTEBOOK …]``; with ``--records`` only the records are made again. This is how
saved outputs and records came about; it is not needed for the demo. Records that are to be shipped are made in a clean
clone below the home folder, so that they hold a commit and no path of a machine.

``clean_survey.ipynb`` is run in the order in which its author went to and fro. ``report_orders.ipynb`` is run, and
recorded by ``nbrepro record``, with the orders of the first export, which are then replaced by those of today.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

RECORDED = ("explore_energy.ipynb", "train_digits.ipynb", "estimate_uplift.ipynb", "report_orders.ipynb")
"""Those with a record; the others are checked against their saved outputs."""

ORDERS = {"clean_survey.ipynb": (0, 1, 2, 5, 2, 3, 4)}
"""Order in which the code cells were run, where it is not from the top."""


def run(path: Path) -> None:
    """Run one notebook and save it; a cell that fails on the way is one that its author ran again later."""
    notebook = nbformat.read(path, as_version=4)
    cells = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    order = ORDERS.get(path.name, range(len(cells)))
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(ROOT)}},
        coalesce_streams=True,
        record_timing=False,
        allow_errors=path.name in ORDERS,
    )
    with client.setup_kernel():
        for position in order:
            index = cells[position]
            client.execute_cell(notebook.cells[index], index)
        reply = client.wait_for_reply(client.kc.kernel_info())
        notebook.metadata["language_info"] = reply["content"]["language_info"]
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)
    print(f"ran {path.name}")


def script(*arguments: str) -> None:
    """Run one of the project's own commands in the examples' folder."""
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True)


def main() -> None:
    """Run the notebooks named, or all of them, and make the records."""
    parser = argparse.ArgumentParser(description="Run the examples and record them.")
    parser.add_argument("--records", action="store_true", help="make the records only")
    parser.add_argument("notebooks", nargs="*", help="all of them by default")
    given = parser.parse_args()
    wanted = [Path(name).name for name in given.notebooks] or sorted(path.name for path in ROOT.glob("*.ipynb"))
    script(str(HERE / "data.py"), "--former")
    try:
        if not given.records:
            for name in wanted:
                run(ROOT / name)
        if recorded := [name for name in wanted if name in RECORDED]:
            script("-m", "nbrepro", "record", *recorded)
    finally:
        script(str(HERE / "data.py"))


if __name__ == "__main__":
    main()
