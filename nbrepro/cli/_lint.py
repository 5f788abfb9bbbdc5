"""``nbrepro lint``."""

from __future__ import annotations

import click

from nbrepro.cli._options import paths_argument


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
    from nbrepro.config import project_root
    from nbrepro.linting import lint_notebook, sarif
    from nbrepro.notebooks import find_notebooks, read_notebook
    from nbrepro.targets import shown

    found = [
        (shown(path), fault)
        for path in find_notebooks(paths)
        for fault in lint_notebook(read_notebook(path), path, project_root(path))
    ]
    code = 1 if found else 0
    if form == "json":
        print_json({"exit_code": code, "faults": [{"path": path, **asdict(fault)} for path, fault in found]})
    elif form == "sarif":
        click.echo(json.dumps(sarif(found)))
    else:
        for path, fault in found:
            click.echo(f"{path}:cell {fault.cell}:{fault.line}:{fault.column}: {fault.code} {fault.message}")
    return code
