from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.panel.lab import Lab
from tests.panel.serving import serve, write_notebook


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    yield from serve(tmp_path_factory.mktemp("server"), None, app="server")


@pytest.fixture
def notebook(server: Lab, request: pytest.FixtureRequest) -> Callable[..., str]:
    def make(*sources: str, name: str = "analysis.ipynb") -> str:
        folder = server.root / re.sub(r"\W+", "-", request.node.name)[:60]
        folder.mkdir(exist_ok=True)
        (folder / "pyproject.toml").touch()
        write_notebook(folder / name, sources)
        return f"{folder.name}/{name}"

    return make
