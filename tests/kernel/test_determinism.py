from __future__ import annotations

import pickle
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from nbrepro.kernel.border import Faults
from nbrepro.kernel.determinism import Determinism, WarningFilter
from nbrepro.pinning.pins import usable_cores
from nbrepro.records import CauseKind

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel, StartKernel

MESSAGE = (
    "put_ does not have a deterministic implementation, but you set 'torch.use_deterministic_algorithms(True, "
    "warn_only=True)'. You can file an issue."
)
NONDETERMINISTIC = "torch.zeros(3).put_(torch.tensor([0, 0]), torch.tensor([1., 2.]))"
SWITCHES = (
    "(torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled(), "
    "torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32, "
    "torch.backends.cuda.matmul.allow_tf32, torch.get_float32_matmul_precision(), "
    "torch.utils.deterministic.fill_uninitialized_memory)"
)


@pytest.fixture
def seen() -> Iterator[list[str]]:
    seen: list[str] = []
    with warnings.catch_warnings():
        found = WarningFilter(seen.append)
        found.put_first()
        yield seen
        found.remove()


def test_a_warning_of_torch_becomes_a_finding_however_often_it_comes(seen: list[str]) -> None:
    for _ in range(3):
        warnings.warn(MESSAGE, UserWarning, stacklevel=1)
    assert seen == ["put_"] * 3


def test_other_warnings_go_their_way(seen: list[str]) -> None:
    with pytest.warns(UserWarning, match="something else"):
        warnings.warn("something else", UserWarning, stacklevel=1)
    assert seen == []


def test_a_filter_that_came_later_gives_way_at_the_next_cell() -> None:
    seen: list[str] = []
    determinism = Determinism(Faults(), seen.append)
    with warnings.catch_warnings():
        determinism._filter.put_first()
        warnings.simplefilter("error")
        determinism.before_cell()
        warnings.warn(MESSAGE, UserWarning, stacklevel=1)
        determinism.restore()
        assert not [entry for entry in warnings.filters if isinstance(entry[1], WarningFilter)]
    assert seen == ["put_"]


def test_a_worker_process_gets_a_plain_pattern() -> None:
    copied = pickle.loads(pickle.dumps(WarningFilter(print)))
    assert isinstance(copied, re.Pattern)
    assert copied.match(MESSAGE)
    assert not copied.match("something else")


@pytest.fixture(scope="module")
def torch_kernel(start_kernel: StartKernel) -> Kernel:
    pytest.importorskip("torch")
    kernel = start_kernel()
    kernel.run("%load_ext nbrepro")
    assert kernel.findings("import torch") == ()
    return kernel


def test_torch_is_seeded_when_it_is_imported(torch_kernel: Kernel) -> None:
    torch_kernel.run("x = torch.rand(3)\ny = torch.rand(3, generator=torch.Generator().manual_seed(42))")
    assert torch_kernel.value("bool((x == y).all())") == "True"
    assert set(torch_kernel.recorded("1").cell.random_after) >= {"random", "torch"}


def test_torch_runs_with_its_switches_set(torch_kernel: Kernel) -> None:
    assert torch_kernel.value(SWITCHES) == "(True, True, False, True, False, False, 'highest', True)"
    assert "torch._inductor.config" not in torch_kernel.value("sorted(__import__('sys').modules)")


def test_an_operation_without_a_deterministic_way_is_a_finding_not_a_warning(torch_kernel: Kernel) -> None:
    for _ in range(2):
        answer = torch_kernel.run(f"x = 1\n{NONDETERMINISTIC};")
        assert (answer.status, answer.text) == ("ok", "")
        (finding,) = torch_kernel.journal.cells[answer.msg_id].cell.findings
        assert (finding.kind, finding.line) == (CauseKind.DETERMINISM_SWITCH, 2)
        assert finding.what.startswith("put_")


def test_seeding_torch_from_entropy_is_a_finding(torch_kernel: Kernel) -> None:
    (finding,) = torch_kernel.findings("torch.seed();")
    assert (finding.kind, finding.what) == (CauseKind.UNSEEDED_RANDOMNESS, "torch.seed()")


