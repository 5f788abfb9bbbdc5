"""The entry point of ``papermill --engine nbrepro``.

papermill loads its engines in the middle of its own import, so this module must be complete before it imports
papermill: the class is made on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbrepro.execution.papermill_engine import NbreproEngine

__all__ = ["NbreproEngine"]


def __getattr__(name: str) -> Any:
    if name != "NbreproEngine":
        raise AttributeError(name)
    import papermill.engines  # noqa: F401, PLC0415 - see above

    from nbrepro.execution.papermill_engine import NbreproEngine  # noqa: PLC0415 - see above

    return NbreproEngine
