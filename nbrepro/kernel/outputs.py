"""Digests of a cell's outputs, taken where the kernel hands them on.

Each is the digest of the output as the notebook will hold it, without execution count and traceback: what a
front end's Output widget or ``%%capture`` takes away is not seen, and a plain terminal has no outputs at all.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import sys
from collections.abc import Callable
from json.encoder import encode_basestring_ascii
from typing import Any

from nbrepro.kernel.activity import Activity
from nbrepro.kernel.border import Border, aside
from nbrepro.kernel.patches import Patches
from nbrepro.records.digests import digest_json


class _Stream:
    """One stream output, digested as it grows; the same digest as `digest_json` of the whole."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._hash = hashlib.sha256(f'{{"name":"{name}","output_type":"stream","text":"'.encode())

    def write(self, text: str) -> None:
        self._hash.update(encode_basestring_ascii(text)[1:-1].encode())

    def digest(self) -> str:
        whole = self._hash.copy()
        whole.update(b'"}')
        return f"sha256:{whole.hexdigest()}"


class Outputs:
    """The outputs of one cell so far."""

    def __init__(self) -> None:
        self._items: list[_Stream | str] = []
        self._displays: dict[str, list[int]] = {}
        self._clear_next = False

    def write(self, name: str, text: str) -> None:
        """Text was written to a stream; what follows on the same stream joins it."""
        self._clear_if_due()
        last = self._items[-1] if self._items else None
        if not isinstance(last, _Stream) or last.name != name:
            last = _Stream(name)
            self._items.append(last)
        last.write(text)

    def add(self, output: dict[str, Any], display_id: str | None = None) -> None:
        """An output other than a stream was shown."""
        self._clear_if_due()
        if display_id is not None:
            self._displays.setdefault(display_id, []).append(len(self._items))
        self._items.append(digest_json(output))

    def update(self, output: dict[str, Any], display_id: str | None) -> None:
        """A display of this cell got other contents."""
        for place in self._displays.get(display_id or "", ()):
            self._items[place] = digest_json(output)

    def clear(self, *, wait: bool) -> None:
        """The outputs were cleared, or will be when the next one comes."""
        self._clear_next = True
        if not wait:
            self._clear_if_due()

    def digests(self) -> tuple[str, ...]:
        """Return the digest of each output, in order."""
        return tuple(item.digest() if isinstance(item, _Stream) else item for item in self._items)

    def _clear_if_due(self) -> None:
        if self._clear_next:
            self._clear_next = False
            self._items.clear()
            self._displays.clear()


class OutputWatch:
    """Listens where ipykernel publishes outputs.

    Parameters
    ----------
    shell:
        The IPython shell; in one that is no kernel's, nothing is listened to.
    look:
        Called with the cell, the arguments of what showed something, and the frame that called it.
    """

    def __init__(
        self, shell: Any, activity: Activity, border: Border, look: Callable[..., None] = lambda *_: None
    ) -> None:
        self._shell = shell
        self._look = look
        self._activity = activity
        self._border = border
        self._patches = Patches()
        self._streams = Patches()
        self._listening = 0
        self.sees_outputs = hasattr(shell, "kernel")

    def start(self) -> None:
        """Start to listen."""
        if not self.sees_outputs:
            return
        publisher = self._shell.display_pub
        self._patches.replace(publisher, "publish", lambda f: self._after(f, self._published))
        self._patches.replace(publisher, "clear_output", lambda f: self._after(f, self._cleared))
        self._patches.replace(self._shell.displayhook, "write_format_data", lambda f: self._after(f, self._result))
        self._patches.replace(self._shell, "_showtraceback", lambda f: self._after(f, self._error))

    def stop(self) -> None:
        """Put back what was replaced."""
        self._streams.restore()
        self._patches.restore()

    def new(self) -> Outputs | None:
        """Return where the outputs of a new cell go, if they are seen at all."""
        return Outputs() if self.sees_outputs else None

    def before_cell(self) -> None:
        """Listen to the streams until `after_cell`: IPython replaces their `write` for each cell as well."""
        self._listening += 1
        if self._listening > 1 or not self.sees_outputs:
            return
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if hasattr(stream, "pub_thread"):  # ipykernel's
                self._streams.replace(stream, "write", functools.partial(self._after, note=self._writer(name)))

    def after_cell(self) -> None:
        """Leave the streams as they were before the cell."""
        self._listening = max(self._listening - 1, 0)
        if not self._listening:
            self._streams.restore()

    def _after(self, original: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
        activity, observe, look = self._activity, self._border.observe, self._look

        def watched(*args: Any, **kwargs: Any) -> Any:
            with aside:
                answer = original(*args, **kwargs)
            cell = activity.current()
            if cell is not None and cell.outputs is not None:
                observe("outputs", functools.partial(note, cell.outputs, **kwargs), *args)
                observe("shown", look, cell, args, sys._getframe(1))  # noqa: SLF001 - inspect's way reads files
            return answer

        functools.update_wrapper(watched, original)  # twice a cell, and cheaper than the decorator
        return watched

    def _published(
        self,
        outputs: Outputs,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *_: Any,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **__: Any,
    ) -> None:
        output = {"output_type": "display_data", "data": _bundle(data), "metadata": metadata or {}}
        display_id = (transient or {}).get("display_id")
        if update:
            outputs.update(output, display_id)
        else:
            outputs.add(output, display_id)

    def _cleared(self, outputs: Outputs, wait: bool = False) -> None:
        outputs.clear(wait=wait)

    def _result(self, outputs: Outputs, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        outputs.add({"output_type": "execute_result", "data": _bundle(format_dict), "metadata": md_dict or {}})

    def _error(self, outputs: Outputs, etype: type[BaseException], evalue: object, _: object) -> None:
        outputs.add({"output_type": "error", "ename": etype.__name__, "evalue": str(evalue)})

    def _writer(self, name: str) -> Callable[..., None]:
        def note(outputs: Outputs, text: str) -> None:
            if text:
                outputs.write(name, text)

        return note


def _bundle(data: dict[str, Any]) -> dict[str, Any]:
    """Return a MIME bundle as the notebook holds it: bytes in base64."""
    return {
        mime: base64.b64encode(value).decode() if isinstance(value, bytes) else value for mime, value in data.items()
    }
