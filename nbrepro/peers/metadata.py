"""The metadata that nbmake and pytest-notebook read in a notebook, and what becomes of it here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbrepro.errors import ConfigError
from nbrepro.peers.sanitising import Sanitiser, sanitiser

_CELL = re.compile(r"/cells/(\d+|\*)(/outputs(?:/.*)?)")
_NEVER_COMPARED = re.compile(
    r"/(metadata|nbformat|nbformat_minor|cells/(\d+|\*)/(metadata|source|id|execution_count|cell_type|attachments))(/.*)?"
    r"|/cells/(\d+|\*)/outputs/(\d+|\*)/(traceback|execution_count|output_type|metadata)(/.*)?"
)
BY = "metadata.nbreg"


@dataclass(frozen=True, kw_only=True)
class OutputEdits:
    """What pytest-notebook's metadata does to the outputs of one cell before they are compared."""

    ignored: tuple[str, ...] = ()
    """Paths below the cell that are left out, as in ``/outputs/0/data/text/html``."""
    replaced: tuple[Sanitiser, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """What the metadata of other tools says of a notebook."""

    settings: dict[str, Any] = field(default_factory=dict)
    skip: str | None = None
    """Why the notebook is not to be run; ``None`` where it is."""
    notes: tuple[str, ...] = ()
    """What cannot be honoured, for people."""


def read_foreign(metadata: Mapping[str, Any], cells: Iterable[Mapping[str, Any]]) -> Foreign:
    """Return what nbmake's and pytest-notebook's metadata of a notebook come to."""
    execution, nbreg = _table(metadata, "execution"), _table(metadata, "nbreg")
    settings: dict[str, Any] = {}
    timeout = execution.get("timeout")
    if isinstance(timeout, (int, float)) and not isinstance(timeout, bool):
        settings["timeout"] = max(float(timeout), 0.0)  # nbclient takes -1 for no limit
    if isinstance(execution.get("allow_errors"), bool):
        settings["allow_errors"] = execution["allow_errors"]
    skip = None
    if nbreg.get("skip") is True:
        skip = f"skipped by {BY}" + (f": {nbreg['skip_reason']}" if nbreg.get("skip_reason") else "")
    return Foreign(settings=settings, skip=skip, notes=tuple(_notes(nbreg, cells)))


def _notes(nbreg: Mapping[str, Any], cells: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for path in _paths(nbreg):
        if not _CELL.fullmatch(path) and not _NEVER_COMPARED.fullmatch(path):
            yield f"{BY}.diff_ignore: {path} has no equivalent and is not honoured"
    for index, cell in enumerate(cells):
        nbmake = _table(cell.get("metadata"), "nbmake")
        for name, what in (("mock", "variables"), ("post_cell_execute", "code")):
            if nbmake.get(name):
                yield f"cells[{index}]: nbmake's `{name}` is not honoured: {what} from outside would show in no cell"


def read_edits(metadata: Mapping[str, Any], cells: list[Any]) -> dict[int, OutputEdits]:
    """Return by cell what pytest-notebook's metadata leaves out and replaces in outputs.

    Raises
    ------
    ConfigError
        If a replacement is no list of path, expression and replacement, or one of these is at fault.
    """
    ignored = _paths(_table(metadata, "nbreg"))
    replaced = list(_replacements(_table(metadata, "nbreg"), "", "metadata.nbreg"))
    for index, cell in enumerate(cells):
        own = _table(cell.get("metadata"), "nbreg")
        ignored += [f"/cells/{index}{path}" for path in _paths(own)]
        replaced += _replacements(own, f"/cells/{index}", f"cells[{index}].metadata.nbreg")
    if not ignored and not replaced:
        return {}
    return {index: _edits_of(index, ignored, replaced) for index in range(len(cells))}


def _edits_of(index: int, ignored: list[str], replaced: list[Sanitiser]) -> OutputEdits:
    return OutputEdits(
        ignored=tuple(place for path in ignored if (place := _below(path, index)) is not None),
        replaced=tuple(
            Sanitiser(s.rule, s.pattern, s.replacement, place)
            for s in replaced
            if s.place is not None and (place := _below(s.place, index)) is not None
        ),
    )


def _below(path: str, index: int) -> str | None:
    """Return the path below cell ``index``; ``None`` where it does not concern its outputs."""
    if path in ("/cells", "/cells/*", f"/cells/{index}"):
        return "/outputs"
    found = _CELL.fullmatch(path)
    return found[2] if found and found[1] in ("*", str(index)) else None


def covers(place: str, path: str) -> bool:
    """Whether a place, whose ``*`` stands for any number, is or holds the path."""
    return re.fullmatch(re.escape(place).replace(r"\*", r"\d+") + "(/.*)?", path, re.DOTALL) is not None


def _paths(nbreg: Mapping[str, Any]) -> list[str]:
    paths = nbreg.get("diff_ignore", [])
    return [path.rstrip("/") for path in paths if isinstance(path, str)] if isinstance(paths, (list, tuple)) else []


def _replacements(nbreg: Mapping[str, Any], prefix: str, where: str) -> Iterator[Sanitiser]:
    items = nbreg.get("diff_replace", [])
    for number, item in enumerate(items if isinstance(items, (list, tuple)) else [items]):
        context = (f"{where}.diff_replace[{number}]",)
        if not (isinstance(item, (list, tuple)) and len(item) == 3 and all(isinstance(part, str) for part in item)):  # noqa: PLR2004
            raise ConfigError("must be a list of a path, a regular expression and a replacement", context=context)
        path, regex, replacement = item
        yield sanitiser("nbreg-replace", regex, replacement, prefix + path.rstrip("/"), context=context)


def _table(data: Any, name: str) -> Mapping[str, Any]:
    found = data.get(name) if isinstance(data, Mapping) else None
    return found if isinstance(found, Mapping) else {}
