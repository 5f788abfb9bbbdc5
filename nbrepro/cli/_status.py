"""``nbrepro status``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbrepro.cli._options import json_option, paths_argument

if TYPE_CHECKING:
    from rich.console import Console

    from nbrepro.status import Status

_SHOWN = 12


@click.command()
@paths_argument
@json_option
def status(paths: tuple[str, ...], *, as_json: bool) -> int:
    """Say what has drifted since notebooks were recorded, without running anything.

    Compares sources, saved outputs, data files, code and, where the kernel shares this environment, packages.
    Exits with 1 if anything drifted and with 4 if nothing was ever recorded.
    """
    from nbrepro.cli._output import console, print_json
    from nbrepro.status import status as read_status

    found = read_status(paths)
    codes = {item.exit_code for item in found}
    code = next((code for code in (2, 1) if code in codes), 0 if 0 in codes else 4)
    if as_json:
        print_json({"exit_code": code, "notebooks": [item.to_dict() for item in found]})
    else:
        out = console()
        for item in found:
            _show(item, out)
    return code


def _show(item: Status, out: Console) -> None:
    from rich.markup import escape

    path = escape(item.path)
    if item.state == "unusable":
        out.print(f"[red]✗[/] {escape(item.reason or path)}")
    elif item.state == "not_recorded":
        out.print(f"○ {path}: not recorded; `nbrepro record {path}` makes a reference")
    elif item.state == "up_to_date":
        out.print(f"[green]●[/] {path}: nothing drifted since {_when(item)}")
    else:
        out.print(f"[yellow]▲[/] {path}: drifted since {_when(item)}")
        lines = list(_lines(item))
        for line in lines[:_SHOWN]:
            out.print(f"    {escape(line)}")
        if len(lines) > _SHOWN:
            out.print(f"    … and {len(lines) - _SHOWN} more (`--json` lists all)")
    for note in item.notes:
        out.print(f"    note: {escape(note)}")


def _when(item: Status) -> str:
    return (item.recorded or "it was recorded")[:16].replace("T", " ")


def _lines(item: Status) -> list[str]:
    counted = (
        (len(item.edited), "edited or new since"),
        (item.removed, "gone since"),
        (len(item.outputs), "with other saved outputs"),
    )
    lines = [f"{_cells(count)} {what}" for count, what in counted if count]
    for drift in item.drift:
        change = f"{_brief(drift.reference)} → {_brief(drift.candidate)}"
        lines.append(f"{drift.kind.value.replace('_', ' ')}: {drift.name} {change}")
    return lines


def _brief(value: str | None) -> str:
    """Return a value in one line: a digest by its first digits."""
    from nbrepro.records.digests import short

    if value is None:
        return "absent"
    return short(value) if value.startswith(("blake3:", "sha256:", "md5:")) else value


def _cells(count: int) -> str:
    return f"{count} cell{'s' if count != 1 else ''}"
