"""From a path as Jupyter's API gives it to a notebook on this disk, never outside the server's root."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.utils import ensure_async
from tornado.web import HTTPError

_SUFFIX = ".ipynb"


class Elsewhere(Exception):  # noqa: N818 - a state of affairs that the panel shows, not a fault
    """The notebook lies where only the contents manager reaches: in a database, in an object store."""


async def notebook_path(contents: Any, path: object) -> Path:
    """Return the file of a notebook.

    The contents manager decides first: what it hides or keeps outside of its root is not found.

    Raises
    ------
    HTTPError
        400 if that is no path of a notebook, 404 if the contents manager knows no such notebook.
    Elsewhere
        If the notebook is no file on this disk.
    """
    if not isinstance(path, str) or "\0" in path or not path.endswith(_SUFFIX):
        raise HTTPError(400, reason="no path of a notebook")
    wanted = path.strip("/")
    if ".." in wanted.replace("\\", "/").split("/"):
        raise HTTPError(404, reason="no such notebook")
    await ensure_async(contents.get(wanted, content=False, type="notebook"))
    local = getattr(contents, "_get_os_path", None)
    if local is None:
        raise Elsewhere
    file = Path(local(wanted))
    if not file.is_file():  # noqa: ASYNC240 - one question to a local disk, as the contents manager has just asked it
        raise Elsewhere
    return file
