"""Times spent that a cell puts into a text of its own making, found by the literals that its source puts round them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from nbrepro.compare.normalisers.base import Span
from nbrepro.compare.normalisers.spent import Spent, parsed
from nbrepro.sources.printed import OTHER, Piece, composed, is_log, printed

_SAMPLE = 2.3456
_LONGEST = 2_000
"""Characters of a line in which a time is looked for."""
_MOST = 50
"""Templates of a cell that are looked at."""
_FRACTION = r"\d+:\d\d(?::\d\d(?:\.\d+)?)?|\d{1,20}(?:\.\d*)?e[-+]\d+|\d{1,20}\.\d*"
_WHOLE = rf"{_FRACTION}|\d{{1,20}}"
_UNIT = re.compile(r"\s?(?:ns|µs|μs|us|ms|s|secs?|seconds?|mins?|minutes?|h|hours?|milliseconds?)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
_COMPOSED = (ast.JoinedStr, ast.BinOp, ast.Call, ast.Dict)


@dataclass(frozen=True)
class _Template:
    """A line that a cell writes: literals, and between each and the next a value."""

    literals: tuple[str, ...]
    times: tuple[bool, ...]
    """Which of the values are times spent."""
    begins: bool
    """Whether nothing stands before it in its line."""
    ends: bool

    @cached_property
    def has_words(self) -> bool:
        return any(_WORD.search(literal) for literal in self.literals)

    def fits(self, line: str) -> bool:
        """Whether the literals stand in a line, in order."""
        position = 0
        for number, literal in enumerate(self.literals):
            found = line.find(literal, position)
            if found < 0 or (found and self.begins and not number):
                return False
            position = found + len(literal)
        return line.endswith(self.literals[-1]) or not self.ends

    def holds(self, place: int, line: str, span: Span) -> bool:
        """Whether a value of this line stands at a span of another, to judge by the literals round it."""
        before, after = line[: span[0]].rstrip(), line[span[1] :].lstrip()
        left, right = self.literals[place].rstrip(), self.literals[place + 1].lstrip()
        is_first, is_last = place == 0, place == len(self.times) - 1
        begins = before == left if is_first and self.begins else before.endswith(left)
        return begins and (after == right if is_last and self.ends else after.startswith(right))

    def is_telling(self, place: int) -> bool:
        """Whether the literals tell a time from anything else that a line may hold."""
        left, right = self.literals[place].strip(), self.literals[place + 1]
        if self.has_words:
            return bool(left or right.strip()) or (place == 0 and self.begins)
        is_closed = bool(left) or (place == 0 and self.begins)
        return is_closed and self._has_unit(place) and (place < len(self.times) - 1 or self.ends)

    def _has_unit(self, place: int) -> bool:
        return _UNIT.match(self.literals[place + 1]) is not None

    def pattern(self, place: int) -> re.Pattern[str]:
        """Return what finds a time, with the literals round it."""
        left, right = map(re.escape, self.literals[place : place + 2])
        begin = "^" if place == 0 and self.begins else ""
        end = "$" if place == len(self.times) - 1 and self.ends else ""
        number = _WHOLE if self._has_unit(place) else _FRACTION
        return re.compile(rf"{begin}{left} {{0,20}}(?<![\w.])({number})(?!\d|\.\d) {{0,20}}{right}{end}", re.MULTILINE)


@dataclass(frozen=True)
class _Written:
    """What a cell writes, as far as its source tells."""

    templates: tuple[_Template, ...]
    shows_more: bool
    """Whether there may be outputs that are not printed: a table's cell has no line round it."""

    @cached_property
    def times(self) -> list[re.Pattern[str]]:
        return [
            template.pattern(place)
            for template in self.templates
            for place, is_time in enumerate(template.times)
            if is_time and template.is_telling(place) and (template.has_words or not self.shows_more)
        ]

    def is_time(self, line: str, span: Span) -> bool:
        """Whether a time was written there, and nothing else can have been."""
        found = [template for template in self.templates if template.fits(line)]
        sure = [t for t in found if self._holds(t, line, span, is_time=True) and (t.has_words or not self.shows_more)]
        has_words = any(template.has_words for template in sure)
        return bool(sure) and not any(
            self._holds(other, line, span, is_time=False) for other in found if other.has_words or not has_words
        )

    def _holds(self, template: _Template, line: str, span: Span, *, is_time: bool) -> bool:
        return any(template.holds(place, line, span) for place, timed in enumerate(template.times) if timed is is_time)


