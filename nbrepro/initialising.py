"""Init: write the configuration of a project, its own or that of the tool it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from nbrepro.config import load_settings
from nbrepro.errors import ConfigError, UsageError
from nbrepro.notebooks import write_atomically
from nbrepro.peers.pytest_options import Translation, translate
from nbrepro.store.layout import Store


@dataclass(frozen=True, kw_only=True)
class Initialised:
    """What was written."""

    pyproject: Path
    ignore: Path
    translation: Translation


def initialise(root: Path, *, tool: str | None = None, force: bool = False) -> Initialised:
    """Write ``[tool.nbrepro]`` into ``root/pyproject.toml``, and ``root/.nbrepro/.gitignore``.

    Raises
    ------
    UsageError
        If the table is there already and ``force`` is not given.
    ConfigError
        If a file that is read is at fault; then nothing is written.
    """
    translation = translate(root, tool) if tool else Translation()
    path = root / "pyproject.toml"
    text = _with_table(path, translation.settings, force=force)
    former = path.read_bytes() if path.exists() else None
    write_atomically(text.encode("utf-8"), path)
    try:
        load_settings(root)
    except ConfigError:
        path.unlink() if former is None else write_atomically(former, path)
        raise
    return Initialised(pyproject=path, ignore=Store(root).prepare(), translation=translation)


def _with_table(path: Path, settings: dict[str, Any], *, force: bool) -> str:
    """Return the text of ``pyproject.toml`` with the table in it; the rest keeps its form."""
    try:
        document = tomlkit.parse(path.read_bytes().decode("utf-8")) if path.exists() else tomlkit.document()
    except (TOMLKitError, UnicodeDecodeError) as fault:
        raise ConfigError(f"not valid TOML ({fault}): mend the file", context=(str(path),)) from None
    tools = document.get("tool")
    if tools is None:
        tools = document["tool"] = tomlkit.table(is_super_table=True)
    if "nbrepro" in tools and not force:
        raise UsageError("[tool.nbrepro] is there already: `--force` replaces it", context=(str(path),))
    table = tomlkit.table()
    if not settings:
        table.add(tomlkit.comment("settings: https://nbrepro.readthedocs.io/reference/configuration"))
    for name, value in settings.items():
        table.add(name, value)
    tools["nbrepro"] = table
    return tomlkit.dumps(document)
