"""The messages between kernel, server and panel: one schema, and examples that the panel's own tests read as well."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from nbrepro.records import panel

FRONT = Path(__file__).parents[2] / "labextension"
EXAMPLES = json.loads((Path(__file__).parent / "messages" / "examples.json").read_text(encoding="utf-8"))


def test_the_published_schema_is_that_of_the_messages() -> None:
    text = runpy.run_path(str(FRONT / "scripts" / "write_schema.py"))["text"]()
    assert (FRONT / "panel.schema.json").read_text(encoding="utf-8") == text, "run labextension/scripts/write_schema.py"


@pytest.mark.parametrize("example", EXAMPLES["good"], ids=lambda example: example["name"])
def test_good_examples_are_messages(example: dict[str, Any]) -> None:
    schema = panel.json_schema()
    jsonschema.validate(example["message"], {**schema, "$ref": f"#/$defs/{example['kind']}"})
    read = msgspec.convert(example["message"], getattr(panel, example["kind"]))
    assert json.loads(msgspec.json.encode(read)) == example["message"]


@pytest.mark.parametrize("example", EXAMPLES["bad"], ids=lambda example: example["name"])
def test_bad_examples_are_refused(example: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(example["message"], getattr(panel, example["kind"]))


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (FRONT / "package-lock.json").read_text(encoding="utf-8")
