"""The Jupyter Server extension: records, history and jobs for the panel in JupyterLab and Notebook 7."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from nbrepro.server.extension import NbreproServer  # noqa: PLC0415 - the server imports this to look around

    return [{"module": "nbrepro.server", "app": NbreproServer}]
