"""The live state of the notebook: would a run from the top give what the cells show?

`names` says what a source reads and writes, `values` digests what the namespace holds, `history` joins both into
versions of names, and `judge` replays the notebook from the top over these versions, without running anything.
"""  # noqa: D400
