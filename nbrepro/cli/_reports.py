"""Reports in files, beside what is printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from nbrepro.records import Report
    from nbrepro.report.views import View

_REPORTS = ("html", "junit", "markdown", "json")


class _ReportType(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    name = "KIND=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path]:
        kind, found, path = str(value).partition("=")
        if not found or not path or kind not in _REPORTS:
            self.fail(f"{value!r} is no report: give KIND=FILE with KIND one of {', '.join(_REPORTS)}", param, ctx)
        return kind, Path(path)


report_option = click.option(
    "--report", "reports", type=_ReportType(), multiple=True, help="Also write a report: html, junit, …"
)


def write_reports(
    given: Sequence[tuple[str, Path]], views: list[View], report: Report, *, title: str, quiet: bool = False
) -> None:
    """Write the reports that were asked for, each of its kind.

    Raises
    ------
    StoreError
        If a file cannot be written.
    """
    from datetime import datetime, timezone

    from nbrepro.notebooks import write_atomically
    from nbrepro.report import html, json, junit, markdown

    for kind, path in given:
        if kind == "html":
            created = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
            text = html.render(views, title=title, created=created)
        elif kind == "json":
            text = json.render(report)
        else:
            text = {"junit": junit, "markdown": markdown}[kind].render(views)
        made = next((folder for folder in reversed(path.parents) if not folder.exists()), None)
        write_atomically(text.encode("utf-8", "replace"), path)
        if not quiet:
            where = f" (in the new folder {made})" if made else ""
            click.echo(f"{kind} report: {path}{where}", err=True)
