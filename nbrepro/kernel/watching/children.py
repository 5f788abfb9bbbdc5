"""Whether this process has children that may read on its behalf."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_NO_READERS = ("git", "nvidia-smi")
"""Programs that nbrepro itself starts, and whose reads of the project are nobody's data."""


def has_children(pid: int) -> bool:
    """Return whether any child of the process is alive."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            for child in (task / "children").read_text().split():
                with suppress(OSError):
                    if Path(f"/proc/{child}/comm").read_text().strip() not in _NO_READERS:
                        return True
    return False
