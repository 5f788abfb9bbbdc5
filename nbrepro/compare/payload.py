"""Values as they stand in a notebook's MIME bundle, brought to text, bytes or JSON; nothing here raises."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

import msgspec

SHOWN = 500
"""Characters of a value that a difference keeps."""


def shorten(text: str, limit: int = SHOWN) -> str:
    """Return the text, with its middle left out and that said where it is longer than ``limit``."""
    if len(text) <= limit:
        return text
    half = (limit - 24) // 2
    return f"{text[:half]} …[{len(text) - 2 * half} more]… {text[-half:]}"


def as_text(value: Any) -> str:
    """Return a MIME value as text: nbformat writes long texts as lists of lines."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return as_json_text(value)


def as_json_text(value: Any) -> str:
    """Return a JSON value in canonical form."""
    try:
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    except RecursionError:
        return "<nested too deeply>"
    except (TypeError, ValueError):
        return repr(value)


def same_json(one: Any, other: Any) -> bool:
    """Whether two JSON values are written alike: to Python, ``1`` equals ``1.0`` and ``True``."""
    try:
        encoded = [msgspec.json.encode(value, order="deterministic") for value in (one, other)]
    except (TypeError, ValueError, RecursionError):  # keys that are no text, lone surrogates, circles
        return as_json_text(one) == as_json_text(other)
    return encoded[0] == encoded[1]


def as_bytes(value: Any) -> bytes | None:
    """Return the bytes of a base64 value; ``None`` where it is none."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    text = re.sub(r"\s+", "", as_text(value))
    if not text:
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def as_json(value: Any) -> Any:
    """Return a JSON value, parsed where it was written as text."""
    if isinstance(value, str) or (isinstance(value, list) and value and all(isinstance(part, str) for part in value)):
        try:
            return json.loads(as_text(value))
        except (ValueError, RecursionError):
            return value
    return value
