"""nbval's markers: comments in a cell's source, and tags; they mean here what they mean there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MEANINGS: dict[str, tuple[str, bool]] = {
    "PYTEST_VALIDATE_IGNORE_OUTPUT": ("check", False),
    "NBVAL_IGNORE_OUTPUT": ("check", False),
    "NBVAL_CHECK_OUTPUT": ("check", True),
    "NBVAL_RAISES_EXCEPTION": ("may_raise", True),
    "NBVAL_SKIP": ("skip", True),
}
MARKERS = tuple(_MEANINGS)
"""Comments that nbval knows; a line of their own, with nothing else on it."""
TAGS = {marker.lower().replace("_", "-"): marker for marker in MARKERS}
"""The same as tags of a cell."""


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What nbval's markers say of a cell."""

    check: bool | None = None
    """Whether its output is compared; ``None`` where no marker says."""
    may_raise: bool = False
    skip: bool = False
    deciding: str = ""
    """The marker or tag that decided about `check` or `skip`."""


def read_marks(tags: Iterable[str], source: str = "") -> Marks:
    """Return what the markers of a cell come to: a comment wins over a tag, a later one over an earlier one."""
    said: dict[str, tuple[bool, str]] = {}
    for tag in tags:
        if isinstance(tag, str) and tag in TAGS:
            meaning, value = _MEANINGS[TAGS[tag]]
            said[meaning] = value, f"the tag {tag}"
    for marker in _comments(source):
        meaning, value = _MEANINGS[marker]
        said[meaning] = value, f"the marker {marker}"
    nothing = False, ""
    return Marks(
        check=said["check"][0] if "check" in said else None,
        may_raise=said.get("may_raise", nothing)[0],
        skip=said.get("skip", nothing)[0],
        deciding=said.get("skip", said.get("check", nothing))[1],
    )


def _comments(source: str) -> list[str]:
    if "NBVAL_" not in source and "PYTEST_VALIDATE_" not in source:
        return []
    lines = (line.strip() for line in source.splitlines())
    comments = (line.lstrip("#").strip() for line in lines if line.startswith("#"))
    return [comment for comment in comments if comment in _MEANINGS]
