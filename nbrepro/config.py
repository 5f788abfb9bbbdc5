"""Settings: ``[tool.nbrepro]`` of pyproject.toml, the notebook's metadata, the cells' tags; the narrowest wins."""

from __future__ import annotations

import difflib
import math
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from nbrepro.errors import ConfigError
from nbrepro.peers.markers import read_marks
from nbrepro.peers.sanitising import read_sanitisers

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TAG_PREFIX = "nbrepro-"
FLAG_TAGS = ("skip", "ignore-output", "check-output")
NUMBER_TAGS = ("rtol", "atol", "timeout")

Amount = Annotated[float, Meta(ge=0)]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a project or a notebook can set; the defaults need no configuration."""

    seed: Annotated[int, Meta(ge=0, lt=2**32)] | Literal["random"] = 42
    """Seed of the global generators; ``random`` draws one for each session or run, and records it."""
    seed_scope: Literal["session", "cell"] = "session"
    """Whether the seed is given once, or each cell starts from a seed made of it and of the cell's id."""
    entropy: Literal["detect", "deterministic"] = "detect"
    """Whether unseeded generators are noticed, or those of the notebook's own code get entropy made of the seed."""
    record_entropy: Literal["generators", "all", "none"] = "generators"
    """Entropy kept in records: that of NumPy's and Python's generators, also bytes of the system, or none."""
    live: bool = False
    """Whether an interactive session follows what cells read and write, to tell what a run from the top would give."""
    determinism: Literal["warn", "strict"] = "warn"
    """Whether an operation of torch without a deterministic implementation is noted as a finding, or raises."""
    timeout: Amount = 600.0
    """Seconds that one cell may take; 0 means no limit."""
    notebook_timeout: Amount = 0.0
    """Seconds that one notebook may take; 0 means no limit."""
    max_output: Annotated[int, Meta(gt=0)] = 64 * 1024 * 1024
    """Bytes of output that one cell may write before the run is stopped."""
    threads: Annotated[int, Meta(ge=0)] = 0
    """Threads of numeric libraries; 0 takes the reference's number, or else the usable cores."""
    kernel: str = ""
    """Kernel to run in; empty takes the notebook's own."""
    environment: dict[str, str] = field(default_factory=dict)
    """Environment variables added to the kernel's."""
    rtol: Amount = 1e-6
    """Relative tolerance for floating-point numbers in outputs."""
    atol: Amount = 1e-12
    """Absolute tolerance for floating-point numbers in outputs."""
    pixel_tolerance: Annotated[int, Meta(ge=0, le=255)] = 2
    """Largest difference of one colour channel, of 255, that an image may show."""
    calibration_level: Annotated[float, Meta(gt=0.5, lt=1)] = 0.99
    """Probability that every number that varies by nature stays within its calibrated limits."""
    keep_masks: tuple[str, ...] = ()
    """Normalisers that are switched off."""
    check_outputs: Literal["all", "marked"] = "all"
    """Whose outputs are compared: every cell's, or those of cells marked to be checked, as ``--nbval-lax`` has it."""
    sanitize_with: tuple[str, ...] = ()
    """nbval's sanitising files, relative to the project's root."""
    allow_errors: bool = False
    """Whether every cell may raise, as if it were tagged ``raises-exception``."""
    fail_on: tuple[Literal["warnings"], ...] = ()
    """What fails beyond differences: ``warnings`` for new warnings on stderr."""
    exclude: tuple[str, ...] = ()
    """Glob patterns of notebooks that are left out, relative to the project's root."""
    keep_runs: Annotated[int, Meta(gt=0)] = 20
    """Candidates kept for each notebook in ``.nbrepro/runs``."""
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Who set what, for people: ``{"rtol": "the cell's tag"}``; no setting itself."""

    def origin(self, name: str) -> str:
        """Return who set this: ``the default``, ``the project``, …, ``the cell's tag``."""
        return self.origins.get(name, "the default")

    def seed_number(self) -> int:
        """Return the seed, drawn anew where the setting says ``random``."""
        return secrets.randbits(32) if self.seed == "random" else self.seed

    def changed(self, changes: Mapping[str, Any], origin: str) -> Settings:
        """Return the settings with these changes, and whose they are."""
        return replace(self, **changes, origins={**self.origins, **dict.fromkeys(changes, origin)})


