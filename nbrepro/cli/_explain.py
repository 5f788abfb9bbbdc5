"""``nbrepro explain``."""

from __future__ import annotations

import click

from nbrepro.cli._options import json_option, paths_argument


@click.command()
@paths_argument
@click.option("--against", metavar="PATH", help="Explain against this record, notebook, folder of such, or run's id.")
@json_option
@click.option("-v", "--verbose", is_flag=True, help="Show every cell, and every cause.")
def explain(paths: tuple[str, ...], *, against: str | None, as_json: bool, verbose: bool) -> int:
    """Say why the last check of notebooks differed.

    PATHS are notebooks, folders or patterns; none stands for the current folder. The run that the check kept is
    compared with the reference again; nothing is run.
    """
    from nbrepro.cli._output import console, print_json
    from nbrepro.explaining import explain_last
    from nbrepro.records import Report
    from nbrepro.targets import Options

    views = [found.view for found in explain_last(paths, Options(against=against))]
    report = Report(notebooks=tuple(view.result for view in views))
    if as_json:
        print_json(report.to_dict())
    else:
        from nbrepro.report.terminal import render

        render(views, console(), verbose=verbose)
    return report.exit_code
