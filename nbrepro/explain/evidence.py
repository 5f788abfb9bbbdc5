"""Evidence that several rules draw on: what was seen in a step, what its source says, its tie to the difference."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbrepro.compare.normalisers.spent import STOPWATCHES
from nbrepro.explain.case import Case, Step
from nbrepro.records import CauseKind, Finding
from nbrepro.sources.constructs import Construct, aliases, constructs, seeded

_NAMES = {
    "numpy": "NumPy",
    "torch": "torch",
    "random": "Python",
    "np": "NumPy",
    "cuda": "CUDA",
    "tensorflow": "TensorFlow",
}
_SEEDED = {
    "default_rng": "Pass a seed: `np.random.default_rng(42)`.",
    "RandomState": "Pass a seed: `np.random.RandomState(42)`.",
    "np.random.seed": "Seed with a number: `np.random.seed(42)`.",
    "numpy.random.seed": "Seed with a number: `np.random.seed(42)`.",
    "torch.seed": "Seed with a number: `torch.manual_seed(42)`.",
    "manual_seed": "Seed with a number: `torch.manual_seed(42)`.",
    "random.seed": "Seed with a number: `random.seed(42)`.",
    "random.Random": "Pass a seed: `random.Random(42)`.",
    "SystemRandom": "Use `random.Random(42)`: a SystemRandom cannot be seeded.",
    "uuid": "Derive the id from the data (`uuid.uuid5`), or tag the cell `nbrepro-ignore-output`.",
}

_SEEDS_ITSELF = re.compile(r"\b(?:manual_)?seed\(")


def reseeds(what: str) -> bool:
    """Whether a piece of code seeds a generator anew, with a value that nobody chose."""
    return bool(_SEEDS_ITSELF.search(what))


def findings(case: Case, step: Step, *kinds: CauseKind) -> Iterator[tuple[Finding, str]]:
    """Yield what was seen in a step, once, with the runs in which it was seen."""
    sides = {"in this run": case.candidate_cell(step), "in the reference's run": case.reference_cell(step)}
    seen: dict[tuple[CauseKind, str, int | None], tuple[Finding, list[str]]] = {}
    for words, record in sides.items():
        for finding in record.findings if record else ():
            if finding.kind in kinds:
                seen.setdefault((finding.kind, finding.what, finding.line), (finding, []))[1].append(words)
    for finding, words_of in seen.values():
        yield finding, "in both runs" if len(words_of) > 1 else words_of[0]


def link(case: Case, step: Step) -> Iterator[str]:
    """Say how a step is tied to the differing cell, if it is another one."""
    target = case.target
    if target is None or step is target:
        return
    if case.reaches(step):
        yield f"{target.label} uses what {step.label} makes"
    else:
        yield f"{step.label} ran before {target.label}"


def is_set_aside(case: Case, kind: CauseKind, what: str) -> bool:
    """Whether what a call gave was set aside before comparing, as the time that a stopwatch measured is."""
    name = what.partition("(")[0].rpartition(".")[2]
    if kind is not CauseKind.TIME or name not in STOPWATCHES or case.first is None:
        return False
    return any(mask.rule == "elapsed-time" for output in case.first.outputs for mask in output.masked)


def draws(what: str) -> str:
    """Return what a piece of code draws from, as the predicate of a sentence."""
    root = what.partition(".")[0].partition("(")[0]
    if root in {"os", "secrets", "uuid"} or "SystemRandom" in what:
        return "takes random bytes from the operating system"
    if reseeds(what):
        return f"seeds a {library_of(what)} generator with another value in every run"
    return f"draws from an unseeded {library_of(what)} generator"


def library_of(what: str) -> str:
    """Return the library whose generator a piece of code uses, for people."""
    root = re.split(r"[.(]", what, maxsplit=1)[0]
    if "default_rng" in what or "RandomState" in what:
        return "NumPy"
    return _NAMES.get(root, root)


def seed_advice(what: str) -> str:
    """Return how to seed a generator that was made by this code."""
    advice = (text for mark, text in _SEEDED.items() if mark in what)
    return next(advice, "Give the generator a fixed seed, or seed the global ones in the first cell.")


def constructs_in(case: Case, step: Step) -> tuple[Construct, ...]:
    """Return the unstable constructs of one step, its names resolved by the imports of the whole notebook."""
    return constructs(step.source, aliases([other.source for other in case.history]))


def seeded_libraries(case: Case, step: Step) -> frozenset[str]:
    """Return the libraries whose global generator a cell up to this one seeds with a value."""
    sources = [other.source for other in case.history]
    return seeded(sources[: step.place + 1], aliases(sources))


def draws_globally(case: Case, step: Step, library: str) -> bool:
    """Whether the source of a step draws from a library's global generator and seeds it in no version of the step."""
    names = aliases([other.source for other in case.history])
    if seeded([step.before, step.after], names) & {library}:
        return False
    return any(_global_library(one, names) == library for one in constructs(step.source, names))


def touches_generators(step: Step, names: dict[str, str]) -> bool:
    """Whether a step seeds, makes or draws from a generator, in either of its versions."""
    found = (one for source in (step.before, step.after) for one in constructs(source, names))
    return bool(seeded([step.before, step.after], names)) or any(
        one.kind is CauseKind.UNSEEDED_RANDOMNESS for one in found
    )


def _global_library(construct: Construct, names: dict[str, str]) -> str | None:
    if construct.kind is not CauseKind.UNSEEDED_RANDOMNESS or not construct.is_global:
        return None
    root = re.split(r"[.(]", construct.what, maxsplit=1)[0]
    library = names.get(root, root).partition(".")[0]
    return library if library in {"random", "torch"} else "numpy"  # the others use NumPy's
