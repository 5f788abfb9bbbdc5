"""Keeping secrets out of a fingerprint: credentials in addresses, names and shapes that secrets have."""

from __future__ import annotations

import re

REDACTED = "[redacted]"

_SECRET_WORDS = frozenset(
    {"apikey", "auth", "authorization", "bearer", "cert", "cookie", "credential", "credentials", "key", "keys", "pass"}
    | {"passphrase", "passwd", "password", "private", "pwd", "secret", "secrets", "session", "sig", "signature"}
    | {"token", "tokens"}
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[^a-z0-9]+")
# The part before the last @ of an address's authority; the second form reads a password with slashes in it, and
# would rather take a port for a password than the other way round.
_USER_INFO = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s/?#]+|[^\s/@:]*:\S*)@")
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z][\w.-]*)=(?P<value>[^\s,;&\"']+)")
_SHAPES = re.compile(
    r"""
      gh[pousr]_[A-Za-z0-9]{16,} | github_pat_\w{16,} | glpat-[\w-]{16,}   # GitHub, GitLab
    | hf_[A-Za-z0-9]{16,} | pypi-[\w-]{32,} | dapi[0-9a-f]{32}             # Hugging Face, PyPI, Databricks
    | \bsk-[\w-]{16,} | xox[abeoprs]-[\w-]{10,}                            # OpenAI and alike, Slack
    | (?:AKIA|ASIA)[0-9A-Z]{16} | AIza[\w-]{30,}                           # AWS, Google
    | eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*                                      # JSON web tokens
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*                             # PEM
    """,
    re.VERBOSE | re.DOTALL,
)


def names_secret(name: str) -> bool:
    """Return whether ``name``, of a variable or a parameter, is one that secrets have: ``MY_TOKEN``, ``apiKey``."""
    words = _WORD.split(_CAMEL.sub("_", name).lower())
    return any(word in _SECRET_WORDS for word in words)


def redact(text: str) -> str:
    """Return ``text`` without what may be a secret: user and password of addresses, tokens, ``password=…``."""
    text = _USER_INFO.sub(_user_info, text)
    text = _ASSIGNMENT.sub(_assignment, text)
    return _SHAPES.sub(REDACTED, text)


def _user_info(found: re.Match[str]) -> str:
    # In `ssh://git@host` the user is part of the address: it opens nothing without the key.
    if found["scheme"].endswith("ssh://") and ":" not in found["user"]:
        return found[0]
    return f"{found['scheme']}{REDACTED}@"


def _assignment(found: re.Match[str]) -> str:
    return f"{found['name']}={REDACTED}" if names_secret(found["name"]) else found[0]
