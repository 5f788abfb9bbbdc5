"""Running notebooks: pinned kernels, outputs as a front end would show them, records; one or several at once."""

from nbrepro.execution.jobs import run_many
from nbrepro.execution.requests import Run, RunRequest
from nbrepro.execution.run import run_notebook
from nbrepro.pinning.pins import usable_cores

__all__ = ["Run", "RunRequest", "run_many", "run_notebook", "usable_cores"]
