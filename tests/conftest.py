"""Fixtures of every room."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import launched


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """Let what the tests start hear Ctrl-C, also where a script runs them in the background, which ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _quiet_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what Jupyter, IPython and DVC write out of the developer's own folders, and let nothing phone home."""
    home = tmp_path_factory.mktemp("home")
    os.environ.pop("CI", None)  # `check` takes a second look there: tests that mean it say so
    os.environ.update(
        IPYTHONDIR=str(home / "ipython"),
        JUPYTER_RUNTIME_DIR=str(home / "runtime"),
        JUPYTER_PLATFORM_DIRS="1",
        DVC_NO_ANALYTICS="1",
        DVC_GLOBAL_CONFIG_DIR=str(home / "dvc"),
        GIT_CONFIG_GLOBAL=str(_git_config(home)),
        MPLCONFIGDIR=str(home / "matplotlib"),
    )


def _git_config(home: Path) -> Path:
    path = home / "gitconfig"
    path.write_text("[user]\n name = Test\n email = test@example.invalid\n[init]\n defaultBranch = main\n")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The Chromium of this process, of which there can be one."""
    with launched() as instance:
        yield instance
