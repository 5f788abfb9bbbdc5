from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbrepro.compare.fingerprints import drift
from nbrepro.records import (
    CauseKind,
    Code,
    DataFile,
    Drift,
    DvcState,
    Environment,
    Fingerprint,
    Gpu,
    Hardware,
    Numerics,
    Package,
    Platform,
    Python,
    Randomness,
    ThreadPool,
)

OPENBLAS = ThreadPool(api="blas", implementation="openblas", version="0.3.31", architecture="SkylakeX", threads=2)
GOMP = ThreadPool(api="openmp", implementation="openmp", version=None, architecture=None, threads=2)

FULL = Fingerprint(
    python=Python(version="3.11.7", implementation="CPython", build="main GCC 12.2.0"),
    platform=Platform(system="Linux", release="6.1", machine="x86_64", libc="glibc 2.36"),
    packages={name: Package(version="1.0") for name in ("numpy", "pandas", "ruff")},
    imported=("numpy", "pandas"),
    code=Code(commit="abc", branch="main", modules={"helpers.py": "blake3:1"}),
    data={"a.csv": DataFile(digest="blake3:1", size=1)},
    randomness=Randomness(seed=42, hash_seed="0", seeded=("numpy", "random")),
    numerics=Numerics(
        pools=(OPENBLAS, GOMP),
        cpu_capability="AVX512",
        switches={"torch.deterministic_algorithms": True, "torch.num_threads": 2, "numpy.cpu_features": "AVX2 SSE"},
    ),
    hardware=Hardware(cpu="Xeon", cores=8, usable_cores=2, memory_bytes=8 * 2**30, gpus=(Gpu(name="H100"),)),
    environment=Environment(
        variables={"TZ": "UTC", "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "0"}, locale="C", timezone="UTC +00:00"
    ),
    extra={"cluster.queue": "long"},
)


def with_part(section: str, **changes: Any) -> Fingerprint:
    return replace(FULL, **{section: replace(getattr(FULL, section), **changes)})


def pool(**changes: Any) -> Fingerprint:
    return with_part("numerics", pools=(replace(OPENBLAS, **changes), GOMP))


def switch(name: str, value: object) -> Fingerprint:
    assert FULL.numerics is not None
    return with_part("numerics", switches={**FULL.numerics.switches, name: value})


def packages(**versions: str | None) -> Fingerprint:
    changed = {**FULL.packages, **{name: Package(version=text) for name, text in versions.items() if text}}
    return replace(FULL, packages={n: p for n, p in changed.items() if versions.get(n, "") is not None})


K = CauseKind
POINTS = [
    (replace(FULL, data={"a.csv": DataFile(digest="blake3:2", size=1)}), K.DATA_CHANGED, "a.csv", "blake3:2"),
    (replace(FULL, data={"a.csv": DataFile(digest=None, size=None)}), K.DATA_MISSING, "a.csv", None),
    (with_part("code", modules={"helpers.py": "blake3:2"}), K.LOCAL_MODULE, "helpers.py", "blake3:2"),
    (with_part("code", modules={}), K.LOCAL_MODULE, "helpers.py", None),
    (packages(numpy="2.0"), K.PACKAGE, "numpy", "2.0"),
    (packages(numpy=None), K.PACKAGE, "numpy", None),
    (packages(scipy="1.0"), K.PACKAGE, "scipy", "1.0"),
    (with_part("python", version="3.12.1"), K.PYTHON, "python.version", "3.12.1"),
    (with_part("python", implementation="PyPy"), K.PYTHON, "python.version", "PyPy 3.11.7"),
    (with_part("python", build="main Clang 15"), K.PLATFORM, "python.build", "main Clang 15"),
    (with_part("platform", machine="aarch64"), K.PLATFORM, "platform.machine", "aarch64"),
    (with_part("platform", container="docker"), K.PLATFORM, "platform.container", "docker"),
    (with_part("randomness", seed=7), K.UNSEEDED_RANDOMNESS, "randomness.seed", "7"),
    (with_part("randomness", hash_seed="random"), K.HASH_ORDER, "PYTHONHASHSEED", "random"),
    (
        switch("torch.deterministic_algorithms", False),
        K.DETERMINISM_SWITCH,
        "torch.deterministic_algorithms",
        "false",
    ),
    (pool(architecture="Haswell"), K.NUMERICS, "numerics.blas.openblas.architecture", "Haswell"),
    (pool(version="0.3.30"), K.NUMERICS, "numerics.blas.openblas.version", "0.3.30"),
    (pool(implementation="mkl"), K.NUMERICS, "numerics.blas", "mkl"),
    (with_part("numerics", cpu_capability="AVX2"), K.NUMERICS, "numerics.cpu_capability", "AVX2"),
    (switch("numpy.cpu_features", "SSE"), K.NUMERICS, "numpy.cpu_features", "SSE"),
    (with_part("hardware", cpu="EPYC"), K.NUMERICS, "hardware.cpu", "EPYC"),
    (with_part("hardware", gpus=(Gpu(name="A100"),)), K.GPU, "hardware.gpus", "A100"),
    (with_part("hardware", gpus=()), K.GPU, "hardware.gpus", None),
    (with_part("hardware", memory_bytes=4 * 2**30), K.RESOURCES, "hardware.memory", "4 GiB"),
    (
        with_part("environment", variables={"TZ": "UTC", "PYTHONHASHSEED": "0"}),
        K.ENVIRONMENT_VARIABLE,
        "OMP_NUM_THREADS",
        None,
    ),
    (with_part("environment", variables={"TZ": "Asia/Tokyo", "OMP_NUM_THREADS": "2"}), K.LOCALE, "TZ", "Asia/Tokyo"),
    (with_part("environment", locale="de_DE.UTF-8"), K.LOCALE, "environment.locale", "de_DE.UTF-8"),
    (replace(FULL, extra={"cluster.queue": "short"}), K.UNKNOWN, "extra.cluster.queue", "short"),
]


@pytest.mark.parametrize(
    ("candidate", "kind", "name", "value"), POINTS, ids=[f"{name}-{value}" for _, _, name, value in POINTS]
)
def test_one_change_is_one_point_of_drift(
    candidate: Fingerprint, kind: CauseKind, name: str, value: str | None
) -> None:
    (found,) = drift(FULL, candidate)
    assert (found.kind, found.name, found.candidate) == (kind, name, value)
    (back,) = drift(candidate, FULL)
    assert (back.kind, back.name, back.reference, back.candidate) == (kind, name, value, found.reference)


NO_DRIFT = {
    "commit": with_part("code", commit="def", branch="other", dirty=True, modified=("a.py",)),
    "cores that no pool uses": with_part("hardware", usable_cores=4),
    "cores of the machine": with_part("hardware", cores=64),
    "a little memory": with_part("hardware", memory_bytes=8 * 2**30 - 4096),
    "a pool that was not loaded": with_part("numerics", pools=(OPENBLAS,)),
    "a switch of a library that was not loaded": switch("torch.cudnn.benchmark", True),
    "a library whose generator was not used": with_part("randomness", seeded=("random",)),
    "what DVC knows": replace(
        FULL,
        data={"a.csv": DataFile(digest="blake3:1", size=1, dvc=DvcState(tracked_by="a.dvc", recorded="md5:1"))},
    ),
    "an unknown driver": with_part("hardware", gpus=(Gpu(name="H100", driver="550"),)),
    "an unknown library": with_part("platform", libc=""),
    "a probe that only one side has": replace(FULL, extra={**FULL.extra, "other": "x"}),
    "what could not be read": replace(FULL, missing={"numerics": "OSError"}),
}


@pytest.mark.parametrize("candidate", NO_DRIFT.values(), ids=NO_DRIFT.keys())
def test_what_cannot_matter_or_is_not_known_is_no_drift(candidate: Fingerprint) -> None:
    assert drift(FULL, candidate) == drift(candidate, FULL) == ()


SECTIONS = ("python", "platform", "code", "randomness", "numerics", "hardware", "environment")


@pytest.mark.parametrize("section", [*SECTIONS, "packages", "data", "extra"])
def test_a_section_that_one_side_lacks_is_no_drift(section: str) -> None:
    nothing: Any = None if section in SECTIONS else {}
    without = replace(FULL, **{section: nothing})
    assert drift(FULL, without) == drift(without, FULL) == ()


def test_an_empty_fingerprint_drifts_from_nothing() -> None:
    assert drift(Fingerprint(), FULL) == drift(FULL, Fingerprint()) == ()


def test_fewer_threads_bring_the_cores_with_them() -> None:
    candidate = replace(pool(threads=1), hardware=with_part("hardware", usable_cores=1).hardware)
    assert [(found.kind, found.name, found.candidate) for found in drift(FULL, candidate)] == [
        (CauseKind.THREADS, "numerics.blas.openblas.threads", "1"),
        (CauseKind.THREADS, "hardware.usable_cores", "1"),
    ]


def test_cores_count_where_thread_pools_are_not_known() -> None:
    sides = [replace(FULL, numerics=None), replace(with_part("hardware", usable_cores=1), numerics=None)]
    assert [found.name for found in drift(*sides)] == ["hardware.usable_cores"]


def test_an_unset_hash_seed_is_told_by_its_variable_where_nothing_else_tells() -> None:
    sides = [replace(FULL, randomness=None), replace(FULL, randomness=None, environment=Environment(locale="C"))]
    found = [point for point in drift(*sides) if point.kind is CauseKind.HASH_ORDER]
    assert found == [Drift(kind=CauseKind.HASH_ORDER, name="PYTHONHASHSEED", reference="0", candidate=None)]


def test_one_version_from_another_origin_is_drift() -> None:
    origin = Package(version="1.0", url="https://example.org/numpy.git", commit="abc")
    (found,) = drift(FULL, replace(FULL, packages={**FULL.packages, "numpy": origin}))
    assert found.reference == "1.0"
    assert found.candidate == "1.0 (https://example.org/numpy.git abc)"


def test_where_an_editable_install_lies_is_no_drift() -> None:
    here, there = (Package(version="1.0", editable=True, url=f"file:///{place}/numpy") for place in ("one", "two"))
    sides = [replace(FULL, packages={**FULL.packages, "numpy": package}) for package in (here, there)]
    assert drift(*sides) == ()
    (found,) = drift(FULL, sides[0])
    assert found.candidate == "1.0 (editable)"


def test_a_file_that_only_one_side_read_counts_if_the_run_was_whole() -> None:
    candidate = replace(FULL, data={**FULL.data, "b.csv": DataFile(digest="blake3:3", size=1)})
    (found,) = drift(candidate, FULL)
    assert (found.kind, found.name, found.candidate) == (CauseKind.DATA_MISSING, "b.csv", None)
    assert drift(candidate, FULL, complete=False) == ()


def test_a_change_counts_even_if_the_run_was_cut_short() -> None:
    changed = replace(FULL, data={"a.csv": DataFile(digest="blake3:2", size=1)})
    assert len(drift(FULL, changed, complete=False)) == 1


def test_what_is_surely_used_comes_first_and_what_is_only_installed_last() -> None:
    candidate = replace(
        packages(pandas="2.0", ruff="2.0", numpy="2.0"),
        data={"a.csv": DataFile(digest="blake3:2", size=1)},
        python=Python(version="3.12.1", implementation="CPython", build=""),
        platform=Platform(system="Linux", release="6.2", machine="x86_64", libc="glibc 2.36"),
    )
    names = [found.name for found in drift(FULL, candidate)]
    assert names == ["a.csv", "numpy", "pandas", "python.version", "platform.release", "ruff"]


# Laws

_text = st.text(max_size=3)
_some = st.none() | _text


def _table(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(["numpy", "a", "b", "TZ", "torch.num_threads"]), values, max_size=3)


_fingerprints = st.builds(
    Fingerprint,
    python=st.none() | st.builds(Python, version=_text, implementation=_text, build=_text),
    platform=st.none() | st.builds(Platform, system=_text, release=_text, machine=_text, libc=_text, container=_some),
    packages=_table(st.builds(Package, version=_text, editable=st.booleans(), url=_some, commit=_some)),
    imported=st.lists(st.sampled_from(["numpy", "a"]), unique=True).map(tuple),
    code=st.none() | st.builds(Code, commit=_some, modules=_table(_text)),
    data=_table(st.builds(DataFile, digest=_some, size=st.none())),
    randomness=st.none()
    | st.builds(
        Randomness,
        seed=st.none() | st.integers(0, 3),
        hash_seed=_text,
        seeded=st.lists(st.sampled_from(["numpy", "random"]), unique=True).map(tuple),
    ),
    numerics=st.none()
    | st.builds(
        Numerics,
        pools=st.lists(
            st.builds(
                ThreadPool,
                api=st.sampled_from(["blas", "openmp"]),
                implementation=st.sampled_from(["openblas", "mkl"]),
                version=_some,
                architecture=_some,
                threads=st.integers(1, 3),
            ),
            max_size=3,
        ).map(tuple),
        cpu_capability=_some,
        switches=_table(st.none() | st.booleans() | st.integers(0, 2) | _text),
    ),
    hardware=st.none()
    | st.builds(
        Hardware,
        cpu=_text,
        cores=st.just(2),
        usable_cores=st.integers(1, 2),
        memory_bytes=st.none() | st.integers(0, 3),
        gpus=st.lists(st.builds(Gpu, name=_text, driver=_some, multiprocessors=st.none() | st.integers(1, 2))).map(
            tuple
        ),
    ),
    environment=st.none() | st.builds(Environment, variables=_table(_text), locale=_text, timezone=_text),
    extra=_table(_text),
)


@given(_fingerprints)
def test_a_fingerprint_does_not_drift_from_itself(fingerprint: Fingerprint) -> None:
    assert drift(fingerprint, fingerprint) == ()


@given(_fingerprints, _fingerprints)
def test_drift_is_the_same_from_either_side(one: Fingerprint, other: Fingerprint) -> None:
    there, back = drift(one, other), drift(other, one)
    assert [(p.kind, p.name, p.reference, p.candidate) for p in there] == [
        (p.kind, p.name, p.candidate, p.reference) for p in back
    ]
    assert len({(point.kind, point.name) for point in there}) == len(there)
    assert all(point.reference != point.candidate for point in there)


CANARY = {"numpy.matmul": "aaaaaaaaaaaaaaaa", "numpy.sum": "bbbbbbbbbbbbbbbb", "torch.cuda.matmul": "cccccccccccccccc"}


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({}, []),
        ({"numpy.sum": CANARY["numpy.sum"], "numpy.svd": "1"}, []),
        (
            {**CANARY, "numpy.matmul": "dddddddddddddddd"},
            [("numerics.canary", CauseKind.NUMERICS, "numpy.matmul aaaaaaaa", "numpy.matmul dddddddd")],
        ),
        (
            {**CANARY, "torch.cuda.matmul": "dddddddddddddddd"},
            [("numerics.canary.gpu", CauseKind.GPU, "torch.cuda.matmul cccccccc", "torch.cuda.matmul dddddddd")],
        ),
    ],
)
def test_a_canary_that_sings_otherwise_is_one_point(there: dict[str, str], expected: list[Any]) -> None:
    found = drift(with_part("numerics", canary=CANARY), with_part("numerics", canary=there))
    assert [(point.name, point.kind, point.reference, point.candidate) for point in found] == expected


