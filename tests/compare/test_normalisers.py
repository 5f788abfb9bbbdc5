from __future__ import annotations

import pytest

from nbrepro.compare.base import Rules
from nbrepro.compare.html import compare_html
from nbrepro.compare.masking import mask


def masked(text: str, source: str = "", **rules: frozenset[str]) -> list[tuple[str, str]]:
    return [(name, piece) for name, piece, _ in mask(text, Rules(source=source, **rules)).masks]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "name", "piece"),
    [
        ("<Foo object at 0x7f8b5c0f2de0>", "address", "0x7f8b5c0f2de0"),
        ("<function <lambda> at 0x7f8b5c0f2de0>", "address", "0x7f8b5c0f2de0"),
        ("Generator(PCG64) at 0x7F8B5C0F2DE0", "address", "0x7F8B5C0F2DE0"),
        ("<function sca...x7fde8047d6c0>", "address", "x7fde8047d6c0"),
        ("<Thread(Thread-5, started 139872)>", "thread-id", "139872"),
        ("/tmp/ipykernel_123/4567.py:3: W", "ipykernel-path", "/tmp/ipykernel_123/4567.py"),
        ("<ipython-input-3-abcdef>", "ipykernel-path", "<ipython-input-3-abcdef>"),
        ("/tmp/tmpab12cd_9/x", "temporary-path", "/tmp/tmpab12cd_9"),
        (
            "C:\\Users\\me\\AppData\\Local\\Temp\\tmpab12cd_9\\x",
            "temporary-path",
            "C:\\Users\\me\\AppData\\Local\\Temp\\tmpab12cd_9",
        ),
        ("/var/folders/ab/c_d/T/tmpab12cd_9", "temporary-path", "/var/folders/ab/c_d/T/tmpab12cd_9"),
        ("Wall time: 3 ms", "time-magic", "Wall time: 3 ms"),
        ("CPU times: user 3 ms, sys: 0 ns, total: 3 ms", "time-magic", "CPU times: user 3 ms, sys: 0 ns, total: 3 ms"),
        ("2024-01-01 10:00:00,123 INFO x", "log-time", "2024-01-01 10:00:00,123"),
        ("2024-01-01 10:00:00 WARNING x", "log-time", "2024-01-01 10:00:00"),
        ("2024-01-01 10:00:00.123 | INFO     | x", "log-time", "2024-01-01 10:00:00.123"),
        ("[I 2024-01-01 10:00:00,123] Trial 0", "log-time", "2024-01-01 10:00:00,123"),
        ("[Parallel(n_jobs=1)]: Done 3 out of 3 | elapsed:    0.1s finished", "joblib-time", "   0.1s finished"),
        ("25/25 ━━━━━━━━━━━━━━━━━━━━ 0s 2ms/step - loss: 0.5", "keras-progress", "0s 2ms/step"),
        ("10/100 [=>...] - ETA: 1:05 - loss: 0.5 - 2ms/step", "keras-progress", "ETA: 1:05"),
        ("10/10 [====] - 0s 5ms/step - loss: 0.5", "keras-progress", "0s 5ms/step"),
        ("10/10 - 2s - loss: 0.5 - 2s/epoch - 1ms/step", "keras-progress", "2s"),
        ("   10/Unknown - 5s 3ms/step", "keras-progress", "5s 3ms/step"),
        ("100.00% [3/3 00:05<00:00]", "progress-time", "00:05<00:00"),
        ("100.00% [3/3 00:05&lt;00:00]", "progress-time", "00:05&lt;00:00"),
        ("/tmp/tmp_2result/x", "temporary-path", "/tmp/tmp_2result"),
        ("/tmp/tmpabcdefgh/x", "temporary-path", "/tmp/tmpabcdefgh"),
        ("<__main__.Foo ...t 0x104f3b2e0>", "address", "t 0x104f3b2e0"),
        ("<__main__.Foo...001F2A3B4C5D0>", "address", "001F2A3B4C5D0"),
    ],
)
def test_what_carries_no_result_is_masked(text: str, name: str, piece: str) -> None:
    assert (name, piece) in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "0x7f8b5c0f2de0",
        "crash at 0x7f8b5c0f2de0",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "5f2b9a0c-1111-4222-8333-444455556666",
        "2024-01-01 10:00:00",
        "2024-01-01 10:00:00.123456",
        "took 3.2 s",
        "pid: 1234",
        "/tmp/data/x.csv",
        "/tmp/tmp",
        "[10:00:00] started",
        "2024-01-01 10:00:00    ERROR\n2024-01-01 11:00:00    INFO",
        "50%|abc| 3",
        "/tmp/tmp_results/x",
        "/tmp/tmp_out_dir/x",
        "Arsenal - 3\nloss 0.5 at 2ms/step",
        "Arsenal - 3s - 5ms/step",
        "3/4 - 2 - 9\n/step",
        "[..] - 3\n/step",
        "<Result score...1234>",
        "<Commit 8f2a7e...d6c0e1>",
        "time 3.5",
    ],
)
def test_what_a_user_computed_is_not_masked(text: str) -> None:
    assert masked(text) == []


