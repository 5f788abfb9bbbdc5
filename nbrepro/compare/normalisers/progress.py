"""Progress bars, compared by where they ended: the percentage, the counts and what is written beside stay."""

from __future__ import annotations

import re

from nbrepro.compare.normalisers.base import Normaliser, spans

_CLOCK = r"(?:\d+:)?\d\d:\d\d"
_RATE = r"\s*(?:[\d.]+|\?)\s?[kMGT]?(?:s/\w+|[\w ]+?/s)"

NORMALISERS = (
    Normaliser(
        name="progress-bar",
        description="The drawn bar of tqdm, whose width is the terminal's.",
        find=spans(r"(?<=%)\|[█▉▊▋▌▍▎▏#\d ]*\|(?= *[\d.]+[kMGT]?/)"),
        hints=("%|",),
    ),
    Normaliser(
        name="progress-time",
        description="Elapsed and remaining time and rate of a tqdm bar.",
        find=spans(rf"\[({_CLOCK}(?:(?:<|&lt;)(?:{_CLOCK}|\?))?,{_RATE})(?=[\],])"),
        hints=("/s", "s/"),
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
        find=spans(
            r"(?<=\[)=*>?\.*(?=\] - )|(?<= - )(?:ETA: )?[\d:]+m?s?"
            r"(?: [\d.]+(?:µs|us|ms|s|ns)/(?:step|epoch|sample))?(?= - |\s*$)"
            r"|(?<=[━ ])(?:\d+(?:ms|s|m|:\d\d)) [\d.]+(?:µs|us|ms|s)/(?:step|epoch)",
            flags=re.MULTILINE,
        ),
        hints=("/step", "ETA:", "/epoch", "/sample"),
    ),
)
