"""Exceptions explained: a name, a module, a file or a function that is not there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import PurePath
from shlex import quote

from nbrepro.explain.case import Case, Step
from nbrepro.explain.distributions import changelog_of, distribution_of, is_known, like, normalised
from nbrepro.explain.files import in_git, nearest_names, resolved, tracked_by
from nbrepro.explain.registry import rule
from nbrepro.explain.rules.packages import version_change
from nbrepro.explain.sources import names_of
from nbrepro.records import Cause, CauseKind, Confidence, Drift, ExceptionInfo, Package

_NAME = re.compile(r"name '([^']+)' is not defined")
_MODULE = re.compile(r"No module named '?([\w.]+)'?")
_FILE = re.compile(r"No such file or directory:? b?['\"]?([^'\"\n]+)['\"]?")
_PACKAGE = re.compile(r"(?:site|dist)-packages[/\\]([\w]+)")
_DEPRECATED = re.compile(r"((?:\w+ )?(?:deprecated|removed)) in ((?:[A-Za-z][\w-]* )?v?\d[\w.]*)")
_INSTEAD = re.compile(r"(?:\b[Uu]se|Did you mean:?) [`'\"]([\w.]+)[`'\"]")
_SUBJECT = re.compile(r"module '([\w.]+)'|from '([\w.]+)'")
_PYTHON_2 = frozenset(
    [
        "apply",
        "basestring",
        "cmp",
        "execfile",
        "file",
        "long",
        "raw_input",
        "reduce",
        "reload",
        "unichr",
        "unicode",
        "xrange",
    ]
)
_NETWORK = frozenset(
    [
        "URLError",
        "HTTPError",
        "ConnectionError",
        "ConnectTimeout",
        "ReadTimeout",
        "gaierror",
        "SSLError",
        "ConnectionRefusedError",
        "ConnectionResetError",
        "MaxRetryError",
        "NewConnectionError",
        "ConnectError",
        "ProxyError",
        "NameResolutionError",
    ]
)


def _trace(error: ExceptionInfo, step: Step | None) -> str:
    where = f"{step.label} raised " if step else ""
    line = f" (line {error.line})" if error.line else ""
    text = error.message.strip().split("\n")[0]
    return f"{where}{error.type}: {text[:200]}{line}"


@rule
def undefined_name(case: Case) -> Iterator[Cause]:
    """A NameError: the name was defined by a cell further down, or by none that is still there."""
    error, step = case.raised, case.target
    found = _NAME.search(error.message) if error and error.type == "NameError" else None
    if not error or not step or not found:
        return
    name = found[1]
    if name in _PYTHON_2:
        yield _python_2(case, f"`{name}` is a name of Python 2", error, step)
        return
    below = [other for other in case.steps[step.place + 1 :] if name in names_of(other.source).writes]
    above = [
        other for other in case.history[:-1] if name in names_of(other.source).writes and other.candidate is not None
    ]
    gone = [other for other in case.steps if other.candidate is None and name in names_of(other.before).writes]
    if above and not gone:
        return
    if gone:
        where, mend = f"only {gone[0].label} of the reference, which is gone, defines it", "Put the deleted cell back."
        summary = f"`{name}` was defined by a cell that is gone"
    elif below:
        summary = f"`{name}` is defined only further down, in {below[0].label}"
        where = f"{below[0].label} is the first that binds `{name}`"
        mend = f"Move {below[0].label} above {step.label}, then run all cells from the top."
    else:
        summary = f"no cell defines `{name}`: it lived only in the kernel that made the reference"
        where = f"none of {len(case.steps)} code cells binds `{name}`"
        mend = f"Add a cell that defines `{name}` above {step.label}."
    yield Cause(
        kind=CauseKind.HIDDEN_STATE,
        summary=summary,
        confidence=Confidence.HIGH,
        evidence=(_trace(error, step), where),
        cell=step.candidate,
        line=error.line,
        mend=mend,
    )


@rule
def python_2_syntax(case: Case) -> Iterator[Cause]:
    """A SyntaxError of code that was written for Python 2."""
    error, step = case.raised, case.target
    if not error or not step or error.type not in {"SyntaxError", "TabError"}:
        return
    if "Missing parentheses in call to 'print'" in error.message or case.saved_python.startswith("2."):
        yield _python_2(case, "the cell holds Python 2 syntax", error, step)


def _python_2(case: Case, what: str, error: ExceptionInfo, step: Step) -> Cause:
    here = case.candidate_fingerprint.python
    versions = f"saved with Python {case.saved_python}" if case.saved_python else "written for Python 2"
    return Cause(
        kind=CauseKind.PYTHON,
        summary=f"{step.label} was {versions}" + (f", run with {here.version}" if here else ""),
        confidence=Confidence.HIGH,
        evidence=(_trace(error, step), what),
        cell=step.candidate,
        line=error.line,
        mend="Port the cell to Python 3, or run the notebook with the interpreter it was written for.",
    )


@rule
def module_not_found(case: Case) -> Iterator[Cause]:
    """A module cannot be imported: which distribution provides it, and whether the reference had it."""
    error, step = case.raised, case.target
    found = _MODULE.search(error.message) if error and error.type in {"ModuleNotFoundError", "ImportError"} else None
    if not error or not step or not found:
        return
    module = found[1].partition(".")[0]
    name = distribution_of(module)
    had = case.reference_fingerprint.packages.get(normalised(name))
    has = case.candidate_fingerprint.packages.get(normalised(name))
    known, mend = _provider(case, module, name, had)
    if has is not None:
        known = f"{name} {has.version} is installed here, but has no module `{found[1]}`"
        mend = f"Install the version of {name} that the notebook was written for, or import from its new place."
    yield Cause(
        kind=CauseKind.MISSING_MODULE,
        summary=f"module `{found[1]}` cannot be imported here" + (f" ({known})" if had or has else ""),
        confidence=Confidence.HIGH,
        evidence=(_trace(error, step), known),
        cell=step.candidate,
        line=error.line,
        mend=mend,
    )


def _provider(case: Case, module: str, name: str, had: Package | None) -> tuple[str, str]:
    """Say what provides a module, as far as that is known, and what to do; a name that may be mistyped is not fetched.

    To install whatever bears a mistyped name is how people get packages that were laid out for them.
    """
    if had is not None:
        return f"the reference had {name} {had.version}", f"Install it: `pip install {name}=={had.version}`."
    near = None if is_known(module) else like(module)
    if near is not None:
        return f"`{near}` is a module of nearly the same name", f"If `{near}` is meant, import that."
    if case.reference_record is not None:
        known = f"the reference's record lists no distribution {name}"
    elif is_known(module):
        return f"the module belongs to the distribution {name}", f"Install it: `pip install {name}`."
    else:
        known = "which distribution provides it is not known here; most bear the name of their module"
    return known, f"Find out what provides `{module}` (perhaps {name}), and install that."


@rule
def file_not_found(case: Case) -> Iterator[Cause]:
    """A file is not there: what has a similar name, and whether DVC tracks it."""
    error, step = case.raised, case.target
    if not error or not step or error.type not in {"FileNotFoundError", "OSError", "RasterioIOError"}:
        return
    found = _FILE.search(error.message) or re.search(r"^(\S+) not found\.?$", error.message.strip())
    if not found:
        return
    name = found[1].strip()
    path = resolved(case, name)
    tracker = tracked_by(path, case.root)
    committed = not tracker and in_git(path, case.root)
    near = nearest_names(path)
    evidence = [_trace(error, step)]
    if tracker or committed:
        evidence.append(f"{tracker or 'git'} tracks it")
    if near:
        evidence.append("names like it on disk: " + ", ".join(near))
    if any(path.as_posix().endswith(used) for used in case.reference_fingerprint.data):
        evidence.append("the reference read it")
    if tracker:
        mend = f"Fetch it: `dvc pull {tracker}`."
    elif committed:
        mend = f"Bring it back: `git checkout -- {quote(os.path.relpath(path, case.root))}`."
    elif near:
        mend = f"Put the file there, or read {PurePath(name).with_name(near[0])} if that is what is meant."
    else:
        mend = "Put the file there, and track it with DVC or git so that it comes with the notebook."
    yield Cause(
        kind=CauseKind.DATA_MISSING,
        summary=f"{name} is not there" + (f", though {tracker or 'git'} tracks it" if tracker or committed else ""),
        confidence=Confidence.HIGH,
        evidence=tuple(evidence),
        cell=step.candidate,
        line=error.line,
        mend=mend,
    )


@rule
def interface_changed(case: Case) -> Iterator[Cause]:
    """An AttributeError, TypeError or ImportError out of a package that has another version."""
    error, step = case.raised, case.target
    if not error or not step or error.type not in {"AttributeError", "TypeError", "ImportError"}:
        return
    if error.type == "ImportError" and not error.message.startswith("cannot import name"):
        return
    touched = {normalised(distribution_of(module)) for module in _modules_of(case, error)}
    changed = {normalised(drift.name): drift for drift in case.drifts(CauseKind.PACKAGE)}
    for name in sorted(touched):
        here = case.candidate_fingerprint.packages.get(name)
        drift = changed.get(name)
        if drift and drift.reference and drift.candidate:
            yield _interface(
                step,
                error,
                name=drift.name,
                summary=f"{drift.name} {version_change(drift)} no longer takes what {step.label} asks of it",
                confidence=Confidence.HIGH,
                known=f"{drift.name} was {drift.reference} and is {drift.candidate}; the error came from there",
                mend=f"{_adapted(error, drift)}, or install {drift.name}=={drift.reference}.",
            )
        elif here is not None and case.reference_record is None and _SUBJECT.search(error.message):
            yield _interface(
                step,
                error,
                name=name,
                summary=f"{name} {here.version} has no such name: {error.message.split(chr(10))[0][:120]}",
                confidence=Confidence.MEDIUM,
                known=f"{name} {here.version} is installed here; the cell once ran without error",
                mend=f"{_instead(error)}, or install the version of {name} of that time.",
            )


def _interface(
    step: Step, error: ExceptionInfo, *, name: str, summary: str, confidence: Confidence, known: str, mend: str
) -> Cause:
    return Cause(
        kind=CauseKind.API_CHANGE,
        summary=summary,
        confidence=confidence,
        evidence=(_trace(error, step), known, *_deprecated(error), *changelog_of(name)),
        cell=step.candidate,
        line=error.line,
        mend=mend,
    )


def _deprecated(error: ExceptionInfo) -> Iterator[str]:
    """What the message itself says of the version in which the name went."""
    found = _DEPRECATED.search(error.message)
    if found:
        yield f"{found[1]} in {found[2].rstrip('.')}, says the message"


def _instead(error: ExceptionInfo) -> str:
    found = _INSTEAD.search(error.message)
    return f"Use `{found[1]}` instead" if found else "Use the name that took its place"


def _adapted(error: ExceptionInfo, drift: Drift) -> str:
    told = _INSTEAD.search(error.message)
    return _instead(error) if told else f"Adapt the call to {drift.name} {drift.candidate}"


def _modules_of(case: Case, error: ExceptionInfo) -> set[str]:
    """The top-level modules that the exception speaks of or passed through."""
    subjects = (subject.partition(".")[0] for pair in _SUBJECT.findall(error.message) for subject in pair if subject)
    modules = set(subjects) | set(_PACKAGE.findall(case.traceback))
    if modules or not case.target:
        return modules - {"IPython"}
    return {module for step in case.reaching for module in names_of(step.source).imports}


@rule
def no_answer_from_network(case: Case) -> Iterator[Cause]:
    """An exception that says that a remote address did not answer, or not as before."""
    error, step = case.raised, case.target
    if not error or not step or error.type.rpartition(".")[2] not in _NETWORK:
        return
    yield Cause(
        kind=CauseKind.NETWORK,
        summary=f"{step.label} asks a remote address, which did not answer as before",
        confidence=Confidence.HIGH,
        evidence=(_trace(error, step),),
        cell=step.candidate,
        line=error.line,
        mend="Keep a copy of what is fetched under version control (`dvc import-url`), and read that.",
    )
