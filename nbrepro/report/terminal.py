"""The report in the terminal: calm where all is well, and one screen for what differs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nbrepro.records import Cause, CellResult, Difference, Verdict
from nbrepro.report.excerpts import clipped, excerpt, plain_text, shortened_paths, windows
from nbrepro.report.kinds import place_name, told_first
from nbrepro.report.symbols import ASCII, SIGNS, STYLES
from nbrepro.report.views import (
    View,
    cell_list,
    cell_name,
    cell_title,
    counted,
    distance_words,
    is_pictured,
    reason_words,
    remarks,
    second_look,
    told_values,
)

CELLS_SHOWN = 3
DIFFERENCES_SHOWN = 3
CAUSES_SHOWN = 3
DRIFT_SHOWN = 6
UNWRAPPED = 10_000
"""Width of a console that is a file or a pipe: no sentence and no command in it is broken."""


def render(views: Sequence[View], console: Console, *, verbose: bool = False, seconds: float | None = None) -> None:
    """Print the report on ``console``.

    Parameters
    ----------
    views:
        The notebooks, in the order in which they are shown.
    console:
        Where to print; without a terminal or with ``NO_COLOR`` it prints plain text.
    verbose:
        Show every cell, every difference, and what was masked.
    seconds:
        What all of it took by the clock, where it was run now; several notebooks may have run at once.
    """
    if console.encoding.lower().startswith("utf"):
        _render(views, console, verbose=verbose, seconds=seconds)
        return
    with console.capture() as capture:
        _render(views, console, verbose=verbose, seconds=seconds)
    text = capture.get().translate(ASCII)
    console.file.write(text.encode(console.encoding, "replace").decode(console.encoding))


def _render(views: Sequence[View], console: Console, *, verbose: bool, seconds: float | None) -> None:
    page = _Page(console, verbose=verbose)
    for place, view in enumerate(views):
        if place and (_is_told(view) or _is_told(views[place - 1])):
            console.print()
        page.notebook(view)
    if len(views) > 1:
        console.print()
        page.total(views, seconds)


def _is_told(view: View) -> bool:
    return bool(view.failing or view.result.problem or view.result.exit_code)


class _Page:
    """Prints the parts of a report on one console."""

    def __init__(self, console: Console, *, verbose: bool) -> None:
        self._console = console
        self._verbose = verbose
        self._width = min(console.width, 100)
        self._wrap = self._width if console.width < UNWRAPPED else console.width

    def notebook(self, view: View) -> None:
        """Print one notebook: a line if all is well, or what differs and why."""
        result = view.result
        verdict = Verdict.ERROR if result.exit_code in {2, 3} else result.verdict
        line = Table.grid(padding=(0, 1), expand=False)
        line.width = self._width
        if self._wrap > self._width:
            line.width = max(line.width, len(result.path) + len(_joined(view.headline, _seconds(result.seconds))) + 5)
        line.add_column(no_wrap=True)
        line.add_column(ratio=1, overflow="fold")
        line.add_column(justify="right", no_wrap=True)
        line.add_row(
            self._sign(verdict),
            Text(plain_text(result.path), style="bold"),
            Text(_joined(view.headline, _seconds(result.seconds)), style=STYLES[verdict]),
        )
        self._console.print(line)
        if _is_told(view) or self._verbose:
            self._say(_tally(view), style="dim")
            if result.reference:
                self._say(f"compared with {plain_text(result.reference)}", style="dim")
        reason = reason_words(result)
        if reason:
            self._say(self._fitting(reason))
        self._differences(view)
        self._causes(view)
        if self._verbose:
            self._cells(view)
        self._drift(view)
        self._remarks(view)

    def _sign(self, verdict: Verdict) -> Text:
        return Text(SIGNS[verdict], style=f"bold {STYLES[verdict]}")

    def _fitting(self, text: str, indent: int = 2) -> Text:
        """Return a sentence whose long paths are cut in their middle: broken in two they would be no use either."""
        return Text(shortened_paths(plain_text(text), self._wrap - indent))

    def _say(self, what: str | RenderableType, *, style: str = "", indent: int = 2) -> None:
        text = Text(what, style=style) if isinstance(what, str) else what
        if isinstance(text, Text) and style:
            text.style = style
        self._console.print(Padding(text, (0, 0, 0, indent), expand=False), width=self._wrap)

    def _differences(self, view: View) -> None:
        most = None if self._verbose else CELLS_SHOWN
        for place, cell in enumerate(view.independent[:most]):
            self._console.print()
            self._cell(cell, view, leads=place == 0)
        hidden = view.independent[most:] if most else ()
        if hidden:
            self._console.print()
            self._say(
                f"{cell_list(hidden)} {_verb(hidden, 'differs', 'differ')} too (`--verbose` shows them)", style="dim"
            )
        if view.followers:
            self._console.print()
            self._say(view.follow_words, style="dim")
        for cell in view.followers if self._verbose else ():
            self._console.print()
            self._cell(cell, view, leads=False)

    def _cell(self, cell: CellResult, view: View, *, leads: bool) -> None:
        title = Text(cell_title(view, cell, leads=leads))
        title.stylize(f"bold {STYLES[cell.verdict]}", 0, len(cell_name(cell)))
        self._say(title)
        for number, line in excerpt(cell, view.result.causes):
            text = Text(f"{number:>3} │ ", style="dim")
            text.append(clipped(line, self._width - 10, 1), style="cyan")
            self._say(text, indent=4)
        raised = [difference for difference in cell.differences if difference.mime == "error"]
        differences = raised if raised and not self._verbose else told_first(cell)
        for said in (None if raised or "never ran" in title else cell.reason, second_look(cell)):
            if said:
                self._say(self._fitting(said, 4), indent=4)
        most = None if self._verbose else DIFFERENCES_SHOWN
        if most and "in another order" in (cell.reason or ""):
            return
        for difference in differences[:most]:
            self._difference(difference, *told_values(view, cell, difference))
        if most and len(differences) > most:
            self._say(f"… {counted(len(differences) - most, 'more difference')} in this cell", style="dim", indent=6)

    def _difference(self, difference: Difference, reference: str | None, candidate: str | None) -> None:
        where = " · ".join(part for part in (plain_text(place_name(difference)), distance_words(difference)) if part)
        self._say(where, style="dim", indent=6)
        if is_pictured(difference):
            if difference.candidate:
                self._say(clipped(difference.candidate, self._width - 8), indent=6)
            return
        width = self._width - 20
        before, after = windows(reference, candidate, width)
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        table.add_row("reference", Text(clipped(before, width)))
        table.add_row("candidate", Text(clipped(after, width), style="bold"))
        self._say(table, indent=6)

    def _causes(self, view: View) -> None:
        if not view.result.causes:
            return
        likely = view.likely[: None if self._verbose else CAUSES_SHOWN]
        for cause in likely:
            self._console.print()
            self._cause(cause)
        rest = [cause for cause in view.result.causes if cause not in likely]
        if not rest:
            return
        if self._verbose:
            self._console.print()
            self._say("Also noticed, without a known link to what differs:", style="dim")
            for cause in rest:
                self._bullet("·", f"{cause.summary} [{cause.confidence.value}]")
        else:
            self._say(f"{counted(len(rest), 'less likely cause')} (`--verbose` shows them)", style="dim", indent=4)

    def _cause(self, cause: Cause) -> None:
        title = Text.assemble(
            (_cause_title(cause), "bold"),
            (plain_text(cause.summary), "bold yellow"),
            (f" [{cause.confidence.value}]", "dim"),
        )
        self._say(title)
        for evidence in cause.evidence:
            self._bullet("·", evidence)
        if cause.mend:
            self._bullet("→", cause.mend)

    def _bullet(self, sign: str, text: str) -> None:
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        table.add_row(sign, self._fitting(text, 6))
        self._say(table, indent=4)

    def _cells(self, view: View) -> None:
        self._console.print()
        for cell in view.result.cells:
            line = Text.assemble(self._sign(cell.verdict), f" {cell_name(cell)}: {cell.verdict.label}")
            if cell.reason:
                line.append(f" ({plain_text(cell.reason)})", style="dim")
            self._say(line)
            for output in cell.outputs:
                for mask in output.masked:
                    self._say(
                        f"set aside ({mask.rule}) {mask.where}: {clipped(mask.text, 50, 1)}", style="dim", indent=6
                    )

    def _drift(self, view: View) -> None:
        if not view.drift or not (self._verbose or _is_told(view)):
            return
        told = {drift.name for cause in view.likely for drift in view.drift if drift.name in cause.summary}
        others = [drift for drift in view.drift if drift.name not in told]
        shown = view.drift if self._verbose else ()
        if others and not self._verbose:
            self._console.print()
            names = ", ".join(drift.name for drift in others[:DRIFT_SHOWN])
            more = f" and {len(others) - DRIFT_SHOWN} more" if len(others) > DRIFT_SHOWN else ""
            self._say(f"also drifted: {plain_text(names)}{more}", style="dim")
        for place, drift in enumerate(shown):
            if not place:
                self._console.print()
                self._say("drift since the reference", style="bold")
            self._say(f"{drift.name}: {clipped(drift.reference, 30, 1)} → {clipped(drift.candidate, 30, 1)}", indent=4)

    def _remarks(self, view: View) -> None:
        noticed = [(cell, told) for cell in view.result.cells if cell.verdict.passes for told in remarks(cell)]
        for cell, told in noticed[: None if self._verbose else CELLS_SHOWN]:
            self._say(self._fitting(f"{cell_name(cell)}: {told}"), style="dim")
        for note in view.result.notes:
            self._say(self._fitting(f"note: {note}"), style="dim")
        if view.result.updated:
            self._say("the candidate is the new reference", style="green")

    def total(self, views: Sequence[View], taken: float | None = None) -> None:
        """Print the line for all notebooks."""
        order = [
            "reproduced",
            "different",
            "not run to its end",
            "could not be started",
            "not compared",
            "not readable",
        ]
        words = [view.headline for view in views]
        tally = [f"{words.count(word)} {word}" for word in (*order, *sorted(set(words) - {*order})) if word in words]
        line = f"{counted(len(views), 'notebook')}: {', '.join(tally)}"
        seconds = _seconds(sum(view.result.seconds for view in views) if taken is None else taken)
        is_well = all(view.result.exit_code == 0 for view in views)
        fits = len(line) + len(seconds) + 3 <= self._width
        text = _joined(line, seconds) if fits else line
        self._console.print(Text(text, style="bold green" if is_well else "bold"))


def _cause_title(cause: Cause) -> str:
    if cause.kind.value == "unknown":
        return "Cause unknown: "
    return "Proved cause: " if cause.proved_by else "Likely cause: "


def _tally(view: View) -> str:
    counts = view.result.counts()
    total = sum(counts.values())
    if not total:
        return "no cells were compared"
    parts = [f"{number} {verdict.label}" for verdict, number in counts.items()]
    return f"{counted(total, 'cell')}: {', '.join(parts)}"


def _verb(cells: Sequence[CellResult], one: str, many: str) -> str:
    return one if len(cells) == 1 else many


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _seconds(seconds: float) -> str:
    if not seconds:
        return ""
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"  # noqa: PLR2004
