"""Progress bars, compared by where they ended: the percentage, the counts and what is written beside stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.compare.normalisers.base import Normaliser, Span, spans

_CLOCK = r"(?:\d+:)?\d\d:\d\d"
_RATE = r"\s*(?:[\d.]+|\?)\s?[kMGT]?(?:s/\w+|[\w ]+?/s)"
_PER = r"[\d.]+(?:µs|us|ms|s|ns)/(?:step|epoch|sample)"
_KERAS_LINE = re.compile(r"(?:^|(?<=[\r\b]))[^\S\n]*\d+/(?:\d+|Unknown) ?(?:\[|- )[^\n]*", re.MULTILINE)
_KERAS_PIECE = re.compile(
    r"(?<=\[)=*>?\.*(?=\] - )"
    rf"|(?<= - )(?:(?:ETA: (?:\d+:)?\d+(?::\d\d|s)|\d+(?:m?s|m)|\d+(?::\d\d){{1,2}})(?: {_PER})?|{_PER})(?= - |\s*$)",
    re.MULTILINE,
)
_KERAS_THREE = re.compile(rf"(?<=[━ ])\d+(?:ms|s|m|:\d\d) {_PER}")


def _keras_pieces(text: str) -> Iterator[Span]:
    """Find bars and times in lines that begin with the count of steps: ``- 3`` alone may be a score."""
    for line in _KERAS_LINE.finditer(text):
        yield from (piece.span() for piece in _KERAS_PIECE.finditer(text, *line.span()))
    yield from (match.span() for match in _KERAS_THREE.finditer(text))


NORMALISERS = (
    Normaliser(
        name="progress-bar",
        description="The drawn bar of tqdm, whose width is the terminal's.",
        find=spans(r"(?<=%)\|[█▉▊▋▌▍▎▏#\d ]*\|(?= *[\d.]+[kMGT]?/)"),
        hints=("%|",),
    ),
    Normaliser(
        name="progress-time",
        description="Elapsed and remaining time and rate of a bar of tqdm or fastai.",
        find=spans(
            rf"\[({_CLOCK}(?:(?:<|&lt;)(?:{_CLOCK}|\?))?,{_RATE})(?=[\],])"
            rf"|\[\d+/\d+ ({_CLOCK}(?:<|&lt;){_CLOCK})(?=[\] ])"
        ),
        hints=("/s", "s/", "<0", "lt;0"),
    ),
    Normaliser(
        name="rich-progress",
        description="The drawn bar of rich and pip, its clock and its rate.",
        find=spans(r"[━╸╺]{3,}[━╸╺ ]*|(?<=%)[ ]+-?(?:\d+:\d\d:\d\d|-:--:--)\b"),
        hints=("━━",),
    ),
    Normaliser(
        name="keras-progress",
        description="The drawn bar of Keras, its time and its time a step.",
        find=_keras_pieces,
        hints=("/step", "ETA:", "/epoch", "/sample"),
    ),
)
