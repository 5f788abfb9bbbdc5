"""Options that several verbs share."""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from nbrepro.targets import Options

_Command = TypeVar("_Command", bound=Callable[..., Any])

paths_argument = click.argument("paths", nargs=-1, type=str)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print errors only.")


class _Amount(click.FloatRange):
    """A finite number of 0 or more: infinite, a tolerance would let anything pass; no number compares with NaN."""

    def __init__(self) -> None:
        super().__init__(0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        amount = super().convert(value, param, ctx)
        if not math.isfinite(amount):
            self.fail(f"{value} is no finite number of 0 or more", param, ctx)
        return amount


AMOUNT = _Amount()

_RUN_OPTIONS = (
    click.option("-j", "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Notebooks run at once."),
    click.option("--keep-going", is_flag=True, help="Go on with the next cell after one that raised."),
    click.option(
        "-p",
        "--parameter",
        "parameters",
        type=(str, str),
        multiple=True,
        metavar="NAME VALUE",
        help="Set a parameter, as papermill does.",
    ),
    click.option("--kernel", metavar="NAME", help="Run in this kernel instead of the notebook's own."),
    click.option("--timeout", type=AMOUNT, metavar="S", help="Seconds a cell may take; 0: no limit."),
    click.option("--notebook-timeout", type=AMOUNT, metavar="S", help="Seconds a notebook may take; 0: no limit."),
)


def run_options(command: _Command) -> _Command:
    """Add the options of every verb that runs notebooks."""
    for option in reversed(_RUN_OPTIONS):
        command = option(command)
    return command


def run_settings(
    parameters: tuple[tuple[str, str], ...], *, jobs: int, keep_going: bool, against: str | None = None, **settings: Any
) -> Options:
    """Return the options of a run; settings that were not given leave the configuration in force."""
    from nbrepro.errors import UsageError
    from nbrepro.targets import Options

    for name, _ in parameters:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise UsageError(f"--parameter {name!r} is no name of a variable: give it as `-p NAME VALUE`")
    return Options(
        parameters={name: typed(value) for name, value in parameters},
        overrides={name: value for name, value in settings.items() if value is not None},
        keep_going=keep_going,
        jobs=jobs,
        against=against,
    )


def typed(text: str) -> bool | int | float | str | None:
    """Return a parameter's value with the type that papermill's ``-p`` gives it."""
    constants = {"True": True, "False": False, "None": None}
    if text in constants:
        return constants[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:  # noqa: PERF203 - two tries
            continue
    return text
