"""Aligning the code cells of two notebooks: by id, then by source, then by place."""

from __future__ import annotations

from difflib import SequenceMatcher

from nbformat import NotebookNode

from nbrepro.notebooks.cells import code_cells, is_injected, source_of

Pair = tuple[int | None, int | None]


def align_cells(reference: NotebookNode, candidate: NotebookNode) -> list[Pair]:
    """Return pairs of indices ``(in reference, in candidate)`` of the code cells that belong together.

    The list follows the candidate's order; a cell that only the reference has stands behind the cell that it
    followed there. Cells with equal ids belong together; among the others, those with equal sources in the
    same order; among what then lies between two matches, cell by cell, those left on both sides (an edited
    cell in a notebook without ids).
    """
    matched = _by_id(reference, candidate)
    partners = set(matched.values())
    left = [index for index in code_cells(reference) if index not in partners]
    right = [index for index in code_cells(candidate) if index not in matched]
    matched.update(_by_source(reference, left, candidate, right))
    return _ordered(code_cells(reference), code_cells(candidate), matched)


def align_own_cells(reference: NotebookNode, candidate: NotebookNode) -> list[Pair]:
    """Return the pairs of `align_cells` without the cell that a run with parameters injects anew."""
    return [
        (left, right)
        for left, right in align_cells(reference, candidate)
        if not (left is not None and is_injected(reference.cells[left]))
        and not (right is not None and is_injected(candidate.cells[right]))
    ]


def _by_id(reference: NotebookNode, candidate: NotebookNode) -> dict[int, int]:
    places = {reference.cells[index].get("id"): index for index in code_cells(reference)}
    places.pop(None, None)
    pairs: dict[int, int] = {}
    for index in code_cells(candidate):
        place = places.pop(candidate.cells[index].get("id"), None)
        if place is not None:
            pairs[index] = place
    return pairs


def _by_source(reference: NotebookNode, left: list[int], candidate: NotebookNode, right: list[int]) -> dict[int, int]:
    before = [source_of(reference.cells[index]).strip() for index in left]
    after = [source_of(candidate.cells[index]).strip() for index in right]
    pairs: dict[int, int] = {}
    for kind, start, end, other_start, other_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and end - start == other_end - other_start):
            pairs.update(zip(right[other_start:other_end], left[start:end], strict=True))
    return pairs


def _ordered(left: list[int], right: list[int], matched: dict[int, int]) -> list[Pair]:
    partners = set(matched.values())
    followers: dict[int | None, list[int]] = {}
    previous: int | None = None
    for index in left:
        if index in partners:
            previous = index
        else:
            followers.setdefault(previous, []).append(index)
    pairs: list[Pair] = [(index, None) for index in followers.get(None, [])]
    for index in right:
        partner = matched.get(index)
        pairs.append((partner, index))
        if partner is not None:
            pairs.extend((follower, None) for follower in followers.get(partner, []))
    return pairs
