"""Proof of a cause: runs in a copy of the project, each with factors of the reference restored."""

from nbrepro.proving.prove import prove
from nbrepro.proving.trials import Budget

__all__ = ["Budget", "prove"]
