"""IPython's own language in a source: magics, shell lines, help."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from nbrepro.sources.parsing import TRANSPARENT_MAGICS

_OTHER_LANGUAGES = frozenset(
    [
        "!",
        "HTML",
        "SVG",
        "bash",
        "file",
        "html",
        "javascript",
        "js",
        "latex",
        "markdown",
        "perl",
        "ruby",
        "script",
        "sh",
        "svg",
        "system",
        "sx",
        "writefile",
    ]
)
_KNOWN = frozenset(
    [
        "alias",
        "autoreload",
        "cd",
        "colors",
        "conda",
        "config",
        "env",
        "load_ext",
        "lsmagic",
        "matplotlib",
        "mkdir",
        "nbrepro",
        "notebook",
        "pip",
        "pdb",
        "precision",
        "psource",
        "pwd",
        "quickref",
        "reload_ext",
        "rerun",
        "set_env",
        "sx",
        "system",
        "tb",
        "tensorboard",
        "time",
        "timeit",
        "uv",
        "xmode",
        "ls",
        "cat",
        "cp",
        "mv",
        "rm",
        "less",
        "more",
        "man",
        "prun",
        "pinfo",
        "pinfo2",
        "pdoc",
        "pdef",
        "pfile",
    ]
) - {"rerun"}
_SETTING = frozenset(
    ["alias", "autoreload", "colors", "config", "env", "load_ext", "matplotlib", "precision", "reload_ext", "set_env"]
)
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_SPECIAL = re.compile(r"^\s*(?:[%!?]|[\w, .\[\]]*=\s*[%!])|\?\s*$", re.MULTILINE)
_CALLS = frozenset({"run_line_magic", "run_cell_magic", "system", "getoutput"})
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Body:
    """The Python of a cell."""

    source: str
    mentioned: frozenset[str] = _NONE
    """Words of a magic's line that may be names."""
    stores: frozenset[str] = _NONE
    partial: bool = False
    """Whether a magic stands around it, which may run it once, often, or not to its end."""
    opaque: bool = False
    overwrites: bool = False
    """Whether it tells of a file that it writes whether it was there."""


@dataclass
class Commands:
    """What the magics and shell lines among the statements touch."""

    mentioned: frozenset[str] = _NONE
    stores: frozenset[str] = _NONE
    opaque: bool = False
    any: bool = False
    sets: bool = False
    """Whether one sets something outside of the notebook's names."""


def body_of(source: str) -> Body:
    """Return the Python of a cell, magics and shell lines turned into calls; raise SyntaxError where it is none."""
    first, _, rest = source.lstrip().partition("\n")
    if not first.startswith("%%"):
        return Body(source=plain(source))
    name, _, line = first[2:].strip().partition(" ")
    words = frozenset(_IDENTIFIER.findall(line))
    if name in TRANSPARENT_MAGICS:
        inner = body_of(rest)
        timed = line if name in {"timeit", "prun"} else ""
        return Body(
            source=f"{_statement(timed)}\n{inner.source}",
            mentioned=inner.mentioned,
            stores=inner.stores | (words if name == "capture" else _NONE),
            partial=True,
            opaque=inner.opaque,
        )
    if name in _OTHER_LANGUAGES:
        text = f"{line}\n{rest}"
        expands = "{" in text or "$" in text
        stores = words if "--out" in line or "--err" in line else _NONE
        found = frozenset(_IDENTIFIER.findall(text)) if expands else _NONE
        return Body(source="", mentioned=found, stores=stores, partial=True, overwrites=name in {"writefile", "file"})
    return Body(source="", partial=True, opaque=True)


def plain(source: str) -> str:
    """Return Python that the interpreter would run for a source without a cell magic."""
    if not _SPECIAL.search(source):
        return source
    from IPython.core.inputtransformer2 import TransformerManager

    return str(TransformerManager().transform_cell(source))


def commands_in(tree: ast.Module) -> Commands:
    """Return what the calls that stand for magics and shell lines touch; any other use of the shell is opaque."""
    found = Commands()
    known = 0
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLS):
            continue
        shell = node.func.value
        if not (isinstance(shell, ast.Call) and isinstance(shell.func, ast.Name) and shell.func.id == "get_ipython"):
            continue
        known += 1
        _command(node, node.func.attr, found)
    asked = sum(isinstance(node, ast.Name) and node.id == "get_ipython" for node in ast.walk(tree))
    found.opaque = found.opaque or asked > known
    found.any = known > 0
    return found


def _command(call: ast.Call, kind: str, found: Commands) -> None:
    texts = [node.value for node in call.args if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if len(texts) != len(call.args) or not texts:
        found.opaque = True
        return
    line = " ".join(texts[1:]) if kind.startswith("run_") else texts[0]
    found.sets = found.sets or (kind == "run_line_magic" and texts[0] in _SETTING)
    if kind == "run_cell_magic" or (kind == "run_line_magic" and texts[0] not in _KNOWN):
        found.opaque = True
    elif kind == "run_line_magic" and texts[0] in {"time", "timeit", "prun"}:
        _python_line(line, found)
    elif kind == "run_line_magic" or "{" in line or "$" in line:
        found.mentioned |= frozenset(_IDENTIFIER.findall(line))


def _python_line(line: str, found: Commands) -> None:
    words = frozenset(_IDENTIFIER.findall(line))
    found.mentioned |= words
    if "=" in line:
        found.stores |= words
    if words & {"exec", "eval", "globals", "locals", "vars"}:
        found.opaque = True


def _statement(line: str) -> str:
    """Return the code in a magic's line, without its options; nothing where it is none."""
    words = line.split()
    while words and words[0].startswith("-"):
        words.pop(0)
    text = " ".join(words)
    try:
        ast.parse(text)
    except SyntaxError:
        return ""
    return text
