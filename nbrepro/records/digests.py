"""Digests, written ``algorithm:hex`` wherever they appear."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as ``sha256:<64 hex digits>``."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def digest_text(text: str) -> str:
    """Return the digest of ``text`` in UTF-8; lone surrogates, which notebooks may hold, are kept apart."""
    return digest_bytes(text.encode("utf-8", "surrogatepass"))


def digest_json(value: Any) -> str:
    """Return the digest of a JSON value in canonical form: sorted keys, no white space, ASCII only."""
    return digest_bytes(json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode())


def short(digest: str, length: int = 8) -> str:
    """Return the first hex digits of a digest, for people."""
    return digest.rpartition(":")[2][:length]
