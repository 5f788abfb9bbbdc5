from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbrepro.kernel.watching import folders
from nbrepro.kernel.watching.events import ACCESS, CREATE, MODIFY, OPEN, Backend
from nbrepro.kernel.watching.inotify import Inotify
from nbrepro.kernel.watching.linux import BACKENDS, LinuxWatch, Touched

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel, StartKernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fanotify and inotify are Linux's")
# No audit hook sees what the C library opens.
NATIVE = """
import ctypes, os
libc = ctypes.CDLL(None)
def native(path):
    fd = libc.open(os.fsencode(path), 0)
    libc.read(fd, ctypes.create_string_buffer(9), 9)
    libc.close(fd)
"""


@pytest.fixture(scope="module", params=["fanotify", "inotify"])
def watched(request: pytest.FixtureRequest, start_kernel: StartKernel) -> Kernel:
    kernel = start_kernel(NBREPRO_FILE_WAYS=request.param)
    for code in ("%load_ext nbrepro", NATIVE):
        assert kernel.run(code).status == "ok"
    return kernel


def used(kernel: Kernel, code: str) -> set[tuple[str, str]]:
    folder = kernel.folder.as_posix() + "/"
    return {(file.path.removeprefix(folder), file.mode) for file in kernel.recorded(code).cell.files}


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backend_tells_what_happens_in_a_folder(tmp_path: Path, backend: str) -> None:
    system: Backend = BACKENDS[backend]()
    try:
        key = system.add(str(tmp_path))
        (tmp_path / "new.txt").write_text("1")
        masks: dict[str, int] = {}
        for event in system.read():
            assert event.key == key
            masks[event.name] = masks.get(event.name, 0) | event.mask
        assert masks["new.txt"] & (CREATE | OPEN | MODIFY) == CREATE | OPEN | MODIFY
        (tmp_path / "new.txt").read_text()
        assert any(event.mask & ACCESS for event in system.read())
        assert list(system.read()) == []
    finally:
        system.close()


def test_fanotify_tells_this_process_from_others(tmp_path: Path) -> None:
    system = BACKENDS["fanotify"]()
    try:
        system.add(str(tmp_path))
        (tmp_path / "own.txt").write_text("1")
        subprocess.run(["touch", str(tmp_path / "others.txt")], check=True)
        assert {(event.name, event.own) for event in system.read()} == {("own.txt", True), ("others.txt", False)}
    finally:
        system.close()


