"""What the project's files of requirements name, and which imports of a notebook they do not."""

from __future__ import annotations

import configparser
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it ships no types
from packaging.requirements import InvalidRequirement, Requirement

from nbrepro.explain.distributions import distribution_of, normalised

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TEXTS = ("requirements*.txt", "requirements*.in", "requirements/*.txt", "requirements/*.in")
_CONDA = ("environment*.yml", "environment*.yaml")
_OF_CONDA = {"pytorch": "torch", "py-opencv": "opencv-python", "opencv": "opencv-python", "pytables": "tables"}
_OF_JUPYTER = frozenset({"IPython", "ipykernel", "nbrepro"})
"""What every kernel that runs the notebook has."""
_INSTALL = re.compile(
    r"^\s*[%!]\s*(?:uv |\S*python\S* -m )?(?:pip3?|conda|mamba|micromamba) install (.+)$", re.MULTILINE
)
_NAME = re.compile(r"^(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)")
_EGG = re.compile(r"#egg=([\w.-]+)")


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """The distributions that installing a project brings."""

    files: tuple[str, ...]
    """The files that name them, relative to the project's root."""
    names: frozenset[str]
    """Normalised; with what they depend on, as far as they are installed here."""

    def bring(self, module: str) -> bool:
        """Whether a distribution that provides a top-level module is among them, under any of its names."""
        owners = {distribution_of(module), module, *_owners().get(module, ())}
        wanted = {normalised(name) for name in owners}
        return any(name in wanted or name.startswith(tuple(f"{one}-" for one in wanted)) for name in self.names)


def requirements_of(root: Path, folder: Path, sources: Iterable[str]) -> Requirements | None:
    """Return what the files of requirements name that lie in the project's root or beside a notebook.

    Parameters
    ----------
    root:
        The project's root.
    folder:
        Where the notebook lies.
    sources:
        Those of its cells: ``%pip install`` names requirements too.

    Returns
    -------
    Requirements | None
        ``None`` where no file names any, or one leaves them to a program.
    """
    named: set[str] = set()
    files: list[str] = []
    for place in dict.fromkeys((root, folder)):
        for path in (*_found(place, _TEXTS), *_found(place, _CONDA), *_found(place, ("pyproject.toml", "setup.cfg"))):
            lines = _lines(path)
            if lines is None:
                return None
            if lines:
                files.append(path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name)
                named |= set(_names(lines))
    if not files:
        return None
    for source in sources:
        for line in _INSTALL.findall(source):
            named |= set(_names(word for word in shlex.split(line, comments=True) if not word.startswith("-")))
    return Requirements(files=tuple(dict.fromkeys(files)), names=frozenset(_closure(named)))


def is_foreign(module: str, places: Iterable[Path]) -> bool:
    """Whether a top-level module comes from a distribution: not from Python, Jupyter or a folder of the project."""
    if module in sys.stdlib_module_names or module in _OF_JUPYTER:
        return False
    return not any((place / f"{module}.py").exists() or (place / module).is_dir() for place in places)


def _found(place: Path, patterns: Iterable[str]) -> list[Path]:
    return sorted(path for pattern in patterns for path in place.glob(pattern) if path.is_file())


def _lines(path: Path) -> list[str] | None:
    """The requirements that a file holds, ``None`` where a program makes them; none where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.name == "pyproject.toml":
            return _of_pyproject(tomllib.loads(text))
        if path.name == "setup.cfg":
            return _of_setup(text)
        return list(_of_conda(yaml.safe_load(text))) if path.suffix in {".yml", ".yaml"} else text.splitlines()
    except (OSError, ValueError, configparser.Error, yaml.YAMLError):
        return []


def _of_pyproject(table: dict[str, Any]) -> list[str] | None:
    project, tool = table.get("project", {}), table.get("tool", {})
    if "dependencies" in project.get("dynamic", ()):
        return None
    lines = [*project.get("dependencies", ())]
    groups = [*project.get("optional-dependencies", {}).values(), *table.get("dependency-groups", {}).values()]
    lines += [line for group in groups for line in group if isinstance(line, str)]
    poetry, pixi = tool.get("poetry", {}), tool.get("pixi", {})
    lines += [*poetry.get("dependencies", ()), *pixi.get("dependencies", ()), *pixi.get("pypi-dependencies", ())]
    lines += [name for group in poetry.get("group", {}).values() for name in group.get("dependencies", ())]
    own = project.get("name") or poetry.get("name")
    return [*lines, own] if own and lines else lines  # a notebook may import the project itself


def _of_setup(text: str) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    lines = parser.get("options", "install_requires", fallback="").splitlines()
    extras = parser.items("options.extras_require") if parser.has_section("options.extras_require") else []
    own = [parser.get("metadata", "name")] if any(lines) and parser.has_option("metadata", "name") else []
    return [*filter(None, lines), *(line for _, value in extras for line in value.splitlines()), *own]


def _of_conda(table: object) -> Iterator[str]:
    for line in (table.get("dependencies") or ()) if isinstance(table, dict) else ():
        if isinstance(line, str):
            found = _NAME.match(line)
            name = found[1] if found else line
            yield _OF_CONDA.get(name, name)
        elif isinstance(line, dict):
            yield from (line.get("pip") or ())


def _names(lines: Iterable[str]) -> Iterator[str]:
    """The normalised names of distributions, with their extras' own requirements."""
    for line in lines:
        text = line.partition(" #")[0].strip()
        if egg := _EGG.search(line):
            yield normalised(egg[1])
        elif text and not text.startswith(("-", "#", ".", "/")) and "://" not in text.partition("@")[0]:
            try:
                requirement = Requirement(text.partition(" --hash")[0].rstrip("\\ "))
            except InvalidRequirement:
                found = _NAME.match(text)
                yield from [normalised(found[1])] if found else []
            else:
                yield normalised(requirement.name)
                yield from _needed(requirement.name, frozenset(requirement.extras))


def _closure(names: set[str]) -> set[str]:
    waiting, found = [*names], set(names)
    while waiting:
        for name in _needed(waiting.pop(), frozenset()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


@lru_cache(maxsize=1024)
def _needed(name: str, extras: frozenset[str]) -> tuple[str, ...]:
    """What a distribution requires that is installed here, with some of its extras."""
    try:
        wanted = [Requirement(line) for line in requires(name) or ()]
    except (PackageNotFoundError, InvalidRequirement, ValueError):
        return ()
    return tuple(
        normalised(one.name)
        for one in wanted
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    )


@lru_cache(maxsize=1)
def _owners() -> dict[str, list[str]]:
    return {module: list(names) for module, names in packages_distributions().items()}
