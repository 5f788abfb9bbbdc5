"""What a cell reads from addresses: http and what goes through fsspec, with a digest of what came."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any
from urllib.parse import urljoin

from blake3 import blake3

from nbrepro.kernel.activity import Activity, RunningCell
from nbrepro.kernel.border import Border, aside
from nbrepro.kernel.imports import PostImport
from nbrepro.kernel.patches import Patches
from nbrepro.probes.redaction import redact

MOST_ADDRESSES = 500
_READING = frozenset({"GET", None})
_WHOLE = 200
_PART = 206
_MOVED = frozenset({301, 302, 303, 307, 308})
_USUAL = {"http": 80, "https": 443}
_SIGNED = ("X-Amz-", "X-Goog-", "Signature", "Expires", "sig=")
_OWN_WORK = frozenset({"mlflow", "wandb", "distributed", "ray", "docker", "kubernetes", "pip"})
"""Packages whose requests carry their own work rather than data."""
_DEEPEST = 80
_LOCAL = frozenset({"file", "local", "memory"})


class Download:
    """One answer of a server: what it says of itself, and what was read of it."""

    def __init__(self, headers: Mapping[str, Any], status: int = _WHOLE) -> None:
        self._etag = headers.get("ETag")
        self._modified = headers.get("Last-Modified")
        length = headers.get("Content-Length")
        self._length = int(length) if length is not None and str(length).isdigit() else None
        self._status = status
        self._body = blake3()
        self._read = 0
        self.is_at_end: Callable[[], bool] = bool
        self.is_busy = False

    def take(self, data: Any) -> None:
        """Take a piece of the body."""
        self._body.update(data)
        self._read += len(data)

    @property
    def digest(self) -> str | None:
        """Of the body if all of it came, else what the server says instead."""
        complete = self._read == self._length if self._length is not None else self._read > 0 and self.is_at_end()
        if complete and self._status == _WHOLE:
            return f"blake3:{self._body.hexdigest()}"
        if self._etag:
            return f"etag:{self._etag}"
        return f"modified:{self._modified}" if self._modified else None

    @property
    def size(self) -> int | None:
        """Bytes as they were sent, if the server or the end of the body tells."""
        return self._length if self._length is not None else self._read or None


class RemoteWatch:
    """Notes addresses that are read, without credentials, on behalf of a cell."""

    def __init__(self, activity: Activity, border: Border) -> None:
        self._activity = activity
        self._border = border
        self._patches = Patches()
        self._asked_for: dict[str, str] = {}
        """Where addresses that the user asked for have led."""

    def start(self, imports: PostImport) -> None:
        """Follow the libraries, now or when they are imported."""
        imports.when_imported("http.client", self._follow_http)
        imports.when_imported("aiohttp.client", self._follow_aiohttp)
        imports.when_imported("fsspec.spec", self._follow_fsspec)

    def stop(self) -> None:
        """Put everything back."""
        self._patches.restore()

    def note(self, address: str, headers: Mapping[str, Any], status: int, method: str | None) -> Download | None:
        """Note an answer, if it is one that brings data to a cell."""
        cell = self._activity.current()
        if cell is None or method not in _READING:
            return None
        clean = _clean(address)
        origin = self._asked_for.pop(clean, clean)  # the next time the user may ask for it by this name
        if status in _MOVED:
            if len(self._asked_for) < MOST_ADDRESSES:
                self._asked_for[_clean(urljoin(address, str(headers.get("Location", ""))))] = origin
            return None
        if status not in (_WHOLE, _PART) or _is_own_work():
            return None
        return self._keep(cell, origin, Download(headers, status))

    def _keep(self, cell: RunningCell, address: str, download: Download) -> Download | None:
        if address not in cell.remote and len(cell.remote) >= MOST_ADDRESSES:
            return None
        known = cell.remote.get(address)
        if known is None or known.digest is None or not known.digest.startswith("blake3:"):
            cell.remote[address] = download
        return download

    def _follow_http(self, module: Any) -> None:
        replace = self._patches.replace
        replace(module.HTTPConnection, "putrequest", self._request)
        replace(module.HTTPConnection, "getresponse", self._response)
        for name in ("read", "read1"):
            replace(module.HTTPResponse, name, functools.partial(self._body, into_buffer=False))
        replace(module.HTTPResponse, "readinto", functools.partial(self._body, into_buffer=True))

    def _request(self, real: Any) -> Any:
        @functools.wraps(real)
        def putrequest(connection: Any, method: str, url: str, *args: Any, **keywords: Any) -> Any:
            connection.__dict__["_nbrepro_url"] = url
            with aside:
                return real(connection, method, url, *args, **keywords)

        return putrequest

    def _response(self, real: Any) -> Any:
        @functools.wraps(real)
        def getresponse(connection: Any, *args: Any, **keywords: Any) -> Any:
            with aside:
                response = real(connection, *args, **keywords)
            if self._activity.is_any():
                self._border.observe("remote", self._answered, connection, response)
            return response

        return getresponse

    def _answered(self, connection: Any, response: Any) -> None:
        url = connection.__dict__.get("_nbrepro_url", "")
        if "://" not in url:
            scheme = "https" if hasattr(connection, "_context") else "http"
            host = getattr(connection, "_tunnel_host", None) or connection.host
            port = "" if connection.port == _USUAL[scheme] else f":{connection.port}"
            url = f"{scheme}://{host}{port}{url}"
        download = self.note(url, response.headers, response.status, response._method)  # noqa: SLF001 - nowhere else
        if download is not None:
            download.is_at_end = response.isclosed
            response.__dict__["_nbrepro_download"] = download

    def _body(self, real: Any, *, into_buffer: bool) -> Any:
        @functools.wraps(real)
        def read(response: Any, *args: Any, **keywords: Any) -> Any:
            download = response.__dict__.get("_nbrepro_download")
            is_outer = download is not None and not download.is_busy  # one way to read is made of another
            if is_outer:
                download.is_busy = True
            try:
                with aside:
                    result = real(response, *args, **keywords)
            finally:
                if is_outer:
                    download.is_busy = False
            if not is_outer:
                return result
            data = memoryview(args[0]).cast("B")[:result] if into_buffer else result
            self._border.observe("remote", download.take, data)
            return result

        return read

    def _follow_aiohttp(self, module: Any) -> None:
        self._patches.replace(module.ClientResponse, "start", self._aio_start)
        self._patches.replace(module.ClientResponse, "read", self._aio_read)

    def _aio_start(self, real: Any) -> Any:
        @functools.wraps(real)
        async def start(response: Any, connection: Any) -> Any:
            with aside:
                result = await real(response, connection)
            self._border.observe("remote", self._aio_answered, response)
            return result

        return start

    def _aio_answered(self, response: Any) -> None:
        download = self.note(str(response.url), response.headers, response.status, response.method)
        if download is not None:
            response._nbrepro_download = download  # noqa: SLF001 - our own

    def _aio_read(self, real: Any) -> Any:
        @functools.wraps(real)
        async def read(response: Any) -> Any:
            is_first = getattr(response, "_body", None) is None
            with aside:
                body = await real(response)
            download = getattr(response, "_nbrepro_download", None)
            if is_first and download is not None:
                self._border.observe("remote", download.take, body)
            return body

        return read

    def _follow_fsspec(self, module: Any) -> None:
        self._patches.replace(module.AbstractFileSystem, "open", self._fs_open)

    def _fs_open(self, real: Any) -> Any:
        @functools.wraps(real)
        def open_(system: Any, path: Any, mode: str = "rb", *args: Any, **keywords: Any) -> Any:
            with aside:
                file = real(system, path, mode, *args, **keywords)
            if "r" in mode:
                self._border.observe("remote", self._fs_opened, system, path, file)
            return file

        return open_

    def _fs_opened(self, system: Any, path: Any, file: Any) -> None:
        protocol = system.protocol if isinstance(system.protocol, str) else system.protocol[0]
        cell = self._activity.current()
        if cell is None or protocol in _LOCAL or protocol in _USUAL or _is_own_work():
            return
        details = getattr(file, "details", None)
        headers = details if isinstance(details, dict) else {}
        about = {
            "ETag": headers.get("ETag") or headers.get("etag"),
            "Last-Modified": headers.get("LastModified") or headers.get("mtime") or headers.get("updated"),
            "Content-Length": headers.get("size"),
        }
        self._keep(cell, _clean(system.unstrip_protocol(path)), Download(about))


def _clean(address: str) -> str:
    """Return an address without what may be secret, and without the signature that makes it another each time."""
    start, mark, query = address.partition("#")[0].partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith(_SIGNED)]
    return redact(start + (mark + "&".join(kept) if kept else ""))


def _is_own_work() -> bool:
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - inspect's way reads source files
    for _ in range(_DEEPEST):
        name = "__main__" if frame is None else str(frame.f_globals.get("__name__", ""))
        if frame is None or name == "__main__":
            return False
        if name.partition(".")[0] in _OWN_WORK:
            return True
        frame = frame.f_back
    return False
