"""Hardware, graphics processors, numerics, platform, interpreter."""

from __future__ import annotations

import os
import platform as standard
import subprocess
import sys
from pathlib import Path

import pytest

from nbrepro.probes import gpus, hardware, instructions, numerics, platform, python
from nbrepro.records import Gpu


def in_fresh_process(code: str, **variables: str) -> str:
    environ = {name: value for name, value in os.environ.items() if name != "KMP_DUPLICATE_LIB_OK"}
    command = (sys.executable, "-W", "error", "-c", code)
    done = subprocess.run(command, env={**environ, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_interpreter_is_the_running_one() -> None:
    found = python.read()
    assert found.version == standard.python_version()
    assert found.implementation == standard.python_implementation()
    assert "\n" not in found.build


def test_the_platform_is_the_running_one() -> None:
    found = platform.read()
    assert (found.system, found.machine) == (standard.system(), standard.machine())
    assert found.libc.split()[0] in {"glibc", "musl"} or standard.system() != "Linux"


@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        ({}, {}, None),
        ({".dockerenv": ""}, {}, "docker"),
        ({"run/.containerenv": ""}, {}, "podman"),
        ({".dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ({}, {"APPTAINER_CONTAINER": "/x.sif"}, "apptainer"),
        ({}, {"container": "lxc"}, "lxc"),
        ({"proc/1/cgroup": "0::/kubepods/besteffort/pod1"}, {}, "kubernetes"),
        ({"proc/1/cgroup": "1:cpu:/docker/4af"}, {}, "docker"),
        ({"proc/1/cgroup": "0::/init.scope"}, {}, None),
        ({"proc/sys/kernel/osrelease": "5.15.0-microsoft-standard-WSL2"}, {}, "wsl"),
    ],
)
def test_a_container_is_noticed_by_its_marks(
    tmp_path: Path, files: dict[str, str], environ: dict[str, str], expected: str | None
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert platform.container(environ, tmp_path) == expected


def test_the_machine_has_a_processor_cores_and_memory() -> None:
    found = hardware.read()
    assert found.cpu
    assert 1 <= found.usable_cores <= found.cores
    assert found.memory_bytes is not None
    assert found.memory_bytes > 2**20


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux can bind a process to cores")
def test_cores_that_the_process_is_not_bound_to_are_not_usable() -> None:
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    code += "from nbrepro.probes import hardware; print(hardware.read(quick=True).usable_cores)"
    assert in_fresh_process(code) == "1"


@pytest.mark.parametrize(
    ("membership", "files", "cores", "memory"),
    [
        ("0::/user/job", {"user/job/cpu.max": "150000 100000", "user/memory.max": "1000"}, 1.5, 1000),
        ("0::/user/job", {"user/job/cpu.max": "max 100000", "user/cpu.max": "50000 100000"}, 0.5, None),
        ("0::/", {"cpu.max": "200000 100000", "memory.max": "max"}, 2.0, None),
        ("0::/elsewhere", {"cpu.max": "200000 100000"}, 2.0, None),
        (
            "4:cpu,cpuacct:/job\n5:memory:/job",
            {
                "cpu,cpuacct/job/cpu.cfs_quota_us": "300000",
                "cpu,cpuacct/job/cpu.cfs_period_us": "100000",
                "memory/job/memory.limit_in_bytes": "2000",
                "memory/memory.limit_in_bytes": "9223372036854771712",
            },
            3.0,
            2000,
        ),
        ("4:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None, None),
        ("", {}, None, None),
    ],
    ids=["v2", "v2-parent", "v2-top", "v2-container", "v1", "v1-unlimited", "none"],
)
def test_limits_of_control_groups_are_read(
    tmp_path: Path, membership: str, files: dict[str, str], cores: float | None, memory: int | None
) -> None:
    (tmp_path / "membership").write_text(membership)
    for name, text in files.items():
        (tmp_path / "mount" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mount" / name).write_text(f"{text}\n")
    groups = hardware._control_groups(tmp_path / "membership", tmp_path / "mount")
    assert hardware._cpu_limit(groups) == cores
    assert hardware._memory_limit(groups) == memory


def fake_driver(folder: Path, listing: str) -> None:
    """Put an ``nvidia-smi`` into ``folder`` that prints ``listing``, since this machine may have none."""
    (folder / "nvidia-smi").write_text(f"#!/bin/sh\n/bin/cat <<'END'\n{listing}\nEND\n")
    (folder / "nvidia-smi").chmod(0o755)


@pytest.fixture
def two_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    fake_driver(tmp_path, "NVIDIA A, 550.54.15, 81559, 9.0\nNVIDIA B, 550.54.15, [N/A], [N/A]")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(gpus, "_DRIVER_FOLDER", tmp_path / "no-driver")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("chosen", "names"),
    [(None, "AB"), ("1", "B"), ("1,0", "BA"), ("", ""), ("-1", ""), ("0,7", "A"), ("GPU-8932f937", "AB")],
)
def test_graphics_processors_are_those_that_the_process_sees(
    two_gpus: pytest.MonkeyPatch, chosen: str | None, names: str
) -> None:
    if chosen is not None:
        two_gpus.setenv("CUDA_VISIBLE_DEVICES", chosen)
    assert [gpu.name for gpu in gpus.read()] == [f"NVIDIA {name}" for name in names]


def test_driver_and_memory_are_told_where_known(two_gpus: pytest.MonkeyPatch) -> None:
    expected = (
        Gpu(name="NVIDIA A", driver="550.54.15", memory_bytes=81559 * 2**20, compute_capability="9.0"),
        Gpu(name="NVIDIA B", driver="550.54.15", memory_bytes=None),
    )
    assert gpus.read() == expected


def test_an_old_driver_is_asked_without_the_compute_capability(two_gpus: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = "#!/bin/sh\ncase $1 in *compute_cap*) exit 2;; esac\necho NVIDIA A, 470.1, 81559\n"
    (tmp_path / "nvidia-smi").write_text(script)
    assert gpus.read() == (Gpu(name="NVIDIA A", driver="470.1", memory_bytes=81559 * 2**20),)


@pytest.mark.parametrize(
    ("text", "level", "some"),
    [
        ("flags\t\t: fpu lm sse2", "x86-64", "sse2"),
        (
            "flags : lm sse2 cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3 avx avx2 bmi1 bmi2 f16c fma abm movbe",
            "x86-64-v3",
            "fma",
        ),
        ("processor : 0\nFeatures : fp asimd sve2 i8mm\n", None, "sve2"),
        ("", None, None),
    ],
)
def test_the_instruction_set_is_told_by_level_and_flags(
    tmp_path: Path, text: str, level: str | None, some: str | None
) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    found = instructions.read(tmp_path / "cpuinfo")
    assert found[0] == level
    assert (some in found[1]) if some else not found[1]


def test_the_drivers_own_files_tell_without_a_process(two_gpus: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "driver"
    for slot in ("0000:01:00.0", "0000:02:00.0"):
        (folder / "gpus" / slot).mkdir(parents=True)
        (folder / "gpus" / slot / "information").write_text("Model: \t\t NVIDIA H100 80GB HBM3\nIRQ: 1\n")
    (folder / "version").write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar\nGCC: 12\n")
    two_gpus.setattr(gpus, "_DRIVER_FOLDER", folder)
    assert gpus.read(quick=True) == (Gpu(name="NVIDIA H100 80GB HBM3", driver="550.54.15"),) * 2


def test_a_driver_that_hangs_or_fails_is_given_up(two_gpus: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    two_gpus.setattr(gpus, "TIMEOUT", 0.1)
    assert gpus.read() == ()
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho NVIDIA-SMI has failed\nexit 9\n")
    assert gpus.read() == ()


def test_nothing_is_imported_that_was_not_there() -> None:
    code = (
        "import sys; from nbrepro.probes import numerics, gpus\n"
        "print(sorted({'numpy', 'torch', 'sklearn', 'yaml', 'pathspec'} & {m for m in sys.modules}))\n"
        "numerics.read(); gpus.read()\n"
        "print(sorted({'numpy', 'torch', 'sklearn', 'yaml', 'pathspec'} & {m for m in sys.modules}))"
    )
    assert in_fresh_process(code) == "[]\n[]"


def test_the_variable_that_threadpoolctl_sets_is_taken_back() -> None:
    code = "import os; from nbrepro.probes import numerics; before = dict(os.environ); numerics.read()\n"
    assert in_fresh_process(code + "print(dict(os.environ) == before)") == "True"
    code = "import os; from nbrepro.probes import numerics; numerics.read(); print(os.environ['KMP_DUPLICATE_LIB_OK'])"
    assert in_fresh_process(code, KMP_DUPLICATE_LIB_OK="FALSE") == "FALSE"


def test_the_blas_that_is_loaded_is_told() -> None:
    code = (
        "import numpy; numpy.ones((2, 2)) @ numpy.ones((2, 2)); from nbrepro.probes import numerics\n"
        "found = numerics.read(); (pool,) = [p for p in found.pools if p.api == 'blas']\n"
        "print(pool.threads, bool(pool.architecture), 'numpy.cpu_features' in found.switches, found.cpu_capability)"
    )
    assert in_fresh_process(code, OPENBLAS_NUM_THREADS="1") == "1 True True None"


@pytest.mark.slow
def test_torchs_switches_are_told_and_left_as_they_are() -> None:
    code = (
        "import torch; from nbrepro.probes import numerics\n"
        "torch.set_num_threads(1); torch.use_deterministic_algorithms(True, warn_only=True)\n"
        "state = torch.get_rng_state(); first = numerics.read(); second = numerics.read()\n"
        "assert first == second and torch.equal(state, torch.get_rng_state())\n"
        "assert not torch.cuda.is_initialized()\n"
        "s = first.switches\n"
        "print(s['torch.num_threads'], s['torch.deterministic_algorithms'], s['torch.deterministic_warn_only'],\n"
        "      s['torch.float32_matmul_precision'], bool(first.cpu_capability))"
    )
    assert in_fresh_process(code) == "1 True True highest True"


def test_a_torch_that_is_half_imported_is_no_fault() -> None:
    class Half:
        def __getattr__(self, name: str) -> object:
            raise AttributeError(name)

    found = numerics.read({"torch": Half()})  # type: ignore[dict-item]
    assert found.cpu_capability is None
    assert not found.switches
