"""A record that a renamed notebook left behind, against a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.panel.lab import Lab


def recorded(server: Lab, path: str) -> Any:
    server.run("record", path)
    return (server.root / path).parent / ".nbrepro" / "records"


def test_a_record_goes_along_with_the_notebook_that_left_it(server: Lab, notebook: Callable[..., str]) -> None:
    path = notebook("1")
    records = recorded(server, path)
    former, moved = path, path.replace("analysis", "other")
    (server.root / path).rename(server.root / moved)
    status, answer = server.ask("POST", "nbrepro/overview", {"path": moved, "former": former})
    assert (status, answer["former"], answer["record"]) == (200, "analysis.ipynb", None)
    assert server.ask("POST", "nbrepro/moved", {"path": moved, "former": former})[0] == 200
    assert [file.name for file in records.iterdir()] == ["other.ipynb"]
    answer = server.ask("POST", "nbrepro/overview", {"path": moved, "former": former})[1]
    assert (answer["former"], answer["record"]["path"]) == (None, ".nbrepro/records/other.ipynb")


def test_a_notebook_that_is_still_there_keeps_its_record(server: Lab, notebook: Callable[..., str]) -> None:
    path = notebook("1")
    records = recorded(server, path)
    copy = path.replace("analysis", "copy")
    (server.root / copy).write_bytes((server.root / path).read_bytes())
    assert server.ask("POST", "nbrepro/overview", {"path": copy, "former": path})[1]["former"] is None
    status, answer = server.ask("POST", "nbrepro/moved", {"path": copy, "former": path})
    assert (status, "no record to take along" in answer["message"]) == (422, True)
    assert [file.name for file in records.iterdir()] == ["analysis.ipynb"]


def test_a_record_never_takes_the_place_of_another(server: Lab, notebook: Callable[..., str]) -> None:
    one, two = notebook("1"), notebook("2", name="two.ipynb")
    records = recorded(server, one)
    recorded(server, two)
    before = (records / "two.ipynb").read_bytes()
    (server.root / one).unlink()
    assert server.ask("POST", "nbrepro/moved", {"path": two, "former": one})[0] == 422
    assert (records / "two.ipynb").read_bytes() == before
