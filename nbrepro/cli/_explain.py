"""``nbrepro explain``."""

from __future__ import annotations

from pathlib import Path

import click

from nbrepro.cli._options import json_option, paths_argument
from nbrepro.cli._reports import report_option, write_reports


@click.command()
@paths_argument
@click.option("--against", metavar="PATH", help="Explain against this record, notebook, folder of such, or run's id.")
@click.option("--prove", is_flag=True, help="Prove the cause by runs in a copy of the project, a factor restored each.")
@click.option("--max-runs", type=click.IntRange(1), default=30, show_default=True, help="The most runs of a proof.")
@click.option("--max-time", type=click.FloatRange(0), default=1800.0, show_default=True, help="Its most seconds.")
@click.option(
    "--fix",
    "out",
    metavar="PATH",
    help="Write a copy of the notebook with the mends that are mechanical, and run it twice to check them.",
)
@click.option("--force", is_flag=True, help="Let --fix overwrite a file.")
@report_option
@json_option
@click.option("-v", "--verbose", is_flag=True, help="Show every cell, and every cause.")
def explain(
    paths: tuple[str, ...],
    *,
    against: str | None,
    prove: bool,
    max_runs: int,
    max_time: float,
    out: str | None,
    force: bool,
    reports: tuple[tuple[str, Path], ...],
    as_json: bool,
    verbose: bool,
) -> int:
    """Say why the last check of notebooks differed.

    PATHS are notebooks, folders or patterns; none stands for the current folder. The run that the check kept is
    compared with the reference again; nothing is run, unless --prove or --fix asks for it.
    """
    from functools import partial

    from nbrepro.check import unusable
    from nbrepro.cli._output import console, print_json
    from nbrepro.errors import UsageError
    from nbrepro.explaining import explain_last
    from nbrepro.records import Report
    from nbrepro.targets import Options, Unusable

    found = explain_last(paths, Options(against=against))
    say = partial(click.echo, err=True)
    if prove:
        from nbrepro.proving import Budget
        from nbrepro.proving import prove as proof_of

        budget = Budget(runs=max_runs, seconds=max_time)
        found = [item if isinstance(item, Unusable) else item.showing(proof_of(item, budget, say)) for item in found]
    if out is not None:
        from nbrepro.mending import fix

        if len(found) > 1:
            raise UsageError(f"--fix writes one copy, and {len(found)} notebooks are named: name one")
        found = [
            item if isinstance(item, Unusable) else item.showing(fix(item, Path(out), say, force=force))
            for item in found
        ]
    views = [unusable(item) if isinstance(item, Unusable) else item.view for item in found]
    report = Report(notebooks=tuple(view.result for view in views))
    write_reports(reports, views, report, title="nbrepro explain", quiet=as_json)
    if as_json:
        print_json(report.to_dict())
    else:
        from nbrepro.report.terminal import render

        render(views, console(), verbose=verbose)
    return report.exit_code
