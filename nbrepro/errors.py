"""Errors that reach a person: one sentence that names the thing and the mend, and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self


class NbreproError(Exception):
    """Base of every error that nbrepro reports to a person.

    Parameters
    ----------
    message:
        One sentence that names the thing at fault and how to mend it.
    context:
        Where in the input the fault stands, outermost first, for example
        ``("analysis.ipynb", "cells[3]", "outputs[0]")``.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, context: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.context = context

    def within(self, *outer: str) -> Self:
        """Return the same error with its context extended on the outside."""
        return type(self)(self.message, context=(*outer, *self.context))

    def __str__(self) -> str:
        where = " > ".join(self.context)
        return f"{where}: {self.message}" if where else self.message


class UsageError(NbreproError):
    """The command line asks for something that does not exist or does not fit together."""


class ConfigError(NbreproError):
    """The configuration holds a key or a value that nbrepro does not know."""


class InputError(NbreproError):
    """A notebook or another input file cannot be read as what it should be."""


class RecordError(InputError):
    """A record is corrupt, was edited by hand, or is of a version this nbrepro cannot read."""


class BusyError(NbreproError):
    """Another nbrepro process is running the same notebook."""


class StoreError(NbreproError):
    """Something could not be written: a read-only folder, a full disk, a damaged history."""


class RunError(NbreproError):
    """A notebook could not be run at all, for example because its kernel does not start."""

    exit_code: ClassVar[int] = 3


class NothingFoundError(NbreproError):
    """There is nothing to compare: a folder without notebooks."""

    exit_code: ClassVar[int] = 4


class StoppedError(NbreproError):
    """Ctrl-C ended the command: the message says what was done by then."""

    exit_code: ClassVar[int] = 130


class Interrupted(KeyboardInterrupt):
    """Ctrl-C before all notebooks were done.

    Parameters
    ----------
    done:
        What became of the notebooks that were done by then, in order; it is kept.
    left:
        The paths of the others, as people see them.
    """

    def __init__(self, done: Sequence[Any], left: Sequence[str]) -> None:
        super().__init__()
        self.done = done
        self.left = left
