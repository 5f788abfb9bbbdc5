"""``nbrepro status``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbrepro.cli._options import json_option, paths_argument

if TYPE_CHECKING:
    from rich.console import Console

    from nbrepro.records import Drift
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
        order = ("unusable", "drifted", "up_to_date")
        for item in sorted((item for item in found if item.state in order), key=lambda item: order.index(item.state)):
            _show(item, out)
        _show_unrecorded([item.path for item in found if item.state not in order], out)
    return code


def _show(item: Status, out: Console) -> None:
    from rich.markup import escape

    path = escape(item.path)
    if item.state == "unusable":
        out.print(f"[red]✗[/] {escape(item.reason or path)}")
    elif item.state == "up_to_date":
        out.print(f"[green]●[/] {path}: nothing drifted since {_when(item)}")
    else:
        drifted = bool(item.edited or item.removed or item.drift)
        what = "drifted since" if drifted else "shows other outputs than the record; nothing else drifted since"
        out.print(f"[yellow]▲[/] {path}: {what} {_when(item)}")
        lines = list(_lines(item))
        for line in lines[:_SHOWN]:
            out.print(f"    {escape(line)}")
        if len(lines) > _SHOWN:
            out.print(f"    … and {len(lines) - _SHOWN} more (`--json` lists all)")
    for note in item.notes:
        out.print(f"    note: {escape(note)}")


def _show_unrecorded(paths: list[str], out: Console) -> None:
    from rich.markup import escape

    if paths:
        names = ", ".join(paths[:_SHOWN]) + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
        what = paths[0] if len(paths) == 1 else "NOTEBOOK"
        out.print(escape(f"○ {names}: not recorded; `nbrepro record {what}` makes a reference"))


def _when(item: Status) -> str:
    return (item.recorded or "it was recorded")[:16].replace("T", " ")


def _lines(item: Status) -> list[str]:
    counted = (
        (len(item.edited), "edited or new since"),
        (item.removed, "gone since"),
    )
    lines = [f"{_cells(count)} {what}" for count, what in counted if count]
    if item.outputs:
        age = "older outputs in the .ipynb than the record's" if item.saved_before else "other outputs in the .ipynb"
        lines.append(f"{_cells(len(item.outputs))} with {age}: run and save it, or leave it, for the record counts")
    for drift in item.drift:
        change = _change(item, drift)
        lines.append(f"{drift.kind.value.replace('_', ' ')}: {drift.name} {change}")
    return lines


def _change(item: Status, drift: Drift) -> str:
    """Say how a point changed: a data file by its size, which says more than its digest."""
    before, after = item.sizes.get(drift.name, (None, None))
    texts = [_brief(drift.reference), _brief(drift.candidate)]
    if before is not None and after is not None:
        sizes = f"{before:,} → {after:,} bytes" if before != after else f"{after:,} bytes as before"
        return f"({sizes}; {texts[0]} → {texts[1]})"
    return f"{texts[0]} → {texts[1]}"


def _brief(value: str | None) -> str:
    """Return a value in one line: a digest by its first digits."""
    from nbrepro.records.digests import short

    if value is None:
        return "absent"
    return short(value) if value.startswith(("blake3:", "sha256:", "md5:")) else value


def _cells(count: int) -> str:
    return f"{count} cell{'s' if count != 1 else ''}"
