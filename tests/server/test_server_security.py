"""Who may ask, for what, and what of a hostile notebook comes back."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.panel.lab import Lab

pytest.importorskip("jupyter_server", reason="jupyter_server is not installed")

ROUTES = [
    ("GET", "nbrepro/hello", None),
    ("POST", "nbrepro/overview", {"path": "a.ipynb"}),
    ("GET", "nbrepro/difference?path=a.ipynb&run=r&cell=c", None),
    ("GET", "nbrepro/report?path=a.ipynb&run=r", None),
    ("POST", "nbrepro/accept", {"path": "a.ipynb", "run": "r"}),
    ("POST", "nbrepro/moved", {"path": "a.ipynb", "former": "b.ipynb"}),
    ("GET", "nbrepro/jobs", None),
    ("POST", "nbrepro/jobs", {"kind": "check", "path": "a.ipynb"}),
    ("DELETE", "nbrepro/jobs/" + "0" * 32, None),
]
CLIMBS = [
    "../../etc/passwd.ipynb",
    "/../secret.ipynb",
    "folder/../../secret.ipynb",
    "..\\secret.ipynb",
    "~/secret.ipynb",
    "%2e%2e/secret.ipynb",
    ".hidden/secret.ipynb",
    "a\0.ipynb",
    "plain.txt",
    "",
    None,
    7,
    ["a.ipynb"],
]


@pytest.mark.parametrize(("method", "route", "body"), ROUTES)
@pytest.mark.parametrize("token", [None, "wrong"])
def test_without_the_token_nothing_is_answered(server: Lab, method: str, route: str, body: Any, token: str) -> None:
    status, answer = server.ask(method, route, body, token=token)
    assert status == 403
    assert "nbrepro_jobs" not in str(answer)


@pytest.mark.parametrize(("method", "route", "body"), [route for route in ROUTES if route[0] != "GET"])
def test_a_cookie_without_xsrf_changes_nothing(server: Lab, method: str, route: str, body: Any) -> None:
    cookie = login(server)
    status, answer = server.ask(method, route, body, token=None, headers={"Cookie": cookie})
    assert status == 403
    assert "_xsrf" in str(answer)


def login(server: Lab) -> str:
    import http.cookiejar
    import urllib.request

    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(f"{server.url}login?token={server.token}").read()
    names = [f"{cookie.name}={cookie.value}" for cookie in jar if cookie.name != "_xsrf"]
    assert names
    return "; ".join(names)


@pytest.mark.parametrize("path", CLIMBS)
def test_a_path_that_climbs_or_is_none_is_refused(server: Lab, path: Any) -> None:
    (server.root.parent / "secret.ipynb").write_text("{}")
    (server.root / "plain.txt").write_text("text")
    (server.root / ".hidden").mkdir(exist_ok=True)
    (server.root / ".hidden" / "secret.ipynb").write_text("{}")
    for route, more in (("overview", {}), ("jobs", {"kind": "check"}), ("accept", {"run": "r"})):
        status, answer = server.ask("POST", f"nbrepro/{route}", {"path": path, **more})
        assert status in {400, 404}, (route, answer)
    if isinstance(path, str) and "\0" not in path:
        query = urllib.parse.urlencode({"path": path, "run": "r", "cell": "c"})
        assert server.ask("GET", f"nbrepro/difference?{query}")[0] in {400, 404}


@pytest.mark.parametrize("former", [path for path in CLIMBS if path is not None])
def test_a_former_path_that_climbs_or_is_none_is_refused(
    server: Lab, notebook: Callable[..., str], former: Any
) -> None:
    path = notebook("1")
    status, answer = server.ask("POST", "nbrepro/overview", {"path": path, "former": former})
    assert status in {400, 404} or answer["former"] is None, answer  # below the root, and not there
    status, answer = server.ask("POST", "nbrepro/moved", {"path": path, "former": former})
    assert status in {400, 404, 422}, answer


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_link_that_leads_out_of_the_root_leads_nowhere(
    server: Lab, notebook: Callable[..., str], tmp_path: Path, what: str
) -> None:
    inside = notebook("1")
    outside = tmp_path / "outside" / "secret.ipynb"
    outside.parent.mkdir()
    outside.write_bytes((server.root / inside).read_bytes().replace(b'"1"', b'"the_secret"'))
    link = (server.root / inside).with_name("link.ipynb" if what == "file" else "link")
    link.symlink_to(outside if what == "file" else outside.parent)
    path = link.relative_to(server.root).as_posix() + ("" if what == "file" else "/secret.ipynb")
    status, answer = server.ask("POST", "nbrepro/overview", {"path": path})
    assert (status, answer["state"]) == (200, "remote")
    assert "outside of the server's root" in answer["reason"]
    for route, more in (("jobs", {"kind": "record"}), ("accept", {"run": "r"}), ("moved", {"former": inside})):
        status, answer = server.ask("POST", f"nbrepro/{route}", {"path": path, **more})
        assert status == 422, (route, answer)
        assert "the_secret" not in str(answer)
    assert sorted(file.name for file in outside.parent.iterdir()) == ["secret.ipynb"]


@pytest.mark.parametrize("run", ["../../../../etc/passwd", "/etc/passwd", "*", "a/../b", "", "..", "no-such-run"])
def test_an_id_of_a_run_is_no_path(server: Lab, notebook: Callable[..., str], run: str) -> None:
    path = notebook("1")
    query = urllib.parse.urlencode({"path": path, "run": run, "cell": "c"})
    for route in ("difference", "report"):
        status, answer = server.ask("GET", f"nbrepro/{route}?{query}")
        assert status in {400, 422}
        assert "root:" not in str(answer)
    assert server.ask("POST", "nbrepro/accept", {"path": path, "run": run})[0] in {400, 422}


@pytest.mark.parametrize(
    "body", [[], "text", {"kind": "delete"}, {"kind": "check", "content": 3}, {"kind": "restore", "names": "x"}]
)
def test_a_malformed_order_is_refused_in_words(server: Lab, notebook: Callable[..., str], body: Any) -> None:
    sent = {**body, "path": notebook("1")} if isinstance(body, dict) else body
    status, answer = server.ask("POST", "nbrepro/jobs", sent)
    assert status in {400, 422}
    assert answer["message"]


def test_restoring_a_file_that_the_record_did_not_read_is_refused(server: Lab, notebook: Callable[..., str]) -> None:
    from tests.server.test_server_jobs import ended, start, until

    path = notebook("1")
    until(server, start(server, "record", path)["id"], ended)
    job = until(server, start(server, "restore", path, names=["../../etc/passwd"])["id"], ended)
    assert job["state"] == "failed"
    assert "no file that the record read" in job["message"]
