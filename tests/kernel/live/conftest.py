"""What sessions change of this process is put back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kernel.live.notebook import leave


@pytest.fixture(scope="module", autouse=True)
def tidy() -> Iterator[None]:
    """Leave no garbage of the sessions, and the working directory as it was."""
    folder = Path.cwd()
    yield
    leave()
    os.chdir(folder)
