"""The live state of the notebook, which answers whether a run from the top would give what the cells show.

`names` says what a source reads and writes, `walk` digests what the namespace holds, `history` and `step` join both
into versions of names, `outside` adds files, settings and generators, and `judge` replays the notebook from the top
over these versions, without running anything.
"""
