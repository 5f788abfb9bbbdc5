"""The rules, over one notebook."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from nbrepro.explain.files import tracked_by
from nbrepro.explain.sources import names_of, parse
from nbrepro.linting.codes import CODES, OF_CONSTRUCT
from nbrepro.linting.orderless import only_shown
from nbrepro.linting.requirements import Requirements, is_foreign, requirements_of
from nbrepro.linting.stopwatch import only_timed
from nbrepro.notebooks import cell_numbers, source_of
from nbrepro.probes import git
from nbrepro.records import CauseKind
from nbrepro.sources.constructs import Construct, aliases, constructs, seeded

_KNOWN = frozenset(dir(builtins)) | {"display", "get_ipython", "In", "Out", "exit", "quit", "_", "__", "___"}
_ABSOLUTE = re.compile(r"^(/(home|Users|mnt|media|data|root|tmp|scratch|work|content|kaggle)/|[A-Za-z]:[\\/])\S*$")
_DATA = re.compile(r"^[\w./ -]+\.(csv|tsv|parquet|json|xlsx?|txt|npy|npz|h5|hdf5|pkl|feather|arrow)$")
_BINDS_UNSEEN = re.compile(r"^\s*(%run|%pylab|%load_ext|%store|from \S+ import \*)", re.MULTILINE)
_PATHS = re.compile(r"sys\.path|^\s*%cd\b|os\.chdir|site\.addsitedir", re.MULTILINE)
_READERS = frozenset({"open", "loadtxt", "genfromtxt", "load"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that was found."""

    code: str
    message: str
    cell: int
    """Number of the cell, as a run from the top shows it."""
    index: int
    """Index of the cell in the notebook, from 0."""
    line: int
    column: int


@dataclass(frozen=True, kw_only=True)
class _Cell:
    index: int
    number: int
    source: str

    def fault(self, code: str, what: str, node: ast.expr | ast.stmt | Construct | None = None) -> Fault:
        line = 1 if node is None else node.line if isinstance(node, Construct) else node.lineno
        column = 1 if node is None else node.column if isinstance(node, Construct) else node.col_offset + 1
        message = f"{'a new id in every run' if code == 'NBR101' and 'uuid' in what else CODES[code]}: {what}"
        return Fault(code=code, message=message, cell=self.number, index=self.index, line=line, column=column)


def lint_notebook(notebook: NotebookNode, path: Path, root: Path) -> tuple[Fault, ...]:
    """Return the faults of a notebook that lies at ``path`` in the project ``root``, from the top down."""
    numbers = cell_numbers(notebook)
    cells = [
        _Cell(index=index, number=numbers[index], source=source_of(cell))
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and index in numbers
    ]
    found = [*_unstable(cells), *_inputs(cells, path, root), *_hidden_state(cells), *_no_python(cells)]
    found += _not_required(cells, path, root)
    return tuple(sorted(found, key=lambda fault: (fault.index, fault.line, fault.column, fault.code)))


def _unstable(cells: Sequence[_Cell]) -> Iterator[Fault]:
    sources = [cell.source for cell in cells]
    names = aliases(sources)
    shown = {*only_shown(sources), *only_timed(sources)}
    for place, cell in enumerate(cells):
        known = seeded(sources[: place + 1], names)
        for construct in constructs(cell.source, names):
            if _is_set_aside(construct, names) or (place, construct.line, construct.column) in shown:
                continue  # `check` does not mind it either
            if construct.kind is CauseKind.UNSEEDED_RANDOMNESS and construct.is_global:
                root = construct.what.partition("(")[0].partition(".")[0]
                library = names.get(root, root).partition(".")[0]
                if (library if library in {"random", "torch"} else "numpy") not in known:  # the others use NumPy's
                    yield cell.fault("NBR102", f"`{construct.what}`", construct)
            elif construct.kind in OF_CONSTRUCT:
                yield cell.fault(OF_CONSTRUCT[construct.kind], f"`{construct.what}`", construct)


