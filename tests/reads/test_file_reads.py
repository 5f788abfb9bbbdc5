from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.reads import measuring, page
from tests.reads.rows import ROWS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, wrappers see fewer")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reads")
    measuring.make_files(folder)
    return folder


def test_linux_tells_of_every_way_to_read(files: Path) -> None:
    found = measuring.measure(files, "fanotify,inotify")
    assert {name: told for name, told in found.items() if told != "digest"} == {}
    assert len(ROWS) >= 26


@pytest.mark.slow
def test_the_page_tells_what_is_seen(files: Path) -> None:
    found = {name: measuring.measure(files, ways) for name, ways in measuring.WAYS.items()}
    assert page.table(found) == page.written(), "renew the page: python benchmarks/file_reads.py"
