"""Arrays of numbers that a plotting library packed into base64: read, and written again."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_BYTES = 256 * 1024 * 1024
_DTYPES = re.compile(r"(?:float|int|uint)(?:8|16|32|64)|[<>|]?[fiu][1248]")
_PACKED = b"\x1f\x8b"


def decoded(value: Any) -> NDArray[Any] | None:
    """Return a typed array of plotly (``bdata``) or of bokeh (``ndarray``); ``None`` where it is none."""
    if not isinstance(value, Mapping):
        return None
    data, dtype = value.get("bdata"), value.get("dtype")
    if data is None and value.get("type") == "ndarray" and isinstance(value.get("array"), Mapping):
        data = value["array"].get("data")
    if not (isinstance(data, str) and isinstance(dtype, str) and _DTYPES.fullmatch(dtype)):
        return None
    try:
        array = np.frombuffer(_buffer(data), dtype=_ordered(dtype, value.get("order")))
        return array.reshape(_shape(value.get("shape"), array.size))
    except (ValueError, TypeError, binascii.Error, zlib.error):
        return None


def encoded(value: Mapping[str, Any], items: NDArray[Any]) -> dict[str, Any]:
    """Return a typed array with other numbers in it, of the same form as ``value`` but never compressed."""
    data = base64.b64encode(items.tobytes()).decode("ascii")
    if "bdata" in value:
        return {**value, "bdata": data}
    return {**value, "array": {**value["array"], "data": data}}


def _ordered(dtype: str, order: Any) -> np.dtype[Any]:
    kind = np.dtype(dtype)
    return kind.newbyteorder(">") if order == "big" else kind


def _buffer(data: str) -> bytes:
    """Return the bytes of base64, unpacked where bokeh packed them."""
    raw = base64.b64decode(data, validate=True)
    if not raw.startswith(_PACKED):
        return raw
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = unpacker.decompress(raw, _MOST_BYTES)
    if unpacker.unconsumed_tail:
        raise ValueError("too long to unpack")
    return unpacked


def _shape(shape: Any, size: int) -> tuple[int, ...]:
    if shape is None:
        return (size,)
    parts = shape.split(",") if isinstance(shape, str) else shape
    return tuple(int(part) for part in parts)