def test_without_privileges_it_is_the_same(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("is run without any as it is")
    code = (
        "import os; from nbrepro.kernel.watching.fanotify import Fanotify\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "watch = Fanotify(); watch.add('.'); open('a.txt').read()\n"
        "assert [(e.name, e.own) for e in watch.read()] == [('a.txt', True)]"
    )
    (tmp_path / "a.txt").write_text("1")
    tmp_path.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_what_native_code_opens_is_seen(watched: Kernel) -> None:
    (watched.folder / "in.bin").write_text("1")
    assert used(watched, "native('in.bin')") == {("in.bin", "read")}


def test_a_folder_that_a_cell_makes_is_watched_from_then_on(watched: Kernel) -> None:
    assert used(watched, "os.makedirs('made')\nopen('made/a.bin', 'w').close()") == {("made/a.bin", "write")}
    assert used(watched, "native(os.path.join(*('made', 'a.bin')))") == {("made/a.bin", "read")}


@pytest.mark.parametrize(
    "code",
    [
        "native('{}/a.bin')",
        "import pathlib\nplace = pathlib.Path('{}')\nnative(place / 'a.bin')",
        "native(place / 'a.bin')",
        "!cat {}/a.bin",
        "!cat {}/*.bin",
    ],
)
def test_a_folder_elsewhere_is_watched_when_a_cell_names_it(watched: Kernel, tmp_path: Path, code: str) -> None:
    (tmp_path / "a.bin").write_text("1")
    os.utime(tmp_path / "a.bin", (1, 1))
    place = watched.folder.parent / f"elsewhere-{watched.folder.name}"
    place.mkdir(exist_ok=True)
    (place / "a.bin").write_text("1")
    outside = used(watched, code.format(place))
    # What lies in the system's folder for temporary files and is newer than the session is scratch.
    assert outside <= {((place / "a.bin").as_posix(), "read")}


def test_a_link_keeps_the_name_that_it_has_in_the_project(watched: Kernel) -> None:
    store = watched.folder / ".dvc" / "cache" / "ab"
    store.mkdir(parents=True, exist_ok=True)
    (store / "cdef").write_text("1")
    (watched.folder / "linked.bin").unlink(missing_ok=True)
    (watched.folder / "linked.bin").symlink_to(store / "cdef")
    assert used(watched, "native('linked.bin')") == {("linked.bin", "read")}
    assert used(watched, "open('linked.bin').close()") == {("linked.bin", "read")}


def test_children_count_and_strangers_do_not(start_kernel: StartKernel) -> None:
    kernel = start_kernel(NBREPRO_FILE_WAYS="fanotify")
    assert kernel.run("%load_ext nbrepro").status == "ok"
    (kernel.folder / "in.bin").write_text("1")
    message = kernel.send("import time\ntime.sleep(0.6)")
    time.sleep(0.2)
    subprocess.run(["cat", str(kernel.folder / "in.bin")], check=True, capture_output=True)
    kernel.wait(message)
    assert kernel.journal.cells[message].cell.files == ()
    assert used(kernel, "!cat in.bin") == {("in.bin", "read")}
    code = "import subprocess\nworker = subprocess.Popen(['sh', '-c', 'read line; cat in.bin'], stdin=-1, stdout=-1)"
    assert used(kernel, code) == set()
    assert used(kernel, "worker.communicate(b'go')") == {("in.bin", "read")}


def test_more_files_than_the_systems_queue_holds_are_seen_over_time(start_kernel: StartKernel) -> None:
    kernel = start_kernel(NBREPRO_FILE_WAYS="fanotify")
    for code in (
        "%load_ext nbrepro",
        NATIVE,
        "os.mkdir('many')\nfor n in range(20_000): open(f'many/{n}', 'w').close()",
    ):
        assert kernel.run(code).status == "ok"
    code = "import time\nfor n in range(20_000):\n    native(f'many/{n}')\n    if n % 4000 == 0: time.sleep(0.3)"
    (whole,) = kernel.recorded(code).cell.files
    assert (whole.path, whole.files, whole.size) == ((kernel.folder / "many").as_posix(), 20_000, 0)
    assert kernel.journal.faults == ()


def test_off_leaves_neither_thread_nor_descriptor(start_kernel: StartKernel) -> None:
    kernel = start_kernel(NBREPRO_FILE_WAYS="fanotify,inotify")
    told = "(len(__import__('os').listdir('/proc/self/fd')), [t.name for t in __import__('threading').enumerate()])"
    kernel.run("import http.client, threading")
    before = kernel.value(told)
    kernel.run("%load_ext nbrepro")
    kernel.run("open('/dev/null').close()")
    assert "nbrepro-files" in kernel.value(told)
    kernel.run("%nbrepro off")
    assert kernel.value(told) == before
    assert kernel.value("'nbrepro' in repr(__import__('http.client').client.HTTPConnection.getresponse)") == "False"


def test_a_forked_child_leaves_the_watch_to_its_parent(watched: Kernel) -> None:
    (watched.folder / "in.bin").write_text("1")
    code = "pid = os.fork()\nif not pid:\n    native('in.bin'); os._exit(0)\nstatus = os.waitpid(pid, 0)[1]"
    assert ("in.bin", "read") in used(watched, code)
    assert watched.value("status") == "0"
    assert used(watched, "native('in.bin')") == {("in.bin", "read")}


class Limited(Inotify):
    def add(self, folder: str) -> Hashable:
        raise OSError(28, "No space left on device", folder)


def test_a_limit_that_is_reached_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("nbrepro.kernel.watching.linux.BACKENDS", {"inotify": Limited})
    faults: list[str] = []
    watch = LinuxWatch(["inotify"], lambda _: False, faults.append)
    watch.start([str(tmp_path)])
    watch.before_cell(f"open('{tmp_path}/a/x')", {})
    watch.stop()
    assert len(faults) == 1
    assert "limit for inotify is reached" in faults[0]


def test_very_many_folders_are_not_all_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_FOLDERS", 20)
    for number in range(50):
        (tmp_path / f"{number:02}").mkdir()
    (tmp_path / "49" / "a.bin").write_text("1")
    faults: list[str] = []
    watch = LinuxWatch(["fanotify", "inotify"], lambda _: False, faults.append)
    watch.start([str(tmp_path)])
    time.sleep(0.1)
    watch.before_cell(f"read('{tmp_path}/49/a.bin')", {})
    watch.clear()
    (tmp_path / "49" / "a.bin").read_text()
    touched = list(watch.touched(with_children=False))
    watch.stop()
    assert touched == [Touched(path=f"{tmp_path}/49/a.bin", read=True, opened=False, written=False)]
    assert len(faults) == 1
    assert "more than 20 folders" in faults[0]
    assert not [thread for thread in threading.enumerate() if thread.name == "nbrepro-files"]


def test_very_many_files_are_left_to_the_thread_after_ten_milliseconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5000):
        os.close(os.open(tmp_path / f"{number}.txt", os.O_CREAT))
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock) / 1000)  # each look at it takes one
    found = folders.Folders([Inotify()], lambda _: False, print)
    found.add_below(str(tmp_path))
    found.advance(0.010)
    assert found.is_walking
    assert next(clock) < 20
    found.advance(10.0)
    assert not found.is_walking
