from __future__ import annotations

import pytest

from nbrepro.compare.base import Rules
from nbrepro.compare.masking import mask

CLOCK = "import time\nt0 = time.perf_counter()\n"


def masks(source: str, text: str) -> list[str]:
    return [name for name, *_ in mask(text, Rules(source=source)).masks]


@pytest.mark.parametrize(
    "line",
    [
        'print(f"training took {time.perf_counter() - t0:.1f} s")',
        'print("training took", time.perf_counter() - t0, "s")',
        'took = time.perf_counter() - t0\nprint("training took %.1f s" % took)',
        'took = time.perf_counter() - t0\nprint("{} took {:.1f} s".format("training", took))',
        'def spent(): return time.perf_counter() - t0\nlog.info("training took %s s", spent())',
        'self.took = time.perf_counter() - t0\nprint("training took " + str(self.took) + " s")',
    ],
)
def test_a_time_that_the_cell_measured_is_set_aside(line: str) -> None:
    assert masks(CLOCK + line, "training took 3.2 s") == ["elapsed-time"]


@pytest.mark.parametrize(
    "line",
    [
        'print("mean delivery time: 30.2 s")',
        'print(f"mean delivery time: {delays.mean():.1f} s")',
        'print(f"mean delivery time: {delays.mean():.1f} s")\nprint("ready in", time.perf_counter() - t0)',
    ],
)
def test_a_time_that_the_cell_computed_otherwise_is_a_result(line: str) -> None:
    assert masks(CLOCK + line, "mean delivery time: 30.2 s") == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("time.perf_counter() - t0", ["elapsed-time"]),
        ("round(time.perf_counter() - t0, 2)", ["elapsed-time"]),
        ("delays.mean()", []),
        ("time.time()", []),
    ],
)
def test_a_time_behind_a_key_is_set_aside_where_a_difference_of_clocks_stands_there(
    entry: str, expected: list[str]
) -> None:
    source = f"{CLOCK}print({{'loss': 0.25, 'seconds': {entry}}})"
    assert masks(source, "{'loss': 0.25, 'seconds': 3.2}") == expected


def test_a_key_that_also_holds_another_value_is_a_result() -> None:
    source = f"{CLOCK}print({{'seconds': time.perf_counter() - t0}})\nprint({{'seconds': simulated}})"
    assert masks(source, "{'seconds': 3.2}\n{'seconds': 4.5}") == []


TIMED = f"{CLOCK}loss, rate = 0.3, 0.25\nend = time.perf_counter()\ndt = end - t0\n"

WRITTEN = {
    'print("--- %s seconds ---" % (time.time() - start_time))': "--- 1.22 seconds ---",
    'print(f"{dt:.2f}s")': "1.22s",
    'print(f"{dt:.2f} seconds elapsed")': "1.22 seconds elapsed",
    'print(round(dt, 2), "seconds elapsed")': "1.22 seconds elapsed",
    'print(f"epoch {1} loss {loss} time {dt:.1f}s")': "epoch 1 loss 0.3 time 1.2s",
    'print(f"[{dt:6.1f}s] epoch {1}")': "[   1.2s] epoch 1",
    'print(f"Runtime of the program is {end - t0}")': "Runtime of the program is 1.22",
    'print("Runtime of the program is", end - t0)': "Runtime of the program is 1.22",
    'print(f"Latency: {dt * 1000:.1f} ms")': "Latency: 3.1 ms",
    'print("Inference time:", dt)': "Inference time: 1.2",
    'n = 100\nprint("Inference:", (end - t0) / n)': "Inference: 1.2e-05",
    'print("\\n--- {} s ---\\nwords".format(time.time() - t0))': "\n--- 1.2 s ---\nwords",
    'print("Ready in about {:.1f}".format(dt))': "Ready in about 1.2",
    'print("Spent:", time.strftime("%H:%M:%S", time.gmtime(dt)))': "Spent: 00:01:02",
    "total = 0\nfor i in range(3):\n    total += dt\nprint('Total:', total)": "Total: 3.25",
    "begun = datetime.now()\nprint('Ready:', datetime.now() - begun)": "Ready: 0:00:03.25",
}


@pytest.mark.parametrize("source", WRITTEN)
def test_a_proven_difference_of_clocks_is_set_aside_in_whatever_words(source: str) -> None:
    assert masks(TIMED + source, WRITTEN[source]) == ["elapsed-time"]


KEPT = {
    "a loss": ('print(f"loss {loss}")\nprint(f"ready {dt}")', "loss 0.3"),
    "a loss beside": ('print(f"loss {loss} time {dt}")', "loss 0.3"),
    "a price": ('print("Price:", dt * rate)', "Price: 1.2"),
    "a price by a number": ('print("Price:", dt / 3600 * 2.5)', "Price: 1.2"),
    "a rate": ('print(5 / dt, "rows a second")', "1.2 rows a second"),
    "a speed-up": ('print("Faster:", dt / rate)', "Faster: 1.2"),
    "a date": ('print("Now:", time.time())', "Now: 1.2"),
    "a number alone": ("print(dt)", "1.2"),
    "whole and without a unit": ('print("Ready:", int(dt))', "Ready: 3"),
    "the same words for another value": (
        'print(f"Latency: {rate} ms")\nprint(f"Latency: {dt * 1000} ms")',
        "Latency: 3.1 ms",
    ),
    "the same words, composed before": (
        'text = f"Latency: {rate} ms"\nprint(text)\nprint(f"Latency: {dt * 1000} ms")',
        "Latency: 3.1 ms",
    ),
    "the same form without words": ('print(f"{rate}s")\nprint(f"{dt}s")', "1.2s"),
    "a table's cell": ('print(f"{dt}s")\ntable', "1.2s"),
    "other words in the line": ('print(f"epoch {1} and {dt:.1f}")', "between 2.0 and 5.0"),
    "a name for two things": ('dt = rate\nprint("Rate:", dt)', "Rate: 1.2"),
    "a parameter": ('def tell(dt):\n    print("Rate:", dt)', "Rate: 1.2"),
    "a loop's variable": ('for dt in rates:\n    print("Rate:", dt)', "Rate: 1.2"),
    "taken from no reading": ('start = 5\nprint("Left:", time.time() - start)', "Left: 1.2"),
    "another's time": ('print("Song:", song.time() - t0)', "Song: 1.2"),
}


@pytest.mark.parametrize(("source", "text"), KEPT.values(), ids=KEPT)
def test_what_may_be_something_else_than_a_time_spent_is_a_result(source: str, text: str) -> None:
    assert masks(TIMED + source, text) == []


@pytest.mark.parametrize("word", ["took", "Took", "TOOK"])
def test_a_label_is_known_in_capitals(word: str) -> None:
    source = f"%%capture magic\nprint(f'{word} {{time.time() - t0:.2f}} s')"
    assert masks(source, f"{word} 1.22 s") == ["elapsed-time"]
