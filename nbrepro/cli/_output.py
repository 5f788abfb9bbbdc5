"""What every verb prints through: one JSON object, or a rich console."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console


def print_json(data: dict[str, Any]) -> None:
    """Print one object on standard output."""
    from nbrepro.records import REPORT_SCHEMA_VERSION

    click.echo(json.dumps({"schema_version": REPORT_SCHEMA_VERSION, **data}, indent=1, ensure_ascii=False))


def console(*, stderr: bool = False) -> Console:
    """Return a console as wide as the terminal; what goes to a file or a pipe has no colours and is not wrapped."""
    from rich.console import Console

    from nbrepro.report.terminal import UNWRAPPED

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS", "").isdigit() else UNWRAPPED
    return Console(stderr=stderr, highlight=False, soft_wrap=False, width=width)