def written_times(text: str, source: str) -> Iterator[Span]:
    """Find the times spent that a cell of this source wrote into lines of its own making."""
    written = _written(source)
    if written is None:
        return
    for pattern in written.times:
        for match in pattern.finditer(text):
            span = match.span(1)
            start = text.rfind("\n", max(0, span[0] - _LONGEST), span[0]) + 1
            end = text.find("\n", span[1], span[1] + _LONGEST)
            end = end if end >= 0 else len(text)
            if end - start <= _LONGEST and written.is_time(text[start:end], (span[0] - start, span[1] - start)):
                yield span


@lru_cache(maxsize=64)
def _written(source: str) -> _Written | None:
    tree = parsed(source)
    if tree is None:
        return None
    try:
        templates = dict.fromkeys(_templates(tree, Spent(tree)))
    except RecursionError:  # a sum of a thousand texts
        return None
    if len(templates) > _MOST or not any(any(template.times) for template in templates):
        return None
    return _Written(tuple(templates), _shows_more(tree))


def _templates(tree: ast.Module, spent: Spent) -> Iterator[_Template]:
    """Yield the lines of all that a cell prints, and of all texts that it composes for whatever purpose."""
    is_continued = any(isinstance(node, ast.Call) and _goes_on(node) for node in ast.walk(tree))
    done: set[int] = set()
    for node in ast.walk(tree):
        if id(node) in done or not isinstance(node, _COMPOSED):
            continue
        call = node if isinstance(node, ast.Call) else None
        pieces = printed(call, spent.covers, _SAMPLE, strictly=False) if call else None
        is_printed = call is not None and pieces is not None and not is_log(call)
        if pieces is None:
            pieces = composed(node, spent.covers, _SAMPLE)
            done.update(map(id, _sums(node)))
        if pieces is None or spent.covers(node) or not (is_printed or _has_literals(pieces)):
            continue
        done.update(id(inner) for inner in ast.walk(node))
        yield from _lines(pieces, begins=is_printed and not is_continued, ends=is_printed and not _goes_on(node))


def _sums(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the sums of which a sum is made: they were looked at with it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield node
            waiting += [node.left, node.right]


def _has_literals(pieces: Iterable[Piece]) -> bool:
    return any(text != OTHER and not is_time for text, is_time in pieces)


def _lines(pieces: Iterable[Piece], *, begins: bool, ends: bool) -> Iterator[_Template]:
    """Yield each line of a text; a time's sample and what stands for other values are its values."""
    literals, times = [""], list[bool]()
    for text, is_time in pieces:
        if is_time or text == OTHER:
            if is_time or literals[-1] or not times or times[-1]:  # two values side by side are as one
                times.append(is_time)
                literals.append("")
            continue
        for number, line in enumerate(text.split("\n")):
            if number:
                yield from _closed(literals, times, begins=begins, ends=True)
                literals, times, begins = [""], [], True
            literals[-1] += line
    yield from _closed(literals, times, begins=begins, ends=ends)


def _closed(literals: list[str], times: list[bool], *, begins: bool, ends: bool) -> Iterator[_Template]:
    if times:
        yield _Template(tuple(literals), tuple(times), begins, ends)


def _goes_on(node: ast.AST) -> bool:
    """Whether a call of ``print`` does not end its line."""
    return isinstance(node, ast.Call) and any(keyword.arg == "end" for keyword in node.keywords)


def _shows_more(tree: ast.Module) -> bool:
    last = tree.body[-1] if tree.body else None
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if "display" in names:
        return True
    return isinstance(last, ast.Expr) and not (isinstance(last.value, ast.Call) and _prints(last.value))


def _prints(call: ast.Call) -> bool:
    return is_log(call) or (isinstance(call.func, ast.Name) and call.func.id == "print")