def test_instructions_that_one_side_lacks_are_told() -> None:
    before = with_part("hardware", isa_level="x86-64-v4", isa=("avx2", "avx512f"))
    after = with_part("hardware", isa_level="x86-64-v3", isa=("avx2",))
    assert [point.name for point in drift(before, after)] == ["hardware.isa_level"]
    after = with_part("hardware", isa_level="x86-64-v4", isa=("amx_tile", "avx2", "avx512f"))
    (point,) = drift(before, after)
    assert (point.name, point.reference, point.candidate) == ("hardware.isa", None, "amx_tile")
    assert drift(FULL, after) == ()


def numpy(**changes: Any) -> Fingerprint:
    return replace(FULL, packages={**FULL.packages, "numpy": replace(FULL.packages["numpy"], **changes)})


def test_an_edited_or_rebuilt_package_of_the_same_version_is_drift_where_both_were_looked_into() -> None:
    before = numpy(digest="sha256:11111111aa")
    assert drift(before, FULL) == ()
    (point,) = drift(before, numpy(digest="sha256:22222222bb"))
    assert (point.reference, point.candidate) == ("1.0 (files 11111111)", "1.0 (files 22222222)")
    (point,) = drift(before, numpy(digest="sha256:11111111aa", edited={"numpy/ma/core.py": "sha256:33333333cc"}))
    assert (point.name, point.candidate) == ("numpy", "1.0 (files 11111111, numpy/ma/core.py edited to 33333333)")


def test_an_editable_package_drifts_by_its_folder_not_by_its_commit() -> None:
    before = numpy(editable=True, commit="a", digest="git-tree:11111111")
    assert drift(before, numpy(editable=True, commit="b", digest="git-tree:11111111")) == ()
    (point,) = drift(before, numpy(editable=True, commit="a", digest="git-tree:11111111", diff="sha256:22222222"))
    assert point.candidate == "1.0 (editable, files 11111111, uncommitted changes 22222222)"


def test_conda_packages_of_other_languages_drift_and_those_of_python_once() -> None:
    before = replace(FULL, conda={"mkl": "2023.1 h1", "numpy": "1.0 py311"})
    after = replace(FULL, conda={"mkl": "2023.2 h7", "numpy": "1.0 py312"})
    assert [(point.name, point.candidate) for point in drift(before, after)] == [("conda.mkl", "2023.2 h7")]
    assert drift(before, FULL) == ()
