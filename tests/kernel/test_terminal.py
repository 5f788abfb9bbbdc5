from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from nbrepro.store.journal import read_journal

SCRIPT = """
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
shell.run_cell("%load_ext nbrepro", store_history=True)
shell.run_cell("import uuid\\n\\nuuid.uuid4()", store_history=True)
shell.run_cell("1 / 0", store_history=True)
shell.run_cell("%nbrepro status", store_history=True)
shell.run_cell("%nbrepro off", store_history=True)
shell.run_cell("print('after')", store_history=True)
"""


def test_a_plain_terminal_is_recorded_too(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    environ = {**os.environ, "NBREPRO_JOURNAL": str(journal), "NBREPRO_ROOT": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, cwd=tmp_path, env=environ, check=True
    )
    assert "nbrepro: recording, seed 42" in done.stdout
    assert "line 3: uuid.uuid4()" in done.stdout
    assert done.stdout.splitlines()[-1] == "after"
    assert "Error in callback" not in done.stdout + done.stderr
    cells = list(read_journal(journal).cells.values())
    assert [run.cell.order for run in cells] == [1, 2, 3, 4, 5]
    assert cells[1].cell.findings[0].line == 3
    assert cells[2].cell.exception is not None
    assert cells[2].cell.outputs == ()
