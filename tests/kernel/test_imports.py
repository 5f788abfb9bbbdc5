from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from nbrepro.kernel.border import Faults
from nbrepro.kernel.imports import PostImport

_NAME = "nbrepro_test_module"


@pytest.fixture
def module_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / f"{_NAME}.py"
    path.write_text("value = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield path
    sys.modules.pop(_NAME, None)


@pytest.fixture
def hook() -> Iterator[PostImport]:
    hook = PostImport(Faults())
    hook.install()
    yield hook
    hook.remove()


def recording(into: list[int]) -> Callable[[ModuleType], None]:
    return lambda module: into.append(module.value)


def test_the_callback_sees_the_finished_module(hook: PostImport, module_file: Path) -> None:
    seen: list[int] = []
    hook.when_imported(_NAME, recording(seen))
    importlib.import_module(_NAME)
    importlib.import_module(_NAME)
    assert seen == [1]


def test_the_module_keeps_its_own_loader(hook: PostImport, module_file: Path) -> None:
    hook.when_imported(_NAME, recording([]))
    module = importlib.import_module(_NAME)
    assert isinstance(module.__loader__, importlib.machinery.SourceFileLoader)
    assert module.__spec__ is not None
    assert module.__spec__.loader is module.__loader__
    assert inspect.getsource(module) == "value = 1\n"


def test_a_module_that_is_there_already_is_met_at_once(hook: PostImport, module_file: Path) -> None:
    importlib.import_module(_NAME)
    seen: list[int] = []
    hook.when_imported(_NAME, recording(seen))
    hook.catch_up()
    assert seen == [1]


def test_a_finder_in_front_hides_the_import_only_until_the_next_cell(hook: PostImport, module_file: Path) -> None:
    class InFront(importlib.abc.MetaPathFinder):
        def find_spec(
            self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
        ) -> importlib.machinery.ModuleSpec | None:
            return importlib.util.spec_from_file_location(name, module_file) if name == _NAME else None

    seen: list[int] = []
    hook.when_imported(_NAME, recording(seen))
    in_front = InFront()
    sys.meta_path.insert(0, in_front)
    try:
        importlib.import_module(_NAME)
    finally:
        sys.meta_path.remove(in_front)
    assert seen == []
    hook.catch_up()
    assert seen == [1]


def test_a_second_hook_that_asks_everybody_does_not_loop(hook: PostImport, module_file: Path) -> None:
    other = PostImport(Faults())

    def ask_everybody(
        fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> importlib.machinery.ModuleSpec | None:
        specs = (finder.find_spec(fullname, path, target) for finder in sys.meta_path if finder is not other)
        return next(filter(None, specs), None)

    other._behind = ask_everybody  # type: ignore[method-assign]
    seen: list[int] = []
    sys.meta_path.append(other)
    try:
        hook.when_imported(_NAME, recording(seen))
        other.when_imported(_NAME, recording(seen))
        importlib.import_module(_NAME)
    finally:
        other.remove()
    assert seen[:1] == [1]


def test_an_exception_of_the_callback_does_not_fail_the_import(module_file: Path) -> None:
    faults = Faults()
    hook = PostImport(faults)
    hook.install()
    hook.when_imported(_NAME, lambda _: 1 / 0)  # type: ignore[arg-type]
    try:
        assert importlib.import_module(_NAME).value == 1
    finally:
        hook.remove()
    assert "division by zero" in faults.last[-1]


def test_an_exception_of_the_module_is_its_own(hook: PostImport, module_file: Path) -> None:
    module_file.write_text("raise ValueError('mine')\n")
    seen: list[int] = []
    hook.when_imported(_NAME, recording(seen))
    with pytest.raises(ValueError, match="mine"):
        importlib.import_module(_NAME)
    assert seen == []


def test_looking_for_a_module_does_not_import_it(hook: PostImport, module_file: Path) -> None:
    seen: list[int] = []
    hook.when_imported(_NAME, recording(seen))
    spec = importlib.util.find_spec(_NAME)
    assert spec is not None
    assert spec.loader is not None
    assert spec.loader.get_source(_NAME) == "value = 1\n"  # type: ignore[attr-defined]
    assert seen == []


def test_a_missing_module_stays_missing(hook: PostImport) -> None:
    hook.when_imported("nbrepro_no_such_module", recording([]))
    with pytest.raises(ModuleNotFoundError, match="nbrepro_no_such_module"):
        importlib.import_module("nbrepro_no_such_module")


def test_removed_it_watches_no_more(hook: PostImport, module_file: Path) -> None:
    seen: list[int] = []
    hook.when_imported(_NAME, recording(seen))
    hook.remove()
    importlib.import_module(_NAME)
    assert seen == []
    assert hook not in sys.meta_path


def test_threads_that_import_at_once_call_back_once(hook: PostImport, module_file: Path) -> None:
    module_file.write_text("import time\ntime.sleep(0.05)\nvalue = 2\n")
    seen: list[int] = []
    hook.when_imported(_NAME, recording(seen))
    threads = [threading.Thread(target=importlib.import_module, args=(_NAME,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    hook.catch_up()  # a cell that starts meanwhile must not see a half-imported module
    for thread in threads:
        thread.join()
    assert seen == [2]
