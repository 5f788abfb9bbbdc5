"""``%nbrepro off``: a complete snapshot of the process before and after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kernel.conftest import StartKernel

SNAPSHOT = Path(__file__).with_name("snapshot.py")
LIBRARIES = (
    "import http.client, random, secrets, sqlite3, urllib.request, uuid\n"
    "import aiohttp.client, fsspec.spec, matplotlib.pyplot as plt, numpy as np, os, pandas, polars, requests, torch\n"
    "plt.plot([1]); plt.close(); np.random.rand(), torch.rand(1), random.random(), uuid.uuid4()"
)
MANY = (
    "np.random.default_rng(), os.urandom(3), torch.seed(), random.Random()\nopen('q', 'w').close()\n"
    "plt.plot([1]); plt.close()"
)
IPYTHONS_OWN = frozenset({
    ("shell", "_last_input_line"), ("hook", "__"), ("hook", "___"), ("kernel", "_shell_context"), ("stdout", "write"),
    ("stdout", "_buffers"),
})  # fmt: skip
"""What changes from cell to cell in any kernel."""


@pytest.mark.slow
def test_off_leaves_the_whole_process_as_it_was(start_kernel: StartKernel) -> None:
    for library in ("torch", "matplotlib", "aiohttp", "fsspec", "polars", "pandas", "requests"):
        pytest.importorskip(library)
    kernel = start_kernel()
    assert kernel.run(SNAPSHOT.read_text()).status == "ok"
    for code in (LIBRARIES, "%load_ext autoreload", "%time 1", "snapshot(get_ipython());", "1", "1"):
        assert kernel.run(code).status == "ok", code
    kernel.run("before = snapshot(get_ipython())")
    assert kernel.run("%load_ext nbrepro").status == "ok"
    during = kernel.run("during = snapshot(get_ipython())")
    assert during.status == "ok", during
    assert kernel.value("during['module', 'os', 'urandom'] == before['module', 'os', 'urandom']") == "False"
    for code in (MANY, "1", "%nbrepro off"):
        assert kernel.run(code).status == "ok", code
    kernel.run("after = snapshot(get_ipython())")
    kernel.run("changed = {key: (value, after.get(key)) for key, value in before.items() if after.get(key) != value}")
    kernel.run("places = {key[:2] for key in before}\ncame = [k for k in after if k[:2] in places and k not in before]")
    changed = eval(kernel.value("{key: repr(pair)[:300] for key, pair in changed.items()}"))
    left = {key: pair for key, pair in changed.items() if key[1:] not in IPYTHONS_OWN and not _is_ipythons(key)}
    assert left == {}
    assert [key for key in eval(kernel.value("came")) if not _is_ipythons(key)] == []
    assert int(kernel.value("len(before)")) > 20_000


def _is_ipythons(key: tuple[str, ...]) -> bool:
    """Whether it changes with each cell: where input goes, what the request was, what was warned of already."""
    return key[1:] in {("builtins", "input"), ("getpass", "getpass"), ("sys", "excepthook")} or key[-1] in {
        "_parent_header_global",
        "__warningregistry__",
        "__slotnames__",
    }
