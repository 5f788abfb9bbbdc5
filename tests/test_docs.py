"""The documentation says everything that others may rely on; a new command or verdict fails here until it does."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import click
import jsonschema  # type: ignore[import-untyped]
import pytest

from nbrepro import errors
from nbrepro.cli import INTERNAL_ERROR, INTERRUPTED, cli
from nbrepro.cli._streams import CLOSED
from nbrepro.compare.normalisers import BUILTIN as NORMALISERS
from nbrepro.compare.normalisers import GROUP as NORMALISER_GROUP
from nbrepro.compare.registry import GROUP as COMPARATOR_GROUP
from nbrepro.config import FLAG_TAGS, NUMBER_TAGS, TAG_PREFIX, Settings
from nbrepro.kernel.magics import _USAGE
from nbrepro.pinning.pins import pins
from nbrepro.records import CauseKind, CellRecord, CellResult, CellState, Confidence, NotebookResult, Record, Verdict

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = [*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))]
PAGES.append(ROOT / "example_notebooks" / "README.md")


def text(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def first_cells(name: str) -> set[str]:
    """Return what stands as code in the first column of the tables of a page."""
    rows = re.findall(r"^\| *([^|]+?) *\|", text(name), re.MULTILINE)
    return {code for row in rows for code in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_is_documented_with_every_option(command: str) -> None:
    sections = dict(re.findall(r"^## nbrepro (\S+)\n(.*?)(?=^## |\Z)", text("cli.md"), re.MULTILINE | re.DOTALL))
    assert command in sections
    options = [o for o in cli.commands[command].params if isinstance(o, click.Option)]
    missing = [flag for option in options for flag in option.opts if f"`{flag}" not in sections[command]]
    assert not missing


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_no_option_is_documented_that_does_not_exist(command: str) -> None:
    sections = dict(re.findall(r"^## nbrepro (\S+)\n(.*?)(?=^## |\Z)", text("cli.md"), re.MULTILINE | re.DOTALL))
    known = {flag for parameter in cli.commands[command].params for flag in parameter.opts}
    assert set(re.findall(r"`(--?[a-z-]+)", sections[command])) <= known


def test_every_option_of_nbrepro_itself_is_documented() -> None:
    head = text("cli.md").split("\n## ")[0]
    assert not [flag for parameter in cli.params for flag in parameter.opts if f"`{flag}`" not in head]


def test_every_verdict_is_documented() -> None:
    assert {verdict.value for verdict in Verdict} <= first_cells("verdicts.md")


def test_every_cause_and_confidence_is_documented() -> None:
    assert {kind.value for kind in CauseKind} | {confidence.value for confidence in Confidence} == first_cells(
        "causes.md"
    )


def test_every_exit_code_is_documented() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.NbreproError)]
    codes = {0, 1, 4, CLOSED, INTERNAL_ERROR, INTERRUPTED, *(kind.exit_code for kind in kinds)}
    assert {str(code) for code in codes} == first_cells("exit-codes.md")


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", text("configuration.md"), re.MULTILINE))
    assert rows == {
        field.name: json.dumps(getattr(Settings(), field.name)) for field in fields(Settings) if field.compare
    }


def test_every_tag_is_documented() -> None:
    documented = {code.split("=")[0] for code in first_cells("configuration.md")}
    own = {TAG_PREFIX + name for name in (*FLAG_TAGS, *NUMBER_TAGS)}
    assert own | {"raises-exception", "skip-execution", "parameters"} <= documented


def test_every_normaliser_is_documented() -> None:
    assert {normaliser.name for normaliser in NORMALISERS} <= first_cells("verdicts.md")


def test_every_entry_point_group_is_documented() -> None:
    assert all(f"`{group}`" in text("verdicts.md") for group in (NORMALISER_GROUP, COMPARATOR_GROUP))


def test_every_magic_is_documented() -> None:
    verbs = [part.split()[0] for part in _USAGE.removeprefix("%nbrepro").split("|")]
    assert not [verb for verb in verbs if f"`%nbrepro {verb}" not in text("cli.md")]


@pytest.mark.parametrize("kind", [Record, CellRecord])
def test_every_field_of_a_record_is_documented(kind: type) -> None:
    names = {field.name for field in fields(kind)}
    assert names - {"cells"} <= first_cells("record.md")


def test_every_state_of_a_cell_is_documented() -> None:
    assert not [state for state in CellState if f"`{state.value}`" not in text("record.md")]


def test_the_json_example_holds_every_field() -> None:
    example = json.loads(re.findall(r"```json\n(.*?)```", text("json.md"), re.DOTALL)[0])
    notebook = example["notebooks"][0]
    assert {field.name for field in fields(NotebookResult)} <= set(notebook)
    assert {field.name for field in fields(CellResult)} <= set(notebook["cells"][0])


def test_the_json_example_satisfies_the_published_schema() -> None:
    example = json.loads(re.findall(r"```json\n(.*?)```", text("json.md"), re.DOTALL)[0])
    jsonschema.validate(example, json.loads(text("report.schema.json")))


def test_every_pinned_variable_is_explained_or_one_of_its_kind() -> None:
    page = (DOCS / "explanation" / "what-is-pinned.md").read_text(encoding="utf-8")
    removed_or_threads = {pin.name for pin in pins(1) if pin.value is None or "THREADS" in pin.name}
    assert not [pin.name for pin in pins(1) if pin.name not in removed_or_threads and f"`{pin.name}`" not in page]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in target]
    assert not [target for target in targets if target and not (page.parent / target).exists()]


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert not [page for page in DOCS.rglob("*.md") if f"- {page.relative_to(DOCS).as_posix()}\n" not in navigation]


def test_the_readme_fits_in_120_lines_and_contributing_on_a_page() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 70


def test_the_map_of_the_rooms_names_every_room() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = {path.parent.name for path in (ROOT / "nbrepro").glob("*/__init__.py")}
    assert not [room for room in folders if f"`{room}/`" not in page]
