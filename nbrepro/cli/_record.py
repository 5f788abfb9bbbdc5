"""``nbrepro record``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbrepro.cli._options import json_option, paths_argument, quiet_option, run_options, run_settings

if TYPE_CHECKING:
    from nbrepro.errors import Interrupted, StoppedError
    from nbrepro.recording import Recording


@click.command()
@paths_argument
@run_options
@click.option(
    "--calibrate",
    type=click.IntRange(2, 1000),
    metavar="N",
    help="Run N more times and keep what varies, and how wide.",
)
@json_option
@quiet_option
def record(paths: tuple[str, ...], *, calibrate: int | None, as_json: bool, quiet: bool, **settings: Any) -> int:
    """Run notebooks pinned and keep each run as its reference, in .nbrepro/records/.

    A notebook that does not run to its end keeps the reference it had.
    """
    from dataclasses import replace

    from nbrepro.cli._output import print_json
    from nbrepro.cli._progress import ProgressBars
    from nbrepro.errors import Interrupted
    from nbrepro.recording import record as run_record

    try:
        with ProgressBars(enabled=not (quiet or as_json)) as progress:
            options = replace(run_settings(**settings), calibrate=calibrate or 0)
            recordings = run_record(paths, options, progress)
    except Interrupted as fault:
        raise _stopped(fault, silent=as_json, quiet=quiet) from None
    code = max((recording.exit_code for recording in recordings), default=0)
    if as_json:
        print_json({"exit_code": code, "notebooks": [recording.to_dict() for recording in recordings]})
    else:
        for recording in recordings:
            _show(recording, quiet=quiet)
    return code


def _stopped(fault: Interrupted, *, silent: bool, quiet: bool) -> StoppedError:
    """Show what was recorded before Ctrl-C, and say what was not."""
    from nbrepro.cli._output import stopped

    click.echo(err=True)  # ends the line on which the terminal shows ^C
    for recording in () if silent else fault.done:
        _show(recording, quiet=quiet)
    kept = [recording.path for recording in fault.done if recording.record_path is not None]
    failed = [recording.path for recording in fault.done if recording.record_path is None]
    return stopped(fault, "recorded", kept, [*failed, *fault.left])


def _show(recording: Recording, *, quiet: bool) -> None:
    from rich.markup import escape

    from nbrepro.cli._output import console
    from nbrepro.recording import cells_run, finding_lines

    if recording.record is None or recording.record_path is None:
        console(stderr=True).print(
            f"[red]✗[/] {escape(recording.path)}: not recorded: {escape(recording.reason or '')}"
        )
        return
    if quiet:
        return
    out = console()
    news = "replaced" if recording.replaced else "new"
    changed = news if recording.changed else "says the same as before"
    seconds = recording.record.timing.seconds if recording.record.timing else 0.0
    count = cells_run(recording.record)
    out.print(f"[green]●[/] {escape(recording.path)}: {count} cell{'s' * (count != 1)} in {seconds:.1f} s")
    out.print(f"  → {escape(recording.record_path)} ({changed})", soft_wrap=True)
    for line in (*finding_lines(recording), *recording.notes):
        out.print(f"  [yellow]![/] {escape(line)}")
