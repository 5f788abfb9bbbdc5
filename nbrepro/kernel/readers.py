"""Wrappers of readers that open files past Python's ``open``, for systems that do not tell of files themselves."""

from __future__ import annotations

import functools
import glob
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nbrepro.kernel.border import Border, aside
from nbrepro.kernel.imports import PostImport
from nbrepro.kernel.patches import Patches

READERS: Mapping[str, tuple[str, ...]] = {
    "pyarrow": ("memory_map", "OSFile", "input_stream"),
    "pyarrow.ipc": ("open_file", "open_stream"),
    "pyarrow.parquet": (
        "read_table",
        "read_pandas",
        "ParquetFile.__init__",
        "ParquetDataset.__init__",
        "read_metadata",
    ),
    "pyarrow.dataset": ("dataset", "parquet_dataset"),
    "pyarrow.csv": ("read_csv", "open_csv"),
    "pyarrow.json": ("read_json",),
    "pyarrow.feather": ("read_table", "read_feather"),
    "pyarrow.orc": ("read_table", "ORCFile.__init__"),
    "polars": (
        *(f"read_{kind}" for kind in ("avro", "csv", "excel", "ipc", "ipc_stream", "json", "lines", "ndjson", "ods")),
        *(f"scan_{kind}" for kind in ("csv", "delta", "ipc", "lines", "ndjson", "parquet")),
        *("read_parquet", "read_delta", "read_parquet_schema", "read_parquet_metadata"),
    ),
    "duckdb": (
        *("connect", "execute", "query", "sql", "from_csv_auto", "from_parquet", "from_query"),
        *("read_csv", "read_json", "read_parquet"),
        *(
            f"DuckDBPyConnection.{name}"
            for name in ("execute", "query", "sql", "read_csv", "read_json", "read_parquet")
        ),
    ),
    "h5py": ("File.__init__",),
    "netCDF4": ("Dataset.__init__",),
    "tables": ("open_file",),
    "cv2": ("imread", "imreadmulti"),
    "safetensors": ("safe_open",),
    "safetensors.torch": ("safe_open",),
    "safetensors.numpy": ("safe_open",),
    "torch.jit": ("load",),
}
"""What is wrapped, by module."""
_SQL = frozenset({"execute", "query", "sql", "from_query"})
_QUOTED = re.compile(r"'([^'\n]+)'|\"([^\"\n]+)\"")
_FIRST_ARGUMENTS = 2
_MADE_ANEW = frozenset({"w", "x", "w-"})
_WILD = re.compile(r"[*?\[]")
_MOST_OF_A_LIST = 10_000


class Readers:
    """Tells of the files that readers are asked for.

    Parameters
    ----------
    border:
        Where faults go: a reader never fails for being watched.
    read:
        Takes the path of a file or a folder that is about to be read.
    """

    def __init__(self, border: Border, read: Callable[[str], None]) -> None:
        self._border = border
        self._read = read
        self._patches = Patches()

    def start(self, imports: PostImport) -> None:
        """Wrap the readers, now or when they are imported."""
        for name, attributes in READERS.items():
            imports.when_imported(name, functools.partial(self._wrap, attributes))

    def stop(self) -> None:
        """Put everything back."""
        self._patches.restore()

    def _wrap(self, attributes: tuple[str, ...], module: Any) -> None:
        for dotted in attributes:
            owner: Any = module
            *path, name = dotted.split(".")
            for part in path:
                owner = getattr(owner, part, None)
            if hasattr(owner, name):
                self._patches.replace(owner, name, self._wrapper(is_sql=name in _SQL, is_method=bool(path)))

    def _wrapper(self, *, is_sql: bool, is_method: bool) -> Callable[[Any], Any]:
        def make(real: Any) -> Any:
            @functools.wraps(real)
            def reader(*args: Any, **keywords: Any) -> Any:
                self._border.observe("files", self._asked, args[1:] if is_method else args, keywords, is_sql)
                with aside:
                    return real(*args, **keywords)

            return reader

        return make

    def _asked(self, args: tuple[Any, ...], keywords: Mapping[str, Any], is_sql: bool) -> None:
        if {keywords.get("mode"), *args[1:_FIRST_ARGUMENTS]} & _MADE_ANEW if _are_texts(args, keywords) else False:
            return
        for argument in (*args[:_FIRST_ARGUMENTS], *keywords.values()):
            for text in _texts(argument):
                found = [double or single for double, single in _QUOTED.findall(text)] if is_sql else [text]
                for path in found:
                    self._named(path)

    def _named(self, path: str) -> None:
        path = os.path.expanduser(path)  # noqa: PTH111 - text in, text out
        if os.path.exists(path):  # noqa: PTH110 - as above
            self._read(path)
        elif _WILD.search(path) and "://" not in path:
            for name in glob.iglob(path, recursive=True):  # noqa: PTH207 - as above
                self._read(name)


def _are_texts(args: tuple[Any, ...], keywords: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) for value in (*args[1:_FIRST_ARGUMENTS], keywords.get("mode", "")))


def _texts(argument: Any) -> Iterator[str]:
    if isinstance(argument, (str, os.PathLike)):
        text = os.fspath(argument)
        if isinstance(text, str) and text:
            yield text
    elif isinstance(argument, (list, tuple)):
        for part in argument[:_MOST_OF_A_LIST]:
            if isinstance(part, (str, os.PathLike)):
                yield from _texts(part)
