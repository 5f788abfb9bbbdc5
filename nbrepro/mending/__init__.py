"""Mends: the smallest change that would remove a cause, as text and as a patch to a copy of the notebook."""

from nbrepro.mending.fix import fix

__all__ = ["fix"]
