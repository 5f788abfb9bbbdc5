"""nbrepro: the reproducibility layer for Jupyter notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__version__ = "0.1.0.dev0"
__all__ = ["__version__", "load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Start recording the kernel's session; IPython calls this on ``%load_ext nbrepro``."""
    from nbrepro.kernel.extension import load  # noqa: PLC0415 - `import nbrepro` stays free of the kernel's half

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Stop recording and restore what was changed; IPython calls this on ``%unload_ext nbrepro``."""
    from nbrepro.kernel.extension import unload  # noqa: PLC0415 - as above

    unload(shell)