def _is_set_aside(construct: Construct, names: dict[str, str]) -> bool:
    """Whether what a construct puts out is set aside: the times of magics and of progress bars."""
    root = re.split(r"[.(]", construct.what, maxsplit=1)[0]
    return construct.kind is CauseKind.TIME and (
        construct.what.startswith("%") or names.get(root, root).partition(".")[0] == "tqdm"
    )


def _inputs(cells: Sequence[_Cell], path: Path, root: Path) -> Iterator[Fault]:
    in_git = git.tracked(root) if git.top(root) else None
    for cell in cells:
        for node in ast.walk(parse(cell.source) or ast.Module(body=[], type_ignores=[])):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ABSOLUTE.match(node.value):
                yield cell.fault("NBR302", f"`{node.value}`", node)
            name = _read_name(node)
            if name is None or in_git is None or not isinstance(node, ast.Call):
                continue
            place = (path.absolute().parent / name).resolve()
            is_inside = place.is_file() and root.resolve() in place.parents
            if is_inside and str(place) not in in_git and tracked_by(place, root.resolve()) is None:
                yield cell.fault("NBR303", f"`{name}`", node)


def _not_required(cells: Sequence[_Cell], path: Path, root: Path) -> Iterator[Fault]:
    """The first import of each package that no file of requirements names; those that may fail are left alone."""
    folder, sources = path.absolute().parent, [cell.source for cell in cells]
    if any(_PATHS.search(source) for source in sources):
        return  # modules may come from anywhere
    places = (folder, root, root / "src")
    told: set[str] = set()
    known: Requirements | None = None
    for cell in cells:
        for node, module in _imports(parse(cell.source)):
            if module in told or not is_foreign(module, places):
                continue
            known = known or requirements_of(root, folder, sources)
            if known is None:
                return
            told.add(module)
            if not known.bring(module):
                where = " and ".join(known.files)
                yield cell.fault("NBR304", f"`{module}` ({where})", node)


def _imports(tree: ast.Module | None) -> Iterator[tuple[ast.stmt, str]]:
    """The imports of a cell, with the top-level module; not those that a ``try`` or a condition guards."""
    waiting: list[ast.AST] = [tree] if tree else []
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Import):
            yield from ((node, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module.partition(".")[0]
        elif not isinstance(node, ast.Try | ast.If):
            waiting += list(ast.iter_child_nodes(node))


def _read_name(node: ast.AST) -> str | None:
    """The literal path of a data file that a call reads."""
    if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
        return None
    function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    value, mode = node.args[0].value, node.args[1] if len(node.args) > 1 else None
    writes = function == "open" and isinstance(mode, ast.Constant) and str(mode.value)[:1] in "wax"
    reads = (function in _READERS or function.startswith("read_")) and not writes
    return value if reads and isinstance(value, str) and _DATA.match(value) else None


def _hidden_state(cells: Sequence[_Cell]) -> Iterator[Fault]:
    defined: set[str] = set()
    told: set[str] = set()
    for place, cell in enumerate(cells):
        if _BINDS_UNSEEN.search(cell.source):
            return  # what such a line binds cannot be read off
        own = names_of(cell.source).writes | _local_names(cell.source)
        for node in _read_at_once(cell.source):
            if node.id in defined | own | _KNOWN | told:
                continue
            told.add(node.id)
            below = next((other for other in cells[place + 1 :] if node.id in names_of(other.source).writes), None)
            where = f"`{node.id}`" + (f" is defined in cell {below.number}" if below else "")
            yield cell.fault("NBR401" if below else "NBR402", where, node)
        defined |= own


def _read_at_once(source: str) -> Iterator[ast.Name]:
    """The names that a cell reads as it runs; a function's body is read when it is called."""
    waiting: list[ast.AST] = [parse(source) or ast.Module(body=[], type_ignores=[])]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node
        if not isinstance(node, _SCOPES):
            waiting += list(ast.iter_child_nodes(node))


def _local_names(source: str) -> set[str]:
    tree = parse(source)
    nodes = list(ast.walk(tree)) if tree else []
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    return stored | {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}


def _no_python(cells: Sequence[_Cell]) -> Iterator[Fault]:
    return (cell.fault("NBR403", "it cannot be parsed") for cell in cells if parse(cell.source) is None)
