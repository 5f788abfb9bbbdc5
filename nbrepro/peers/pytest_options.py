"""The options that a project gives to pytest, for nbval, nbmake and pytest-notebook, as settings of nbrepro."""

from __future__ import annotations

import configparser
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbrepro.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_SECTIONS = {"pytest.ini": "pytest", ".pytest.ini": "pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}
_TRUE = ("true", "yes", "on", "1", "y", "t")


@dataclass
class Translation:
    """What another tool's configuration comes to."""

    source: str | None = None
    """The file that the options stand in."""
    settings: dict[str, Any] = field(default_factory=dict)
    untranslated: list[str] = field(default_factory=list)
    """Options without an equivalent, each with what to do instead."""


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"{option} wants a number, not {text!r}", context=("pytest's options",)) from None


def _setting(name: str, read: Callable[[str, str], Any] = lambda text, _: text) -> Callable[..., None]:
    def take(found: Translation, text: str, option: str) -> None:
        found.settings[name] = read(text, option)

    return take


def _nothing(_: Translation, __: str, ___: str) -> None:
    """What is the default here, or only says how a result is shown."""


def _no_equivalent(advice: str) -> Callable[..., None]:
    def take(found: Translation, text: str, option: str) -> None:
        found.untranslated.append(f"{option}{'=' + ' '.join(text.split()) if text else ''}: {advice}")

    return take


_FILES = _setting("sanitize_with", lambda text, _: [text])
_LAX = _setting("check_outputs", lambda _, __: "marked")
_ERRORS = _setting("allow_errors", lambda text, _: not text or text.lower() in _TRUE)
_ENVIRONMENT = _setting("environment", lambda text, _: dict(_pair(line) for line in text.splitlines() if "=" in line))
_TIMEOUT, _KERNEL = _setting("timeout", _number), _setting("kernel")
_THIS_KERNEL = _no_equivalent("name the kernel of that environment in the setting `kernel`")
_METADATA = _no_equivalent("put it into the metadata `nbreg` of the notebooks, where it is honoured")

OPTIONS: Mapping[str, Mapping[str, tuple[bool, Callable[..., None]]]] = {
    "nbval": {
        "--nbval": (False, _nothing),
        "--nbval-lax": (False, _LAX),
        "--nbval-sanitize-with": (True, _FILES),
        "--sanitize-with": (True, _FILES),
        "--nbval-kernel-name": (True, _KERNEL),
        "--nbval-cell-timeout": (True, _TIMEOUT),
        "--nbval-current-env": (False, _THIS_KERNEL),
        "--current-env": (False, _THIS_KERNEL),
        "--nbval-kernel-startup-timeout": (True, _no_equivalent("nbrepro waits for a kernel as long as it needs")),
        "--nbdime": (False, _nothing),
    },
    "nbmake": {
        "--nbmake": (False, _nothing),
        "--nbmake-timeout": (True, _TIMEOUT),
        "--nbmake-kernel": (True, _KERNEL),
        "--overwrite": (False, _no_equivalent("use `nbrepro check --update` or `nbrepro record`")),
        "--nbmake-find-import-errors": (False, _no_equivalent("every exception is reported")),
    },
    "pytest-notebook": {
        "--nb-test-files": (False, _nothing),
        "--nb-exec-errors": (False, _ERRORS),
        "--nb-exec-timeout": (True, _TIMEOUT),
        "--nb-exec-cwd": (True, _no_equivalent("notebooks run in their own folder")),
        "--nb-diff-color-words": (False, _nothing),
        "--nb-force-regen": (False, _no_equivalent("use `nbrepro check --update`")),
        "--nb-coverage": (False, _no_equivalent("coverage is not measured")),
        "nb_test_files": (True, _nothing),
        "nb_exec_allow_errors": (True, _ERRORS),
        "nb_exec_timeout": (True, _TIMEOUT),
        "nb_exec_env": (True, _ENVIRONMENT),
        "nb_exec_cwd": (True, _no_equivalent("notebooks run in their own folder")),
        "nb_exec_notebook": (True, _no_equivalent("`nbrepro diff` compares without running")),
        "nb_diff_ignore": (True, _METADATA),
        "nb_diff_replace": (True, _METADATA),
        "nb_diff_use_nbdime_config": (True, _METADATA),
        "nb_diff_use_color": (True, _nothing),
        "nb_diff_color_words": (True, _nothing),
        "nb_post_processors": (True, _no_equivalent("the comparison sets aside what they tidy")),
        "nb_file_fnmatch": (True, _no_equivalent("name patterns to leave out in the setting `exclude`")),
        "nb_force_regen": (True, _no_equivalent("use `nbrepro check --update`")),
        "nb_coverage": (True, _no_equivalent("coverage is not measured")),
    },
}
"""By tool: each option, whether it takes a value, and what becomes of it."""


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name.strip(), value.strip()


def translate(root: Path, tool: str) -> Translation:
    """Return what the project's configuration of pytest says of a tool.

    Raises
    ------
    ConfigError
        If the file with pytest's options is at fault, or a value in it is.
    """
    source, table = _pytest_table(root)
    found = Translation(source=source)
    known = OPTIONS[tool]
    words = _words(table.get("addopts", ""), source)
    while words:
        option, valued, text = words.pop(0).partition("=")
        if option in known:
            wants, take = known[option]
            if wants and not valued and words:
                text = words.pop(0)
            take(found, text, option)
    for name, value in table.items():
        if name in known:
            known[name][1](found, value.strip(), name)
    return found


def _words(text: str, source: str | None) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError as fault:
        raise ConfigError(f"addopts cannot be read ({fault}): mend it", context=(source or "",)) from None


def _pytest_table(root: Path) -> tuple[str | None, dict[str, str]]:
    """Return the options of the first file that holds some, in the order in which pytest looks."""
    for name in ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"):
        path = root / name
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8-sig")
            table = _toml_table(text) if name == "pyproject.toml" else _ini_table(text, _SECTIONS[name])
        except (configparser.Error, tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
            what = " ".join(str(fault).split())
            raise ConfigError(f"cannot be read ({what}): mend the file", context=(str(path),)) from None
        if table is not None:
            return name, table
    return None, {}


def _ini_table(text: str, section: str) -> dict[str, str] | None:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    return dict(parser[section]) if parser.has_section(section) else None


def _toml_table(text: str) -> dict[str, str] | None:
    pytest = tomllib.loads(text).get("tool", {}).get("pytest", {})
    table = pytest.get("ini_options") or {name: value for name, value in pytest.items() if name != "ini_options"}
    return {name: _as_ini(value, name) for name, value in table.items()} or None


def _as_ini(value: Any, name: str) -> str:
    if isinstance(value, list):
        return shlex.join(map(str, value)) if name == "addopts" else "\n".join(map(str, value))
    return str(value)
