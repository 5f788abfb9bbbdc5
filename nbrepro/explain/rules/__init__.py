"""The rules, a file a theme; importing this package registers them."""

from nbrepro.explain.rules import (
    constructs,
    data,
    edits,
    endings,
    exceptions,
    machine,
    packages,
    randomness,
    values,
    world,
)

__all__ = [
    "constructs",
    "data",
    "edits",
    "endings",
    "exceptions",
    "machine",
    "packages",
    "randomness",
    "values",
    "world",
]
