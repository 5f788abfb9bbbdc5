"""nbrepro: the reproducibility layer for Jupyter notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__version__ = "0.1.0.dev0"
__all__ = ["__version__", "load_ipython_extension", "metric", "unload_ipython_extension"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Start recording the kernel's session; IPython calls this on ``%load_ext nbrepro``."""
    from nbrepro.kernel.extension import load  # noqa: PLC0415 - `import nbrepro` stays free of the kernel's half

    load(shell)


def metric(name: str, value: Any, *, rtol: float | None = None, atol: float | None = None) -> None:
    """Declare a number that matters, as an output of its own that is compared by its own tolerance.

    Parameters
    ----------
    name:
        What it is called in reports.
    value:
        A real number of Python, NumPy or torch.
    rtol, atol:
        How far it may be off, relatively and absolutely; one of them alone leaves the other at 0, and without both
        the settings hold. What is declared here wins over every setting, tag and calibration.

    Raises
    ------
    TypeError
        If the value is no real number.
    ValueError
        If a tolerance is negative or not finite.
    """
    from nbrepro.kernel.metrics import publish  # noqa: PLC0415 - as above

    publish(name, value, rtol, atol)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Stop recording and restore what was changed; IPython calls this on ``%unload_ext nbrepro``."""
    from nbrepro.kernel.extension import unload  # noqa: PLC0415 - as above

    unload(shell)
