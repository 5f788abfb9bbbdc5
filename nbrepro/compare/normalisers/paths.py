"""Paths of temporary files, whose names are random."""

from __future__ import annotations

from nbrepro.compare.normalisers.base import Normaliser, spans

_TEMP = (
    r"(?:(?:/private)?/var/folders/[\w+]+/[\w+]+/T|/(?:var/)?tmp|/dev/shm"
    r"|[A-Za-z]:(?:\\{1,2}[^\\\s'\"]+)*?\\{1,2}Temp)"
)
_WORD = r"_[a-z_]{7}(?![a-zA-Z0-9])"
"""What a person writes behind ``tmp``: ``tmp_results``. Of the names that `tempfile` draws, one in 300 looks so."""

NORMALISERS = (
    Normaliser(
        name="ipykernel-path",
        description="The file that ipykernel pretends a cell to be: `/tmp/ipykernel_<pid>/<hash>.py`.",
        find=spans(_TEMP + r"[/\\]{1,2}ipykernel_\d+[/\\]{1,2}\d+\.py|<ipython-input-\d+-\w+>"),
        hints=("ipykernel_", "<ipython-input-"),
    ),
    Normaliser(
        name="temporary-path",
        description="The random part of a name that `tempfile` made: `/tmp/tmp8_x1y2z3`; what follows is compared.",
        find=spans(_TEMP + r"[/\\]{1,2}tmp(?!" + _WORD + r")[a-z0-9_]{8}(?![a-zA-Z0-9])"),
        hints=("tmp",),
    ),
)
