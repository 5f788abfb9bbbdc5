"""What is built and shipped: small, without a machine's paths, and with unit tests of its own."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.panel.places import FRONT, locked, npm

pytestmark = pytest.mark.browser

MAX_BUNDLE = 60_000


def test_the_bundle_is_small(bundle: Path, figure: Callable[[str], None]) -> None:
    scripts = sorted((bundle / "static").glob("*.js"))
    size = sum(len(gzip.compress(path.read_bytes())) for path in scripts)
    figure(f"panel: {size / 1000:.1f} kB compressed in {len(scripts)} scripts")
    assert size < MAX_BUNDLE


def test_the_bundle_names_no_path_of_this_machine(bundle: Path) -> None:
    for path in bundle.rglob("*"):
        if path.is_file() and path.name != "build_log.json" and path.suffix != ".map":
            assert str(FRONT) not in path.read_text(errors="replace")


def test_the_units_of_model_and_views_pass(bundle: Path, figure: Callable[[str], None]) -> None:
    assert bundle.exists()  # its build brought what the tests need
    with locked():
        done = npm("test", "--silent")
    figure("panel: " + ", ".join(line[2:] for line in done.stdout.splitlines() if line[:6] in {"# pass", "# fail"}))
    assert done.returncode == 0, done.stdout + done.stderr
