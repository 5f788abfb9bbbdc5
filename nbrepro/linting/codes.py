"""The codes; each is documented in docs/reference/lint.md."""

from __future__ import annotations

from nbrepro.records import CauseKind

CODES: dict[str, str] = {
    "NBR101": "random generator without a seed",
    "NBR102": "draw from a global generator that no cell seeds",
    "NBR201": "order of a set, or a hash, which depends on PYTHONHASHSEED",
    "NBR202": "listing of files in the order of the disk",
    "NBR203": "reading of the clock",
    "NBR204": "id of an object, a memory address",
    "NBR205": "reading of an environment variable",
    "NBR206": "results in the order in which workers finish",
    "NBR301": "reading of a remote address",
    "NBR302": "absolute path",
    "NBR303": "input that neither git nor DVC tracks",
    "NBR304": "import of a package that the project's requirements do not name",
    "NBR401": "name used before the cell that defines it",
    "NBR402": "name that no cell defines",
    "NBR403": "cell that is no Python",
}
OF_CONSTRUCT = {
    CauseKind.UNSEEDED_RANDOMNESS: "NBR101",
    CauseKind.HASH_ORDER: "NBR201",
    CauseKind.FILESYSTEM_ORDER: "NBR202",
    CauseKind.TIME: "NBR203",
    CauseKind.MEMORY_ADDRESS: "NBR204",
    CauseKind.ENVIRONMENT_VARIABLE: "NBR205",
    CauseKind.THREADS: "NBR206",
    CauseKind.NETWORK: "NBR301",
}
