"""The working directory, which relative paths are read from."""

from __future__ import annotations

import os

DIRECTORY = "<working directory>"
"""How it stands among the names."""


def working_directory() -> str:
    """Return it; nothing where it is gone."""
    try:
        return os.getcwd()  # noqa: PTH109 - a text, and cheap: it is asked before and after each cell
    except OSError:
        return ""
