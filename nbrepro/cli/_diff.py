"""``nbrepro diff``."""

from __future__ import annotations

import click

from nbrepro.cli._options import json_option


@click.command()
@click.argument("first")
@click.argument("second")
@json_option
@click.option("-v", "--verbose", is_flag=True, help="Show every cell, and what was masked.")
def diff(first: str, second: str, *, as_json: bool, verbose: bool) -> int:
    """Compare two records, notebooks or runs: outputs and fingerprints.

    FIRST and SECOND are paths, or ids of kept runs as `nbrepro log` lists them. Nothing is run.
    """
    from nbrepro.cli._output import console, print_json
    from nbrepro.diffing import diff as compare
    from nbrepro.records import Report

    view = compare(first, second)
    report = Report(notebooks=(view.result,))
    if as_json:
        print_json(report.to_dict())
    else:
        from nbrepro.report.terminal import render

        render([view], console(), verbose=verbose)
    return report.exit_code
