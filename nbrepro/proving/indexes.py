"""The package indexes that pip is configured for, told to uv."""

from __future__ import annotations

import ast
import functools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_INDEX = ("index-url", "extra-index-url", "find-links")


def index_options() -> Iterator[str]:
    """Return the options by which uv, which reads none of pip's configuration, asks the same indexes as pip."""
    yield "--index-strategy=unsafe-best-match"  # as pip: a version may lie on any of the indexes
    if configured("no-index").lower() in {"1", "true", "yes", "on"}:
        yield "--no-index"
    for option in _INDEX:
        for value in configured(option).split():
            if not value.startswith("file:") or Path(value.removeprefix("file://")).exists():
                yield from (f"--{option}", value)
    for host in configured("trusted-host").split():
        yield from ("--allow-insecure-host", host)


def configured(option: str) -> str:
    """Return what pip's environment variable says of an option, else its configuration; empty if neither does."""
    variable = os.environ.get(f"PIP_{option.upper().replace('-', '_')}")
    return _settings(os.environ.get("PIP_CONFIG_FILE")).get(option, "") if variable is None else variable


@functools.cache
def _settings(file: str | None) -> dict[str, str]:  # noqa: ARG001 - pip asks the variable itself
    """What pip's configuration files say, those of ``install`` before the global ones."""
    answer = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, timeout=60, check=False
    )
    pairs = re.findall(r"^(global|install)\.([\w-]+)=(['\"].*)$", answer.stdout, re.MULTILINE)
    return {name: str(ast.literal_eval(value)) for _, name, value in sorted(pairs)}
