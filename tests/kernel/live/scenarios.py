"""Scenarios of a session, each with the state that is to be told of each cell."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbrepro.kernel.live.states import LiveState
from tests.kernel.live.notebook import Step

CLEAN, STALE, EARLY = LiveState.CLEAN, LiveState.STALE, LiveState.OUT_OF_ORDER
ORPHAN, EDITED, NOT_RUN, RAISED = LiveState.ORPHAN, LiveState.EDITED, LiveState.NOT_RUN, LiveState.RAISED


@dataclass(frozen=True)
class Scenario:
    """Cells, what is done with them, and the cells that are then not clean."""

    name: str
    cells: tuple[str, ...]
    """Sources; the cells are called a, b, c, …"""
    steps: tuple[Step, ...]
    not_clean: dict[str, LiveState] = field(default_factory=dict)


def case(name: str, cells: list[str], *steps: Step, **not_clean: LiveState) -> Scenario:
    return Scenario(name, tuple(cells), steps, not_clean)


_FUNCTION = ["k = 2", "def f(x):\n    return x * k", "print(f(3))"]
_CLOSURE = [
    "def counter():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n    return up",
    "up = counter()",
    "print(up())",
]
_CLASS = ["class A:\n    n = 1\n    def m(self):\n        return self.n + k", "k = 1", "a = A()", "print(a.m())"]
_FRAME = ["import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})", "df['b'] = df['a'] * 2", "print(df.sum())"]
_ARRAY = ["import numpy as np\nx = np.arange(4)", "v = x[:2]", "v[0] = 9", "print(x.sum())"]

_UNSEEDED = "import numpy as np\nrng = np.random.default_rng()"
_DRAWS = "print(rng.random())"
_GLOBAL = "print(np.random.rand())"

SCENARIOS = [
    # Order.
    case("straight", ["x = 1", "y = x + 1", "print(y)"], "a b c"),
    case("straight and twice", ["x = 1", "y = x + 1", "print(y)"], "a b c", "a b c"),
    case("last cell again", ["x = 1", "print(x)"], "a b b"),
    case("first cell again, same value", ["x = 1", "print(x)"], "a b a"),
    case("independent cells in any order", ["x = 1", "y = 2", "print(y)", "print(x)"], "b c a d"),
    case("backwards", ["x = 1", "print(x)"], "b a b a"),
    case("maker ran after", ["x = 1", "try:\n    print(x)\nexcept NameError:\n    print('no')"], "b a", b=EARLY),
    case("uses what is made below", ["x = 1", "print(x)", "x = 2"], "a c b", b=EARLY),
    case("bound below to the same", ["x = 1", "print(x)", "x = 1"], "a c b"),
    case("cell below rebinds, then first again", ["x = 1", "print(x)", "x = 2"], "a c a b"),
    case("not run at all", ["x = 1", "print(x)"], "a", b=NOT_RUN),
    case("nothing run", ["x = 1", "print(x)"], a=NOT_RUN, b=NOT_RUN),
    case("an unrun cell above that binds the name", ["x = 1", "x = 2", "print(x)"], "a c", b=NOT_RUN, c=STALE),
    case("an unrun cell above that only looks", ["x = [1]", "x", "print(x)"], "a c", b=NOT_RUN),
    case("an unrun cell above that may change", ["x = [1]", "x.append(2)", "print(x)"], "a c", b=NOT_RUN, c=STALE),
    case(
        "an unrun cell that calls a function that changes",
        ["x = [1]\ndef f():\n    x.append(1)", "f()", "print(x)"],
        "a c",
        b=NOT_RUN,
        c=STALE,
    ),
    case("comments and empty cells count for nothing", ["# title", "x = 1", "", "print(x)"], "b d"),
    # Running again what is not idempotent.
    case("adding twice", ["x = 1", "x += 1", "print(x)"], "a b b c", c=STALE),
    case("adding twice, shown before", ["x = 1", "x += 1", "print(x)"], "a b c b"),
    case("adding twice and showing in the cell", ["x = 1", "x += 1\nprint(x)"], "a b b", b=STALE),
    case("appending twice", ["x = []", "x.append(1)\nprint(x)"], "a b b", b=STALE),
    case("appending twice, then all anew", ["x = []", "x.append(1)\nprint(x)"], "a b b a b"),
    case("sorting twice", ["x = [3, 1, 2]", "x.sort()\nprint(x)"], "a b b"),
    case("popping twice", ["d = {'a': 1, 'b': 2}", "d.popitem()", "print(d)"], "a b b c", b=STALE, c=STALE),
    case("iterator used up", ["it = iter([1, 2, 3])", "print(next(it))"], "a b b", b=STALE),
    case("generator used up", ["g = (i for i in range(3))", "print(list(g))"], "a b b", b=STALE),
    # Edits.
    case("edited, not run", ["x = 1", "print(x)"], "a b", ("edit", "a", "x = 2"), a=EDITED, b=STALE),
    case("edited and run", ["x = 1", "print(x)"], "a b", ("edit", "a", "x = 2"), "a", b=STALE),
    case("edited, run, reader too", ["x = 1", "print(x)"], "a b", ("edit", "a", "x = 2"), "a b"),
    case("edited and edited back", ["x = 1", "print(x)"], "a b", ("edit", "a", "x = 2"), ("edit", "a", "x = 1")),
    case(
        "edited, run, back, not run",
        ["x = 1", "print(x)"],
        "a b",
        ("edit", "a", "x = 2"),
        "a",
        ("edit", "a", "x = 1"),
        a=EDITED,
    ),
    case("a comment added", ["x = 1", "print(x)"], "a b", ("edit", "a", "x = 1  # one")),
    case("reader edited", ["x = 1", "print(x)"], "a b", ("edit", "b", "print(-x)"), b=EDITED),
    case("edited to another name", ["x = 1", "print(x)"], "a b", ("edit", "a", "y = 1"), "a", b=ORPHAN),
    case("edited to other names, reader again", ["x = 1", "print(x)"], "a b", ("edit", "a", "y = 1"), "a b", b=ORPHAN),
    case("unrelated edit", ["x = 1", "y = 2", "print(x)"], "a b c", ("edit", "b", "y = 3"), b=EDITED),
    # Deleting, inserting, moving.
    case("maker deleted", ["x = 1", "print(x)"], "a b", ("delete", "a"), b=ORPHAN),
    case("maker deleted, reader again", ["x = 1", "print(x)"], "a b", ("delete", "a"), "b", b=ORPHAN),
    case("one of two makers deleted", ["x = 1", "x = 2", "print(x)"], "a b c", ("delete", "b"), c=STALE),
    case("overwritten maker deleted", ["x = 1", "x = 2", "print(x)"], "a b c", ("delete", "a")),
    case(
        "cell that changed in place deleted", ["x = [1]", "x.append(2)", "print(x)"], "a b c", ("delete", "b"), c=STALE
    ),
    case("a cell that mattered to nobody deleted", ["x = 1", "print(x)", "print(x + 1)"], "a b c", ("delete", "b")),
    case("a definition deleted that a function needs", _FUNCTION, "a b c", ("delete", "a"), c=ORPHAN),
    case("inserted between", ["x = 1", "print(x)"], "a b", ("insert", "z", "a", "x = 5"), "z", b=STALE),
    case("inserted, not run", ["x = 1", "print(x)"], "a b", ("insert", "z", "a", "x = 5"), z=NOT_RUN, b=STALE),
    case("inserted above and harmless", ["x = 1", "print(x)"], "a b", ("insert", "z", "a", "w = 5"), "z"),
    case("inserted below", ["x = 1", "print(x)"], "a b", ("insert", "z", "b", "x = 5"), "z"),
    case("inserted below, reader again", ["x = 1", "print(x)"], "a b", ("insert", "z", "b", "x = 5"), "z b", b=EARLY),
    case("reader moved above its maker", ["x = 1", "print(x)"], "a b", ("move", "b", ""), b=EARLY),
    case("maker moved down past a rebinding", ["x = 1", "x = 2", "print(x)"], "a b c", ("move", "a", "b"), c=STALE),
    case("moved without effect", ["x = 1", "y = 2", "print(x + y)"], "a b c", ("move", "a", "b")),
    case("copied cell", ["x = 1", "print(x)"], "a b", ("insert", "z", "b", "x = 1"), "z"),
    # Aliases and changes in place.
    case("alias changed", ["a = [1]", "b = a", "b.append(2)", "print(a)"], "a b c d"),
    case("alias changed, maker again", ["a = [1]", "b = a", "b.append(2)", "print(a)"], "a b c a d", d=STALE),
    case("alias lost by running the maker again", ["a = [1]", "b = a", "b.append(2)\nprint(a)"], "a b a c", c=STALE),
    case("alias bound after the change", ["a = [1]", "b = a", "a.append(2)", "print(b)"], "a c b d", b=EARLY, d=STALE),
    case(
        "alias's change ran before the reader, moved below",
        ["a = [1]", "b = a", "b.append(2)", "print(a)"],
        "a b c d",
        ("move", "d", "a"),
        d=EARLY,
    ),
    case(
        "aliased through a container",
        ["a = [1]", "d = {'k': a}", "d['k'].append(2)", "print(a)"],
        "a b c d",
        ("delete", "c"),
        d=STALE,
    ),
    case("aliased through a tuple", ["a = [1]", "t = (a, 0)", "t[0].append(2)", "print(a)"], "a b c c d", d=STALE),
    case("aliased through an iterator", ["a = [1]\nit = iter(a)", "a.append(2)", "print(list(it))"], "a c b", c=STALE),
    case("aliased through a bound method", ["a = []\nadd = a.append", "add(1)", "print(a)"], "a b b c", c=STALE),
    case("nested list changed", ["a = [[0]]", "a[0].append(1)", "print(a)"], "a b b c", c=STALE),
    case("dictionary changed", ["d = {}", "d['k'] = 1", "print(d)"], "a b c", ("delete", "b"), c=STALE),
    case("set changed", ["s = {1}", "s.add(2)", "print(s)"], "a b c", ("edit", "b", "s.add(3)"), "b", b=STALE, c=STALE),
    case("bytearray changed", ["s = bytearray(b'ab')", "s[0] = 120", "print(s)"], "a b c", ("delete", "b"), c=STALE),
    case(
        "attribute changed",
        ["class P: pass\np = P()\np.x = 1", "p.x = 2", "print(p.x)"],
        "a b c",
        ("delete", "b"),
        c=STALE,
    ),
    case(
        "slot changed",
        ["class P:\n    __slots__ = ('x',)\np = P()\np.x = 1", "p.x += 2", "print(p.x)"],
        "a b b c",
        c=STALE,
    ),
    # Arrays and frames.
    case("view of an array", _ARRAY, "a b c d"),
    case("view of an array, change deleted", _ARRAY, "a b c d", ("delete", "c"), d=STALE),
    case("array scaled twice", ["import numpy as np\nx = np.ones(3)", "x *= 2", "print(x)"], "a b b c", c=STALE),
    case("one element set", ["import numpy as np\nx = np.zeros(9)", "x[4] = 1", "print(x)"], "a c b c"),
    case("column added", _FRAME, "a b c"),
    case("column added, twice", _FRAME, "a b b c"),
    case("column added, then removed from the notebook", _FRAME, "a b c", ("delete", "b"), c=STALE),
    case("column added before the reader above", [_FRAME[0], _FRAME[2], _FRAME[1]], "a c b", b=EARLY),
    case("column scaled twice", [_FRAME[0], "df['a'] *= 2", _FRAME[2]], "a b b c", c=STALE),
    case("frame loaded twice the same", _FRAME, "a b c a"),
    case("one value set", [_FRAME[0], "df.loc[1, 'a'] = 7", _FRAME[2]], "a b c", ("delete", "b"), c=STALE),
    case("column inserted", [_FRAME[0], "df.insert(0, 'z', 5)", _FRAME[2]], "a b c", ("delete", "b"), c=STALE),
    case(
        "renamed columns",
        [_FRAME[0], "df.columns = ['z']", _FRAME[2]],
        "a b c",
        ("edit", "b", "df.columns = ['y']"),
        "b",
        b=STALE,
        c=STALE,
    ),
    case("a copy is no alias", [_FRAME[0], "d2 = df.copy()", "d2['a'] = 0", _FRAME[2]], "a b d c"),
    case(
        "text column changed",
        ["import pandas as pd\ndf = pd.DataFrame({'a': ['x', 'y']})", "df['a'] = df['a'].str.upper()", "print(df)"],
        "a b c",
        ("delete", "b"),
        c=STALE,
    ),
    # Functions, closures, classes.
    case("function reads a global", _FUNCTION, "a b c"),
    case("function's global changed", _FUNCTION, "a b c", ("edit", "a", "k = 5"), "a", c=STALE),
    case("function defined before its global", [_FUNCTION[1], _FUNCTION[0], _FUNCTION[2]], "b a c"),
    case("function redefined the same", _FUNCTION, "a b c b"),
    case(
        "function redefined otherwise", _FUNCTION, "a b c", ("edit", "b", "def f(x):\n    return x - k"), "b", c=STALE
    ),
    case(
        "function calls a function that reads a global",
        ["k = 1", "def g():\n    return k", "def f():\n    return g()", "print(f())"],
        "a b c d",
        ("edit", "a", "k = 2"),
        "a",
        d=STALE,
    ),
    case(
        "function writes a global",
        ["n = 0", "def f():\n    global n\n    n += 1", "f()", "print(n)"],
        "a b c c d",
        d=STALE,
    ),
    case(
        "lambda reads a global",
        ["k = 1", "f = lambda x: x + k", "print(f(1))"],
        "a b c",
        ("edit", "a", "k = 2"),
        "a",
        c=STALE,
    ),
    case(
        "default argument is changed in place",
        ["def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)", "print(f(1))"],
        "a b b",
        b=STALE,
    ),
    case("counter in a closure", _CLOSURE, "a b c"),
    case("counter in a closure, twice", _CLOSURE, "a b c c", c=STALE),
    case("counter in a closure, made anew", _CLOSURE, "a b c b c"),
    case(
        "memory of a decorated function",
        [
            "calls = []",
            ("from functools import lru_cache\n@lru_cache\ndef f(x):\n    calls.append(x)\n    return x"),
            "print(f(1), len(calls))",
        ],
        "a b c",
    ),
    case("class", _CLASS, "a b c d"),
    case("class's global changed", _CLASS, "a b c d", ("edit", "b", "k = 7"), "b", c=STALE, d=STALE),
    case(
        "class edited, object not made anew",
        _CLASS,
        "a b c d",
        ("edit", "a", _CLASS[0].replace("n = 1", "n = 5")),
        "a d",
        c=STALE,
        d=STALE,
    ),
    case("class's attribute counted", ["class A:\n    n = 0", "A.n += 1", "print(A.n)"], "a b b c", c=STALE),
    case(
        "object changes itself",
        [
            (
                "class C:\n    def __init__(self):\n        self.n = 0\n    def up(self):\n"
                "        self.n += 1\n        return self.n"
            ),
            "c = C()",
            "print(c.up())",
        ],
        "a b c c",
        c=STALE,
    ),
    case(
        "object of a class that was made anew",
        ["class A: pass", "a = A()", "print(isinstance(a, A))"],
        "a b a c",
        c=STALE,
    ),
    case(
        "dataclass",
        ["from dataclasses import dataclass\n@dataclass\nclass D:\n    x: int = 1", "d = D()", "d.x += 1", "print(d)"],
        "a b c c d",
        d=STALE,
    ),
    # Imports, deletions, conditions, magics, history, randomness, errors.
    case("import again", ["import math", "print(math.pi)"], "a b a"),
    case("import deleted", ["import math", "print(math.pi)"], "a b", ("delete", "a"), b=ORPHAN),
    case("import inside a function", ["def f():\n    import math\n    return math.pi", "print(f())"], "a b b"),
    case("name deleted", ["x = 1", "del x", "print('x' in globals())"], "a b c"),
    case("name deleted, reader above again", ["x = 1", "print(x)", "del x"], "a b c"),
    case(
        "bound under a condition",
        ["go = True", "if go:\n    x = 1\nelse:\n    x = 2", "print(x)"],
        "a b c",
        ("edit", "a", "go = False"),
        "a",
        b=STALE,
        c=STALE,
    ),
    case("bound perhaps", ["x = 1", "if False:\n    x = 2", "print(x)"], "a b c a"),
    case("loop variable", ["for i in range(3):\n    pass", "print(i)"], "a b"),
    case(
        "loop variable changed by another loop",
        ["for i in range(3):\n    pass", "print(i)", "for i in range(5):\n    pass"],
        "a c b",
        b=EARLY,
    ),
    case(
        "comprehension",
        ["k = 2", "ys = [i * k for i in range(3)]", "print(ys)"],
        "a b c",
        ("edit", "a", "k = 3"),
        "a",
        b=STALE,
        c=STALE,
    ),
    case("text that is evaluated", ["x = 1", "exec('y = x + 1')", "print(y)"], "a b c"),
    case(
        "text that is evaluated, its name edited",
        ["x = 1", "exec('y = x + 1')", "print(y)"],
        "a b c",
        ("edit", "a", "x = 2"),
        "a",
        b=STALE,
        c=STALE,
    ),
    case(
        "timed cell",
        ["x = 1", "%%capture\ny = x + 1", "print(y)"],
        "a b c",
        ("edit", "a", "x = 2"),
        "a",
        b=STALE,
        c=STALE,
    ),
    case(
        "query by name",
        [_FRAME[0], "t = 1", "print(len(df.query('a > @t')))"],
        "a b c",
        ("edit", "b", "t = 2"),
        "b",
        c=STALE,
    ),
    case("last result", ["1 + 1", "print(_)"], "a b", b=STALE),
    case("last result in a function", ["1 + 1", "def f():\n    return _", "print(f())"], "a b c", c=STALE),
    case("results by number", ["1 + 1", "print(Out)"], "a b", b=STALE),
    case("a name of the history, bound by the user", ["Out = 3", "print(Out)"], "a b"),
    case("last result of another cell", ["1 + 1", "print(_)", "5"], "a c b", b=STALE),
    case("random numbers in order", ["import random\nprint(random.random())", "print(random.random())"], "a b"),
    case("random numbers, again", ["import random", "print(random.random())"], "a b b", b=STALE),
    case("random numbers, seeded in the cell", ["import random", "random.seed(1)\nprint(random.random())"], "a b b"),
    case(
        "random numbers out of order",
        ["import random", "print(random.random())", "print(random.random())"],
        "a c b",
        b=STALE,
        c=STALE,
    ),
    case(
        "own generator", ["import numpy as np\nrng = np.random.default_rng(0)", "print(rng.random())"], "a b b", b=STALE
    ),
    case(
        "own generator, made anew",
        ["import numpy as np\nrng = np.random.default_rng(0)", "print(rng.random())"],
        "a b b a b",
    ),
    # Chance that no run repeats.
    case("a generator without a seed", [_UNSEEDED, "print(rng.random())"], "a b", b=STALE),
    case("a generator without a seed, given one", [_UNSEEDED, "rng = np.random.default_rng(0)", _DRAWS], "a b c"),
    case("a generator without a seed that nothing uses", [_UNSEEDED, "x = 1", "print(x)"], "a b c"),
    case("a draw that is shown at once", [f"{_UNSEEDED}\nprint(rng.random())", "print(1)"], "a b", a=STALE),
    case("a draw that nothing shows", [_UNSEEDED, "x = rng.random()", "y = 2", "print(y)"], "a b c d"),
    case(
        "a draw that goes through two cells", [_UNSEEDED, "x = rng.random()", "y = [x]", "print(y)"], "a b c d", d=STALE
    ),
    case(
        "a draw in a list that has another name",
        ["p = []\nq = p", f"{_UNSEEDED}\np.append(rng.random())", "print(q)"],
        "a b c",
        c=STALE,
    ),
    case(
        "a draw beside imports and functions",
        [f"import math\ndef f(x):\n    return x\n{_UNSEEDED}\nk = 2", "print(f(math.pi), k)"],
        "a b",
    ),
    case(
        "a draw that decides what is shown",
        [_UNSEEDED, "x = rng.random()", "if x > 2:\n    print(x)"],
        "a b c",
        c=STALE,
    ),
    case(
        "a draw in a function",
        ["import secrets\ndef f():\n    return secrets.randbits(64)", "x = f()", "print(x)"],
        "a b c",
        c=STALE,
    ),
    case(
        "a draw in a default argument",
        ["import secrets\ndef f(x=secrets.randbits(64)):\n    return x", "print(f())"],
        "a b",
        b=STALE,
    ),
    case(
        "a function that draws from a generator without a seed",
        [_UNSEEDED, "def f():\n    return rng.random()", "x = f()", "print(x)"],
        "a b c d",
        d=STALE,
    ),
    case("a global generator seeded by chance", ["import numpy as np\nnp.random.seed()", _GLOBAL], "a b", b=STALE),
    case(
        "a global generator seeded by chance, then with a number",
        ["import numpy as np\nnp.random.seed()", "np.random.seed(1)", _GLOBAL],
        "a b c",
    ),
    case("a global generator beside one without a seed", [_UNSEEDED, _GLOBAL], "a b"),
    case(
        "a global generator seeded by chance, then in the cell that draws",
        ["import numpy as np\nnp.random.seed()", f"np.random.seed(1)\n{_GLOBAL}"],
        "a b",
    ),
    case(
        "a token beside a global generator",
        ["import numpy as np\nimport uuid", "i = uuid.uuid4()\nx = np.random.rand()", _GLOBAL],
        "a b c",
    ),
    case(
        "a draw that is written to a file",
        [
            _UNSEEDED,
            "with open('one.txt', 'w') as file:\n    _n = file.write(str(rng.random()))",
            "print(open('one.txt').read())",
        ],
        "a b c",
        c=STALE,
    ),
    case(
        "a draw in the environment",
        ["import os, secrets\nos.environ['NBREPRO_LAW'] = secrets.token_hex()", "print(os.environ['NBREPRO_LAW'])"],
        "a b",
        b=STALE,
    ),
    case("a draw that is shown, run again", [_UNSEEDED, "print(rng.random())"], "a b b a", b=STALE),
    case("an error", ["x = 1", "1 / 0", "print(x)"], "a b c", b=RAISED),
    case("an error mended by running again", ["y = x", "x = 1"], "a b a", a=EARLY),
    case("shadowed built-in", ["print(len([1]))", "len = lambda x: 7"], "a b a", a=EARLY),
    # Beside names: settings, files, threads.
    case(
        "option set",
        ["import pandas as pd", "pd.set_option('display.precision', 2)", "print(pd.Series([1.2345]))"],
        "a b c",
    ),
    case(
        "option set again",
        ["import pandas as pd", "pd.set_option('display.precision', 2)", "print(pd.Series([1.2345]))"],
        "a b c b",
    ),
    case(
        "option set, then removed from the notebook",
        ["import pandas as pd", "pd.set_option('display.precision', 2)", "print(pd.Series([1.2345]))"],
        "a b c",
        ("delete", "b"),
        c=STALE,
    ),
    case(
        "option set by a function",
        [
            "import pandas as pd",
            "def wide():\n    pd.set_option('display.precision', 2)",
            "wide()",
            "print(pd.Series([1.2345]))",
        ],
        "a b c d",
        ("delete", "c"),
        d=STALE,
    ),
    case(
        "environment variable set below",
        ["import os", "print(os.environ.get('NBREPRO_LAW'))", "os.environ['NBREPRO_LAW'] = '1'"],
        "a c b",
        b=STALE,
    ),
    case(
        "module's attribute set",
        ["import string", "string.marker = 1", "import string\nprint(string.marker)"],
        "a b c",
        ("edit", "b", "string.marker = 2"),
        "b",
        c=STALE,
    ),
    case(
        "precision of decimals",
        ["import decimal\ndecimal.getcontext().prec = 3", "print(decimal.Decimal(1) / 7)"],
        "a b",
        ("edit", "a", "import decimal\ndecimal.getcontext().prec = 5"),
        "a",
        b=STALE,
    ),
    case(
        "file written, then read",
        [
            "from pathlib import Path\n_n = Path('one.txt').write_text('1')",
            "from pathlib import Path\nprint(Path('one.txt').read_text())",
        ],
        "a b",
    ),
    case(
        "file written again the same",
        [
            "from pathlib import Path\n_n = Path('one.txt').write_text('1')",
            "from pathlib import Path\nprint(Path('one.txt').read_text())",
        ],
        "a b a",
    ),
    case(
        "file written otherwise",
        [
            "from pathlib import Path\n_n = Path('one.txt').write_text('1')",
            "from pathlib import Path\nprint(Path('one.txt').read_text())",
        ],
        "a b",
        ("edit", "a", "from pathlib import Path\n_n = Path('one.txt').write_text('2')"),
        "a",
        b=STALE,
    ),
    case(
        "file appended to twice",
        [
            "with open('one.txt', 'a') as file:\n    _n = file.write('1')",
            "from pathlib import Path\nprint(Path('one.txt').read_text())",
        ],
        "a a b",
        a=STALE,
        b=STALE,
    ),
    case("frame written and read", [_FRAME[0], "df.to_csv('one.csv')", "print(pd.read_csv('one.csv'))"], "a b c a b"),
    case(
        "thread that ended",
        [
            "p = []",
            "import threading\nth = threading.Thread(target=lambda: p.append(1))\nth.start()\nth.join()",
            "print(p)",
        ],
        "a b c",
    ),
    case(
        "thread that still runs",
        [
            "import threading\ngate = threading.Event()",
            "th = threading.Thread(target=lambda: gate.wait(5))\nth.start()",
            "print(1)",
            "gate.set()\nth.join()",
        ],
        "a b c d",
        b=STALE,
        c=STALE,
        d=STALE,
    ),
    case(
        "task, ended before the list is read",
        [
            "import asyncio\np = []\nasync def co():\n    p.append(1)",
            "task = asyncio.ensure_future(co())",
            "await asyncio.sleep(0)",
            "print(p)",
        ],
        "a b c d",
        b=STALE,  # when a task runs is nobody's promise
        c=STALE,
        d=STALE,
    ),
    case(
        "awaited coroutine", ["p = []\nasync def co():\n    p.append(1)", "await co()", "print(p)"], "a b b c", c=STALE
    ),
    case("star import", ["from math import *", "print(floor(pi))"], "a b"),
    case("star import over a name", ["floor = abs", "from math import *", "print(floor(2.5))"], "a b c a c", c=STALE),
    case(
        "program run as a file",
        ["from pathlib import Path\n_n = Path('code.py').write_text('x = 1')", "%run -i code.py", "print(x)"],
        "a b c",
    ),
    case("the same part twice", ["q = [1]", "p = [q, q]", "p[0].append(2)\nprint(p)"], "a b c"),
    case(
        "object array",
        ["import numpy as np\np = [1]\nu = np.array([p, None], dtype=object)", "u[0].append(2)", "print(p)"],
        "a b b c",
        c=STALE,
    ),
    # Ordinary notebooks.
    case(
        "analysis, an edited cell and what follows run again, with the cell that loads",
        [_FRAME[0], "mean = df['a'].mean()", "df['z'] = df['a'] - mean", "summary = df.describe()", "print(summary)"],
        "a b c d e",
        ("edit", "c", "df['z'] = df['a'] / mean"),
        "a c d e",
    ),
    case(
        "import added to the first cell, which sets an option",
        ["import pandas as pd\npd.set_option('display.precision', 2)", "print(pd.Series([1.2345]))"],
        "a b",
        ("edit", "a", "import math\nimport pandas as pd\npd.set_option('display.precision', 2)"),
        "a b",
    ),
    case(
        "another value of an option, all run again",
        ["import pandas as pd\npd.set_option('display.precision', 2)", "print(pd.Series([1.2345]))"],
        "a b",
        ("edit", "a", "import pandas as pd\npd.set_option('display.precision', 3)"),
        "a b",
    ),
    case(
        "column of an edited cell, made anew over the old one",
        [_FRAME[0], "mean = df['a'].mean()", "df['z'] = df['a'] - mean", "summary = df.describe()", "print(summary)"],
        "a b c d e",
        ("edit", "c", "df['z'] = df['a'] / mean"),
        "c d e",
        c=STALE,
        d=STALE,
        e=STALE,
    ),
    case(
        "analysis, one cell edited and not what follows",
        [_FRAME[0], "mean = df['a'].mean()", "df['z'] = df['a'] - mean", "print(df.describe())"],
        "a b c d",
        ("edit", "c", "df['z'] = df['a'] / mean"),
        "c",
        c=STALE,
        d=STALE,
    ),
    case(
        "groups and joins",
        [
            _FRAME[0],
            "other = pd.DataFrame({'a': [1, 2], 'w': [5, 6]})",
            "joined = df.merge(other, on='a')",
            "print(joined.groupby('a')['w'].sum())",
        ],
        "a b c d d c d",
    ),
    case(
        "training loop",
        [
            "import numpy as np\nrng = np.random.default_rng(0)",
            "X = rng.normal(size=(50, 3))\ny = X @ [1.0, 2.0, 3.0]",
            "w = np.zeros(3)",
            "for step in range(20):\n    w -= 0.1 * X.T @ (X @ w - y) / len(y)",
            "print(w.round(2))",
        ],
        "a b c d e",
    ),
    case(
        "training loop, run again",
        [
            "import numpy as np\nrng = np.random.default_rng(0)",
            "X = rng.normal(size=(50, 3))\ny = X @ [1.0, 2.0, 3.0]",
            "w = np.zeros(3)",
            "for step in range(20):\n    w -= 0.1 * X.T @ (X @ w - y) / len(y)",
            "print(w.round(2))",
        ],
        "a b c d d e",
        e=STALE,
    ),
    case(
        "plots",
        [
            "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt",
            "xs = [1, 2, 3]",
            "fig, ax = plt.subplots()\n_l = ax.plot(xs)\nplt.close(fig)",
            "print(len(xs))",
        ],
        "a b c d c d",
    ),
    case(
        "functions and classes in their cells",
        [
            "import math",
            "def area(r):\n    return math.pi * r ** 2",
            (
                "class Circle:\n    def __init__(self, r):\n        self.r = r\n"
                "    def area(self):\n        return area(self.r)"
            ),
            "circles = [Circle(r) for r in range(3)]",
            "print([round(one.area(), 2) for one in circles])",
        ],
        "a b c d e e d e",
    ),
]
