"""The canary, in fresh processes: what is chosen at a first operation stays chosen."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from nbrepro.probes import canary

_SING = "from nbrepro.probes import canary; print(canary.sing())"


def sung(code: str, **variables: str) -> dict[str, str]:
    pinned = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **variables}
    command = (sys.executable, "-W", "error", "-c", code)
    done = subprocess.run(command, env={**os.environ, **pinned}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = ast.literal_eval(done.stdout.strip().splitlines()[-1])
    return found


def test_without_numpy_it_is_silent_and_imports_nothing() -> None:
    assert sung(f"import sys\n{_SING}\nassert not {{'numpy', 'torch'}} & set(sys.modules)") == {}


def test_it_imports_no_generators_that_the_notebook_has_not() -> None:
    found = sung(
        f"import sys, numpy\nsys.modules.pop('numpy.random', None)\n{_SING}\nassert 'numpy.random' not in sys.modules"
    )
    assert "numpy.matmul" in found
    assert "numpy.randn" not in found


def test_it_sings_the_same_in_every_process_and_another_song_on_another_platform() -> None:
    numpy = f"import numpy, numpy.random\n{_SING}"
    variables: list[dict[str, str]] = [{}, {}, {"OPENBLAS_CORETYPE": "Prescott"}, {"OPENBLAS_NUM_THREADS": "2"}]
    with ThreadPoolExecutor(2) as pool:
        one, again, other_kernel, two_threads = pool.map(lambda extra: sung(numpy, **extra), variables)
    assert one == again
    assert len(one) == 10
    if np.__config__.show(mode="dicts")["Build Dependencies"]["blas"]["name"].endswith("openblas"):
        assert one["numpy.matmul"] != other_kernel["numpy.matmul"]
        assert one["numpy.exp"] == other_kernel["numpy.exp"]
        if (os.cpu_count() or 1) > 1:
            assert one["numpy.matmul.uneven"] != two_threads["numpy.matmul.uneven"]


def test_it_leaves_no_trace_whatever_the_notebook_has_set() -> None:
    code = """
import random, warnings
import numpy as np, torch
warnings.simplefilter("error")
np.seterr(all="raise")
torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
torch.use_deterministic_algorithms(True)
np.random.seed(1), torch.manual_seed(1), random.seed(1)
from nbrepro.probes import canary
def states():
    mine = bytes(torch.default_generator.get_state())
    return str(np.random.get_state()), mine, random.getstate(), torch.is_grad_enabled()
before = states()
found = canary.sing()
assert states() == before
torch.set_default_device("cpu"); torch.set_default_dtype(torch.float32); torch.use_deterministic_algorithms(False)
assert canary.sing() == found, "what the notebook has set changed the song"
print(found)
"""
    found = sung(code)
    assert {"torch.matmul", "torch.conv2d", "torch.randn", "numpy.randn"} <= set(found)


def test_torch_chooses_its_code_by_the_processor_and_the_canary_hears_it() -> None:
    with ThreadPoolExecutor(2) as pool:
        usual, other = pool.map(
            lambda extra: sung(f"import numpy, torch\n{_SING}", **extra), [{}, {"ATEN_CPU_CAPABILITY": "default"}]
        )
    assert usual["torch.randn"] != other["torch.randn"]
    assert usual["torch.matmul"] == other["torch.matmul"]


def test_a_library_that_is_half_imported_is_passed_over() -> None:
    class Half:
        pass

    assert canary.sing({"numpy": Half()}) == {}  # type: ignore[dict-item]
