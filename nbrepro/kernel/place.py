"""Which notebook this kernel runs, where it can be told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def notebook_path(shell: Any) -> Path | None:
    """Return the notebook's file: told by Jupyter Server or by VS Code, and there; else ``None``."""
    told = (os.environ.get("JPY_SESSION_NAME"), shell.user_ns.get("__vsc_ipynb_file__"))
    for name in told:
        if isinstance(name, str) and name.endswith(".ipynb"):
            path = Path(name)
            if path.is_file():
                return path.absolute()
    return None
