"""What DVC tracks, by our own reading of its files.

``.dvc`` files, ``dvc.yaml`` and ``dvc.lock`` are YAML. Reading them takes a millisecond each, imports nothing of
DVC and takes no lock; asking DVC takes half a second, and its lock.
"""

from __future__ import annotations

import configparser
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbrepro.probes.folders import Ignore
from nbrepro.probes.hashing import Md5

_DIRECTORY = ".dir"
_LOCK = "dvc.lock"
_PIPELINE = "dvc.yaml"
_PASSED_OVER = frozenset({".git", ".hg", ".dvc", "__pycache__", "node_modules", ".ipynb_checkpoints"})


@dataclass(frozen=True, kw_only=True)
class Output:
    """A file or folder that DVC keeps."""

    path: str
    """Absolute, as it is written."""
    recorded: str
    """MD5 in hex digits, with ``.dir`` behind it for a folder."""
    md5: Md5
    tracked_by: str
    """The ``.dvc`` file or the ``dvc.lock``, absolute."""
    listed: Mapping[str, str] | None = None
    """MD5 of each file in a folder, where the ``.dvc`` file lists them."""

    @property
    def is_folder(self) -> bool:
        """Whether a folder is tracked as a whole."""
        return self.recorded.endswith(_DIRECTORY) or self.listed is not None


@dataclass
class Repository:
    """A DVC repository on disk, read when it is made."""

    top: str
    ignore: Ignore = field(init=False)
    outputs: dict[str, Output] = field(init=False)
    _listings: dict[str, Mapping[str, str] | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.ignore = Ignore(self.top)
        self.outputs = {}
        _collect(self.top, self.ignore, self.outputs)

    def find(self, path: str) -> tuple[Output, str] | None:
        """Return the output that ``path`` is or lies in, and the way from there (empty for the output itself)."""
        output = self.outputs.get(path)
        if output is not None:
            return output, ""
        for above in Path(path).parents:
            output = self.outputs.get(str(above))
            if output is not None and output.is_folder:
                return output, Path(path).relative_to(above).as_posix()
        return None

    def listing(self, output: Output) -> Mapping[str, str] | None:
        """Return the recorded MD5 of each file of a folder; ``None`` where the cache does not hold the list."""
        if output.listed is not None:
            return output.listed
        if output.recorded not in self._listings:
            self._listings[output.recorded] = self._cached_listing(output.recorded)
        return self._listings[output.recorded]

    def _cached_listing(self, recorded: str) -> Mapping[str, str] | None:
        cache = cache_folder(self.top)
        modern, old = (base / recorded[:2] / recorded[2:] for base in (cache / "files" / "md5", cache))
        try:
            entries = json.loads((modern if modern.exists() else old).read_bytes())
            return {entry["relpath"]: entry["md5"] for entry in entries}
        except (OSError, ValueError, TypeError, KeyError):
            return None


def top(path: str) -> str | None:
    """Return the top of the DVC repository that ``path`` lies in."""
    return next((str(above) for above in Path(path).parents if (above / ".dvc").is_dir()), None)


def _collect(folder: str, ignore: Ignore, outputs: dict[str, Output]) -> None:
    """Add the outputs of ``folder`` and of those below; a tracked folder is data, and not searched."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if (entry.name.endswith(".dvc") or entry.name == _LOCK) and entry.is_file():
            for output in _outputs(entry.path):
                outputs.setdefault(output.path, output)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False) and not _is_closed(entry, ignore) and entry.path not in outputs:
            _collect(entry.path, ignore, outputs)


def _is_closed(entry: os.DirEntry[str], ignore: Ignore) -> bool:
    """Whether DVC would not look into a folder: another repository, an environment, what ``.dvcignore`` names."""
    if entry.name in _PASSED_OVER or os.path.exists(f"{entry.path}/pyvenv.cfg"):  # noqa: PTH110 - text, for speed
        return True
    has_own = os.path.isdir(f"{entry.path}/.dvc")  # noqa: PTH112 - as above
    return has_own or ignore.matches(os.path.dirname(entry.path), entry.name, is_dir=True)  # noqa: PTH120 - as above


def _outputs(path: str) -> Iterator[Output]:
    content = _yaml(path)
    folder = os.path.dirname(path)  # noqa: PTH120 - text, for speed
    if path.endswith(_LOCK):
        pipeline = _yaml(f"{folder}/{_PIPELINE}")
        # Before DVC 2 the file was the table of stages itself.
        stages = content.get("stages") if "schema" in content else content
        for name, stage in (stages if isinstance(stages, dict) else {}).items():
            place = _stage_folder(pipeline, str(name))
            if isinstance(stage, dict) and place is not None:
                yield from _parse(stage.get("outs"), f"{folder}/{place}", path)
    else:
        yield from _parse(content.get("outs"), f"{folder}/{content.get('wdir') or '.'}", path)


def _stage_folder(pipeline: Mapping[str, Any], name: str) -> str | None:
    """Return the folder that a stage's outputs are relative to; ``None`` where only DVC can fill in its template."""
    stages = pipeline.get("stages")
    known = stages if isinstance(stages, dict) else {}
    stage = known.get(name) or known.get(name.partition("@")[0])  # one of a matrix, or of a foreach
    body = stage.get("do", stage) if isinstance(stage, dict) else {}
    place = str(body.get("wdir", ".")) if isinstance(body, dict) else "."
    return None if "${" in place else place


def _parse(outs: object, folder: str, tracked_by: str) -> Iterator[Output]:
    for out in outs if isinstance(outs, list) else ():
        if not isinstance(out, dict) or "://" in str(out.get("path", "://")):  # a remote output
            continue
        listed = out.get("files")
        recorded = out.get("md5")
        if not recorded and not isinstance(listed, list):  # not computed yet
            continue
        yield Output(
            path=os.path.abspath(Path(folder, str(out["path"]))),  # noqa: PTH100 - as written, links kept
            recorded=str(recorded or _DIRECTORY),
            md5=Md5.PLAIN if out.get("hash") == Md5.PLAIN.value else Md5.DOS2UNIX,
            tracked_by=tracked_by,
            listed=_files(listed) if isinstance(listed, list) else None,
        )


def _files(listed: list[Any]) -> dict[str, str]:
    """Return the files that a folder kept in a cloud's own versions lists one by one."""
    entries = [entry for entry in listed if isinstance(entry, dict)]
    return {str(entry["relpath"]): str(entry["md5"]) for entry in entries if "relpath" in entry and "md5" in entry}


def _yaml(path: str) -> dict[str, Any]:
    """Return the table that a YAML file holds; an empty one where it is missing, or damaged by a merge."""
    try:
        content = Path(path).read_bytes()
        import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - 40 ms that only projects with DVC need

        value = yaml.load(content, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except Exception:  # noqa: BLE001 - the file, its text, its YAML, or no yaml installed: all mean "not known"
        return {}
    return value if isinstance(value, dict) else {}


def cache_folder(repository: str) -> Path:
    """Return where the repository keeps its objects, by its own configuration."""
    settings = Path(repository, ".dvc")
    return settings / _configuration(settings).get("cache", "dir", fallback="cache")


def has_remote(repository: str) -> bool:
    """Whether the repository's own configuration names a default remote."""
    return bool(_configuration(Path(repository, ".dvc")).get("core", "remote", fallback=""))


def _configuration(settings: Path) -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        config.read((settings / "config", settings / "config.local"), encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return configparser.ConfigParser()
    return config
