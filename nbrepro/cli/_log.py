"""``nbrepro log``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbrepro.cli._options import json_option, paths_argument

if TYPE_CHECKING:
    from nbrepro.store.history import Entry


@click.command()
@paths_argument
@click.option("-n", "--limit", type=click.IntRange(1), default=20, show_default=True, help="The most runs to list.")
@json_option
def log(paths: tuple[str, ...], *, limit: int, as_json: bool) -> int:
    """List the runs made here, newest first: of these notebooks or folders, or of the whole project."""
    from pathlib import Path

    from nbrepro.cli._output import print_json
    from nbrepro.config import project_root
    from nbrepro.errors import UsageError
    from nbrepro.store.layout import Store

    store = Store(project_root(Path(paths[0]) if paths else Path.cwd()))
    names = [name for path in paths if (name := store.name_of(Path(path))) != "."]
    entries = store.history.entries(names, limit=limit)
    missing = [path for path in paths if not Path(path).exists()]
    if missing and not entries:
        raise UsageError(f"no such notebook or folder, and no run of one: {', '.join(missing)}")
    if as_json:
        print_json({"exit_code": 0, "runs": [entry.to_dict() for entry in entries]})
        return 0
    if not entries:
        click.echo("no runs yet: `nbrepro check` and `nbrepro record` make some")
    for entry in entries:
        _show(entry)
    return 0


def _show(entry: Entry) -> None:
    """Print a run on one line, and what its reader wants to know below it."""
    when, verdict = entry.started[:16].replace("T", " "), entry.verdict.replace("_", " ")
    click.echo(f"{entry.id}  {when}  {verdict:<16}  {entry.notebook}")
    if entry.summary:
        click.echo(f"    {entry.summary}")
