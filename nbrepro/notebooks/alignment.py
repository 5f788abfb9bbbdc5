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
    sides = code_cells(reference), code_cells(candidate)
    matched = _by_id(reference, candidate)
    matched.update(_by_source(reference, candidate, *_unmatched(*sides, matched)))
    matched.update(_by_place(*sides, matched))
    return _ordered(*sides, matched)


def _unmatched(left: list[int], right: list[int], matched: dict[int, int]) -> tuple[list[int], list[int]]:
    partners = set(matched.values())
    return [index for index in left if index not in partners], [index for index in right if index not in matched]


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


def _by_source(reference: NotebookNode, candidate: NotebookNode, left: list[int], right: list[int]) -> dict[int, int]:
    before = [source_of(reference.cells[index]).strip() for index in left]
    after = [source_of(candidate.cells[index]).strip() for index in right]
    pairs: dict[int, int] = {}
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        pairs.update(zip(right[block.b : block.b + block.size], left[block.a : block.a + block.size], strict=True))
    return pairs


def _by_place(left: list[int], right: list[int], matched: dict[int, int]) -> dict[int, int]:
    """Return pairs of the cells that follow the same matched cell, where both sides have as many there."""
    partners = {old: new for new, old in matched.items()}
    gaps = _gaps(left, partners), _gaps(right, {new: new for new in matched})
    return {
        new: old
        for place, news in gaps[1].items()
        if len(news) == len(gaps[0].get(place, ()))
        for new, old in zip(news, gaps[0][place], strict=True)
    }


def _gaps(cells: list[int], matched: dict[int, int]) -> dict[int | None, list[int]]:
    """Return the cells without a partner by the matched cell before them, which the candidate's index names."""
    gaps: dict[int | None, list[int]] = {}
    previous: int | None = None
    for index in cells:
        if index in matched:
            previous = matched[index]
        else:
            gaps.setdefault(previous, []).append(index)
    return gaps


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
