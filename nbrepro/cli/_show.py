"""``nbrepro show``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbrepro.cli._options import json_option

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from rich.console import Console
    from rich.table import Table

    from nbrepro.records import CellRecord, Fingerprint, Record


@click.command()
@click.argument("target")
@json_option
def show(target: str, *, as_json: bool) -> int:
    """Show a record: what it ran on, and what each cell did.

    TARGET is a notebook that was recorded, a record, or the id of a run as `nbrepro log` lists them.
    """
    from nbrepro.cli._output import console, print_json
    from nbrepro.showing import load_record

    path, notebook, record = load_record(target)
    if as_json:
        cells = [{"index": index, **data} for index, data in record.cell_metadata().items()]
        print_json({"exit_code": 0, "path": path, "record": record.to_metadata(), "cells": cells})
        return 0
    out = console()
    _show_header(path, record, out)
    _show_fingerprint(record.fingerprint, out)
    _show_cells(notebook, record, out)
    return 0


def _show_header(path: str, record: Record, out: Console) -> None:
    from rich.markup import escape

    from nbrepro.records.digests import short

    out.print(f"[bold]{escape(record.notebook)}[/] · {escape(path)}", soft_wrap=True)
    when = record.timing.started[:19].replace("T", " ") if record.timing else "at an unknown time"
    seconds = f", {record.timing.seconds:.1f} s" if record.timing else ""
    out.print(f"run {when} UTC{seconds} · kernel {escape(record.kernel)} · digest {short(record.digest)}")
    if record.parameters:
        out.print("parameters " + ", ".join(f"{escape(k)}={escape(repr(v))}" for k, v in record.parameters.items()))
    if record.problem:
        out.print(f"[red]did not run to its end[/]: {escape(record.problem.message)}")
    for note in record.notes:
        out.print(f"note: {escape(note)}")


def _show_fingerprint(fingerprint: Fingerprint, out: Console) -> None:
    from rich.markup import escape
    from rich.table import Table

    from nbrepro.showing import fingerprint_lines

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in fingerprint_lines(fingerprint):
        table.add_row(name, escape(text))
    out.print()
    _print_table(table, out)


def _show_cells(notebook: NotebookNode, record: Record, out: Console) -> None:
    from rich.table import Table

    from nbrepro.notebooks import cell_numbers

    numbers = cell_numbers(notebook)
    table = Table(box=None, pad_edge=False)
    for heading in ("cell", "state", "seconds"):
        table.add_column(heading, no_wrap=True, justify="right" if heading != "state" else "left")
    table.add_column("what it did", overflow="fold", ratio=1)
    for index, cell in sorted(record.cells.items()):
        seconds = f"{cell.timing.seconds:.3f}" if cell.timing else ""
        table.add_row(str(numbers.get(index, "")), cell.state.value.replace("_", " "), seconds, _deeds(cell))
    out.print()
    _print_table(table, out)


def _print_table(table: Table, out: Console) -> None:
    """Print a table; where nobody sees its columns' widths, without the blanks that fill up the last one."""
    if out.is_terminal:
        out.print(table)
        return
    with out.capture() as captured:
        out.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _deeds(cell: CellRecord) -> str:
    from rich.markup import escape

    deeds = [f"{file.mode}s {file.path}" for file in cell.files]
    drawn = sorted(name for name, state in cell.random_after.items() if cell.random_before.get(name, state) != state)
    deeds += [f"draws from {', '.join(drawn)}"] if drawn else []
    deeds += [f"line {finding.line}: {finding.what} ({finding.kind.value})" for finding in cell.findings]
    deeds += [f"raised {cell.exception.type}: {cell.exception.message}"] if cell.exception else []
    return escape("; ".join(deeds))
