"""What a cell reads from addresses: a server of our own, and file systems of fsspec."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest
from blake3 import blake3

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel

BODY = b"a,b\n" + b"1,2\n" * 50_000
WHOLE = f"blake3:{blake3(BODY).hexdigest()}"
BUCKET = """
import fsspec, io
class Object(io.BytesIO):
    details = {"ETag": '"three"', "size": 4}
class Bucket(fsspec.AbstractFileSystem):
    protocol = "bucket"
    def _open(self, path, mode="rb", **keywords):
        return Object(b"1,2\\n")
fsspec.register_implementation("bucket", Bucket, clobber=True)
"""


class Handler(BaseHTTPRequestHandler):
    headers_of: ClassVar[dict[str, dict[str, str]]] = {
        "/tagged": {"ETag": '"one"'},
        "/dated": {"Last-Modified": "Wed, 01 Jan 2025 00:00:00 GMT"},
        "/plain": {},
    }

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/tagged")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        for name, value in self.headers_of[path].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        try:
            self.wfile.write(BODY)
        except ConnectionError:  # who asked wanted only a part
            self.close_connection = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def remote(kernel: Kernel, code: str) -> dict[str, str | None]:
    return {use.path: use.digest for use in kernel.recorded(code).cell.files if "://" in use.path}


@pytest.mark.parametrize(
    ("code", "path", "digest"),
    [
        ("requests.get('{}/tagged').content", "tagged", WHOLE),
        ("requests.get('{}/moved').content", "moved", WHOLE),
        ("urllib.request.urlopen('{}/plain').read()", "plain", WHOLE),
        ("pd.read_csv('{}/dated')", "dated", WHOLE),
        ("fsspec.open('{}/tagged').open().read()", "tagged", WHOLE),
        ("with requests.get('{}/tagged', stream=True) as r: next(r.iter_content(9))", "tagged", 'etag:"one"'),
        (
            "with requests.get('{}/dated', stream=True) as r: next(r.iter_content(9))",
            "dated",
            "modified:Wed, 01 Jan 2025 00:00:00 GMT",
        ),
        ("with urllib.request.urlopen('{}/plain') as r: r.read(9)", "plain", None),
    ],
)
def test_a_download_has_the_digest_of_what_came_or_else_what_the_server_says_of_it(
    kernel: Kernel, address: str, code: str, path: str, digest: str | None
) -> None:
    for library in ("requests", "fsspec", "aiohttp", "pandas"):
        pytest.importorskip(library)
    setup = "import fsspec, pandas as pd, requests, urllib.request\n"
    assert remote(kernel, setup + code.format(address)) == {f"{address}/{path}": digest}


def test_where_a_name_led_once_is_its_own_name_the_next_time(kernel: Kernel, address: str) -> None:
    pytest.importorskip("requests")
    assert list(remote(kernel, f"import requests\nrequests.get('{address}/moved').content")) == [f"{address}/moved"]
    assert list(remote(kernel, f"requests.get('{address}/tagged').content")) == [f"{address}/tagged"]


def test_what_is_sent_is_no_data(kernel: Kernel, address: str) -> None:
    assert remote(kernel, f"import requests\nrequests.post('{address}/tagged', data='x').content") == {}


def test_credentials_and_signatures_stay_out(kernel: Kernel, address: str) -> None:
    pytest.importorskip("requests")
    signed = address.replace("//", "//me:pass@") + "/tagged?part=1&X-Amz-Signature=abc&token=secret"
    (found,) = remote(kernel, f"import requests\nrequests.get('{signed}').content")
    assert found.endswith("/tagged?part=1&token=[redacted]")
    assert "pass" not in found


def test_a_bucket_is_told_by_its_etag(kernel: Kernel) -> None:
    pytest.importorskip("fsspec")
    assert kernel.run(BUCKET).status == "ok"
    assert remote(kernel, "fsspec.open('bucket://data.csv').open().read()") == {"bucket://data.csv": 'etag:"three"'}
