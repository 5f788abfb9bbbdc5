"""The fingerprint: environment, code, data, randomness, numerics and hardware of a run.

Every section is what one probe read. A section that could not be read is ``None`` and ``Fingerprint.missing``
says why. Nothing in here depends on where the project lies or on when the run took place, so that two runs of
the same notebook in the same place have equal fingerprints.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Python:
    """The interpreter of the kernel."""

    version: str
    """Full version, for example ``3.11.7``."""
    implementation: str
    """``CPython``, ``PyPy``, …"""
    build: str
    """Build number, date and compiler, as `platform` gives them."""


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The operating system under the kernel."""

    system: str
    release: str
    machine: str
    libc: str
    container: str | None = None
    """``docker``, ``podman``, ``kubernetes``, … where one is noticed."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """One installed distribution."""

    version: str
    editable: bool = False
    url: str | None = None
    """Where it was installed from if not from an index (PEP 610), credentials redacted."""
    commit: str | None = None
    """The commit of a version-control install (PEP 610), or of the checkout that an editable one lies in."""
    digest: str | None = None
    """Of an imported one: ``sha256:…`` of the files that its RECORD lists; of an editable one outside of the
    project, ``git-tree:…``, its folder as committed."""
    edited: dict[str, str] = field(default_factory=dict)
    """Files that were imported and are not as RECORD says: ``sha256:…`` by path below site-packages."""
    diff: str | None = None
    """``sha256:…`` of what an editable one's checkout holds beyond its commit: changes, and new Python files."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """The code of the project: its git commit, and the local modules that the notebook imported."""

    commit: str | None = None
    branch: str | None = None
    dirty: bool = False
    modified: tuple[str, ...] = ()
    """Tracked files with uncommitted changes, relative to the project's root."""
    diff: str | None = None
    """``sha256:…`` of these changes."""
    modules: dict[str, str] = field(default_factory=dict)
    """Digest of each imported module's file that lies in the project, by path relative to its root."""
    changes: dict[str, str] = field(default_factory=dict)
    """Uncommitted changes of these modules as git's diff, by path; long ones are cut, credentials redacted."""


@dataclass(frozen=True, kw_only=True)
class DvcState:
    """What DVC knows of a file."""

    tracked_by: str
    """The ``.dvc`` file or ``dvc.lock`` that tracks it, relative to the project's root."""
    recorded: str
    """The digest that DVC recorded, ``md5:…`` (``….dir`` for a directory)."""
    matches: bool | None = None
    """Whether the file on disk is the one recorded; ``None`` where that was not looked at."""


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """A file that the notebook read."""

    digest: str | None
    """``blake3:…`` of its bytes; ``None`` where the file was gone at the end of the run. Of what was read from an
    address only in part, ``etag:…`` as the server gave it."""
    size: int | None
    files: int | None = None
    """How many files a folder holds."""
    dvc: DvcState | None = None
    in_git: bool = False
    """Whether git tracks it."""


@dataclass(frozen=True, kw_only=True)
class Randomness:
    """What seeded the run."""

    seed: int | None
    hash_seed: str
    """``PYTHONHASHSEED`` at the kernel's start: a number, or ``random``."""
    seeded: tuple[str, ...] = ()
    """Libraries whose global generators were seeded."""
    scope: str = "session"
    """``session``: seeded once; ``cell``: each cell starts from a seed made of this one and of its id."""
    drawn: bool = False
    """Whether the seed was drawn for this session rather than set."""
    entropy: str = "detect"
    """``detect``: unseeded generators are noticed; ``deterministic``: they got entropy made of the seed;
    ``replay``: they got that of another run."""


@dataclass(frozen=True, kw_only=True)
class ThreadPool:
    """A native thread pool, as threadpoolctl sees it."""

    api: str
    """``blas``, ``openmp``, …"""
    implementation: str
    """``openblas``, ``mkl``, ``libgomp``, …"""
    version: str | None
    architecture: str | None
    """The kernel that the library chose for this processor, for example ``SkylakeX``."""
    threads: int


@dataclass(frozen=True, kw_only=True)
class Numerics:
    """What decides the last bits of floating-point results."""

    pools: tuple[ThreadPool, ...] = ()
    cpu_capability: str | None = None
    """The instruction set that ATen dispatches to, if torch is loaded."""
    switches: dict[str, str | int | float | bool | None] = field(default_factory=dict)
    """Determinism and precision switches by dotted name, for example ``torch.deterministic_algorithms``."""
    canary: dict[str, str] = field(default_factory=dict)
    """Digests of small fixed computations, for example ``numpy.matmul``: other ones, another numeric platform."""


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """One graphics processor."""

    name: str
    driver: str | None = None
    memory_bytes: int | None = None
    multiprocessors: int | None = None
    compute_capability: str | None = None
    """For example ``9.0``."""


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """The machine."""

    cpu: str
    cores: int
    usable_cores: int
    memory_bytes: int | None
    gpus: tuple[Gpu, ...] = ()
    isa_level: str | None = None
    """The level of its instruction set, for example ``x86-64-v3``."""
    isa: tuple[str, ...] = ()
    """Instructions that numeric libraries choose by: ``avx2``, ``fma``, ``avx512f``, ``sve``, …"""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Environment variables from the allow list, locale and time zone."""

    variables: dict[str, str] = field(default_factory=dict)
    locale: str = ""
    encoding: str = ""
    timezone: str = ""


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """Everything known about what a run ran on."""

    python: Python | None = None
    platform: Platform | None = None
    packages: dict[str, Package] = field(default_factory=dict)
    """Installed distributions by normalised name (PEP 503)."""
    imported: tuple[str, ...] = ()
    """Those of them that the notebook had imported at its end."""
    conda: dict[str, str] = field(default_factory=dict)
    """Version and build of each package of the conda environment, by name, those of other languages included."""
    code: Code | None = None
    data: dict[str, DataFile] = field(default_factory=dict)
    """Files read, by path relative to the project's root."""
    randomness: Randomness | None = None
    numerics: Numerics | None = None
    hardware: Hardware | None = None
    environment: Environment | None = None
    extra: dict[str, str] = field(default_factory=dict)
    """What probes of other packages (entry point ``nbrepro.probes``) report."""
    missing: dict[str, str] = field(default_factory=dict)
    """Sections that could not be read, and why."""