def test_training_draws_no_alarm(torch_kernel: Kernel) -> None:
    code = """
from torch.utils.data import DataLoader, TensorDataset
X, y = torch.rand(64, 4), torch.rand(64, 1)
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(), torch.nn.Linear(8, 1))
optimiser = torch.optim.Adam(model.parameters())
for a, b in DataLoader(TensorDataset(X, y), batch_size=16, shuffle=True):
    optimiser.zero_grad(); torch.nn.functional.mse_loss(model(a), b).backward(); optimiser.step()
torch.save(model.state_dict(), 'model.pt'); model.load_state_dict(torch.load('model.pt'))
"""
    assert torch_kernel.findings(code) == ()


def test_off_puts_the_switches_back_but_for_those_the_user_set(torch_kernel: Kernel) -> None:
    torch_kernel.run("torch.backends.cudnn.benchmark = True")
    torch_kernel.run("%nbrepro off")
    assert torch_kernel.value(SWITCHES) == "(False, False, True, False, True, False, 'highest', True)"
    torch_kernel.run(f"import warnings\nwarnings.simplefilter('always')\n{NONDETERMINISTIC}")
    assert torch_kernel.value("torch.seed.__module__") == "'torch.random'"


def test_strictly_an_operation_without_a_deterministic_way_raises(start_kernel: StartKernel) -> None:
    pytest.importorskip("torch")
    kernel = start_kernel()
    (kernel.folder / "pyproject.toml").write_text('[tool.nbrepro]\ndeterminism = "strict"\n')
    kernel.run("%load_ext nbrepro\nimport torch")
    answer = kernel.run(NONDETERMINISTIC)
    assert answer.reply["ename"] == "RuntimeError"
    assert "does not have a deterministic implementation" in answer.reply["evalue"]
    kernel.run("%nbrepro off")
    assert kernel.run(f"{NONDETERMINISTIC};").status == "ok"


@pytest.mark.parametrize("first", ["pass", "import numpy as np, torch"])
def test_a_number_of_threads_that_the_project_sets_holds_in_a_live_kernel(
    start_kernel: StartKernel, first: str
) -> None:
    pytest.importorskip("torch")
    kernel = start_kernel(OMP_NUM_THREADS="", OPENBLAS_NUM_THREADS="")
    (kernel.folder / "pyproject.toml").write_text("[tool.nbrepro]\nthreads = 1\n")
    threads = "[p['num_threads'] for p in __import__('threadpoolctl').threadpool_info()] + [torch.get_num_threads()]"
    kernel.run(first)
    kernel.run("%load_ext nbrepro")
    kernel.run("import numpy as np, torch; np.ones((9, 9)) @ np.ones((9, 9)), torch.ones(9, 9) @ torch.ones(9, 9)")
    assert set(eval(kernel.value(threads))) == {1}
    status = kernel.run("%nbrepro status").text
    assert "1 thread(s)" in status
    (line,) = [line for line in status.splitlines() if "not pinned: the kernel" in line]
    assert "hash seed" in line
    assert "threads" not in line
    kernel.run("%nbrepro off")
    assert kernel.value("'OMP_NUM_THREADS' in __import__('os').environ") == "False"
    assert set(eval(kernel.value(threads))) == {usable_cores()}


def test_matplotlib_makes_the_same_svg_again_even_after_a_style(start_kernel: StartKernel) -> None:
    pytest.importorskip("matplotlib")
    kernel = start_kernel()
    kernel.run("%load_ext nbrepro")
    kernel.run("import matplotlib")
    assert kernel.value("matplotlib.rcParams['svg.hashsalt']") == "'nbrepro'"
    kernel.run("matplotlib.rcdefaults()")
    assert kernel.value("matplotlib.rcParams['svg.hashsalt']") == "'nbrepro'"
    kernel.run("matplotlib.rcParams['svg.hashsalt'] = 'mine'")
    kernel.run("%nbrepro off")
    assert kernel.value("matplotlib.rcParams['svg.hashsalt'], matplotlib.rcParamsDefault['svg.hashsalt']") == (
        "('mine', None)"
    )
