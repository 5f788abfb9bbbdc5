from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from dvc_data.hashfile.hash import file_md5
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.probes import data, hashing
from nbrepro.probes.hashing import DigestCache, Md5

LONG_AGO = 1_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def known(cache: DigestCache) -> int:
    return len(cache._known)


def test_the_second_look_reads_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbrepro.probes.hashing._SETTLED_NS", 0)
    cache = DigestCache()
    first = cache.digest(str(file))
    reads: list[object] = []
    monkeypatch.setattr("nbrepro.probes.hashing._read", lambda *arguments: reads.append(arguments))
    assert cache.digest(str(file)) == first
    assert reads == []


def test_what_was_written_just_now_is_not_kept(file: Path) -> None:
    cache = DigestCache()
    cache.digest(str(file))
    assert known(cache) == 0


def test_an_edit_that_puts_size_and_time_back_is_noticed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbrepro.probes.hashing._SETTLED_NS", 0)
    cache = DigestCache()
    first = cache.digest(str(file))
    before = file.stat().st_ctime_ns
    while file.stat().st_ctime_ns == before:  # the clock of the file system ticks every few milliseconds
        file.write_bytes(b"two")
        os.utime(file, (LONG_AGO, LONG_AGO))
    assert cache.digest(str(file)) != first


def test_an_md5_asked_for_later_is_added(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbrepro.probes.hashing._SETTLED_NS", 0)
    cache = DigestCache()
    assert cache.digest(str(file)).md5 is None
    assert cache.digest(str(file), Md5.PLAIN).md5 == hashlib.md5(b"one").hexdigest()
    assert cache.digest(str(file), Md5.DOS2UNIX).md5 == hashlib.md5(b"one").hexdigest()
    assert known(cache) == 1


@pytest.mark.parametrize("kind", list(Md5))
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a\r\nb\r\n",
        b"\0binary\r\n",
        b"\xff" * 100 + b"\r\n",
        b"x" * (2**20 - 1) + b"\r\n" + b"y\r\n" * 10,  # the line end falls between two pieces
        b"text\r\n" + b"x" * 2**20 + b"\0" * 600 + b"\r\n",  # text first, binary in the next piece
    ],
    ids=["empty", "text", "zero-byte", "latin", "split-line-end", "text-then-binary"],
)
def test_md5_is_what_dvc_computes(tmp_path: Path, kind: Md5, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert DigestCache().digest(str(path), kind).md5 == file_md5(str(path), name=kind.value)


@given(content=st.binary(max_size=2000), kind=st.sampled_from(Md5))
def test_md5_is_what_dvc_computes_for_any_bytes(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, kind: Md5
) -> None:
    path = tmp_path_factory.getbasetemp() / "any-bytes"
    path.write_bytes(content)
    assert DigestCache().digest(str(path), kind).md5 == file_md5(str(path), name=kind.value)


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="regular"):
        DigestCache().digest(str(tmp_path / "pipe"))


def test_digests_of_large_files_outlive_the_process(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbrepro.probes.hashing._SETTLED_NS", 0)
    (project / ".nbrepro").mkdir()
    (project / "large.bin").write_bytes(b"1" * 100_000)
    (project / "small.bin").write_bytes(b"1")
    paths = [project / "large.bin", project / "small.bin"]
    first = data.read(paths, project)
    monkeypatch.setattr("nbrepro.probes.data._CACHES", {})
    reads: list[str] = []
    real = hashing._read
    monkeypatch.setattr("nbrepro.probes.hashing._read", lambda path, md5: reads.append(path) or real(path, md5))  # type: ignore[func-returns-value]
    assert data.read(paths, project) == first
    assert reads == [str(project / "small.bin")]
    (project / "large.bin").write_bytes(b"2" * 100_000)
    monkeypatch.setattr("nbrepro.probes.data._CACHES", {})
    assert data.read(paths, project)["large.bin"].digest != first["large.bin"].digest


def test_a_damaged_store_of_digests_is_no_obstacle(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbrepro.probes.hashing._SETTLED_NS", 0)
    (project / ".nbrepro" / "runs").mkdir(parents=True)
    (project / ".nbrepro" / "runs" / "digests.db").write_bytes(b"damaged" * 1000)
    (project / "large.bin").write_bytes(b"1" * 100_000)
    assert data.read([project / "large.bin"], project)["large.bin"].size == 100_000


def test_a_project_without_the_folder_gets_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbrepro.probes.hashing._SETTLED_NS", 0)
    (project / "large.bin").write_bytes(b"1" * 100_000)
    data.read([project / "large.bin"], project)
    assert not (project / ".nbrepro").exists()
