"""Which ways to read a file are seen, in real kernels: renews the table in ``docs/reference/file-reads.md``.

Run it with ``python -W ignore benchmarks/file_reads.py`` on Linux, with the extra ``test`` installed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.reads import measuring, page


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measuring.make_files(folder)
        found = {label: measuring.measure(folder, ways) for label, ways in measuring.WAYS.items()}
    text = page.table(found)
    page.write(text)
    print(text)


if __name__ == "__main__":
    main()
