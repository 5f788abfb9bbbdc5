"""What the launch tells the extension: journal, seed, root, and whether anybody looks."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbrepro.config import Settings, load_settings, project_root
from nbrepro.errors import ConfigError
from nbrepro.kernel.border import Faults
from nbrepro.kernel.seeding import MAX_SEED

_PREFIX = "NBREPRO_"
_IMPORTED = time.time_ns()
"""Tells processes with the same number apart; loading again in one process stays the same session."""
_KEPT_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Chances:
    """What becomes of chance in the session."""

    seed: int
    drawn: bool = False
    """Whether the seed was drawn for this session, or for the run that it follows."""
    by_cell: bool = False
    """Whether each cell starts from a seed of its own."""
    deterministic: bool = False
    """Whether unseeded generators of own code get entropy made of the seed."""
    kept: str = "generators"
    """Whose entropy is recorded: ``generators``, ``all``, ``none``."""
    replay: Path | None = None
    """The entropy of an earlier run, to be given out again."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How the session is set up."""

    root: Path
    journal: Path
    chances: Chances
    headless: bool
    environ: Mapping[str, str]
    """The environment before anything changed it, without nbrepro's own variables."""
    session: str
    """Names the process."""
    strict: bool = False
    """Whether an operation of torch without a deterministic implementation raises."""
    threads: int = 0
    """Threads that the project wants numeric libraries to have, where no launch has seen to it; 0 for any number."""
    live: bool = False
    """Whether the session follows what cells read and write."""
    file_ways: tuple[str, ...] = ("fanotify", "inotify", "wrappers")
    """How to see files that are read past Python's `open`, the best first; what there is not is passed over."""

    @classmethod
    def read(cls, faults: Faults) -> Launch:
        """Read the launch's variables, the project's settings, and where Jupyter keeps its files."""
        environ = dict(os.environ)
        root = Path(environ["NBREPRO_ROOT"]) if environ.get("NBREPRO_ROOT") else project_root(Path.cwd())
        session = f"{os.getpid()}-{_IMPORTED}"
        journal = environ.get("NBREPRO_JOURNAL")
        headless = environ.get("NBREPRO_HEADLESS") == "1"
        told = bool(environ.get("NBREPRO_SEED_SCOPE"))  # a pinned launch says all of chance
        settings = Settings() if told and headless else _settings(root, faults)
        return cls(
            root=root,
            journal=Path(journal) if journal else _default_journal(session, faults),
            chances=_chances(environ, Settings() if told else settings, faults),
            headless=headless,
            environ={name: value for name, value in environ.items() if not name.startswith(_PREFIX)},
            session=session,
            strict=(environ.get("NBREPRO_DETERMINISM") or settings.determinism) == "strict",
            threads=0 if headless else settings.threads,
            live=_live(environ, settings, headless=headless),
            file_ways=_file_ways(environ),
        )


def _live(environ: Mapping[str, str], settings: Settings, *, headless: bool) -> bool:
    """Return whether to follow the cells; nobody asks in a run that goes from the top by itself."""
    given = environ.get("NBREPRO_LIVE")
    return given == "1" if given in ("0", "1") else settings.live and not headless


def _file_ways(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ways that ``NBREPRO_FILE_WAYS`` names; it is there to compare them, and to leave one out."""
    named = environ.get("NBREPRO_FILE_WAYS")
    return Launch.file_ways if named is None else tuple(filter(None, named.split(",")))


def _chances(environ: Mapping[str, str], settings: Settings, faults: Faults) -> Chances:
    """Return what the pinned launch says of chance, or else the project's settings."""
    given, drawn = environ.get("NBREPRO_SEED"), environ.get("NBREPRO_SEED_DRAWN") == "1"
    if given:
        try:
            seed = checked_seed(given)
        except ValueError as fault:
            faults.add("NBREPRO_SEED", str(fault))
            given = None
    if not given:
        seed, drawn = settings.seed_number(), settings.seed == "random"
    replay = environ.get("NBREPRO_REPLAY")
    return Chances(
        seed=seed,
        drawn=drawn,
        by_cell=(environ.get("NBREPRO_SEED_SCOPE") or settings.seed_scope) == "cell",
        deterministic=(environ.get("NBREPRO_ENTROPY") or settings.entropy) == "deterministic",
        kept=environ.get("NBREPRO_RECORD_ENTROPY") or settings.record_entropy,
        replay=Path(replay) if replay else None,
    )


def _settings(root: Path, faults: Faults) -> Settings:
    try:
        return load_settings(root)
    except ConfigError as fault:
        faults.add("settings", str(fault))
        return Settings()


def checked_seed(text: str) -> int:
    """Return a seed that every library takes.

    Raises
    ------
    ValueError
        If the text is no whole number from 0 to `MAX_SEED`.
    """
    if not text.isascii() or not text.isdigit() or int(text) > MAX_SEED:
        msg = f"{text!r} is no seed: give a whole number from 0 to {MAX_SEED}"
        raise ValueError(msg)
    return int(text)


def _default_journal(session: str, faults: Faults) -> Path:
    from jupyter_core.paths import jupyter_runtime_dir

    folder = Path(jupyter_runtime_dir()) / "nbrepro"
    try:
        _forget_old(folder)
    except OSError as fault:
        faults.add("old journals", fault)
    return folder / f"{_kernel_name() or session}.jsonl"


def _kernel_name() -> str | None:
    """Return the name of the kernel's connection file, which the front end knows it by."""
    application = getattr(sys.modules.get("ipykernel.kernelapp"), "IPKernelApp", None)
    if application is None or not application.initialized():
        return None
    name = Path(application.instance().connection_file).stem
    return name or None


def _forget_old(folder: Path) -> None:
    if not folder.is_dir():
        return
    limit = time.time() - _KEPT_SECONDS
    for journal in folder.glob("*.jsonl"):
        if journal.stat().st_mtime < limit:
            journal.unlink(missing_ok=True)
