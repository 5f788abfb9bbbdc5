"""What `%nbrepro status` says of a run from the top, in real kernels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel, StartKernel


@pytest.fixture(scope="module")
def own(start_kernel: StartKernel) -> Kernel:
    return start_kernel("--ext=nbrepro", NBREPRO_LIVE="1")


def run(kernel: Kernel, name: str, source: str) -> None:
    content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    message = kernel.client.session.msg("execute_request", content, metadata={"cellId": name})
    kernel.client.shell_channel.send(message)
    kernel.wait(message["header"]["msg_id"])


def status(kernel: Kernel) -> list[str]:
    lines = [line.strip() for line in kernel.run("%nbrepro status").text.splitlines()]
    places = [place for place, line in enumerate(lines) if line.startswith("from the top")]
    return lines[places[0] : places[0] + 3] if places else []


def test_a_session_is_asked_what_a_run_from_the_top_would_give(own: Kernel) -> None:
    run(own, "a", "x = [1]")
    run(own, "b", "y = x")
    run(own, "c", "print(x)")
    assert status(own)[0] == "from the top  a run would give what the 3 cells show"
    run(own, "b", "y = x\ny.append(2)")
    told = status(own)
    assert told[0] == "from the top  a run may not give what 1 of 3 cells shows"
    assert told[1] == "cell 3 [3]: uses `x` as it was before cell 2 changed it"
    run(own, "c", "print(x)")
    assert status(own)[0] == "from the top  a run would give what the 3 cells show"


def test_cells_count_as_they_are_saved_unless_they_ran_since(own: Kernel) -> None:
    cells = [
        {"cell_type": "code", "id": "c", "source": ["print(x)"]},
        {"cell_type": "markdown", "id": "m", "source": "x"},
        {"cell_type": "code", "id": "a", "source": "x = [1]"},
    ]
    (own.folder / "n.ipynb").write_text(json.dumps({"cells": cells}))
    own.run("%nbrepro off")
    own.run("import os\nos.environ['JPY_SESSION_NAME'] = os.path.abspath('n.ipynb')\n%reset -f\n%load_ext nbrepro")
    run(own, "a", "x = [1]")
    run(own, "c", "print(x)")
    assert [line for line in status(own) if line.startswith("cell 1")] == [
        "cell 1 [12]: uses `x`, which cell 2 below makes"
    ]


@pytest.fixture
def fresh(start_kernel: StartKernel) -> Kernel:
    return start_kernel("--ext=nbrepro", NBREPRO_LIVE="1")


def test_chance_that_a_cell_takes_is_never_promised_to_come_again(fresh: Kernel) -> None:
    run(fresh, "a", "import numpy as np\nrng = np.random.default_rng()\nk = 2")
    run(fresh, "b", "x = rng.random()")
    run(fresh, "c", "print(k)")
    assert status(fresh)[0] == "from the top  a run would give what the 3 cells show"
    run(fresh, "d", "x")
    told = status(fresh)
    assert told[0] == "from the top  a run may not give what 1 of 4 cells shows"
    assert told[1] == "cell 5 [5]: uses `x`: cell 1 takes another random value in every run (line 2)"
    run(fresh, "a", "import numpy as np\nrng = np.random.default_rng(0)\nk = 2")
    run(fresh, "b", "x = rng.random()")
    run(fresh, "d", "x")
    assert status(fresh)[0] == "from the top  a run would give what the 4 cells show"


def test_an_order_that_hangs_on_the_hash_seed_is_chance_where_that_is_not_pinned(start_kernel: StartKernel) -> None:
    cells = {
        "a": "s = set('to be or not to be'.split())",
        "b": "print(s)",
        "c": "names = list(s)",
        "d": "print(names)",
        "e": "print(sorted(s))",
    }
    answers = {}
    for seed in ("random", "0"):
        kernel = start_kernel("--ext=nbrepro", NBREPRO_LIVE="1", PYTHONHASHSEED=seed)
        for name, source in cells.items():
            run(kernel, name, source)
        answers[seed] = status(kernel)
    assert answers["random"] == [
        "from the top  a run may not give what 2 of 5 cells show",
        "cell 2 [2]: uses hashes or an order of a set, which are others in every kernel (line 1)",
        "cell 4 [4]: uses `names`: cell 3 uses hashes or an order of a set, which are others in every kernel (line 1)",
    ]
    assert answers["0"][0] == "from the top  a run would give what the 5 cells show"


def test_what_the_clock_gave_is_not_promised(fresh: Kernel) -> None:
    run(fresh, "a", "import time\nprint(time.time(), object())")
    told = "a run would give what the 1 cell shows; not counting what the findings below name"
    assert status(fresh)[0] == f"from the top  {told}"


def test_a_session_that_does_not_follow_says_nothing_of_it(start_kernel: StartKernel) -> None:
    kernel = start_kernel("--ext=nbrepro")
    run(kernel, "a", "x = 1")
    assert status(kernel) == []
