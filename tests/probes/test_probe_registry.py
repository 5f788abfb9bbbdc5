from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbrepro.probes import packages, registry
from nbrepro.probes.registry import Context, gather
from nbrepro.records import Fingerprint, Randomness
from nbrepro.records.record import plain
from tests.probes.conftest import Command


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[Path]:
    """An installed distribution with probes, written by a test into its module."""
    place = tmp_path / "plugins"
    info = place / "cluster_probe-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(
        "[console_scripts]\nx = cluster_probe:main\n\n[nbrepro.probes]\ncluster = cluster_probe:read\n"
    )
    sys.path.insert(0, str(place))
    yield place / "cluster_probe.py"
    sys.path.remove(str(place))
    sys.modules.pop("cluster_probe", None)


def test_a_fingerprint_has_all_its_sections(project: Path, git: Command) -> None:
    (project / "a.csv").write_text("1")
    found = gather(Context(root=project, files=(project / "a.csv",), randomness=Randomness(seed=1, hash_seed="0")))
    assert found.missing == {}
    sections = ("python", "platform", "packages", "imported", "code", "data", "randomness", "numerics", "hardware")
    assert all(getattr(found, section) for section in (*sections, "environment"))


def test_two_readings_are_equal(project: Path, git: Command) -> None:
    context = Context(root=project)
    assert gather(context) == gather(context)


def test_two_clones_have_equal_fingerprints(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        root = tmp_path / name
        root.mkdir()
        (root / "a.csv").write_text("1")
        environ = {"PYTHONPATH": f"{root}/src", "HOME": str(tmp_path)}
        found.append(gather(Context(root=root, environ=environ, files=(root / "a.csv",))))
    assert found[0] == found[1]
    assert str(tmp_path) not in str(plain(found[0]))


def test_a_probe_that_fails_costs_its_section_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("no such luck at https://me:hunter2@example.org")

    monkeypatch.setattr(packages, "read", broken)
    monkeypatch.setattr("nbrepro.probes.numerics.read", broken)
    found = gather(Context(root=project))
    reason = "OSError: no such luck at https://[redacted]@example.org"
    assert found.missing == {"packages": reason, "numerics": reason}
    assert found.packages == {}
    assert found.numerics is None
    assert found.python is not None


def test_an_interrupt_passes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(packages, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        gather(Context(root=project))


def test_a_root_that_does_not_exist_is_no_fault(tmp_path: Path) -> None:
    assert isinstance(gather(Context(root=tmp_path / "gone")), Fingerprint)


def test_probes_of_other_packages_report_strings(project: Path, plugin: Path) -> None:
    plugin.write_text(
        "def read(context):\n    return {'queue': 'long', 'home': str(context.root / 'x'), 'url': 'http://a:b@c'}\n"
    )
    expected = {"cluster.home": "./x", "cluster.queue": "long", "cluster.url": "http://[redacted]@c"}
    assert gather(Context(root=project)).extra == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def read(context): return 3", "returned int"),
        ("read = 3", "is no function"),
        ("def read(context): return 1 / 0", "ZeroDivisionError"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
    ],
)
def test_a_faulty_probe_of_another_package_is_told(project: Path, plugin: Path, source: str, reason: str) -> None:
    plugin.write_text(source)
    found = gather(Context(root=project))
    assert reason in found.missing["extra.cluster"]
    assert found.extra == {}


def test_entry_points_are_those_of_importlib_metadata(plugin: Path) -> None:
    from importlib.metadata import entry_points

    from nbrepro.probes.distributions import scan

    expected = {(entry.name, entry.value) for entry in entry_points(group=registry.GROUP)}
    assert {(entry.name, entry.value) for entry in registry.entry_points(scan().values())} == expected


def test_the_quick_part_leaves_the_end_of_a_session_out(project: Path) -> None:
    found = gather(Context(root=project), quick=True)
    assert found.numerics is None
    assert found.imported == ()
    assert found.packages


def test_the_quick_part_asks_git_once_and_nobody_else(
    project: Path, git: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    run = subprocess.run

    def counted(command: tuple[str, ...], **keywords: Any) -> Any:
        asked.append(command)
        return run(command, **keywords)

    monkeypatch.setattr(subprocess, "run", counted)
    gather(Context(root=project), quick=True)
    assert ["status" in command for command in asked if command[0] == "git"] == [True]
    assert all(command[0] == "git" or "nvidia-smi" in command[0] for command in asked)


def test_the_probes_import_nothing_heavy() -> None:
    heavy = "{'numpy', 'yaml', 'torch', 'pandas', 'nbformat'}"
    code = f"import nbrepro.probes.registry, sys\nprint(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]"
