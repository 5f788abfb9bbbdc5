"""Each reason names the cell that is at fault."""

from __future__ import annotations

import pytest

from tests.kernel.live.notebook import LiveNotebook, Step

_FRAME = "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})"
_UNSEEDED = "import secrets\n\nx = secrets.randbits(64)"


@pytest.mark.parametrize(
    ("cells", "steps", "reason"),
    [
        ([_FRAME, "df['a'] *= 2", "print(df)"], ["a b b c"], "uses `df`, which cell 2 changed again since"),
        (["x = [1]", "print(x)", "x.append(2)"], ["a c b"], "uses `x`, which cell 3 below changed"),
        (["x = 1", "print(x)", "x = 2"], ["a c b"], "uses `x`, which cell 3 below makes"),
        (
            ["x = 1", "x = 2", "print(x)"],
            ["a b c", ("move", "a", "b")],
            "uses `x`, of which cell 2 makes another value in a run from the top",
        ),
        (["x = 1", "print(x)"], ["a b", ("edit", "a", "x = 2"), "a"], "uses `x` as it was before cell 1 ran again"),
        (["x = 1", "try:\n    print(x)\nexcept NameError:\n    print()"], ["b a"], "ran before cell 1 made `x`"),
        (["x = 1", "print(x)"], ["a b", ("delete", "a")], "uses `x`, which no cell makes any more"),
        ([_UNSEEDED, "print(x)"], ["a b"], "uses `x`: cell 1 takes another random value in every run (line 3)"),
        ([f"{_UNSEEDED}\nx"], ["a"], "takes another random value in every run (line 3)"),
    ],
)
def test_a_reason_names_the_cell(cells: list[str], steps: list[Step], reason: str) -> None:
    notebook = LiveNotebook(list(zip("abc", cells, strict=False))).do(*steps)
    found = [cell.reason for _, cell in notebook.answer().concerned()]
    assert found == [reason]


def test_which_files_there_are_is_doubted_in_words_that_tell_a_doubt() -> None:
    cells = ["_n = open('one.txt', 'w').write('1')", "import os\nprint(sorted(os.listdir('.')))"]
    notebook = LiveNotebook(list(zip("ab", cells, strict=True))).do("b a")
    (_, cell), *_ = notebook.answer().concerned()
    assert cell.reason == "looks at which files there are, and cell 1 may have made or removed some since"
