from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from nbrepro.records import Verdict

PAIRS = {
    f"{path.stem}/{pair['name']}": pair
    for path in sorted((Path(__file__).parent / "pairs").glob("*.json"))
    for pair in json.loads(path.read_text(encoding="utf-8"))
}
PASSING = {verdict.value for verdict in Verdict if verdict.passes}


@pytest.mark.parametrize("name", PAIRS)
def test_every_pair_gets_the_verdict_of_an_expert_with_the_reason(name: str, corpus: Any) -> None:
    pair = PAIRS[name]
    result = corpus.judge(pair["reference"], pair["candidate"], pair["source"])
    assert result.verdict.value == pair["verdict"], corpus.said(result)
    assert pair["reason"] in corpus.said(result)


@pytest.mark.parametrize("name", PAIRS)
def test_the_verdict_passes_or_fails_the_same_the_other_way_round(name: str, corpus: Any) -> None:
    pair = PAIRS[name]
    there = corpus.judge(pair["reference"], pair["candidate"], pair["source"]).verdict
    back = corpus.judge(pair["candidate"], pair["reference"], pair["source"]).verdict
    assert there is back or {there, back} == {Verdict.DIFFERENT, Verdict.ERROR}


@pytest.mark.parametrize("name", PAIRS)
def test_either_side_of_every_pair_is_identical_to_itself(name: str, corpus: Any) -> None:
    for side in ("reference", "candidate"):
        pair = PAIRS[name]
        assert corpus.judge(pair[side], pair[side], pair["source"]).verdict is Verdict.IDENTICAL


def test_the_corpus_is_large_and_holds_harmless_and_real_differences() -> None:
    harmless = sum(pair["verdict"] in PASSING for pair in PAIRS.values())
    assert len(PAIRS) >= 400
    assert 0.35 < harmless / len(PAIRS) < 0.65


def test_no_two_pairs_of_a_family_have_one_name() -> None:
    for path in (Path(__file__).parent / "pairs").glob("*.json"):
        names = Counter(pair["name"] for pair in json.loads(path.read_text(encoding="utf-8")))
        assert names.most_common(1)[0][1] == 1, path.stem


def test_every_case_has_its_pair() -> None:
    for path in (Path(__file__).parent / "cases").glob("*.cells"):
        cases = [line.split()[2] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# %% ")]
        assert [name.partition("/")[2] for name in PAIRS if name.startswith(f"{path.stem}/")] == cases