@pytest.mark.parametrize(
    ("text", "source", "name"),
    [
        ("Time: 3.25", "t = time.time()\nprint('Time:', time.time() - t)", "elapsed-time"),
        ("took 3.2 s", "t = time.perf_counter()\nprint(f'took {time.perf_counter() - t:.1f} s')", "elapsed-time"),
        ("Elapsed: 0:00:03.5", "%%capture magic\nprint('Elapsed: %s' % (datetime.now() - t))", "elapsed-time"),
        ("pid: 1234", "os.getpid()", "pid"),
        ("PROCESS 1234", "os.getpid()", "pid"),
        ("epoch  train_loss  time\n0      0.5         00:03\n", "learn.fit_one_cycle(1)", "epoch-time"),
    ],
)
def test_some_forms_are_masked_only_with_evidence_in_the_source(text: str, source: str, name: str) -> None:
    assert masked(text) == []
    assert [found for found, _ in masked(text, source)] == [name]


@pytest.mark.parametrize("text", ["correlation in 0.913", "survival time 3.2", "found in 3 rows", "in total 5"])
def test_a_number_that_is_no_labelled_time_is_kept_beside_a_clock(text: str) -> None:
    assert masked(text, "t = time.time()") == []


def test_of_the_epochs_in_an_html_table_only_the_time_is_set_aside() -> None:
    head = "<tr><th>epoch</th><th>loss</th><th>time</th></tr>"
    page = f"<table><thead>{head}</thead><tbody><tr><td>0</td><td>{{}}</td><td>{{}}</td></tr></tbody></table>"
    rules = Rules(source="learn.fit(1)")
    assert compare_html(page.format("0.5", "00:03"), page.format("0.5", "00:04"), rules).noise == ("epoch-time",)
    assert not compare_html(page.format("0.5", "00:03"), page.format("0.6", "00:03"), rules).passes
    assert not compare_html(page.format("0.5", "00:03"), page.format("0.5", "00:04"), Rules()).passes


def test_a_progress_bar_keeps_its_end_and_what_stands_beside() -> None:
    text = mask("fit: 100%|██████████| 10/10 [00:01<00:00,  9.87it/s, loss=0.5]", Rules()).text
    assert text.startswith("fit: 100%")
    assert " 10/10 [" in text
    assert text.endswith(", loss=0.5]")


def test_masking_twice_changes_nothing() -> None:
    once = mask("<A at 0x7f8b5c0f2de0> /tmp/tmpab12cd_9", Rules())
    assert mask(once.text, Rules()).text == once.text


def test_a_normaliser_can_be_switched_off() -> None:
    assert masked("<A at 0x7f8b5c0f2de0>", keep_masks=frozenset({"address"})) == []


def test_the_line_of_a_mask_is_told() -> None:
    assert [line for _, _, line in mask("a\n<A at 0x7f8b5c0f2de0>\n\n<A at 0x7f8b5c0f2de0>", Rules()).masks] == [2, 4]
