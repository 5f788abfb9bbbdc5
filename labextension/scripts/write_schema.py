"""Write the JSON Schema of the panel's messages from their definition; a test holds the two together."""

from __future__ import annotations

import json
from pathlib import Path

from nbrepro.records.panel import json_schema

TARGET = Path(__file__).parents[1] / "panel.schema.json"


def text() -> str:
    """Return the file's content."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
