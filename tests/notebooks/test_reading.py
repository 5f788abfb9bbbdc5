from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nbrepro.errors import InputError
from nbrepro.notebooks import read_notebook, write_notebook


def write(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def code(source: Any = "1 + 1", **fields: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        **fields,
    }


def document(*cells: dict[str, Any], minor: int = 4) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": minor, "metadata": {}, "cells": list(cells)}


@pytest.mark.parametrize("minor", range(6))
def test_every_minor_version_of_format_4_is_read(tmp_path: Path, minor: int) -> None:
    cell = code(["a = 1\n", "a"]) | ({"id": "abc"} if minor >= 5 else {})
    notebook = read_notebook(write(tmp_path / "a.ipynb", document(cell, minor=minor)))
    assert notebook.cells[0].source == "a = 1\na"
    nbformat.validate(notebook)


def test_format_3_is_read_as_format_4(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": ["x = 2"], "language": "python", "outputs": [], "prompt_number": 1}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [cell]}]}
    notebook = read_notebook(write(tmp_path / "old.ipynb", old))
    assert notebook.nbformat == 4
    assert notebook.cells[0].source == "x = 2"


def test_cells_without_ids_get_the_same_ones_at_each_reading(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", document(code("a"), code("a"), code("b")))
    first, second = read_notebook(path), read_notebook(path)
    assert [cell.id for cell in first.cells] == [cell.id for cell in second.cells]
    assert len({cell.id for cell in first.cells}) == 3


def test_a_repeated_id_is_made_unique(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", document(code("a", id="x"), code("b", id="x"), minor=5))
    assert len({cell.id for cell in read_notebook(path).cells}) == 2


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(document(code())), encoding="utf-8-sig")
    assert len(read_notebook(path).cells) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("   \n", "is empty"),
        ("print('a script')", "is no notebook"),
        ('{"nbformat": 4, "cells": [{"cell_ty', "breaks off"),
        ("[1, 2]", "no notebook"),
        ('{"a": 1}', "no `nbformat` version"),
        ('{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}', "newer than"),
        ('{"nbformat": 2, "nbformat_minor": 0, "metadata": {}, "cells": []}', "nbconvert"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "no list of cells"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1]}', "cells[0]"),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": 3}]}',
            "source",
        ),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_notebook_is_told_in_one_sentence(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_notebook(path)
    assert says in str(caught.value)
    assert "bad.ipynb" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="not UTF-8"):
        read_notebook(path)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_notebook(tmp_path / "none.ipynb")
    with pytest.raises(InputError, match="is a folder"):
        read_notebook(tmp_path)


def test_a_lone_surrogate_survives_writing(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(document(code("'\ud800'"))), encoding="utf-8")
    notebook = read_notebook(path)
    write_notebook(notebook, path)
    assert read_notebook(path).cells[0].source == "'\ud800'"
