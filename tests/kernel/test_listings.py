from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbrepro.records import CauseKind

if TYPE_CHECKING:
    from tests.kernel.conftest import Kernel


@pytest.fixture(scope="module", autouse=True)
def _imported(kernel: Kernel) -> None:
    kernel.run("import glob, os, shutil\nfrom pathlib import Path\nos.makedirs('tree/inner', exist_ok=True)")


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("for f in os.listdir('tree'): pass", "os.listdir('tree')"),
        ("names = os.listdir('tree')", "os.listdir('tree')"),
        ("glob.glob('tree/*')", "glob.glob('tree/*')"),
        ("[p for p in Path('tree').iterdir()]", "pathlib.Path('tree').iterdir()"),
        ("folder = Path('tree')\nlist(folder.rglob('*'))", "folder.rglob('*')"),
        ("for _ in os.walk('tree'): pass", "os.walk('tree')"),
        ("with os.scandir('tree') as it: list(it)", "os.scandir('tree')"),
        ("print(os.listdir('tree')[0])", "os.listdir('tree')"),
        ("dict(enumerate(os.listdir('tree')))", "os.listdir('tree')"),
    ],
)
def test_a_listing_in_the_file_systems_order_is_found(kernel: Kernel, code: str, what: str) -> None:
    (finding,) = kernel.findings(code)
    assert (finding.kind, finding.what, finding.count) == (CauseKind.FILESYSTEM_ORDER, what, 1)
    assert finding.line == len(code.splitlines())


@pytest.mark.parametrize(
    "code",
    [
        "sorted(os.listdir('tree'))",
        "for f in sorted(Path('tree').iterdir()): pass",
        "sorted(p.name for p in Path('tree').glob('*'))",
        "sorted([p.name for p in Path('tree').glob('*')])",
        "sorted(list(glob.glob('tree/*')), key=len)",
        "names = os.listdir('tree')\nnames.sort()",
        "names = glob.glob('tree/*')\nnames = sorted(names)",
        "len(os.listdir('tree'))",
        "set(os.listdir('tree'))",
        "{p.suffix for p in Path('tree').iterdir()}",
        "'a.txt' in os.listdir('tree')",
        "any(p.is_dir() for p in Path('tree').iterdir())",
        "sum(1 for _ in Path('tree').rglob('*'))",
        "max(Path('tree').iterdir(), key=lambda p: p.name)",
        "shutil.copytree('tree', 'copy', dirs_exist_ok=True)",
        "shutil.rmtree('copy', ignore_errors=True)",
        "import wsgiref.util",
        "Path('tree').exists(), os.path.isdir('tree')",
    ],
)
def test_a_listing_whose_order_does_not_matter_is_none(kernel: Kernel, code: str) -> None:
    assert kernel.findings(code) == ()
