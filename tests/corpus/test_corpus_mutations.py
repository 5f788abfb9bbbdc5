"""Every single change of a value in every reference of the corpus is seen."""

from __future__ import annotations

import base64
import copy
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from nbrepro.compare.base import Rules
from nbrepro.compare.builtin import default_registry
from nbrepro.compare.masking import mask
from nbrepro.compare.terminal import render

FAMILIES = sorted(path.stem for path in (Path(__file__).parent / "pairs").glob("*.json"))
NUMBER = re.compile(r"(?<![\w.\ufdd0+-])\d+(?:\.\d+)?(?![\w.:/-])")
MOST = 6


def sampled(items: list[Any]) -> list[Any]:
    """Return at most `MOST` of the items, spread from the first to the last."""
    return items if len(items) <= MOST else [items[round(i * (len(items) - 1) / (MOST - 1))] for i in range(MOST)]


def other_digit(text: str, match: re.Match[str]) -> str:
    digit = match.group()[0]
    return f"{text[: match.start()]}{int(digit) % 9 + 1}{text[match.start() + 1 :]}"


def changed_texts(text: str, source: str) -> Iterator[tuple[str, str]]:
    """Yield texts with one digit or one letter changed outside of what may be set aside."""
    shown = render(text)
    masked = mask(shown, Rules(source=source))
    if masked.masks:
        shown = masked.text.replace("\ufdd0", "").replace("\ufdd1", "")
        if mask(shown, Rules(source=source)).masks:
            return
    for match in sampled(list(NUMBER.finditer(shown))):
        yield shown, other_digit(shown, match)
    for match in sampled(list(re.finditer(r"(?<![\w<\\/.-])[a-zA-Z]{4,}(?![\w>-])", shown))):
        yield shown, f"{shown[: match.start()]}{'zq'[match.group()[0] == 'z']}{shown[match.start() + 1 :]}"


def changed_html(text: str) -> Iterator[str]:
    """Yield pieces of HTML with one digit of a text changed, one cell of a table, one row lost."""
    root = etree.fromstring(f"<div>{text}</div>", etree.HTMLParser())
    for element in sampled(
        [e for e in root.iter("td", "p", "b", "li") if re.fullmatch(r"[\d.]*\d[\d.]*", e.text or "")]
    ):
        before = element.text
        element.text = other_digit(before, next(re.finditer(r"\d", before)))
        yield etree.tostring(root, encoding="unicode")
        element.text = before
    for row in sampled([r for r in root.iter("tr") if r.find("td") is not None]):
        parent, place = row.getparent(), row.getparent().index(row)
        parent.remove(row)
        yield etree.tostring(root, encoding="unicode")
        parent.insert(place, row)


def changed_trees(tree: Any, hidden: frozenset[str]) -> Iterator[Any]:
    """Yield JSON values with one leaf changed."""
    leaves = [path for path in paths(tree) if not hidden & {str(key) for key in path}]
    for path in sampled(leaves):
        other = copy.deepcopy(tree)
        node = other
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = changed_leaf(node[path[-1]])
        yield other


