"""The report as one JSON object, as ``nbrepro check --json`` prints it."""

from __future__ import annotations

import json

from nbrepro.records import Report


def render(report: Report) -> str:
    """Return the report as JSON text, numbers that JSON lacks as ``null``."""
    return json.dumps(report.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