@dataclass(frozen=True, kw_only=True)
class CellRules:
    """What the settings and the tags of one cell come to."""

    settings: Settings
    skip: bool = False
    ignore_output: bool = False
    may_raise: bool = False
    ignore_errors: bool = False
    """Whether an exception is not compared either, where the output is ignored: nbval's way."""
    by: str = "its tag"
    """What decided that the cell is skipped or its output ignored, for people."""


def load_settings(root: Path) -> Settings:
    """Read ``[tool.nbrepro]`` of ``root/pyproject.toml``; the defaults where there is none.

    Raises
    ------
    ConfigError
        If the file is no TOML, or the table holds an unknown key or a value of the wrong type.
    """
    path = root / "pyproject.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("nbrepro", {})
    except FileNotFoundError:
        return Settings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError(f"not valid TOML ({fault}): mend the file", context=(str(path),)) from None
    except OSError as fault:
        raise ConfigError(f"cannot be read ({fault.strerror}): check its permissions", context=(str(path),)) from None
    return _placed(_apply(Settings(), table, "the project", context=(str(path), "[tool.nbrepro]")), root)


def notebook_settings(settings: Settings, metadata: Mapping[str, Any], name: str) -> Settings:
    """Return the settings with those of the notebook's ``metadata.nbrepro.settings`` laid over them."""
    own = metadata.get("nbrepro")
    table = own.get("settings", {}) if isinstance(own, Mapping) else {}
    own_settings = _apply(settings, table, "the notebook", context=(name, "metadata.nbrepro.settings"))
    return _placed(own_settings, Path(name).parent) if "sanitize_with" in table else own_settings


def _placed(settings: Settings, folder: Path) -> Settings:
    """Return the settings with the sanitising files found from ``folder``, and each of them read once."""
    if not settings.sanitize_with:
        return settings
    files = tuple(str(folder / file) for file in settings.sanitize_with)
    read_sanitisers(files)
    return replace(settings, sanitize_with=files)


def cell_rules(settings: Settings, tags: list[str], *, source: str = "", context: tuple[str, ...] = ()) -> CellRules:
    """Return the rules of a cell with these tags and this source.

    Understands ``nbrepro-skip``, ``nbrepro-ignore-output``, ``nbrepro-check-output``, ``nbrepro-rtol=1e-3``,
    ``nbrepro-atol=…``, ``nbrepro-timeout=…``, the standard ``raises-exception`` and ``skip-execution``, and
    nbval's tags and comments. nbrepro's own win over nbval's.
    """
    flags, numbers = _own_tags(tags, context)
    marks = read_marks(tags, source)
    skipped = "skip" in flags or "skip-execution" in tags
    own_ignore = "ignore-output" in flags
    checked = "check-output" in flags or (settings.check_outputs == "all" if marks.check is None else marks.check)
    may_raise = "raises-exception" in tags or marks.may_raise or settings.allow_errors
    by = "its tag"
    if not skipped and not own_ignore and (marks.skip or not checked):
        by = marks.deciding or 'the setting check_outputs = "marked"'
    return CellRules(
        settings=_apply(settings, numbers, "the cell's tag", context=(*context, "tags")) if numbers else settings,
        skip=skipped or marks.skip,
        ignore_output=own_ignore or not checked,
        may_raise=may_raise,
        ignore_errors=not own_ignore and not checked,
        by=by,
    )


def _own_tags(tags: list[str], context: tuple[str, ...]) -> tuple[set[str], dict[str, float]]:
    flags: set[str] = set()
    numbers: dict[str, float] = {}
    for tag in tags:
        if tag.startswith(TAG_PREFIX):
            name, valued, value = tag.removeprefix(TAG_PREFIX).partition("=")
            if valued and name in NUMBER_TAGS:
                numbers[name] = _number(tag, value, context)
            elif not valued and name in FLAG_TAGS:
                flags.add(name)
            else:
                raise ConfigError(f"unknown tag {tag!r}: {_known_tags(name)}", context=(*context, "tags"))
    return flags, numbers


def _known_tags(name: str) -> str:
    """Say what tags there are, and first which of them was likely meant."""
    forms = {name: TAG_PREFIX + name for name in FLAG_TAGS} | {name: f"{TAG_PREFIX}{name}=…" for name in NUMBER_TAGS}
    near = difflib.get_close_matches(name, forms, n=1)
    meant = f"did you mean '{forms[near[0]]}'? " if near else ""
    return f"{meant}nbrepro knows {', '.join(forms.values())}"


