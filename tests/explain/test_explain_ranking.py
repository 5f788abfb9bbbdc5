from __future__ import annotations

from nbrepro.explain import explain
from nbrepro.records import CauseKind, Drift


def test_nothing_differs_nothing_is_explained(make):
    drift = [Drift(kind=CauseKind.PACKAGE, name="numpy", reference="1", candidate="2")]
    assert explain(make.case(make.notebook(["x = 1"]), drift=drift)) == ()


def test_a_difference_without_evidence_is_a_single_honest_unknown(make, told):
    notebook = make.notebook(["x = 1", "x"])
    causes = explain(make.case(notebook, differing=[1]))
    assert told(causes) == ["unknown low"]
    assert "saved in the notebook" in causes[0].evidence[0]
