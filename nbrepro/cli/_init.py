"""``nbrepro init``."""

from __future__ import annotations

import click

from nbrepro.cli._options import quiet_option

_TOOLS = ("nbval", "nbmake", "pytest-notebook")


@click.command()
@click.option("--from", "tool", type=click.Choice(_TOOLS), help="Translate the options that this tool has in pytest.")
@click.option("--force", is_flag=True, help="Replace a [tool.nbrepro] that is there.")
@quiet_option
def init(*, tool: str | None, force: bool, quiet: bool) -> None:
    """Write the configuration of the current folder's project: [tool.nbrepro] and .nbrepro/.gitignore."""
    import json
    from pathlib import Path

    from nbrepro.config import project_root
    from nbrepro.initialising import initialise

    done = initialise(project_root(Path.cwd()), tool=tool, force=force)
    if quiet:
        return
    click.echo(f"wrote [tool.nbrepro] in {done.pyproject.name}, and .nbrepro/{done.ignore.name}")
    found = done.translation
    if tool and found.source is None:
        click.echo(f"pytest is not configured here: no option of {tool} to translate")
    elif tool:
        click.echo(f"translated from {found.source}:" if found.settings else f"{found.source}: the defaults fit")
    for name, value in found.settings.items():
        click.echo(f"  {name} = {json.dumps(value)}")
    for line in found.untranslated:
        click.echo(f"  no equivalent: {line}")
