"""Finding the kernel that a notebook runs in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager, NoSuchKernel
from nbformat import NotebookNode

from nbrepro.errors import RunError

_LOCAL = ("local-provisioner", "nbrepro-pinned")
"""Provisioners of kernels that are started here, the pinned one being ours: what it pins is pinned in any case."""
_PYTHONS = {"python", f"python{sys.version_info[0]}", f"python{sys.version_info[0]}.{sys.version_info[1]}"}


@dataclass(frozen=True, kw_only=True)
class KernelChoice:
    """A kernel, and how to start it."""

    name: str
    language: str
    argv: tuple[str, ...]
    env: dict[str, str]
    interrupt_by_message: bool
    resource_dir: str
    note: str | None = None
    """Why it is not the kernel that the notebook names."""

    @property
    def is_ipykernel(self) -> bool:
        """Whether this is Python's own kernel, which takes IPython's arguments."""
        return any("ipykernel" in part for part in self.argv)

    def command(self, connection_file: Path) -> list[str]:
        """Return the command line that starts the kernel."""
        values = {
            "connection_file": str(connection_file),
            "resource_dir": self.resource_dir,
            "prefix": sys.prefix,
        }
        words = [_fill(word, values) for word in self.argv]
        if words and words[0] in _PYTHONS:
            words[0] = sys.executable  # what an activated environment would find
        return words

    def environment(self, base: dict[str, str]) -> dict[str, str]:
        """Return ``base`` with the kernel's own variables, which may refer to others as ``${NAME}``."""
        return {**base, **{name: Template(value).safe_substitute(base) for name, value in self.env.items()}}


def choose_kernel(notebook: NotebookNode, wanted: str | None) -> KernelChoice:
    """Return the kernel to run in: the one asked for, or else the notebook's own.

    A notebook from elsewhere names a kernel that may not exist here (``conda-env-py39``). If it is one for Python,
    this environment's Python takes its place, and the choice says so.

    Raises
    ------
    RunError
        If there is no such kernel.
    """
    specs = KernelSpecManager()
    named = notebook.metadata.get("kernelspec", {})
    name = wanted or named.get("name") or NATIVE_KERNEL_NAME
    try:
        return _choice(specs, name)
    except NoSuchKernel:
        known = ", ".join(sorted(specs.find_kernel_specs())) or "none"
    if wanted is None and _language(notebook) == "python":
        note = f"The notebook's kernel {name!r} is not installed here: it ran in {NATIVE_KERNEL_NAME!r}."
        try:
            return _choice(specs, NATIVE_KERNEL_NAME, note=note)
        except NoSuchKernel:
            pass
    raise RunError(f"there is no kernel {name!r} here (installed: {known}): install it, or choose one with --kernel")


def _choice(specs: KernelSpecManager, name: str, note: str | None = None) -> KernelChoice:
    spec = specs.get_kernel_spec(name)
    provisioner: dict[str, Any] = spec.metadata.get("kernel_provisioner", {})
    provider = provisioner.get("provisioner_name", "local-provisioner")
    if provider not in _LOCAL:
        raise RunError(f"kernel {name!r} is started by {provider!r}: nbrepro pins and records local kernels only")
    return KernelChoice(
        name=name,
        language=str(spec.language).lower(),
        argv=tuple(spec.argv),
        env=dict(spec.env),
        interrupt_by_message=spec.interrupt_mode == "message",
        resource_dir=spec.resource_dir,
        note=note,
    )


def _language(notebook: NotebookNode) -> str:
    metadata = notebook.metadata
    named = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    return str(named or "python").lower()


def _fill(word: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(f"{{{name}}}", value)
    return word
