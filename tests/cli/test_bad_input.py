"""Bad input gets one clear sentence and the right exit code; nothing is lost, nothing is left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, kernels_in, save

SLEEPER = "import time, pathlib; pathlib.Path('started').touch(); time.sleep(60)"


def said(result: subprocess.CompletedProcess[str]) -> str:
    """Return what was printed, on one line, after checking that it holds no traceback."""
    text = result.stdout + result.stderr
    assert "Traceback" not in text
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("script.ipynb", "print(1)", "is no notebook"),
        ("empty.ipynb", "", "is empty"),
        ("truncated.ipynb", '{"nbformat": 4, "cells": [{"cell_type": "co', "breaks off"),
        ("future.ipynb", '{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}', "newer than"),
    ],
)
def test_a_file_that_is_no_notebook(cli: Cli, folder: Path, name: str, content: str, says: str) -> None:
    (folder / name).write_text(content)
    for verb in ("check", "record", "status"):
        result = cli(verb, name)
        assert result.returncode == 2
        assert says in said(result)
        assert name in said(result)


def test_a_path_that_does_not_exist(cli: Cli) -> None:
    result = cli("check", "nowhere.ipynb", "nor-here/")
    assert result.returncode == 2
    assert "no such notebook, folder or pattern: nowhere.ipynb, nor-here/" in said(result)
    assert len(result.stderr.splitlines()) == 1


def test_an_error_is_one_json_object_when_json_was_asked_for(cli: Cli) -> None:
    result = cli("check", "nowhere.ipynb", "--json")
    assert json.loads(result.stdout)["exit_code"] == 2
    assert "nowhere.ipynb" in json.loads(result.stdout)["error"]


def test_debug_shows_the_traceback_and_keeps_the_exit_code(cli: Cli) -> None:
    result = cli("check", "nowhere.ipynb", "--debug", "--json")
    assert result.returncode == 2
    assert "Traceback" in result.stderr
    assert json.loads(result.stdout)["exit_code"] == 2


def test_a_parameter_that_is_no_name_of_a_variable(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    result = cli("check", "a.ipynb", "-p", "learning-rate", "0.1")
    assert result.returncode == 2
    assert "--parameter 'learning-rate' is no name of a variable" in said(result)


def test_an_unknown_tag_is_told_with_the_number_of_its_cell(cli: Cli, folder: Path) -> None:
    path = save(folder / "a.ipynb", "print(1)", "print(2)", outputs={0: "1\n"})
    path.write_text(path.read_text().replace('"metadata": {}', '"metadata": {"tags": ["nbrepro-skp"]}', 1))
    result = cli("check", "a.ipynb")
    assert result.returncode == 2
    assert "a.ipynb > cell 1 > tags: unknown tag 'nbrepro-skp': did you mean 'nbrepro-skip'?" in said(result)


def test_a_parameter_that_is_a_keyword(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    result = cli("check", "a.ipynb", "-p", "class", "3")
    assert result.returncode == 2
    assert "--parameter 'class' is no name of a variable" in said(result)


@pytest.mark.parametrize("option", ["--rtol=nan", "--atol=inf", "--timeout=inf"])
def test_an_amount_without_bound(cli: Cli, folder: Path, option: str) -> None:
    save(folder / "a.ipynb", "print(1)", outputs={0: "1\n"})
    result = cli("check", "a.ipynb", option)
    assert result.returncode == 2
    assert "is no finite number of 0 or more" in said(result)


def test_a_folder_without_notebooks(cli: Cli) -> None:
    result = cli("check", ".")
    assert result.returncode == 4
    assert "no notebook in ." in said(result)


def test_an_unreadable_notebook_does_not_keep_the_others_from_being_checked(cli: Cli, folder: Path) -> None:
    (folder / "bad.ipynb").write_text("")
    save(folder / "good.ipynb", "print(1)", outputs={0: "1\n"})
    result = cli("check", "--json")
    assert result.returncode == 2
    verdicts = {item["path"]: item["verdict"] for item in json.loads(result.stdout)["notebooks"]}
    assert verdicts == {"bad.ipynb": "error", "good.ipynb": "identical"}


def test_an_unknown_kernel(cli: Cli, folder: Path) -> None:
    spec = {"name": "fortran-77", "display_name": "Fortran", "language": "fortran"}
    save(folder / "a.ipynb", "1", outputs={0: "1\n"}, kernelspec=spec)
    result = cli("check", "a.ipynb")
    assert result.returncode == 3
    assert "fortran-77" in said(result)
    assert "--kernel" in said(result)


def test_a_kernel_named_on_the_command_line_that_is_not_there(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "1", outputs={0: "1\n"})
    result = cli("check", "a.ipynb", "--kernel", "nope")
    assert result.returncode == 3
    assert "'nope'" in said(result)


def test_a_python_kernel_of_another_machine_is_replaced_by_the_one_here(cli: Cli, folder: Path) -> None:
    spec = {"name": "conda-env-thesis-py", "display_name": "Python (thesis)", "language": "python"}
    save(folder / "a.ipynb", "print(1)", outputs={0: "1\n"}, kernelspec=spec)
    result = cli("check", "a.ipynb", "--json")
    assert result.returncode == 0
    assert "conda-env-thesis-py" in json.loads(result.stdout)["notebooks"][0]["notes"][0]


def test_a_kernel_that_dies_half_way(cli: Cli, folder: Path) -> None:
    sources = ("print(1)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "print(3)")
    save(folder / "a.ipynb", *sources, outputs={0: "1\n", 2: "3\n"})
    result = cli("check", "a.ipynb")
    assert result.returncode == 3
    assert "kernel died" in said(result)
    assert "cell 2: the kernel died here" in said(result)


def test_quiet_still_says_what_could_not_be_read_or_run(cli: Cli, folder: Path) -> None:
    (folder / "empty.ipynb").write_text("")
    save(folder / "a.ipynb", "1 / 0", outputs={0: "1\n"})
    result = cli("check", "-q")
    assert result.returncode == 2
    assert "empty.ipynb" in result.stderr
    assert "a.ipynb: cell 1: ZeroDivisionError" in result.stderr
    assert result.stdout == ""


def test_one_notebook_under_two_names_is_run_under_both(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)", outputs={0: "1\n"})
    (folder / "b.ipynb").symlink_to("a.ipynb")
    result = cli("check", "--json")
    assert result.returncode == 0, said(result)
    assert [item["verdict"] for item in json.loads(result.stdout)["notebooks"]] == ["identical", "identical"]


def test_an_endless_cell(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "while True: pass", outputs={})
    result = cli("check", "a.ipynb", "--timeout", "2")
    assert result.returncode == 3
    assert "2 s" in said(result)
    assert "--timeout" in said(result)


def test_an_endless_notebook(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", *["import time; time.sleep(1)"] * 9, outputs={})
    result = cli("check", "a.ipynb", "--notebook-timeout", "2")
    assert result.returncode == 3
    assert "--notebook-timeout" in said(result)


def test_an_output_of_200_megabytes(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "for _ in range(200): print('x' * 1_000_000)", outputs={0: "x"})
    result = cli("check", "a.ipynb")
    assert result.returncode == 3
    assert "max_output" in said(result)
    assert len(result.stdout) < 20_000


def test_a_hand_edited_record(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    assert cli("record", "a.ipynb").returncode == 0
    record = folder / ".nbrepro/records/a.ipynb"
    record.write_text(record.read_text().replace('"1\\n"', '"2\\n"'))
    result = cli("check", "a.ipynb")
    assert result.returncode == 2
    assert "was edited" in said(result)
    assert cli("record", "a.ipynb").returncode == 0
    assert cli("check", "a.ipynb").returncode == 0


def test_a_corrupt_record(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    record = folder / ".nbrepro/records/a.ipynb"
    record.parent.mkdir()
    record.write_text('{"nbformat": 4, "cells": [')
    result = cli("check", "a.ipynb")
    assert result.returncode == 2
    assert "records/a.ipynb" in said(result)


def test_a_damaged_history_is_told_on_standard_error(cli: Cli, folder: Path) -> None:
    (folder / ".nbrepro/history.db").write_bytes(os.urandom(4096))
    first, second = cli("log", "--json"), cli("log", "--json")
    assert "history.db was damaged: it is kept as history.db.damaged-1" in first.stderr
    assert (json.loads(first.stdout)["runs"], second.stderr) == ([], "")


def test_a_failed_run_keeps_the_reference(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    assert cli("record", "a.ipynb").returncode == 0
    before = (folder / ".nbrepro/records/a.ipynb").read_bytes()
    save(folder / "a.ipynb", "print(1 / 0)")
    result = cli("record", "a.ipynb")
    assert result.returncode == 3
    assert "ZeroDivisionError" in said(result)
    assert (folder / ".nbrepro/records/a.ipynb").read_bytes() == before


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("y = 2\n1 / 0", "cell 2, line 2: ZeroDivisionError: division by zero"),
        ("raise ValueError('bad\\nthing')", "cell 2, line 1: ValueError: bad thing"),
        ("y = 2\nx = = 1", "cell 2, line 2: SyntaxError: invalid syntax"),
        ("import os\nos.kill(os.getpid(), 9)", "cell 2: the kernel was killed by signal 9"),
        ("import time\ntime.sleep(60)", "cell 2, line 2: the cell took longer than 1 s"),
    ],
)
def test_what_was_not_recorded_names_the_cell_that_failed(cli: Cli, folder: Path, source: str, told: str) -> None:
    save(folder / "a.ipynb", "x = 1", source)
    result = cli("record", "a.ipynb", "--timeout", "1", environ={"COLUMNS": ""})
    assert result.returncode == 3
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"✗ a.ipynb: not recorded: {told}")


def test_a_quiet_check_names_the_cell_that_failed(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "x = 1", "1 / 0")
    result = cli("check", "-q", "a.ipynb")
    assert result.stderr == "nbrepro: a.ipynb: cell 2: ZeroDivisionError: division by zero\n"


def test_a_configuration_at_fault(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    (folder / "pyproject.toml").write_text("[tool.nbrepro]\ntimeuot = 3\n")
    result = cli("check", "a.ipynb")
    assert result.returncode == 2
    assert "did you mean 'timeout'" in said(result)


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a run and wait until its first cell is running."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nbrepro", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for _ in range(600):
        if (folder / "started").exists():
            return process
        time.sleep(0.05)
    process.kill()
    pytest.fail("the run did not start")


def ended(folder: Path) -> bool:
    """Whether every process in the folder ends within a few seconds."""
    for _ in range(100):
        if not kernels_in(folder):
            return True
        time.sleep(0.1)
    return False


def test_two_runs_at_once_on_one_notebook(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", SLEEPER)
    first = start(folder, "check", "a.ipynb")
    try:
        result = cli("check", "a.ipynb")
        assert result.returncode == 2
        assert "is being run by another nbrepro" in said(result)
    finally:
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=30)


def test_ctrl_c_stops_the_kernel_and_keeps_the_reference(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    assert cli("record", "a.ipynb").returncode == 0
    before = (folder / ".nbrepro/records/a.ipynb").read_bytes()
    save(folder / "a.ipynb", SLEEPER)
    process = start(folder, "check", "a.ipynb", "--update")
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in out + err
    assert ended(folder)
    assert (folder / ".nbrepro/records/a.ipynb").read_bytes() == before
    assert json.loads(cli("log", "--json").stdout)["runs"][-1]["command"] == "record"


@pytest.mark.parametrize(("verb", "shown"), [("record", "● a.ipynb: 1 cell"), ("check", "✓ a.ipynb")])
def test_ctrl_c_tells_what_was_done_before_and_what_was_not(cli: Cli, folder: Path, verb: str, shown: str) -> None:
    save(folder / "a.ipynb", "print(1)", outputs={0: "1\n"})
    save(folder / "b.ipynb", SLEEPER)
    process = start(folder, verb, "a.ipynb", "b.ipynb")
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert shown in out
    told = f"{verb}ed: a.ipynb; not {verb}ed, with the references as they were: b.ipynb"
    assert err == f"\nnbrepro: interrupted; kernels are stopped; {told}\n"
    assert [run["notebook"] for run in json.loads(cli("log", "--json").stdout)["runs"]] == ["a.ipynb"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_leaves_no_kernel(folder: Path, how: signal.Signals) -> None:
    save(folder / "a.ipynb", SLEEPER)
    process = start(folder, "check", "a.ipynb")
    process.send_signal(how)
    process.communicate(timeout=30)
    assert ended(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 256 KiB of room, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=False, capture_output=True
    ).returncode:
        pytest.skip("mounting a file system needs root")
    (disk / ".nbrepro").mkdir()
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"x" * 4096)
            except OSError:  # noqa: PERF203 - the disk is full
                return


def test_a_full_disk_keeps_the_reference(cli: Cli, small_disk: Path) -> None:
    save(small_disk / "a.ipynb", "print(1)")
    assert cli("record", "a.ipynb", cwd=small_disk).returncode == 0
    before = (small_disk / ".nbrepro/records/a.ipynb").read_bytes()
    save(small_disk / "a.ipynb", "print(2)")
    fill(small_disk)
    result = cli("record", "a.ipynb", cwd=small_disk)
    assert result.returncode == 2
    assert "No space left on device" in said(result)
    assert (small_disk / ".nbrepro/records/a.ipynb").read_bytes() == before
    result = cli("check", "a.ipynb", cwd=small_disk)
    assert result.returncode == 1
    assert "not in the history" in said(result)


def test_a_read_only_folder_can_be_checked_but_not_recorded(cli: Cli, small_disk: Path) -> None:
    save(small_disk / "a.ipynb", "print(1)", outputs={0: "1\n"})
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    result = cli("check", "a.ipynb", cwd=small_disk)
    assert result.returncode == 0, said(result)
    assert "not in the history" in said(result)
    result = cli("record", "a.ipynb", cwd=small_disk)
    assert result.returncode == 2
    assert "Read-only file system" in said(result)
