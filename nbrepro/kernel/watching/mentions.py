"""Places that a cell names: in its literals, its shell commands, and the names it uses."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

_QUOTED = re.compile(r"\"([^\"\n]{1,400})\"|'([^'\n]{1,400})'")
_WORD = re.compile(r"[^\s'\"`()\[\]{},;=<>|&]{2,400}")
_NAME = re.compile(r"[A-Za-z_]\w*")
_WILD = re.compile(r"[*?\[{]")
_MOST_SOURCE = 50_000
_MOST = 200
"""Characters of a cell, and places in it, that are looked at: a longer cell is no reason to be slow."""


def mentioned(source: str, namespace: Mapping[str, Any]) -> Iterator[str]:
    """Yield what may be paths, as they are written: with ``~`` and wildcards, relative or not, and mostly not there.

    Parameters
    ----------
    source:
        The cell; what is quoted counts as a whole and word by word, since SQL and shell commands name files too.
    namespace:
        The notebook's names. Texts and paths among them count; nothing of the user's is called.
    """
    found: set[str] = set()
    source = source[:_MOST_SOURCE]
    quoted = [double or single for double, single in _QUOTED.findall(source)]
    with_separator = [word for word in _WORD.findall(source) if "/" in word]
    for text in (*quoted, *with_separator, *_values(source, namespace)):
        if text in found or "://" in text or len(found) >= _MOST:
            continue
        found.add(text)
        yield text


def _values(source: str, namespace: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys(_NAME.findall(source)):
        value = namespace.get(name)
        if type(value) is str:
            if "/" in value and len(value) < _MOST and "\n" not in value:
                yield value
        elif issubclass(type(value), PurePath) and type(value).__module__.startswith("pathlib"):  # it is not asked
            yield str(value)


def place_of(text: str, folder: str) -> str:
    """Return the absolute path that a text names, cut off before the first part with a wildcard."""
    path = os.path.expanduser(text) if text.startswith("~") else text  # noqa: PTH111 - text, for speed
    wild = _WILD.search(path)
    if wild is not None:
        path = path[: wild.start()].rpartition("/")[0] + "/"
        path = path if text.startswith(("/", "~")) else path.lstrip("/") or "."
    return os.path.normpath(os.path.join(folder, path))  # noqa: PTH118 - as above
