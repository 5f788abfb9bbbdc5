"""What every verb prints through: one JSON object, or a rich console."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from nbrepro.errors import Interrupted, StoppedError

NOTHING_DONE = "interrupted; kernels are stopped, references and history are as they were"
_NAMED = 5


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


def stopped(fault: Interrupted, verb: str, done: Sequence[str], left: Sequence[str]) -> StoppedError:
    """Return what Ctrl-C is answered with: which notebooks were recorded (or checked, as the verb says), which not."""
    from nbrepro.errors import StoppedError

    if not fault.done:
        return StoppedError(NOTHING_DONE)
    parts = (f"{verb}: {_few(done)}", f"not {verb}, with the references as they were: {_few(left)}")
    return StoppedError("; ".join(("interrupted", "kernels are stopped", *parts)))


def _few(names: Sequence[str]) -> str:
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more]) or "none"
