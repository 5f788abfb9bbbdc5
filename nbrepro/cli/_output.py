"""What every verb prints through: one JSON object, or a rich console."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console


def print_json(data: dict[str, Any]) -> None:
    """Print one object on standard output."""
    from nbrepro.records import REPORT_SCHEMA_VERSION

    click.echo(json.dumps({"schema_version": REPORT_SCHEMA_VERSION, **data}, indent=1, ensure_ascii=False))


def console(*, stderr: bool = False) -> Console:
    """Return a console that keeps to the terminal's width and writes no colour into a file or a pipe."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)
