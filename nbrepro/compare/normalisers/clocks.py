"""What a clock said: magics that time, log records, elapsed times that the cell measured."""

from __future__ import annotations

import re

from nbrepro.compare.normalisers.base import Normaliser, spans

_UNIT = r"(?:ns|µs|μs|us|ms|s|secs?|seconds?|mins?|minutes?|h|hours?|milliseconds?)"
_AMOUNT = rf"\d+(?:\.\d+)?(?:e[-+]?\d+)?\s?{_UNIT}\b(?:\s?\d+(?:\.\d+)?\s?{_UNIT}\b)*"
_STAMP = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_COMMA_STAMP = r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\b"
_LEVEL = r"(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL|TRACE|SUCCESS)"
_CLOCK = re.compile(
    r"\b(?:perf_counter|process_time|monotonic|default_timer|thread_time)(?:_ns)?\b|\btime\.time(?:_ns)?\("
    r"|\btime\(\)|\bdatetime\.(?:datetime\.)?(?:now|utcnow|today)\(|%%?time"
)

NORMALISERS = (
    Normaliser(
        name="time-magic",
        description="What `%time` and `%%time` print.",
        find=spans(
            r"^(?:CPU times: (?:user )?[^\n]*total: [^\n]*|CPU times: total: [^\n]*|Wall time: [^\n]*"
            r"|Compiler\s+: [^\n]*)$",
            flags=re.MULTILINE,
        ),
        hints=("CPU times:", "Wall time:"),
    ),
    Normaliser(
        name="timeit-magic",
        description="What `%timeit` prints.",
        find=spans(
            r"^(?:The slowest run took [^\n]*\n(?:[^\n]*cached\.\s*\n)?)?"
            r"(?:[\d.]+ \w+(?: [\d.]+ \w+)* (?:±|\+-) [\d.]+ \w+(?: [\d.]+ \w+)* per loop[^\n]*"
            r"|[\d,]+ loops?, best of \d+: [^\n]*)",
            flags=re.MULTILINE,
        ),
        hints=("per loop", "best of"),
    ),
    Normaliser(
        name="log-time",
        description="The time stamp of a log record, beside its level or with `logging`'s comma and milliseconds.",
        find=spans(
            rf"({_COMMA_STAMP})|^\[?(?:[IWEDC] )?({_STAMP})(?=\]?[^\n]{{0,80}}?\b{_LEVEL}\b|: [IWEF] )"
            rf"|^\[(?:\d\d/\d\d/\d\d )?(\d\d:\d\d:\d\d)\](?= +{_LEVEL}\b)",
            flags=re.MULTILINE,
        ),
        hints=(":",),
    ),
    Normaliser(
        name="elapsed-time",
        description="A time that is labelled as elapsed, in a cell that reads a clock.",
        find=spans(
            rf"\b(?:took|elapsed|duration|run ?time|time taken|(?:execution|training|total|wall|fit|elapsed) time"
            rf"|time|finished in|done in|in)\b[ =:(]{{0,3}}({_AMOUNT}|\d+\.\d+|\d:\d\d:\d\d(?:\.\d+)?)",
            flags=re.IGNORECASE,
        ),
        hints=("took", "lapsed", "uration", "ime", "in "),
        evidence=_CLOCK,
    ),
    Normaliser(
        name="joblib-time",
        description="The elapsed and remaining time of joblib's progress.",
        find=spans(
            r"(?<=\| elapsed: )\s*[\d.]+\s?(?:s|min)(?: (?:finished|remaining:\s+[\d.]+\s?(?:s|min)))?",
        ),
        hints=("| elapsed:",),
    ),
)
