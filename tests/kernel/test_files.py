from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel


def used(kernel: Kernel, code: str) -> set[tuple[str, str]]:
    """Return the files that a cell used, relative to the project where they lie in it, with their mode."""
    folder = kernel.folder.as_posix() + "/"
    return {(file.path.removeprefix(folder), file.mode) for file in kernel.recorded(code).cell.files}


@pytest.mark.parametrize(
    "code",
    [
        "open('in.csv').read()",
        "open(b'in.csv', 'rb').read()",
        "from pathlib import Path\nPath('in.csv').read_text()",
        "import os\nos.close(os.open('in.csv', os.O_RDONLY))",
        "import gzip\ntry: gzip.open('in.csv').read()\nexcept OSError: pass",
        "import numpy as np\nnp.loadtxt('in.csv', delimiter=',')",
        "from multiprocessing.pool import ThreadPool\nwith ThreadPool(1) as t: t.apply(open, ('in.csv',)).close()",
    ],
)
def test_a_file_that_is_read_is_noted(kernel: Kernel, code: str) -> None:
    (kernel.folder / "in.csv").write_text("1,2\n")
    assert used(kernel, code) == {("in.csv", "read")}


def test_a_size_goes_with_it_but_no_digest(kernel: Kernel) -> None:
    (kernel.folder / "in.csv").write_text("1,2\n")
    (file,) = kernel.recorded("open('in.csv').close()").cell.files
    assert (file.path, file.size, file.digest) == ((kernel.folder / "in.csv").as_posix(), 4, None)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("open('out.txt', 'w').close()", {("out.txt", "write")}),
        ("open('out.txt', 'a').close()", {("out.txt", "write")}),
        ("open('out.txt', 'r+').close()", {("out.txt", "write"), ("out.txt", "read")}),
        (
            "open('out.txt', 'w').write('1')\nopen('out.txt').close()",
            {("out.txt", "write"), ("out.txt", "read")},
        ),
        ("import os\nopen('x.tmp', 'w').close()\nos.replace('x.tmp', 'out.txt')", {("out.txt", "write")}),
        ("open('gone.txt', 'w').close()\nos.remove('gone.txt')", set()),
        ("import sqlite3\nsqlite3.connect('new.db').execute('create table t (x)')", {("new.db", "write")}),
        ("sqlite3.connect('new.db').execute('select * from t')", {("new.db", "read")}),
        ("sqlite3.connect('file:new.db?mode=ro', uri=True).execute('select * from t')", {("new.db", "read")}),
        ("sqlite3.connect(':memory:')", set()),
    ],
)
def test_files_that_are_written_are_told_apart(kernel: Kernel, code: str, expected: set[tuple[str, str]]) -> None:
    assert used(kernel, code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "try: open('no-such-file')\nexcept FileNotFoundError: pass",
        "open('/proc/cpuinfo').close()",
        "open('/dev/null', 'w').close()",
        "import json.tool, sqlite3.dump",
        "open(json.__file__).close()",
        "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'1')",
        "with tempfile.NamedTemporaryFile('w+') as f: f.write('1'); f.flush(); open(f.name).read()",
        "import zoneinfo\nzoneinfo.ZoneInfo('Europe/Berlin')",
        "get_ipython().history_manager.get_tail(1)",
        "print(1)",
        "from IPython.display import display\ndisplay(1)",
    ],
)
def test_what_is_no_data_of_the_notebook_is_left_out(kernel: Kernel, code: str) -> None:
    assert used(kernel, code) == set()


def test_local_modules_are_code_not_data(kernel: Kernel) -> None:
    (kernel.folder / "local_module.py").write_text("x = 1\n")
    assert used(kernel, "import local_module\nlocal_module.x") == set()


def test_a_relative_name_follows_the_working_folder(kernel: Kernel) -> None:
    for name in ("one", "two"):
        (kernel.folder / name).mkdir()
        (kernel.folder / name / "data.txt").write_text(name)
    code = "for d in ('one', 'two'):\n    os.chdir(d)\n    open('data.txt').close()\n    os.chdir('..')"
    assert used(kernel, "import os\n" + code) == {("one/data.txt", "read"), ("two/data.txt", "read")}


def test_nothing_is_noted_between_cells(kernel: Kernel) -> None:
    (kernel.folder / "late.txt").write_text("1")
    code = "import threading, time\ndef late():\n    time.sleep(0.3)\n    open('late.txt').close()\n"
    assert used(kernel, code + "threading.Thread(target=late).start()") == set()
    kernel.value("__import__('time').sleep(0.5)")
    assert used(kernel, "1") == set()


def test_what_a_cell_did_first_to_a_file_comes_first(kernel: Kernel) -> None:
    """A file that was read and then written was an input; one that was written and then read back was not."""
    (kernel.folder / "in.csv").write_text("1,2\n")
    for code, order in (
        ("open('made.csv', 'w').write('1')\nopen('made.csv').read()", ["write", "read"]),
        ("open('in.csv').read()\nopen('in.csv', 'w').write('1')", ["read", "write"]),
    ):
        assert [file.mode for file in kernel.recorded(code).cell.files] == order
