"""Signs and colours of verdicts; a sign never stands without its word."""

from __future__ import annotations

from nbrepro.records import Verdict

SIGNS: dict[Verdict, str] = {
    Verdict.IDENTICAL: "✓",
    Verdict.EQUIVALENT: "✓",
    Verdict.WITHIN_TOLERANCE: "≈",
    Verdict.NOT_COMPARED: "○",
    Verdict.DIFFERENT: "≠",
    Verdict.ERROR: "✗",
}
ASCII = str.maketrans({"✓": "+", "≈": "~", "○": "o", "≠": "!", "✗": "x", "·": "-", "→": ">", "│": "|", "…": "."})
"""What stands for the signs where the terminal's encoding lacks them; one character each, to keep columns."""
STYLES: dict[Verdict, str] = {
    Verdict.IDENTICAL: "green",
    Verdict.EQUIVALENT: "green",
    Verdict.WITHIN_TOLERANCE: "green",
    Verdict.NOT_COMPARED: "yellow",
    Verdict.DIFFERENT: "red",
    Verdict.ERROR: "magenta",
}
