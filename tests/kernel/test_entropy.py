from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbrepro.records import CauseKind

if TYPE_CHECKING:
    from nbrepro.records import Finding
    from tests.kernel.conftest import Kernel

SETUP = "import copy, functools, os, pickle, random, secrets, tempfile, uuid\nimport numpy as np"


def drawn(kernel: Kernel, code: str) -> tuple[Finding, ...]:
    """Return the findings of a cell that are draws of entropy."""
    return tuple(f for f in kernel.findings(code) if f.kind is CauseKind.UNSEEDED_RANDOMNESS)


@pytest.fixture(scope="module", autouse=True)
def _imported(kernel: Kernel) -> None:
    assert drawn(kernel, SETUP) == ()


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("np.random.default_rng()", "numpy.random.default_rng()"),
        ("np.random.default_rng(None)", "numpy.random.default_rng(None)"),
        ("np.random.default_rng(seed=None)", "numpy.random.default_rng(seed=None)"),
        ("np.random.RandomState()", "numpy.random.RandomState()"),
        ("seed = None\nnp.random.RandomState(seed)", "numpy.random.RandomState(seed)"),
        ("np.random.RandomState(seed=None)", "numpy.random.RandomState(seed=None)"),
        ("np.random.Generator(np.random.PCG64())", "numpy.random.PCG64()"),
        ("np.random.SeedSequence()", "numpy.random.SeedSequence()"),
        ("np.random.seed()", "numpy.random.seed()"),
        ("from numpy.random import default_rng as make\nrng = make()", "numpy.random.default_rng()"),
        ("rng = functools.partial(np.random.default_rng)()", "numpy.random.SeedSequence()"),
        ("random.Random()", "random.Random()"),
        ("from random import Random\nr = Random(None)", "random.Random(None)"),
        ("random.seed()", "random.seed()"),
        ("random.SystemRandom().random()", "random.SystemRandom().random()"),
        ("secrets.token_hex(4)", "secrets.token_hex(4)"),
        ("secrets.choice([1, 2])", "secrets.choice([1, 2])"),
        ("uuid.uuid4()", "uuid.uuid4()"),
        ("from uuid import uuid4\nx = uuid4().hex", "uuid.uuid4()"),
        ("os.urandom(4)", "os.urandom(4)"),
    ],
)
def test_a_draw_of_entropy_is_found(kernel: Kernel, code: str, what: str) -> None:
    (finding,) = drawn(kernel, code)
    assert (finding.kind, finding.what) == (CauseKind.UNSEEDED_RANDOMNESS, what)
    assert finding.line == len(code.splitlines())


@pytest.mark.parametrize(
    "code",
    [
        "np.random.default_rng(1)",
        "np.random.RandomState(42)",
        "seed = 3\nnp.random.RandomState(seed)",
        "np.random.RandomState(seed=int('3'))",
        "list(map(np.random.RandomState, [1, 2]))",
        "np.random.seed(5)",
        "np.random.PCG64(1).jumped()",
        "copy.deepcopy(np.random.RandomState(1))",
        "pickle.loads(pickle.dumps(np.random.default_rng(1)))",
        "np.random.default_rng(1).spawn(3)",
        "random.Random(3)",
        "random.seed(3)",
        "copy.copy(random.Random(3))",
        "pickle.loads(pickle.dumps(random.Random(3)))",
        "random.SystemRandom()",
        "uuid.uuid5(uuid.NAMESPACE_DNS, 'a')",
        "with tempfile.NamedTemporaryFile(): pass",
        "with tempfile.TemporaryDirectory(): pass",
        "tempfile._name_sequence = None\ntempfile.mktemp()",
        "from IPython.display import display, HTML\nh = display(HTML('a'), display_id=True)\nh.update(HTML('b'))",
        "print('a')",
        "import multiprocessing\nmultiprocessing.current_process().authkey",
        "from email.utils import make_msgid\nmake_msgid(domain='a')",
    ],
)
def test_seeded_generators_and_what_libraries_draw_for_themselves_do_not_alarm(kernel: Kernel, code: str) -> None:
    assert drawn(kernel, code) == ()


