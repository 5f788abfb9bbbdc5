"""A cell's source as Python: IPython's additions set aside, line numbers kept."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache

MAX_SOURCE = 200_000
"""Characters of a source that is analysed; a longer one is data pasted into a cell."""

TRANSPARENT_MAGICS = frozenset({"capture", "prun", "time", "timeit"})
"""Cell magics whose body is Python of the notebook."""
_ASSIGNED_MAGIC = re.compile(r"^(\s*[\w., ]+=\s*)[!%].*$")
_LINE_MAGIC = re.compile(r"^(\s*)(?:[!%?].*|[\w.]+\?{1,2}\s*)$")


@lru_cache(maxsize=1024)
def parse(source: str) -> ast.Module | None:
    """Parse a cell's source with IPython's additions set aside, line numbers kept; ``None`` if it is no Python."""
    if len(source) > MAX_SOURCE:
        return None
    plain = plain_python(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are the notebook's own affair
            return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def plain_python(source: str) -> str:
    """Return the source with magics and shell lines replaced by nothing that counts, line by line."""
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        magic = lines[first][2:].split(maxsplit=1)
        if not magic or magic[0] not in TRANSPARENT_MAGICS:
            return ""
        lines[first] = ""
    return "\n".join(_without_magic(line) for line in lines)


def _without_magic(line: str) -> str:
    if assigned := _ASSIGNED_MAGIC.match(line):
        return f"{assigned[1]}None"
    if magic := _LINE_MAGIC.match(line):
        return f"{magic[1]}pass"
    return line
