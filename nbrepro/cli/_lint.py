"""``nbrepro lint``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbrepro.cli._options import paths_argument

if TYPE_CHECKING:
    from nbrepro.linting.lint import Fault


@click.command()
@paths_argument
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True,
    help="How to print what is found.",
)  # fmt: skip
def lint(paths: tuple[str, ...], *, form: str) -> int:
    """Find what will make notebooks differ, without running anything; exits with 1 if there is something.

    PATHS are notebooks, folders or patterns; none stands for the current folder.
    """
    import json
    from dataclasses import asdict

    from nbrepro.cli._output import print_json
    from nbrepro.linting import sarif

    found, unread = _look(paths)
    code = 2 if unread else 1 if found else 0
    for _, sentence in unread:
        click.echo(f"nbrepro: {sentence}", err=True)
    if form == "json":
        faults = [{"path": path, **asdict(fault)} for path, fault in found]
        errors = [{"path": path, "error": sentence} for path, sentence in unread]
        print_json({"exit_code": code, "faults": faults, "errors": errors})
    elif form == "sarif":
        click.echo(json.dumps(sarif(found, unread)))
    else:
        for path, fault in found:
            click.echo(f"{path}:cell {fault.cell}:{fault.line}:{fault.column}: {fault.code} {fault.message}")
    return code


def _look(paths: tuple[str, ...]) -> tuple[list[tuple[str, Fault]], list[tuple[str, str]]]:
    """Return what was found, and what could not be read, each with the path of its notebook."""
    from nbrepro.errors import NbreproError
    from nbrepro.linting import lint_notebook
    from nbrepro.notebooks import read_notebook
    from nbrepro.targets import shown, wanted_notebooks

    found: list[tuple[str, Fault]] = []
    unread: list[tuple[str, str]] = []
    for item in wanted_notebooks(paths):
        try:
            faults = lint_notebook(read_notebook(item.path), item.path, item.root)
        except NbreproError as fault:  # noqa: PERF203 - the others are looked at all the same
            unread.append((shown(item.path), str(fault)))
        else:
            found += [(shown(item.path), fault) for fault in faults]
    return found, unread
