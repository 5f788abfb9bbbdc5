"""Output areas: the lists of outputs that a front end shows, below a cell or in an Output widget."""

from __future__ import annotations

from nbformat import NotebookNode


class OutputArea:
    """A list of outputs that is written into as messages come: a cell's, or an Output widget's."""

    def __init__(self, outputs: list[NotebookNode]) -> None:
        self.outputs = outputs
        self._clear_first = False
        self._chunks: list[str] = []
        """Pieces of the last output, a stream: joined late, since a loop may print thousands."""

    def append(self, output: NotebookNode) -> None:
        """Add an output; text goes on where the last text of the same stream ended."""
        if self._clear_first:
            self._empty()
        last = self.outputs[-1] if self.outputs else None
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            self._chunks = self._chunks or [last.text]
            self._chunks.append(output.text)
        else:
            self.settle()
            self.outputs.append(output)

    def clear(self, *, wait: bool) -> None:
        """Remove all outputs, now or when the next one comes."""
        if wait:
            self._clear_first = True
        else:
            self._empty()

    def replace(self, outputs: list[NotebookNode]) -> None:
        """Take over other outputs, as Python set them."""
        self._empty()
        self.outputs.extend(outputs)

    def settle(self) -> None:
        """Bring ``outputs`` up to date."""
        if self._chunks:
            self.outputs[-1]["text"] = "".join(self._chunks)
            self._chunks = []

    def _empty(self) -> None:
        self._clear_first = False
        self._chunks = []
        self.outputs.clear()
