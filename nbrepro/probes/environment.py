"""Environment variables that can change a result, locale and time zone.

Nothing but the variables of an allow list is read; of those, names and values that look like secrets are left
out or redacted, and paths are told relative to the project and the home folder.
"""

from __future__ import annotations

import locale
import sys
import time
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from nbrepro.probes.places import Places
from nbrepro.probes.redaction import names_secret, redact
from nbrepro.records import Environment

ALLOWED: tuple[str, ...] = (
    # the interpreter
    "PYTHONHASHSEED", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONWARNINGS",
    "PYTHONNOUSERSITE", "PYTHONSAFEPATH", "PYTHONINTMAXSTRDIGITS", "PYTHON_GIL",
    # threads and code paths of numeric libraries
    "OMP_*", "GOMP_*", "KMP_*", "MKL_*", "OPENBLAS_*", "GOTO_NUM_THREADS", "BLIS_*", "VECLIB_*", "ACCELERATE_*",
    "NUMEXPR_*", "NUMBA_*", "NPY_*", "TBB_*", "POLARS_*", "RAYON_NUM_THREADS", "LOKY_*", "JOBLIB_*", "SKLEARN_*",
    "SCIPY_*", "DNNL_*", "ONEDNN_*",
    # accelerators and frameworks; not TF_*, where Terraform keeps secrets
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING", "CUDA_MODULE_LOADING", "CUBLAS_*", "CUDNN_*",
    "NCCL_*", "NVIDIA_TF32_OVERRIDE", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "PYTORCH_*", "TORCH_*",
    "TORCHINDUCTOR_*", "ATEN_*", "TF_CUDNN_*", "TF_DETERMINISTIC_*", "TF_DISABLE_*", "TF_ENABLE_*", "TF_FORCE_*",
    "TF_GPU_*", "TF_NUM_*", "TF_USE_*", "TF_XLA_FLAGS", "XLA_*", "JAX_*", "KERAS_*", "TOKENIZERS_PARALLELISM",
    "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE",
    # how things are shown
    "TZ", "LANG", "LANGUAGE", "LC_*", "COLUMNS", "LINES", "SOURCE_DATE_EPOCH", "MPLBACKEND", "MATPLOTLIBRC",
    "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TQDM_*",
    # what is loaded into the process
    "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES",
)  # fmt: skip
"""Patterns of the variables that are read; ``*`` stands for anything."""

# threadpoolctl sets the first on import; the rest say where nbrepro itself works.
_NEVER = ("KMP_DUPLICATE_LIB_OK", "NBREPRO_*")
_EXACT = frozenset(pattern for pattern in ALLOWED if "*" not in pattern)
_PREFIXES = tuple(pattern[:-1] for pattern in ALLOWED if pattern.endswith("*"))


def read(environ: Mapping[str, str], *, root: Path | None = None, extra: Iterable[str] = ()) -> Environment:
    """Return the variables of the allow list, the locale and the time zone.

    Parameters
    ----------
    environ:
        The variables to choose from; a snapshot from before anything was imported is best.
    root:
        The project's root, which paths are told relative to; defaults to ``NBREPRO_ROOT``.
    extra:
        Further patterns to allow. Names that look like those of secrets stay out all the same.
    """
    places = Places.of(environ, root)
    patterns = tuple(extra)
    names = sorted(name for name in environ if is_allowed(name, patterns))
    return Environment(
        variables={name: redact(places.shorten(environ[name])) for name in names},
        locale=locale.setlocale(locale.LC_ALL),
        encoding=f"{locale.getpreferredencoding(do_setlocale=False)}, files {sys.getfilesystemencoding()}",
        timezone=_timezone(),
    )


def is_allowed(name: str, extra: Iterable[str] = ()) -> bool:
    """Return whether the variable ``name`` may enter a fingerprint."""
    if names_secret(name) or any(fnmatchcase(name, pattern) for pattern in _NEVER):
        return False
    return name in _EXACT or name.startswith(_PREFIXES) or any(fnmatchcase(name, pattern) for pattern in extra)


def _timezone() -> str:
    """Return the zone's names and its standard offset: the same in summer and in winter."""
    minutes = -time.timezone // 60
    names = "/".join(dict.fromkeys(time.tzname))
    sign = "-" if minutes < 0 else "+"
    return f"{names} {sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
