"""What a clock said: magics that time, log records, elapsed times that the cell measured."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.compare.normalisers.base import Normaliser, Span, absent_from, spans
from nbrepro.compare.normalisers.elapsed import is_measured
from nbrepro.compare.normalisers.tabled import SEARCHES, TRAINS
from nbrepro.compare.normalisers.templates import written_times

_UNIT = r"(?:ns|µs|μs|us|ms|s|secs?|seconds?|mins?|minutes?|h|hours?|milliseconds?)"
_AMOUNT = rf"\d+(?:\.\d+)?(?:e[-+]?\d+)?\s?{_UNIT}\b(?:\s?\d+(?:\.\d+)?\s?{_UNIT}\b)*"
_STAMP = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_LEVEL = r"(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL|TRACE|SUCCESS)"
_LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "CRITICAL", "FATAL", "TRACE", "SUCCESS", ": I ", ": W ", ": E ")
_COMMA_STAMP = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\b")
_MILLISECONDS = re.compile(r":\d\d,\d{3}\b")
_BESIDE_LEVEL = re.compile(
    rf"^\[?(?:[IWEDC] )?({_STAMP})(?=\]?(?: \S{{1,60}}){{0,4}}?(?: [|\[(]?|:){_LEVEL}\b|: [IWEF] )"
    rf"|^\[(?:\d\d/\d\d/\d\d )?(\d\d:\d\d:\d\d)\](?= +{_LEVEL}\b)",
    re.MULTILINE,
)
_CLOCK = re.compile(
    r"\b(?:perf_counter|process_time|monotonic|default_timer|thread_time)(?:_ns)?\b|\btime\.time(?:_ns)?\("
    r"|\btime\(\)|\bdatetime\.(?:datetime\.)?(?:now|utcnow|today)\("
)


def _log_times(text: str) -> Iterator[Span]:
    """Find the times of log records: single spaces keep the columns of a printed series apart from them."""
    if _MILLISECONDS.search(text):  # much faster than the stamp itself, which begins with any digit
        yield from (match.span() for match in _COMMA_STAMP.finditer(text))
    absent = absent_from(text)
    if any(absent.isdisjoint(level) and level in text for level in _LEVELS):
        yield from (match.span(match.lastindex or 0) for match in _BESIDE_LEVEL.finditer(text))


_PROFILED = re.compile(
    r"function calls (?:\(\d+ primitive calls\) )?in (?P<total>[\d.]+) seconds"
    r"|^ +\d+(?:/\d+)?(?P<row>(?: +\d+\.\d+){4}) ",
    re.MULTILINE,
)


def _profile_times(text: str) -> Iterator[Span]:
    """Find the times of a profile; how often each function was called stays."""
    for match in _PROFILED.finditer(text):
        yield match.span("total" if match["total"] else "row")


_EPOCHS = re.compile(r"^epoch +(?:\w+ +)*time *\n(?:\d+ +[^\n]*\n?)+", re.MULTILINE)
_EPOCH = re.compile(r" ((?:\d+:)?\d\d:\d\d) *$", re.MULTILINE)


def _epoch_times(text: str) -> Iterator[Span]:
    for table in _EPOCHS.finditer(text):
        yield from (match.span(1) for match in _EPOCH.finditer(text, *table.span()))


NORMALISERS = (
    Normaliser(
        name="profile-time",
        description="The times in what `cProfile` prints; the numbers of calls are compared.",
        find=_profile_times,
        hints=("ncalls  tottime  percall  cumtime  percall",),
    ),
    Normaliser(
        name="fit-time",
        description="The times that scikit-learn's `cross_validate` and grid searches measured, by their names.",
        find=spans(r"'(?:(?:mean|std)_)?(?:fit|score)_time': array\((\[[^\[\]]*\])\)"),
        hints=("_time': array(",),
        evidence=SEARCHES,
    ),
    Normaliser(
        name="epoch-time",
        description="The time of each epoch in the table that fastai prints, where the cell trains.",
        find=_epoch_times,
        hints=("epoch ",),
        evidence=TRAINS,
    ),
    Normaliser(
        name="summary-time",
        description="The date and the time at which statsmodels wrote a summary.",
        find=spans(
            r"^Date: {2,}(\w{3}, \d\d \w{3} \d{4})(?= {2,})|^Time: {2,}(\d\d:\d\d:\d\d)(?= {2,})", flags=re.MULTILINE
        ),
        hints=("Dep. Variable:",),
    ),
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
            r"(?:^|(?<=^<TimeitResult : ))(?:The slowest run took [^\n]*\n(?:[^\n]*cached\.\s*\n)?)?"
            r"(?:[\d.]+ \w+(?: [\d.]+ \w+)* (?:±|\+-) [\d.]+ \w+(?: [\d.]+ \w+)* per loop[^\n]*"
            r"|[\d,]+ loops?, best of \d+: [^\n]*)",
            flags=re.MULTILINE,
        ),
        hints=("per loop", "best of"),
    ),
    Normaliser(
        name="log-time",
        description="The time stamp of a log record, beside its level or with `logging`'s comma and milliseconds.",
        find=_log_times,
        hints=(":",),
    ),
    Normaliser(
        name="elapsed-time",
        description="A time that is labelled as elapsed, or that the source puts into a line, where it is proven to be"
        " a clock's difference.",
        find=spans(
            r"(?:\b(?:took|elapsed|duration|run ?time|time taken|(?:execution|training|total|wall|fit|elapsed) time)"
            rf"|^time)\b[ =:(]{{0,3}}({_AMOUNT}|\d+\.\d+|\d:\d\d:\d\d(?:\.\d+)?)|\bin ({_AMOUNT})"
            rf"|[(\[]({_AMOUNT})[)\]]"
            r"|['\"][\w ]*(?:seconds?|secs?|elapsed|took|duration|time)['\"]: ?(\d+(?:\.\d+)?(?:e-?\d+)?)(?=[,}\n])",
            flags=re.IGNORECASE | re.MULTILINE,
        ),
        hints=("took", "lapsed", "uration", "ime", "in ", "s)", "s]", "sec"),
        ignores_case=True,
        evidence=_CLOCK,
        is_meant=is_measured,
        find_written=written_times,
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
