"""Check the examples and say whether each came out as it should: ``make demo``.

Some of them differ on purpose, so ``nbrepro check`` exits with 3 here; this script exits with 0 when every notebook
got the verdict, the first differing cell and the cause that ``expected.toml`` promises.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
PASSING = ("identical", "equivalent", "within_tolerance")


def check(html: Path) -> dict[str, Any]:
    """Run ``nbrepro check`` on the examples as a user would, and return its JSON report."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        reports = ("--report", f"html={html}", "--report", f"json={report}")
        subprocess.run([sys.executable, "-m", "nbrepro", "check", str(HERE), "--jobs", "2", *reports], check=False)
        if not report.is_file():
            sys.exit("demo: nbrepro check wrote no report; what it said stands above")
        return dict(json.loads(report.read_text(encoding="utf-8")))


def found(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return of one notebook's report what ``expected.toml`` speaks of."""
    first = notebook["first_difference"]
    numbers = {cell["index"]: cell["number"] for cell in notebook["cells"]}
    causes = [cause["kind"] for cause in notebook["causes"]]
    return {
        "verdict": notebook["verdict"],
        "exit_code": notebook["exit_code"],
        "cell": None if first is None else numbers[first],
        "cause": causes[0] if causes and first is not None else None,
    }


def surprises(expected: Mapping[str, Any], seen: Mapping[str, Any] | None) -> list[str]:
    """Say in what a notebook came out otherwise than expected; nothing if it came out as it should.

    One that should be identical may also be equivalent or within tolerance: the records were made on one machine,
    and another processor rounds otherwise.
    """
    if seen is None:
        return ["it was not checked"]
    wanted = {"cell": None, "cause": None, **expected}
    if wanted["verdict"] == "identical" and seen["verdict"] in PASSING:
        wanted["verdict"] = seen["verdict"]
    return [f"{key} {seen[key]}, expected {wanted[key]}" for key in seen if seen[key] != wanted[key]]


def main() -> int:
    """Check, compare with what was expected, and say so."""
    html = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-report.html").resolve()
    expected = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))
    report = check(html)
    seen = {Path(notebook["path"]).name: found(notebook) for notebook in report["notebooks"]}
    print("\nWhat the demo shows:")
    failed = 0
    for name, promise in expected.items():
        faults = surprises(promise, seen.get(name))
        failed += bool(faults)
        result = seen[name]["verdict"].replace("_", " ") if name in seen else "-"
        place = f", cell {promise['cell']}: {promise['cause'].replace('_', ' ')}" if "cell" in promise else ""
        print(f"  {'✗' if faults else '✓'} {name}: {result}{place if not faults else ''}\n      {promise['story']}")
        for fault in faults:
            print(f"      NOT AS EXPECTED: {fault}")
    differing = sum(promise["verdict"] not in PASSING for promise in expected.values())
    print(f"\n{len(expected) - failed} of {len(expected)} notebooks as expected; {differing} differ on purpose.")
    print(f"Report: {html}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
