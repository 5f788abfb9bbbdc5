from __future__ import annotations

import time

import pytest

from nbrepro.compare.terminal import render


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hello world", "hello world"),
        ("abc\b\bX", "aXc"),
        ("hello world\b", "hello world"),
        ("\b\ba", "a"),
        ("10%\r100%", "100%"),
        ("100%\r5", "500%"),
        ("a\r\nb", "a\nb"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("abc\r\x1b[Kx", "x"),
        ("abc\x1b[2Kx", "   x"),
        ("one\ntwo\x1b[A\rONE", "ONE\ntwo"),
        ("a\x1b[2Cb", "a  b"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b[99999999Ax", "x"),
    ],
)
def test_text_is_what_stays_on_the_screen(text: str, shown: str) -> None:
    assert render(text) == shown


@pytest.mark.parametrize("text", ["\x1b[9999Bx", "\x1b[9999Cx\n", "\x1b[9999Bx\x1b[9999C|"])
def test_movements_of_the_cursor_add_little_and_take_little(text: str) -> None:
    start = time.process_time()
    shown = render(text * 3000)
    assert time.process_time() - start < 2
    assert shown.count("x") == 3000
    assert len(shown) < 1_000_000


def test_what_is_written_is_not_capped() -> None:
    text = "\x1b[0mword\n" * 110_000
    assert render(text) == "word\n" * 110_000
