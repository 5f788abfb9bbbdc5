"""nbval's sanitising files: sections of a regular expression and of what takes the place of what it finds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbrepro.errors import ConfigError


@dataclass(frozen=True)
class Sanitiser:
    """One replacement."""

    rule: str
    """The section's name; what the report calls the mask."""
    pattern: re.Pattern[str]
    replacement: str
    place: str | None = None
    """Path below the cell, as in ``/outputs/*/data/text/plain``, where it applies; ``None`` for all outputs."""


def read_sanitisers(files: Iterable[str]) -> tuple[Sanitiser, ...]:
    """Return the replacements of these files, in their order.

    Raises
    ------
    ConfigError
        If a file cannot be read, or holds a line, an expression or a replacement that is at fault.
    """
    return tuple(sanitiser for file in files for sanitiser in _parse(file, _text(file)))


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError("no text in UTF-8: `sanitize_with` wants nbval's sanitising file", context=(file,)) from None
    except OSError as fault:
        msg = f"cannot be read ({fault.strerror}): `sanitize_with` names it"
        raise ConfigError(msg, context=(file,)) from None


def _parse(file: str, text: str) -> Iterator[Sanitiser]:
    section, regex, found = "", None, 0
    for number, line in enumerate(text.splitlines(), 1):
        context = (file, f"line {number}")
        stripped = line.strip()
        if regex is not None and not line.startswith("replace:"):
            raise ConfigError("after `regex:` comes a line `replace:`", context=context)
        if regex is not None:
            found += 1
            replacement = _value(line, "replace:")
            yield sanitiser(section or f"sanitize-{found}", regex, replacement, context=context)
            regex = None
        elif line.startswith("regex:"):
            regex = _value(line, "regex:")
        elif stripped.startswith("[") and stripped.endswith("]"):
            section = stripped[1:-1].strip()
        elif stripped and not stripped.startswith(("#", ";")):
            raise ConfigError(
                f"{shown(stripped)} is no `[section]`, no `regex: …` and no `replace: …`", context=context
            )
    if regex is not None:
        raise ConfigError("after `regex:` comes a line `replace:`", context=(file, "its end"))
    if not found:
        raise ConfigError("holds no `regex: …` with its `replace: …`: name nbval's sanitising file", context=(file,))


def shown(text: str) -> str:
    """Return the beginning of a text, quoted."""
    return repr(text if len(text) <= 40 else text[:40] + "…")  # noqa: PLR2004 - a line of a terminal


def _value(line: str, key: str) -> str:
    return line.removeprefix(key).removeprefix(" ")


def sanitiser(
    rule: str, regex: str, replacement: str, place: str | None = None, *, context: tuple[str, ...]
) -> Sanitiser:
    """Return a replacement whose expression and references are sound.

    Raises
    ------
    ConfigError
        If they are not.
    """
    try:
        pattern = re.compile(regex)
    except (re.error, RecursionError, OverflowError) as fault:
        msg = f"{shown(regex)} is no regular expression: {fault}"
        raise ConfigError(msg, context=(*context, rule)) from None
    try:
        re.compile(f"(?:{pattern.pattern})|", pattern.flags).sub(replacement, "")
    except (re.error, IndexError) as fault:
        msg = f"{shown(replacement)} is no replacement for {shown(regex)}: {fault}"
        raise ConfigError(msg, context=(*context, rule)) from None
    return Sanitiser(rule, pattern, replacement, place)
