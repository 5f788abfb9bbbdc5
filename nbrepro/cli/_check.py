"""``nbrepro check``."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbrepro.cli._options import AMOUNT, json_option, paths_argument, quiet_option, run_options, run_settings
from nbrepro.cli._reports import report_option, write_reports

if TYPE_CHECKING:
    from nbrepro.errors import Interrupted, StoppedError
    from nbrepro.records import NotebookResult, Report


@click.command()
@paths_argument
@run_options
@click.option("--against", metavar="PATH", help="Compare with this record, notebook, folder of such, or run's id.")
@click.option("--update", is_flag=True, help="Accept the candidate as the new reference, after showing what changes.")
@click.option("--replay", is_flag=True, help="Give unseeded generators the entropy that is on record.")
@click.option(
    "--confirm/--no-confirm",
    default=None,
    help="Run what differs once more, to tell flaky from changed; the default where CI is set.",
)
@click.option("--rtol", type=AMOUNT, metavar="X", help="Relative tolerance for floating-point numbers.")
@click.option("--atol", type=AMOUNT, metavar="X", help="Absolute tolerance for floating-point numbers.")
@click.option("--sanitize-with", metavar="FILE", help="Replace in outputs what nbval's sanitising FILE says.")
@report_option
@json_option
@click.option("-v", "--verbose", is_flag=True, help="Show every cell, and what was masked.")
@quiet_option
def check(
    paths: tuple[str, ...],
    *,
    update: bool,
    replay: bool,
    confirm: bool | None,
    reports: tuple[tuple[str, Path], ...],
    as_json: bool,
    verbose: bool,
    quiet: bool,
    sanitize_with: str | None,
    **settings: Any,
) -> int:
    """Re-run notebooks and compare every output with the reference.

    PATHS are notebooks, folders or patterns; none stands for the current folder. The reference of a notebook is
    its record (`nbrepro record`), or else the outputs saved in it.
    """
    from dataclasses import replace

    from nbrepro.check import check as run_check
    from nbrepro.cli._output import console, print_json
    from nbrepro.cli._progress import ProgressBars
    from nbrepro.errors import Interrupted
    from nbrepro.peers.sanitising import read_sanitisers
    from nbrepro.records import Report

    confirm = _in_ci() if confirm is None else confirm
    files = None if sanitize_with is None else (str(Path(sanitize_with).absolute()),)
    read_sanitisers(files or ())
    options = replace(run_settings(**settings, sanitize_with=files), update=update, confirm=confirm, replay=replay)
    began = time.perf_counter()
    try:
        with ProgressBars(enabled=not (quiet or as_json)) as progress:
            views = run_check(paths, options, progress)
    except Interrupted as fault:
        raise _stopped(fault, silent=quiet or as_json, verbose=verbose) from None
    seconds = time.perf_counter() - began
    report = Report(notebooks=tuple(view.result for view in views))
    write_reports(reports, views, report, title="nbrepro check", quiet=quiet or as_json)
    if as_json:
        print_json(report.to_dict())
    elif quiet:
        _say_errors(report)
    else:
        from nbrepro.report.terminal import render

        render(views, console(), verbose=verbose, seconds=seconds)
    return report.exit_code


def _stopped(fault: Interrupted, *, silent: bool, verbose: bool) -> StoppedError:
    """Show what was checked before Ctrl-C, and say what was not."""
    from nbrepro.cli._output import console, stopped

    click.echo(err=True)  # ends the line on which the terminal shows ^C
    if fault.done and not silent:
        from nbrepro.report.terminal import render

        render(fault.done, console(), verbose=verbose)
    return stopped(fault, "checked", [view.result.path for view in fault.done], fault.left)


def _say_errors(report: Report) -> None:
    for notebook in report.notebooks:
        if notebook.exit_code in {2, 3}:
            problem = f"{notebook.path}: {_problem(notebook)}" if notebook.problem else notebook.reason
            click.echo(f"nbrepro: {problem}", err=True)


def _problem(notebook: NotebookResult) -> str:
    """Say why a run did not get to its end, and in which cell."""
    problem = notebook.problem
    if problem is None:
        return ""
    number = next((cell.number for cell in notebook.cells if cell.index == problem.cell), None)
    return problem.message if number is None else f"cell {number}: {problem.message}"


def _in_ci() -> bool:
    """Whether this runs in continuous integration: every service sets ``CI``."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}
