"""Write the shared examples: python tests/panel/messages/make.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from nbrepro.records import Cause, CauseKind, Confidence, Difference, Drift, Finding, Verdict
from nbrepro.records import panel as p

_DIGEST = "sha256:" + "ab" * 32


def _kernel_cell() -> p.KernelCell:
    finding = Finding(kind=CauseKind.UNSEEDED_RANDOMNESS, what="numpy.random.default_rng()", line=2)
    return p.KernelCell(
        cell_id="c2", msg_id="m2", source_digest=_DIGEST, state="ok", order=2, execution_count=2, seconds=0.25,
        draws=True, findings=(finding,), reads=("raw.csv",),
    )  # fmt: skip


def _check() -> p.Check:
    difference = Difference(
        output=0, mime="text/plain", where="number 1", reference="0.913", candidate="<b>0.907</b>", distance=0.0066
    )
    cell = p.CheckedCell(
        id="c2", number=2, verdict=Verdict.DIFFERENT, source_digest=_DIGEST, first_line="model.fit(X, y)",
        differences=(difference,),
    )  # fmt: skip
    cause = Cause(
        kind=CauseKind.UNSEEDED_RANDOMNESS, summary="cell 2 draws from random.random()", confidence=Confidence.HIGH,
        evidence=("cell 2 called `random.random()`",), cell=1,
    )  # fmt: skip
    return p.Check(
        run_id="20261112-101500-abcdef", verdict=Verdict.DIFFERENT, exit_code=1, started="2026-11-12T10:15:00+00:00",
        seconds=3.5, reference=".nbrepro/records/a.ipynb", reason=None, passed=1, compared=2, cells=(cell,),
        causes=(p.PanelCause(cause=cause, cell_id="c2", cell_number=2),),
    )  # fmt: skip


def examples() -> dict[str, Any]:
    """Return the examples."""
    state = p.KernelState(
        protocol=p.PROTOCOL, nbrepro="0.1.0", session="1-2", seed=42, hash_seed="0", pinned=True,
        seeded=("numpy", "random"), switches=("CUBLAS_WORKSPACE_CONFIG",), faults=0, cells=(_kernel_cell(),),
        live=True,
    )  # fmt: skip
    record = p.RecordSummary(
        path=".nbrepro/records/a.ipynb", recorded="2026-11-12T10:00:00+00:00", seconds=3.0, digest="abcd1234",
        nbrepro="0.1.0", python="3.11.7", packages=143, seed=42, hash_seed="0",
        code=p.Code(commit="abc1234", branch="main", dirty=False), cells={"c1": _DIGEST, "c2": _DIGEST},
    )  # fmt: skip
    job = p.Job(id="0" * 32, kind="check", path="a.ipynb", state="running", started="2026-11-12T10:16:00+00:00")
    data = p.DataState(
        path="raw.csv", tracked="dvc", state="changed", reference="91f", candidate="c03", restorable=True
    )
    overview = p.Overview(
        path="a.ipynb", state="drifted", record=record, edited=("c1",), affected=("c1", "c2"), check=_check(), job=job,
        drift=(Drift(kind=CauseKind.PACKAGE, name="numpy", reference="2.3.1", candidate="2.4.0"),),
        data=(data,),
    )  # fmt: skip
    question = p.LiveQuestion(
        protocol=p.PROTOCOL, cells=(p.EditorCell(id="c1", source="x = 1", tags=("raises-exception",)),)
    )
    live = p.LiveAnswer(
        session="1-2", yes=False,
        cells=(p.LiveCell(id="c1", state="clean"), p.LiveCell(id="c2", state="stale", reason="uses x", names=("x",))),
    )  # fmt: skip
    good: list[tuple[str, str, Any]] = [
        ("hello", "Hello", p.Hello(protocol=p.PROTOCOL)),
        ("state", "KernelState", state),
        ("cell", "KernelCellRan", p.KernelCellRan(session="1-2", cell=_kernel_cell())),
        ("gone", "KernelGone", p.KernelGone(session="1-2")),
        ("server", "ServerHello", p.ServerHello(protocol=p.PROTOCOL, nbrepro="0.1.0")),
        ("overview", "Overview", overview),
        ("job", "Job", job),
        ("cells", "LiveQuestion", question),
        ("live", "LiveAnswer", live),
        ("fault", "Fault", p.Fault(message="there is no such run", reason="UsageError")),
    ]
    plain = [{"name": name, "kind": kind, "message": msgspec.to_builtins(message)} for name, kind, message in good]
    bad = [
        {"name": "no protocol", "kind": "Hello", "message": {"type": "hello"}},
        {"name": "another type", "kind": "Hello", "message": {"type": "state", "protocol": "1.0"}},
        {"name": "seed is text", "kind": "KernelState", "message": {**plain[1]["message"], "seed": "42"}},
        {"name": "unknown verdict", "kind": "Overview", "message": {**plain[5]["message"], "state": "fine"}},
        {"name": "cells are no list", "kind": "KernelState", "message": {**plain[1]["message"], "cells": {}}},
        {"name": "a list", "kind": "Job", "message": []},
    ]
    return {"good": plain, "bad": bad}


if __name__ == "__main__":
    target = Path(__file__).with_name("examples.json")
    target.write_text(json.dumps(examples(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
