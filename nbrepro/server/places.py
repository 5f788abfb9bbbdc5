"""From a path as Jupyter's API gives it to a notebook on this disk, never outside the server's root."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.utils import ensure_async
from tornado.web import HTTPError

_SUFFIX = ".ipynb"
_LEADS_OUT = "this notebook lies, by way of a link, outside of the server's root: nbrepro leaves it alone"
_ELSEWHERE = "this notebook is not a file on the server's disk: nbrepro cannot keep its records there"


class Elsewhere(Exception):  # noqa: N818 - a state of affairs that the panel shows, not a fault
    """The notebook is no file below the server's root: in a database, in an object store, behind a link."""


async def notebook_path(contents: Any, path: object) -> Path:
    """Return the file of a notebook.

    The contents manager decides first: what it hides or keeps outside of its root is not found.

    Raises
    ------
    HTTPError
        400 if that is no path of a notebook, 404 if the contents manager knows no such notebook.
    Elsewhere
        If the notebook is no file on this disk, or a link leads to it out of the server's root.
    """
    wanted = _wanted(path)
    await ensure_async(contents.get(wanted, content=False, type="notebook"))
    file = _local(contents, wanted)
    if file is None or not file.is_file():
        raise Elsewhere(_ELSEWHERE)
    if not _is_below(file, contents):
        raise Elsewhere(_LEADS_OUT)
    return file


async def former_path(contents: Any, path: object) -> Path | None:
    """Return where a notebook lay that was moved since; ``None`` where that cannot be told.

    Raises
    ------
    HTTPError
        As `notebook_path`; that there is no such notebook any more is no fault.
    """
    if path is None:
        return None
    wanted = _wanted(path)
    if await ensure_async(contents.is_hidden(wanted)):
        raise HTTPError(404, reason="no such notebook")
    file = _local(contents, wanted)
    return file if file is not None and _is_below(file, contents) else None


def _wanted(path: object) -> str:
    if not isinstance(path, str) or "\0" in path or not path.endswith(_SUFFIX):
        raise HTTPError(400, reason="no path of a notebook")
    wanted = path.strip("/")
    if ".." in wanted.replace("\\", "/").split("/"):
        raise HTTPError(404, reason="no such notebook")
    return wanted


def _local(contents: Any, wanted: str) -> Path | None:
    local = getattr(contents, "_get_os_path", None)
    return None if local is None else Path(local(wanted))


def _is_below(file: Path, contents: Any) -> bool:
    """Whether a file lies below the server's root, links followed."""
    return file.resolve().is_relative_to(Path(contents.root_dir).resolve())
