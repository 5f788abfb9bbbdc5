from __future__ import annotations

import io
import json
import subprocess
from typing import Any

import pytest
from blake3 import blake3

from nbrepro.explain import explain
from nbrepro.explain.contents import MAX_MATCHED, changes
from nbrepro.records import CauseKind, DataFile, Drift, FileUse

TABLE = "city,pop\nBern,134\nBasel,178\nGenf,203\n"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (TABLE.replace("178", "181"), ("3 rows in both", "row 2, pop: 178 → 181")),
        (TABLE + "Lugano,63\n", ("3 → 4 rows (+1)", "row 4 is new: Lugano, 63")),
        (TABLE.replace("Basel,178\n", ""), ("3 → 2 rows (-1)", "row 2 is gone: Basel, 178")),
        (TABLE.replace("pop", "people"), ("column pop is now people", "3 rows in both")),
        ("city,pop,lat\n", ("a new column: lat", "3 → 0 rows (-3)")),
        ("city\n", ("a column is gone: pop", "3 → 0 rows (-3)")),
        ("pop,city\n134,Bern\n178,Basel\n203,Genf\n", ("the columns stand in another order", "3 rows in both")),
        ("", ("columns gone: city, pop", "3 → 0 rows (-3)")),
    ],
)
def test_a_table_tells_its_columns_rows_and_values(after: str, expected: tuple[str, ...]) -> None:
    assert changes("a.csv", TABLE.encode(), after.encode()) == expected


def test_only_a_few_of_many_values_are_told() -> None:
    before, after = ("n\n" + "\n".join(str(n * k) for n in range(10)) for k in (1, 2))
    assert changes("a.csv", before.encode(), after.encode())[-1] == "and 6 more values"


def test_long_tables_are_held_place_by_place() -> None:
    before = "n\n" + "\n".join(map(str, range(MAX_MATCHED + 1)))
    after = before.replace("\n77\n", "\n-77\n") + "\n1"
    told = changes("a.csv", before.encode(), after.encode())
    assert told == ("4,001 → 4,002 rows (+1)", "row 78, n: 77 → -77", "row 4002 is new: 1")


def test_a_table_may_be_split_by_other_marks() -> None:
    assert changes("a.tsv", b"a\tb\n1\t2\n", b"a\tb\n1\t3\n") == ("1 rows in both", "row 1, b: 2 → 3")


def test_json_tells_where_it_differs() -> None:
    before = {"rate": 1, "cities": [{"name": "Bern"}], "old": 0}
    after = {"rate": 2, "cities": [{"name": "Biel"}], "new": 0}
    told = changes("a.geojson", json.dumps(before).encode(), json.dumps(after).encode())
    assert told == ("rate: 1 → 2", 'cities[0].name: "Bern" → "Biel"', "old is gone", "and 1 more")


def test_text_tells_its_lines() -> None:
    told = changes("schema.sql", b"create\ninsert 1\n", b"create\ninsert 2\nend\n")
    assert told == ("2 → 3 lines (+1)", "line 2: insert 1 → insert 2")


def test_parquet_tells_its_schema_and_rows() -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")

    def table(columns: dict[str, Any]) -> bytes:
        kept = io.BytesIO()
        pq.write_table(pa.table(columns), kept)
        return kept.getvalue()

    told = changes("a.parquet", table({"x": [1, 2], "y": [1, 2]}), table({"x": [1.5], "y": [1]}))
    assert told == ("column x: int64 → double", "2 → 1 rows (-1)")


@pytest.mark.parametrize(
    ("name", "after"), [("a.bin", b"x"), ("a.json", b"{broken"), ("a.csv", b"\xff\xfe\x00"), ("a.parquet", b"no")]
)
def test_what_is_not_understood_is_not_told(name: str, after: bytes) -> None:
    assert changes(name, b"{}", after) == ()


def test_the_version_that_git_has_is_told_of(make: Any) -> None:
    def digest(text: str) -> str:
        return f"blake3:{blake3(text.encode()).hexdigest()}"

    git = ["git", "-C", str(make.root), "-c", "user.name=n", "-c", "user.email=n@example.org"]
    (make.root / "a.csv").write_text(TABLE)
    for step in (["init", "-q"], ["add", "a.csv"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *step], check=True)
    now = TABLE.replace("134", "135")
    (make.root / "a.csv").write_text(now)
    notebook = make.notebook(["t = read('a.csv')\nt"])
    reading = {0: {"files": (FileUse(path="a.csv", mode="read"),)}}
    records = [
        make.record(notebook, reading, data={"a.csv": DataFile(digest=digest(text), size=len(text), in_git=True)})
        for text in (TABLE, now)
    ]
    drift = [Drift(kind=CauseKind.DATA_CHANGED, name="a.csv", reference=digest(TABLE), candidate=digest(now))]
    (cause,) = explain(make.case(notebook, differing=[0], records=tuple(records), drift=drift))
    assert "row 1, pop: 134 → 135" in cause.evidence
