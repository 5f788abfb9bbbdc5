from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbrepro.records import CauseKind

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel

SERVER = """
import socket, threading, http.server, urllib.request
class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'hello')
    def log_message(self, *a): pass
server = http.server.HTTPServer(('127.0.0.1', 0), Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_address[1]
"""


@pytest.fixture(scope="module", autouse=True)
def port(kernel: Kernel) -> int:
    assert kernel.findings(SERVER) == ()  # serving is not asking
    return int(kernel.value("port"))


def test_an_address_is_noted_with_its_port(kernel: Kernel, port: int) -> None:
    (finding,) = kernel.findings("x = 1\ns = socket.create_connection(('127.0.0.1', port))\ns.close()")
    assert (finding.kind, finding.what, finding.line) == (CauseKind.NETWORK, f"127.0.0.1:{port}", 2)


def test_a_name_is_noted_instead_of_its_address(kernel: Kernel, port: int) -> None:
    findings = kernel.findings("socket.create_connection(('localhost', port)).close()")
    assert [finding.what for finding in findings] == [f"localhost:{port}"]


def test_a_password_in_an_address_is_not(kernel: Kernel, port: int) -> None:
    code = "import urllib.request\nurllib.request.urlopen(f'http://127.0.0.1:{port}/path?token=secret').read()"
    run = kernel.recorded(code)
    assert [finding.what for finding in run.cell.findings] == [f"127.0.0.1:{port}"]
    assert "secret" not in repr(run)


@pytest.mark.parametrize(
    "code",
    [
        "socket.socket().bind(('127.0.0.1', 0))",
        "socket.getaddrinfo('192.0.2.1', 443, flags=socket.AI_NUMERICHOST)",
        "socket.getaddrinfo(None, 0)",
        "a, b = socket.socketpair()",
        "u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nu.connect(('127.0.0.1', 9))",
        "import multiprocessing.connection as c\nl = c.Listener(('127.0.0.1', 0))\nc.Client(l.address).close()",
    ],
)
def test_what_asks_nobody_is_no_finding(kernel: Kernel, code: str) -> None:
    assert kernel.findings(code) == ()