def _number(tag: str, text: str, context: tuple[str, ...]) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"tag {tag!r} wants a number", context=(*context, "tags")) from None


def _apply(settings: Settings, table: object, origin: str, *, context: tuple[str, ...]) -> Settings:
    if not isinstance(table, Mapping):
        raise ConfigError("must be a table of settings", context=context)
    faults = [_unknown(key) for key in table if key not in _NAMES]
    changes: dict[str, Any] = {}
    for key in _NAMES & set(table):
        try:
            changes[key] = _finite(msgspec.convert(table[key], _TYPES[key], strict=False))
        except msgspec.ValidationError:  # noqa: PERF203 - every fault of the table is told at once
            faults.append(_mistyped(key, table[key]))
    if faults:
        raise ConfigError("; ".join(sorted(faults)), context=context)
    return settings.changed(changes, origin)


def _finite(value: Any) -> Any:
    """Return a value unless it is a number without bound: such a tolerance would let anything pass."""
    if isinstance(value, float) and not math.isfinite(value):
        raise msgspec.ValidationError
    return value


_TYPES: dict[str, Any] = get_type_hints(Settings, include_extras=True)
_NAMES = frozenset(f.name for f in fields(Settings) if f.compare)


_FAMILIES = {"tolerance": ("rtol", "atol")}
"""What people call several settings."""
_KINDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    tuple: "a list",
    dict: "a table",
}


def _unknown(key: str) -> str:
    near = [repr(name) for name in difflib.get_close_matches(key, [*_FAMILIES, *_NAMES], n=1)]
    family = _FAMILIES.get(near[0].strip("'"), ()) if near else ()
    near = [repr(name) for name in family] or near
    if len(family) > 1 and (pixels := difflib.get_close_matches(key, ["pixel_tolerance"], n=1)):
        near += [repr(name) for name in pixels]
    return f"unknown setting {key!r}" + (f": did you mean {' or '.join(near)}?" if near else "")


def _mistyped(key: str, value: object) -> str:
    """Say in words what a setting must be: ``rtol must be a number, not text``, ``live must be …``."""
    wanted = get_origin(_TYPES[key]) or _TYPES[key]
    wanted = get_args(_TYPES[key])[0] if wanted is Annotated else wanted
    if wanted in _KINDS and not isinstance(value, _TAKEN.get(wanted, wanted)):
        return f"{key} must be {_KINDS[wanted]}, not {_KINDS.get(type(value), type(value).__name__)}"
    return f"{key} must be {_allowed(_TYPES[key])}, not {value!r}"


_TAKEN: dict[Any, Any] = {float: (int, float), tuple: (list, tuple)}
"""What a file may hold for a kind of setting beside the kind itself."""


def _allowed(kind: Any) -> str:
    """Return in words what values a type has: ``'all' or 'marked'``, ``a whole number of 0 or more``."""
    parts = get_args(kind)
    if get_origin(kind) is Annotated:
        return _bounded(parts[0], parts[1])
    if get_origin(kind) is Literal:
        return " or ".join(repr(part) for part in parts)
    if get_origin(kind) is tuple:
        return f"a list of {_allowed(parts[0])}"
    if get_origin(kind) is dict:
        return f"a table of {_allowed(parts[1])}"
    if parts:  # a union
        return " or ".join(_allowed(part) for part in parts)
    return _KINDS[kind]


def _bounded(kind: type, bounds: Meta) -> str:
    words = "a finite number" if kind is float else _KINDS[kind]
    if bounds.ge is not None and bounds.lt is None and bounds.le is None:
        return f"{words} of {bounds.ge} or more"
    if bounds.ge is not None:
        return f"{words} from {bounds.ge} to {bounds.le if bounds.lt is None else bounds.lt - 1}"
    return f"{words} above {bounds.gt}" + ("" if bounds.lt is None else f" and below {bounds.lt}")


def project_root(start: Path) -> Path:
    """Return the project that ``start`` lies in: the nearest folder with ``.nbrepro``, a ``pyproject.toml``, or git.

    Falls back to the folder itself.
    """
    folder = Path(os.path.abspath(start))  # noqa: PTH100 - resolve() would follow a symlinked notebook away
    folder = folder if folder.is_dir() else folder.parent
    for candidate in (folder, *folder.parents):
        if any((candidate / mark).exists() for mark in (".nbrepro", "pyproject.toml", ".git")):
            return candidate
    return folder
