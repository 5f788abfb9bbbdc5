"""Which distribution provides a module, as far as that can be known without an index."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions

_KNOWN = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "Bio": "biopython",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "google": "google-cloud",
    "igraph": "python-igraph",
    "mpl_toolkits": "matplotlib",
    "OpenSSL": "pyopenssl",
    "osgeo": "gdal",
    "PIL": "pillow",
    "psycopg2": "psycopg2-binary",
    "pylab": "matplotlib",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "umap": "umap-learn",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    """The distribution of each importable module; the shortest name where several share one."""
    return {module: min(names, key=len) for module, names in packages_distributions().items()}


@lru_cache(maxsize=256)
def distribution_of(module: str) -> str:
    """Return the name of the distribution that provides a top-level module; the module's own name if unknown."""
    return _KNOWN.get(module) or _installed().get(module) or module


def is_known(module: str) -> bool:
    """Whether the distribution of a module is known, not merely guessed to bear its name."""
    return module in _KNOWN or module in _installed()


def like(module: str) -> str | None:
    """Return the module that can be imported here, or is widely known, whose name is nearly the same."""
    names = {name for name in (*_installed(), *_KNOWN, *sys.stdlib_module_names) if not name.startswith("_")}
    near = get_close_matches(module, sorted(names - {module}), n=1, cutoff=0.85)
    return near[0] if near else None


def normalised(name: str) -> str:
    """Return the name of a distribution as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def changelog_of(name: str) -> Iterator[str]:
    """Say where a distribution that is installed here tells what changed, if its metadata names the place."""
    try:
        addresses = metadata(name).get_all("Project-URL") or []
    except (PackageNotFoundError, ValueError):
        return
    for label, _, address in (line.partition(",") for line in addresses):
        if re.search(r"change|release.?notes|history|what.?s.new|news", label, re.IGNORECASE):
            yield f"what changed: {address.strip()}"
            return
