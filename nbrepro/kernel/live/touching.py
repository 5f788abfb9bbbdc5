"""Which objects a source may change in place, as far as its text shows: what is not known to be harmless may."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

_HARMLESS_CALLS = frozenset(
    [
        "abs",
        "all",
        "any",
        "ascii",
        "bin",
        "bool",
        "bytes",
        "callable",
        "chr",
        "complex",
        "dict",
        "display",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "hasattr",
        "hash",
        "hex",
        "id",
        "int",
        "isinstance",
        "issubclass",
        "len",
        "list",
        "map",
        "max",
        "min",
        "oct",
        "ord",
        "pow",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
    ]
)
_HARMLESS_METHODS = frozenset(
    [
        "abs",
        "agg",
        "aggregate",
        "all",
        "any",
        "apply",
        "argmax",
        "argmin",
        "argsort",
        "assign",
        "astype",
        "clip",
        "copy",
        "corr",
        "count",
        "cov",
        "cumsum",
        "describe",
        "diff",
        "drop",
        "dropna",
        "dtypes",
        "duplicated",
        "endswith",
        "fillna",
        "filter",
        "find",
        "format",
        "get",
        "groupby",
        "head",
        "hist",
        "idxmax",
        "idxmin",
        "index",
        "info",
        "isin",
        "isna",
        "isnull",
        "items",
        "itertuples",
        "iterrows",
        "join",
        "keys",
        "kurt",
        "lower",
        "mad",
        "max",
        "mean",
        "median",
        "melt",
        "merge",
        "min",
        "mode",
        "nlargest",
        "notna",
        "nsmallest",
        "nunique",
        "pct_change",
        "pivot",
        "pivot_table",
        "plot",
        "predict",
        "predict_proba",
        "prod",
        "quantile",
        "query",
        "rank",
        "rename",
        "replace",
        "resample",
        "reset_index",
        "rolling",
        "round",
        "sample",
        "score",
        "select_dtypes",
        "shift",
        "show",
        "skew",
        "sort_index",
        "sort_values",
        "split",
        "squeeze",
        "stack",
        "startswith",
        "std",
        "strip",
        "sum",
        "summary",
        "tail",
        "to_csv",
        "to_dict",
        "to_frame",
        "to_list",
        "to_numpy",
        "to_parquet",
        "to_string",
        "tolist",
        "transform",
        "transpose",
        "unique",
        "unstack",
        "upper",
        "value_counts",
        "values",
        "var",
        "where",
        "xs",
    ]
)
_LIBRARIES = re.compile(r"np|numpy|pd|pandas|plt|sns|math|scipy|stats|json|os|sys|re|time|Path|pl|polars")
_CHANGING = re.compile(
    r"add|append|at|clear|close|config\w*|copyto|disable|enable|extend|fill\w*|filterwarnings|insert|load|manual_seed|"
    r"option\w*|permute|place|pop|push|put\w*|rc\w*|register\w*|remove|reset\w*|seed|set\w*|shuffle|simplefilter|sort|"
    r"style|update|use\w*"
)
_BUILTINS = frozenset(dir(builtins))


def may_change(tree: ast.Module) -> frozenset[str]:
    """Return the names whose object the code may change in place."""
    found: set[str] = set()
    links: list[tuple[set[str], set[str]]] = []
    for node in ast.walk(tree):
        found.update(_changed(node))
        links.extend(_handed_on(node))
    for _ in range(5):
        before = len(found)
        for targets, sources in links:
            if not found.isdisjoint(targets):
                found |= sources
        if len(found) == before:
            break
    else:
        found |= {name for _, sources in links for name in sources}
    return frozenset(found)


def calls_unknown(tree: ast.Module) -> bool:
    """Whether the code calls anything but harmless built-ins and methods."""
    return any(isinstance(node, ast.Call) and not _is_harmless(node) for node in ast.walk(tree))


def _is_harmless(call: ast.Call) -> bool:
    if any(keyword.arg in {"inplace", "out"} for keyword in call.keywords):
        return False
    if isinstance(call.func, ast.Name):
        return call.func.id in _HARMLESS_CALLS
    return isinstance(call.func, ast.Attribute) and call.func.attr in _HARMLESS_METHODS


def _changed(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        yield from _base(node)
    elif isinstance(node, ast.AugAssign):
        yield from _base(node.target)
    elif isinstance(node, ast.Call) and not _is_harmless(node):
        yield from _changed_by_call(node)


def _changed_by_call(call: ast.Call) -> Iterator[str]:
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    base = next(_base(call.func), "") if isinstance(call.func, ast.Attribute) else ""
    if isinstance(call.func, ast.Attribute):
        of_library = bool(base) and _LIBRARIES.fullmatch(base) is not None
        changing = _CHANGING.fullmatch(call.func.attr) or (_is_harmless(call) is False and not of_library)
        if changing or any(keyword.arg == "out" for keyword in call.keywords):
            yield from _base(call.func)
        elif of_library:
            return
    else:
        yield from _base(call.func)  # what is called may keep something: defaults, closures
    for argument in arguments:
        yield from _names(argument)


def _handed_on(node: ast.AST) -> Iterator[tuple[set[str], set[str]]]:
    """Yield names that may hold a part of what other names hold."""
    if isinstance(node, ast.Assign):
        yield {name for target in node.targets for name in _names(target)}, _names(node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield _names(node.target), _names(node.value)
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield _names(node.target), _names(node.iter)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield _names(node.optional_vars), _names(node.context_expr)
    elif isinstance(node, ast.Match):
        yield {name for case in node.cases for name in _captured(case)}, _names(node.subject)


def _captured(case: ast.match_case) -> Iterator[str]:
    for node in ast.walk(case.pattern):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if name:
            yield name


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} - _BUILTINS


def _base(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id
    else:
        yield from _names(node)


def lambdas_apart(tree: ast.Module) -> dict[int, str]:
    """Return the names of lambdas that are only bound, by line: they run when they are called."""
    lines: dict[int, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            lines.setdefault(node.lineno, []).append("")
    bound = {
        node.value.lineno: node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name)
    }
    return {line: name for line, name in bound.items() if len(lines[line]) == 1}
