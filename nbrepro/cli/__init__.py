"""The command line: each verb parses, calls one function, and renders.

Verbs import their work late, so that ``nbrepro --help`` is instant.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import traceback
from collections.abc import Sequence

import click

from nbrepro import __version__
from nbrepro.cli._check import check
from nbrepro.cli._diff import diff
from nbrepro.cli._explain import explain
from nbrepro.cli._init import init
from nbrepro.cli._lint import lint
from nbrepro.cli._log import log
from nbrepro.cli._output import NOTHING_DONE
from nbrepro.cli._record import record
from nbrepro.cli._show import show
from nbrepro.cli._status import status
from nbrepro.cli._streams import CLOSED, OutputClosedError, drop_unwritten, guarded_streams
from nbrepro.errors import NbreproError, StoppedError, StoreError

INTERRUPTED = StoppedError.exit_code
INTERNAL_ERROR = 70


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 reproduced, 1 different, 2 bad usage or input, 3 a notebook did not run to its end, "
    "4 nothing was compared.",
)
@click.version_option(__version__, prog_name="nbrepro")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(context: click.Context, *, debug: bool) -> None:
    """Make a notebook's numbers provable: record a run, check it again, explain what differs."""
    context.obj = debug


for _verb in (record, check, explain, lint, status, diff, log, show, init):
    cli.add_command(_verb)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; errors are one sentence, never a traceback."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    # jsonschema, which nbformat imports, would build 35 grammars of IRIs, for two seconds; no schema here holds an IRI
    # (https://github.com/python-jsonschema/jsonschema/issues/1428).
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # what an import then finds missing
    debug = "--debug" in arguments
    if debug:  # accepted before and after the verb
        arguments = ["--debug", *(argument for argument in arguments if argument != "--debug")]
    with guarded_streams():
        code = _run(arguments, debug=debug)
    drop_unwritten()
    sys.exit(code)


def _run(arguments: list[str], *, debug: bool) -> int:
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # a scheduler that ends us ends our kernels as Ctrl-C does
    try:
        code = cli.main(arguments, prog_name="nbrepro", standalone_mode=False)
    except NbreproError as fault:
        return _say(arguments, str(fault), fault.exit_code, debug=debug and not isinstance(fault, StoppedError))
    except click.ClickException as fault:
        return _say(arguments, _with_help(fault), 2)
    except (KeyboardInterrupt, click.Abort):
        return _say(arguments, NOTHING_DONE, INTERRUPTED)
    except OutputClosedError:
        return CLOSED  # nobody is left to be told
    except Exception as fault:  # noqa: BLE001 - whatever it is, it ends in one sentence
        mend = "report it" if debug else "run again with --debug and report it"
        what = f"internal error ({type(fault).__name__}: {fault}); {mend}"
        return _say(arguments, what, INTERNAL_ERROR, debug=debug)
    return code if isinstance(code, int) else 0


def _with_help(fault: click.ClickException) -> str:
    context = getattr(fault, "ctx", None)
    hint = f" (`{context.command_path} --help` lists the options)" if context else ""
    return f"{fault.format_message().rstrip('.')}{hint}"


def _say(arguments: list[str], sentence: str, code: int, *, debug: bool = False) -> int:
    """Say what went wrong, below where it did if that was asked for, and return the exit code, the same for both."""
    with contextlib.suppress(OutputClosedError, StoreError):  # what cannot be told has its code still
        if debug:
            traceback.print_exc()
        click.echo(f"nbrepro: {sentence}", err=True)
        if "--json" in arguments:
            from nbrepro.cli._output import print_json

            print_json({"error": sentence, "exit_code": code, "notebooks": []})
    return code
