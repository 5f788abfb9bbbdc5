"""``nbrepro log``."""

from __future__ import annotations

import click

from nbrepro.cli._options import json_option, paths_argument


@click.command()
@paths_argument
@click.option("-n", "--limit", type=click.IntRange(1), default=20, show_default=True, help="The most runs to list.")
@json_option
def log(paths: tuple[str, ...], *, limit: int, as_json: bool) -> int:
    """List the runs made here, newest first: of these notebooks or folders, or of the whole project."""
    from pathlib import Path

    from nbrepro.cli._output import console, print_json
    from nbrepro.config import project_root
    from nbrepro.store.layout import Store

    store = Store(project_root(Path(paths[0]) if paths else Path.cwd()))
    names = [name for path in paths if (name := store.name_of(Path(path))) != "."]
    entries = store.history.entries(names, limit=limit)
    if as_json:
        print_json({"exit_code": 0, "runs": [entry.to_dict() for entry in entries]})
        return 0
    from rich.markup import escape
    from rich.table import Table

    if not entries:
        click.echo("no runs yet: `nbrepro check` and `nbrepro record` make some")
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("run", "when (UTC)", "notebook", "verdict"):
        table.add_column(heading, no_wrap=heading != "notebook", overflow="fold")
    table.add_column("summary", overflow="fold", ratio=1)
    for entry in entries:
        when = entry.started[:16].replace("T", " ")
        verdict = entry.verdict.replace("_", " ")
        table.add_row(entry.id, when, escape(entry.notebook), verdict, escape(entry.summary))
    console().print(table)
    return 0
