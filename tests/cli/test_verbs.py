"""The verbs, from the command line to the exit code."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest

from nbrepro.records import Fingerprint, Numerics, ThreadPool
from nbrepro.showing import fingerprint_lines
from tests.cli.conftest import Cli, notebook, save


def verdict(result: subprocess.CompletedProcess[str]) -> tuple[int, str]:
    assert "Traceback" not in result.stderr
    return result.returncode, json.loads(result.stdout)["verdict"]


def test_a_saved_notebook_is_checked_without_any_set_up(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "x = 1", "print(x + 1)", outputs={1: "2\n"})
    assert verdict(cli("check", "a.ipynb", "--json")) == (0, "identical")


def test_a_difference_is_shown_with_source_and_both_values(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "x = 2", "print('answer', x + 1)", outputs={1: "answer 2\n"})
    result = cli("check", "a.ipynb")
    assert result.returncode == 1
    for part in ("a.ipynb", "cell 2", "print('answer', x + 1)", "2", "3"):
        assert part in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_a_record_is_the_reference_until_it_is_updated(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    assert cli("record", "a.ipynb").returncode == 0
    save(folder / "a.ipynb", "print(2)")
    assert verdict(cli("check", "a.ipynb", "--json")) == (1, "different")
    assert verdict(cli("check", "a.ipynb", "--json", "--update")) == (1, "different")
    assert verdict(cli("check", "a.ipynb", "--json")) == (0, "identical")


def test_checking_never_changes_the_notebook(cli: Cli, folder: Path) -> None:
    path = save(folder / "a.ipynb", "print(2)", outputs={0: "1\n"})
    before = path.read_bytes()
    for arguments in (("check",), ("check", "--update"), ("record",), ("status",)):
        cli(*arguments, "a.ipynb")
    assert path.read_bytes() == before


def test_a_notebook_without_code_or_without_outputs_is_not_compared(cli: Cli, folder: Path) -> None:
    nbformat.write(nbformat.v4.new_notebook(), folder / "empty.ipynb")
    save(folder / "fresh.ipynb", "1 + 1")
    result = cli("check", "--json")
    assert verdict(result) == (4, "not_compared")
    reasons = [item["reason"] for item in json.loads(result.stdout)["notebooks"]]
    assert reasons == [
        "the notebook has no code",
        "there are no outputs to compare with: run and save the notebook, or `nbrepro record` it",
    ]


def test_an_error_that_the_reference_has_too_is_expected(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "1 / 0", "print(2)")
    assert cli("record", "--keep-going", "a.ipynb").returncode == 0
    assert verdict(cli("check", "a.ipynb", "--json")) == (0, "identical")


def test_an_unexpected_error_stops_the_run_and_says_what_never_ran(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)", "1 / 0", "print(3)", outputs={0: "1\n", 1: "0\n", 2: "3\n"})
    result = cli("check", "a.ipynb", "--json")
    assert verdict(result) == (3, "error")
    cells = json.loads(result.stdout)["notebooks"][0]["cells"]
    assert [cell["verdict"] for cell in cells] == ["identical", "error", "error"]
    assert "never ran" in cells[2]["reason"]


def test_keep_going_runs_the_cells_behind_an_error(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "1 / 0", "print(3)", outputs={0: "0\n", 1: "3\n"})
    result = cli("check", "a.ipynb", "--json", "--keep-going")
    assert result.returncode == 3
    assert [cell["verdict"] for cell in json.loads(result.stdout)["notebooks"][0]["cells"]] == ["error", "identical"]


def test_parameters_are_injected_as_papermill_does(cli: Cli, folder: Path) -> None:
    made = notebook("n = 1", "print(n * 2)", outputs={1: "14\n"})
    made.cells[0].metadata.tags = ["parameters"]
    nbformat.write(made, folder / "a.ipynb")
    assert verdict(cli("check", "a.ipynb", "--json", "-p", "n", "7")) == (0, "identical")


def test_a_parameter_overrides_one_of_the_record_and_keeps_the_others(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(n, unit)")
    assert cli("record", "a.ipynb", "-p", "n", "3", "-p", "unit", "cm").returncode == 0
    (found,) = json.loads(cli("check", "a.ipynb", "--json", "-p", "n", "2").stdout)["notebooks"]
    assert [cause["summary"] for cause in found["causes"]] == ["the parameter n was 3 and is 2"]


def test_several_notebooks_at_once_come_out_in_a_stable_order(cli: Cli, folder: Path) -> None:
    for number in range(3):
        save(folder / f"n{number}.ipynb", f"print({number})", outputs={0: f"{number}\n"})
    result = cli("check", "--jobs", "2", "--json")
    assert [item["path"] for item in json.loads(result.stdout)["notebooks"]] == ["n0.ipynb", "n1.ipynb", "n2.ipynb"]
    assert result.returncode == 0


def test_reports_are_written_beside_what_is_printed(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(2)", outputs={0: "1\n"})
    kinds = {"html": "r.html", "junit": "r.xml", "markdown": "r.md", "json": "r.json"}
    cli("check", "a.ipynb", *(part for kind, name in kinds.items() for part in ("--report", f"{kind}={name}")))
    assert (folder / "r.html").read_text().lower().startswith("<!doctype html>")
    assert ET.parse(folder / "r.xml").getroot().tag in {"testsuites", "testsuite"}
    assert "a.ipynb" in (folder / "r.md").read_text()
    assert json.loads((folder / "r.json").read_text())["exit_code"] == 1


def test_an_unknown_report_is_told(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "1")
    result = cli("check", "a.ipynb", "--report", "pdf=x.pdf")
    assert result.returncode == 2
    assert "html, junit" in result.stderr


def test_status_tells_what_drifted_without_running(cli: Cli, folder: Path) -> None:
    (folder / "data.csv").write_text("a\n1\n")
    save(folder / "a.ipynb", "print(open('data.csv').read())")
    assert cli("status", "a.ipynb").returncode == 4
    cli("record", "a.ipynb")
    assert cli("status", "a.ipynb").returncode == 0
    (folder / "data.csv").write_text("a\n2\n")
    result = cli("status", "a.ipynb")
    assert result.returncode == 1
    assert "data.csv" in result.stdout


def test_the_cell_of_the_parameters_is_not_gone_since(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "n = 1", "print(2)")
    cli("record", "a.ipynb", "-p", "n", "3")
    result = cli("status", "a.ipynb")
    assert (result.returncode, "nothing drifted" in result.stdout) == (0, True)


def test_status_leads_with_what_drifted_and_tells_sizes(cli: Cli, folder: Path) -> None:
    (folder / "data.csv").write_text("a\n1\n")
    for name in ("a", "b"):
        save(folder / f"{name}.ipynb", "1")
    save(folder / "c.ipynb", "print(open('data.csv').read())")
    cli("record", "c.ipynb")
    (folder / "data.csv").write_text("a\n1\n2\n")
    lines = cli("status").stdout.splitlines()
    assert "c.ipynb: drifted since" in lines[0]
    assert "data.csv (4 → 6 bytes; " in lines[1]
    assert lines[2] == "○ a.ipynb, b.ipynb: not recorded; `nbrepro record NOTEBOOK` makes a reference"


def test_status_says_that_saved_outputs_are_older_than_the_record(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(2)", outputs={0: "1\n"})
    cli("record", "a.ipynb")
    result = cli("status", "a.ipynb")
    assert result.returncode == 1
    assert "nothing else drifted" in result.stdout
    assert "older outputs in the .ipynb than the record's: run and save it, or leave it" in " ".join(
        result.stdout.split()
    )


def test_a_record_that_takes_the_place_of_another_says_so(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    assert "(new)" in cli("record", "a.ipynb").stdout
    save(folder / "a.ipynb", "print(2)")
    assert "(replaced)" in cli("record", "a.ipynb").stdout


def test_the_log_of_a_notebook_that_never_was_is_bad_usage(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)")
    cli("record", "a.ipynb")
    result = cli("log", "nope.ipynb")
    assert result.returncode == 2
    assert "no such notebook or folder, and no run of one: nope.ipynb" in result.stderr


def test_what_goes_to_a_file_is_not_wrapped(cli: Cli, folder: Path) -> None:
    names = [f"{letter}{'-long-name' * 6}.ipynb" for letter in "ab"]
    for name in names:
        save(folder / name, "print(1)")
    line = f"○ {names[0]}, {names[1]}: not recorded; `nbrepro record NOTEBOOK` makes a reference"
    assert line not in cli("status").stdout  # the width is given
    assert cli("status", environ={"COLUMNS": ""}).stdout.splitlines() == [line]


def test_a_report_in_a_new_folder_says_so(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)", outputs={0: "1\n"})
    assert (
        "json report: new/x.json (in the new folder new)"
        in cli("check", "a.ipynb", "--report", "json=new/x.json").stderr
    )
    assert "new folder" not in cli("check", "a.ipynb", "--report", "json=new/x.json").stderr


def test_a_kernel_that_is_not_there_could_not_be_started(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "print(1)", outputs={0: "1\n"})
    assert "could not be started" in cli("check", "a.ipynb", "--kernel", "julia-9").stdout


def test_a_script_is_no_notebook(cli: Cli, folder: Path) -> None:
    (folder / "script.py").write_text("print(1)\n")
    said = cli("check", "script.py").stdout
    assert "is no notebook" in said
    assert "JSON" not in said


def test_log_show_and_diff_know_the_runs(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "import random\nprint(random.random() > 2)")
    cli("record", "a.ipynb")
    cli("check", "a.ipynb")
    runs = json.loads(cli("log", "--json").stdout)["runs"]
    assert [run["verdict"] for run in runs] == ["identical", "recorded"]
    assert "a.ipynb" in cli("log").stdout
    shown = cli("show", "a.ipynb")
    assert "draws from random" in shown.stdout
    assert json.loads(cli("show", runs[0]["id"], "--json").stdout)["record"]["notebook"] == "a.ipynb"
    assert cli("diff", runs[0]["id"], ".nbrepro/records/a.ipynb").returncode == 0


def test_what_is_shown_to_a_pipe_is_not_filled_up_with_blanks(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "import random\nrandom.random()", "1 / 0 if random.random() > 2 else 0")
    cli("record", "a.ipynb")
    lines = cli("show", "a.ipynb", environ={"COLUMNS": ""}).stdout.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []


def test_one_cell_is_told_as_one(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "1")
    assert "a.ipynb: 1 cell in " in cli("record", "a.ipynb").stdout


def test_what_is_not_recorded_is_named_once(cli: Cli, folder: Path) -> None:
    (folder / "helpers.py").write_text("x = 1\n")
    assert cli("record", "helpers.py").stderr.count("helpers.py") == 1


def test_a_thread_pool_of_no_version_is_told_without_one() -> None:
    pool = ThreadPool(api="openmp", implementation="openmp", version=None, architecture=None, threads=1)
    told = dict(fingerprint_lines(Fingerprint(numerics=Numerics(pools=(pool,)))))
    assert told["numerics"] == "openmp on 1 thread"


def test_a_nothing_to_show_is_told(cli: Cli, folder: Path) -> None:
    save(folder / "a.ipynb", "1")
    result = cli("show", "a.ipynb")
    assert result.returncode == 2
    assert "was never recorded" in result.stderr


@pytest.mark.parametrize("verb", ["check", "record", "status", "diff", "log", "show"])
def test_every_verb_explains_itself(cli: Cli, verb: str) -> None:
    result = cli(verb, "--help")
    assert result.returncode == 0
    assert "--json" in result.stdout


@pytest.mark.parametrize(
    ("source", "mend"),
    [("1 / 0", "Mend what the cell raises"), ("name = input()", "Take the value from a parameter (`-p name value`)")],
)
def test_a_fresh_notebook_that_raises_is_told_which_cell_and_how_to_mend_it(
    cli: Cli, folder: Path, source: str, mend: str
) -> None:
    save(folder / "a.ipynb", source, "print(2)")
    result = cli("check", "a.ipynb")
    assert result.returncode == 3
    assert "cell 1 raises first" in result.stdout
    assert mend in " ".join(result.stdout.split())
