from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from nbrepro.compare import compare_notebooks
from nbrepro.config import Settings, load_settings
from nbrepro.errors import ConfigError
from nbrepro.peers.sanitising import read_sanitisers
from nbrepro.records import CellResult, Verdict

FILE = """# dates
[date]
regex: \\d{1,2}/\\d{1,2}/\\d{4}
replace: DATE

[digits]
regex: (\\d\\.\\d{2})\\d*
replace: \\1
"""


def written(tmp_path: Path, text: str = FILE) -> str:
    path = tmp_path / "sanitize.cfg"
    path.write_text(text, encoding="utf-8")
    return str(path)


def judged(one: Any, other: Any, settings: Settings) -> CellResult:
    sides = [new_notebook(cells=[new_code_cell("x", outputs=[o], execution_count=1, id="a")]) for o in (one, other)]
    (result,) = compare_notebooks(sides[0], sides[1], settings)
    return result


def printed(text: str) -> Any:
    return new_output("stream", name="stdout", text=text)


def test_sections_name_the_rules_and_references_are_filled_in(tmp_path: Path) -> None:
    date, digits = read_sanitisers([written(tmp_path)])
    assert (date.rule, digits.rule) == ("date", "digits")
    assert digits.pattern.sub(digits.replacement, "3.14159") == "3.14"


def test_what_is_replaced_is_equivalent_and_reported_with_its_section(tmp_path: Path) -> None:
    settings = Settings(sanitize_with=(written(tmp_path),))
    result = judged(printed("ok\non 1/2/2026"), printed("ok\non 11/23/2026"), settings)
    assert result.verdict is Verdict.EQUIVALENT
    (mask,) = result.outputs[0].masked
    assert (mask.rule, mask.where, mask.text) == ("date", "line 2", "1/2/2026 → 11/23/2026")


def test_what_no_expression_replaces_is_still_a_difference(tmp_path: Path) -> None:
    settings = Settings(sanitize_with=(written(tmp_path),))
    assert judged(printed("7 on 1/2/2026"), printed("8 on 1/3/2026"), settings).verdict is Verdict.DIFFERENT


def test_messages_of_exceptions_and_displays_are_sanitised(tmp_path: Path) -> None:
    settings = Settings(sanitize_with=(written(tmp_path),))
    one, other = [new_output("error", ename="E", evalue=f"on {day}/2/2026", traceback=[]) for day in (1, 2)]
    assert judged(one, other, settings).verdict is Verdict.EQUIVALENT
    one, other = [new_output("display_data", {"text/html": f"<b>{day}/2/2026</b>"}) for day in (1, 2)]
    assert judged(one, other, settings).verdict is Verdict.EQUIVALENT


def test_a_section_can_be_switched_off(tmp_path: Path) -> None:
    settings = Settings(sanitize_with=(written(tmp_path),), keep_masks=("date",))
    assert judged(printed("on 1/2/2026"), printed("on 1/3/2026"), settings).verdict is Verdict.DIFFERENT


def test_the_project_names_files_relative_to_its_root(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.nbrepro]\nsanitize_with = ["sanitize.cfg"]\n')
    assert load_settings(tmp_path).sanitize_with == (str(tmp_path / "sanitize.cfg"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]\nregex: (\nreplace: x\n", "no regular expression"),
        ("[a]\nregex: x\n", "after `regex:`"),
        ("[a]\nregex: x\n\nreplace: y\n", "line 3"),
        ("[a]\nregex: x\nreplace: \\2\n", "no replacement"),
        ("[a]\nregexp: x\nreplace: y\n", "line 2"),
        ("", "holds no"),
    ],
)
def test_a_file_at_fault_is_one_sentence_that_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=r"sanitize\.cfg") as caught:
        read_sanitisers([written(tmp_path, text)])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_sanitisers([str(tmp_path / "none.cfg")])
    (tmp_path / "b").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_sanitisers([str(tmp_path / "b")])
