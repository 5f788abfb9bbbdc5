"""Versions of the formats that nbrepro writes: an unknown major one is an error, a newer minor one a warning."""

from __future__ import annotations

import warnings

from nbrepro.errors import RecordError


def check_schema_version(found: object, known: str) -> None:
    """Check that a document of schema version ``found`` can be read by code that knows ``known``.

    Raises
    ------
    RecordError
        If the major version is not the known one, or ``found`` is no version.
    """
    try:
        major, minor = (int(part) for part in str(found).split("."))
    except ValueError:
        msg = f"{found!r} is no schema version: record the notebook again"
        raise RecordError(msg) from None
    known_major, known_minor = (int(part) for part in known.split("."))
    if major > known_major:
        msg = (
            f"the record has schema version {found}, this nbrepro reads up to {known_major}.x: "
            "upgrade with `pip install -U nbrepro`"
        )
        raise RecordError(msg)
    if major < known_major:
        msg = f"the record has schema version {found}, this nbrepro reads {known_major}.x: record the notebook again"
        raise RecordError(msg)
    if minor > known_minor:
        warnings.warn(
            f"the record was written by a newer nbrepro (schema {found}, here {known}): what is new in it is not read",
            stacklevel=2,
        )
