"""The laws of a comparator, held by this one."""

from __future__ import annotations

from nbrepro_fasta import FastaComparator

from nbrepro.compare.testing import ComparatorTests


class TestFasta(ComparatorTests):
    """A sequence is the same however its lines break."""

    comparator = FastaComparator()
    equal = ((">a\nACGT\nAC\n", ">a\nACGTAC\n"),)
    unequal = ((">a\nACGT\n", ">a\nACGA\n"), (">a\nACGT\n", ">b\nACGT\n"))
