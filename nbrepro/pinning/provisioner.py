"""The kernel "Python 3 (nbrepro)": Python's own kernel, started pinned and recording.

Jupyter's servers and nbclient find it by the entry point ``jupyter_client.kernel_provisioners`` and the kernel
specification in ``share/jupyter/kernels/nbrepro``. A restart from the menu pins again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from nbrepro.config import Settings, load_settings, project_root
from nbrepro.errors import ConfigError
from nbrepro.pinning.inplace import EXTENSION, keeping_its_notebook
from nbrepro.pinning.pins import usable_cores

NAME = "nbrepro-pinned"
"""The entry point's name, which the kernel specification gives."""


class PinnedProvisioner(LocalProvisioner):  # type: ignore[misc]  # jupyter_client has no types here
    """Starts a local kernel with the pins in its environment and the extension loaded."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Return how to launch the kernel: as any local one, with the pins laid over its environment."""
        launch: dict[str, Any] = await super().pre_launch(**kwargs)
        settings = _settings(Path(kwargs.get("cwd") or Path.cwd()))
        threads = settings.threads or usable_cores()
        launch["env"] = keeping_its_notebook(launch["env"], threads=threads, own=settings.environment)
        if EXTENSION not in launch["cmd"]:
            launch["cmd"] = [*launch["cmd"], EXTENSION]
        return launch


def _settings(folder: Path) -> Settings:
    """Return the settings of the project round ``folder``; a mistake in them is told by the extension."""
    try:
        return load_settings(project_root(folder))
    except ConfigError:
        return Settings()