def paths(tree: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from paths(value, (*above, key))
    elif isinstance(tree, list):
        for key, value in enumerate(tree):
            yield from paths(value, (*above, key))
    elif above:
        yield above


def changed_leaf(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return "q" + value if not is_base64(value) else base64.b64encode(b"\x01" * 8).decode()


def is_base64(value: str) -> bool:
    return len(value) > 12 and len(value) % 4 == 0 and re.fullmatch(r"[A-Za-z0-9+/]+=*", value) is not None


def changed_image(value: str) -> str:
    with Image.open(io.BytesIO(base64.b64decode(value))) as image:
        pixels = np.array(image.convert("RGB"))
    rows, columns = pixels.shape[0] // 2, pixels.shape[1] // 2
    pixels[rows : rows + 4, columns : columns + 4] = 255 - pixels[rows, columns]
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def changed_outputs(outputs: list[Any], source: str) -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Yield what was changed, the outputs, and the changed outputs."""
    outputs = joined(outputs)
    for index, output in enumerate(outputs):
        for what, before, after in changes_of(output, source):
            yield (
                what,
                [*outputs[:index], before, *outputs[index + 1 :]],
                [*outputs[:index], after, *outputs[index + 1 :]],
            )
    if (
        len(outputs) > 1
        and outputs[0] != outputs[1]
        and outputs[0]["output_type"] == outputs[1]["output_type"] != "stream"
    ):
        yield "swapped", outputs, [outputs[1], outputs[0], *outputs[2:]]
    if outputs and not is_stderr(outputs[-1]):
        yield "lost", outputs, outputs[:-1]


def joined(outputs: list[Any]) -> list[Any]:
    """Return the outputs with neighbouring pieces of one stream as one: a later piece may overwrite an earlier one."""
    result: list[Any] = []
    for output in outputs:
        if result and output.get("name") and output.get("name") == result[-1].get("name"):
            result[-1] = {**result[-1], "text": "".join(result[-1]["text"]) + "".join(output["text"])}
        else:
            result.append(output)
    return result


def is_stderr(output: Any) -> bool:
    return bool(output.get("name") == "stderr")


def changes_of(output: Any, source: str) -> Iterator[tuple[str, Any, Any]]:
    if output["output_type"] == "stream" and not is_stderr(output):
        for before, after in changed_texts("".join(output["text"]), source):
            yield "stdout", {**output, "text": before}, {**output, "text": after}
    elif output["output_type"] == "error":
        for before, after in changed_texts(output["evalue"], source):
            yield "message", {**output, "evalue": before}, {**output, "evalue": after}
    elif "data" in output:
        registry = default_registry()
        mime = min(output["data"], key=lambda name: (-registry.find(name).richness, name != "image/png", name))
        for before, after in changes_of_data(mime, output["data"][mime], source):
            yield mime, {**output, "data": {mime: before}}, {**output, "data": {mime: after}}


def changes_of_data(mime: str, value: Any, source: str) -> Iterator[tuple[Any, Any]]:
    if mime == "text/html":
        yield from ((value, after) for after in changed_html("".join(value)))
    elif mime in ("text/plain", "text/latex", "text/markdown"):
        yield from changed_texts("".join(value), source)
    elif mime == "image/svg+xml":
        text = "".join(value)
        drawn = text.partition("</metadata>")[2]
        for match in sampled(list(re.finditer(r"(?<=[ML] )\d+\.\d+", drawn))):
            yield text, text.removesuffix(drawn) + other_digit(drawn, match)
    elif mime.startswith("image/"):
        yield value, changed_image("".join(value))
    elif mime.endswith("json") and "widget" not in mime:
        yield from ((value, after) for after in changed_trees(value, frozenset({"uid", "shape", "order"})))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_single_change_of_a_value_is_seen(family: str, corpus: Any) -> None:
    unseen, count = [], 0
    for pair in corpus.family(family):
        side = pair["reference"]
        for what, before, after in changed_outputs(side["outputs"], pair["source"]):
            count += 1
            result = corpus.judge({**side, "outputs": before}, {**side, "outputs": after}, pair["source"])
            if result.verdict.passes:
                unseen.append((pair["name"], what, corpus.said(result)[:200]))
    assert count
    assert not unseen, f"{len(unseen)} of {count}: {unseen[:8]}"


def test_every_change_of_a_widgets_value_is_seen(corpus: Any) -> None:
    unseen, count = [], 0
    hidden = frozenset({"layout", "style", "model_id", "model_module_version", "buffers"})
    for pair in corpus.family("widgets"):
        side = pair["reference"]
        for name, model in side.get("widgets", {}).items():
            for key in ("value", "description", "max", "options", "_options_labels"):
                state = model["state"]
                if state.get(key) in (None, "") or hidden & {key} or "it/s" in str(state[key]):
                    continue
                count += 1
                changed = {
                    **model,
                    "state": {**state, key: changed_leaf(state[key]) if not isinstance(state[key], list) else []},
                }
                other = {**side, "widgets": {**side["widgets"], name: changed}}
                if corpus.judge(side, other, pair["source"]).verdict.passes:
                    unseen.append((pair["name"], key, state[key]))
    assert count > 20
    assert not unseen
