"""Reads files in every way in real kernels, and tells what the record says of each."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from blake3 import blake3

from nbrepro.probes import data
from nbrepro.records import FileUse
from tests.kernel.conftest import Kernel
from tests.reads.rows import IMPORTS, MAKE, ROWS, Row

WAYS = {"audit hook alone": "", "with wrappers": "wrappers", "with inotify": "inotify", "with fanotify": "fanotify"}
BODY = b"a,b\n1,2\n"


class _Server(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self._head()

    def do_GET(self) -> None:
        self._head()
        self.wfile.write(BODY)

    def _head(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.send_header("ETag", '"one"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server() -> Iterator[str]:
    """A web server on a port of its own, by its address."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def make_files(folder: Path) -> None:
    """Write one file a row."""
    subprocess.run([sys.executable, "-W", "ignore", "-c", MAKE], cwd=folder, check=True)


def measure(folder: Path, ways: str, rows: tuple[Row, ...] = ROWS) -> dict[str, str]:
    """Return what was seen of each row, by its name: ``digest``, ``seen`` (without one), ``no``, or what it raised."""
    kernel = Kernel(folder, NBREPRO_FILE_WAYS=ways or ",", OMP_NUM_THREADS="1")
    try:
        with server() as address:
            for line in ("%load_ext nbrepro", IMPORTS):
                assert kernel.run(line).status == "ok"
            answers = {row.name: kernel.run(row.code.replace("SERVER", address)) for row in rows}
            journal = kernel.journal
            assert not journal.faults, journal.faults
            found = {}
            for row in rows:
                answer = answers[row.name]
                if answer.status != "ok":
                    found[row.name] = str(answer.reply.get("evalue"))
                    continue
                path = row.path.replace("SERVER", address)
                found[row.name] = _told(journal.cells[answer.msg_id].cell.files, path, folder)
            return found
    finally:
        kernel.close()


def _told(uses: tuple[FileUse, ...], path: str, folder: Path) -> str:
    for use in uses:
        if use.mode == "read" and use.path == path and data.is_address(path):
            return "digest" if use.digest == f"blake3:{blake3(BODY).hexdigest()}" else f"seen: {use.digest}"
        if use.mode == "read" and use.path == (folder / path).as_posix():
            known = data.read([folder / path], folder)[path]
            right = known.digest == f"blake3:{blake3((folder / path).read_bytes()).hexdigest()}"
            return "digest" if right else "seen"
    return "no"