def test_the_line_is_that_of_the_cell_however_deep_the_call(kernel: Kernel) -> None:
    kernel.run("def deep():\n    return inner()\n\ndef inner():\n    return np.random.default_rng()")
    (finding,) = drawn(kernel, "x = 1\n\nfor _ in range(3):\n    deep()")
    assert (finding.line, finding.count, finding.what) == (4, 3, "numpy.random.default_rng()")


def test_empty_lines_at_the_top_count(kernel: Kernel) -> None:
    (finding,) = drawn(kernel, "\n\nx = 1\nuuid.uuid4()")
    assert finding.line == 4


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n1 -r1", "%%capture", "%%prun -q"])
def test_the_body_of_a_cell_magic_has_its_own_lines(kernel: Kernel, magic: str) -> None:
    (finding,) = drawn(kernel, f"{magic}\nx = 1\nnp.random.default_rng()")
    assert (finding.line, finding.what) == (3, "numpy.random.default_rng()")


def test_a_module_of_the_project_is_own_code(kernel: Kernel) -> None:
    (kernel.folder / "helpers.py").write_text(
        "import uuid, numpy\nrng = numpy.random.default_rng()\ndef name():\n    return uuid.uuid4()\n"
    )
    (finding,) = drawn(kernel, "x = 1\nimport helpers")
    assert (finding.line, finding.what) == (2, "numpy.random.default_rng()")
    (finding,) = drawn(kernel, "helpers.name()")
    assert (finding.line, finding.what) == (1, "uuid.uuid4()")


def test_a_library_that_makes_an_unseeded_numpy_generator_for_the_cell_is_found(kernel: Kernel) -> None:
    folder = kernel.folder / "site-packages"
    folder.mkdir()
    (folder / "boot_strap.py").write_text(
        "import numpy as np, random, uuid\nglobal_rng = np.random.default_rng()\n"
        "own = random.Random(); name = uuid.uuid4()\n"
        "def resample(seed=None):\n    return np.random.default_rng(seed)\n"
    )
    assert drawn(kernel, f"import sys\nsys.path.insert(0, {str(folder)!r})\nimport boot_strap") == ()
    assert drawn(kernel, "boot_strap.resample(3)") == ()
    (finding,) = drawn(kernel, "x = 1\nboot_strap.resample()")
    assert finding.what == "numpy.random.default_rng(seed)  # in boot_strap"
    assert finding.line == 2


def test_a_thread_of_the_cell_is_the_cells(kernel: Kernel) -> None:
    (finding,) = drawn(
        kernel,
        "import threading\ndef work():\n    np.random.default_rng()\n"
        "t = threading.Thread(target=work)\nt.start()\nt.join()",
    )
    assert (finding.line, finding.what) == (3, "numpy.random.default_rng()")


def test_a_coroutine_of_the_cell_is_the_cells(kernel: Kernel) -> None:
    (finding,) = drawn(
        kernel, "import asyncio\nasync def work():\n    await asyncio.sleep(0)\n    uuid.uuid4()\nawait work()"
    )
    assert finding.line == 5


def test_the_numbers_of_a_seeded_generator_are_untouched(kernel: Kernel) -> None:
    kernel.run(
        "random.seed(1)\na = random.random()\nnp.random.seed(1)\nb = np.random.rand()\nc = random.Random(1).random()"
    )
    assert kernel.value("a == c") == "True"
    assert kernel.value("(a, b)") == "(0.13436424411240122, 0.417022004702574)"


def test_a_seed_on_a_line_of_its_own_is_one(kernel: Kernel) -> None:
    assert drawn(kernel, "dict(\n    a=1,\n    rng=np.random.RandomState(42),\n)") == ()
    (finding,) = drawn(kernel, "x = dict(\n    a=1,\n    rng=np.random.RandomState(),\n)")
    assert finding.what == "numpy.random.RandomState()"
