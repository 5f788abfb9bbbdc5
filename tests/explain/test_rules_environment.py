from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from nbformat.v4 import new_output

from nbrepro.compare import compare_notebooks
from nbrepro.config import Settings
from nbrepro.explain import explain
from nbrepro.records import CauseKind, DataFile, Difference, Drift, DvcState, FileUse, Python

OLD, NEW = f"blake3:{'9f2c' * 16}", f"blake3:{'41aa' * 16}"
CHANGED = [Drift(kind=CauseKind.DATA_CHANGED, name="data/train.csv", reference=OLD, candidate=NEW)]
READING = ({0: {"files": (FileUse(path="data/train.csv", mode="read"),)}},)


def package(name: str = "scikit-learn", before: str | None = "1.8.0", after: str | None = "1.9.1") -> Drift:
    return Drift(kind=CauseKind.PACKAGE, name=name, reference=before, candidate=after)


def with_data(
    make: Any, notebook: Any, digest: str, size: int, dvc: DvcState | None = None, *, in_git: bool = False
) -> Any:
    file = DataFile(digest=digest, size=size, dvc=dvc, in_git=in_git)
    return make.record(notebook, *READING, data={"data/train.csv": file})


def test_changed_data_names_the_cell_that_reads_it_and_the_sizes(make: Any) -> None:
    notebook = make.notebook(["t = read('data/train.csv')", "len(t)"])
    records = (with_data(make, notebook, OLD, 100), with_data(make, notebook, NEW, 120))
    (cause,) = explain(make.case(notebook, differing=[1], drift=CHANGED, records=records))
    assert (cause.kind, cause.confidence.value, cause.cell) == (CauseKind.DATA_CHANGED, "high", 0)
    assert cause.summary == "data/train.csv changed (9f2c… → 41aa…)"
    assert "100 → 120 bytes (+20)" in cause.evidence
    assert "cell 1 reads it" in cause.evidence


def test_rows_are_told_where_dvc_still_has_the_reference(make: Any) -> None:
    md5 = "0123456789abcdef0123456789abcdef"
    kept = make.root / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
    kept.parent.mkdir(parents=True)
    kept.write_text("a,b\n1,2\n")
    (make.root / "data").mkdir()
    (make.root / "data" / "train.csv").write_text("a,b\n1,2\n3,4\n5,6\n")
    notebook = make.notebook(["t = read('data/train.csv')", "len(t)"])
    dvc = DvcState(tracked_by="data/train.csv.dvc", recorded=f"md5:{md5}", matches=False)
    records = (with_data(make, notebook, OLD, 8, dvc), with_data(make, notebook, NEW, 16, dvc))
    (cause,) = explain(make.case(notebook, differing=[1], drift=CHANGED, records=records))
    assert "1 → 3 rows (+2)" in cause.evidence
    assert "DVC: data/train.csv.dvc records 0123…, which the file on disk is not" in cause.evidence


FORCED = (
    "`dvc checkout --force data/train.csv` brings the recorded version back, and the edits to the file are lost then"
)
RESTORED = "`git checkout -- data/train.csv` brings the recorded version back, and the edits to the file are lost then"
FORMER = "`git checkout` the commit's data/train.csv.dvc"


@pytest.mark.parametrize(
    ("recorded", "matches", "in_git", "advice"),
    [
        ("md5:9f2c", False, False, [FORCED]),
        ("md5:9f2c", None, False, [FORCED]),
        ("md5:9f2c", False, True, [RESTORED]),
        ("md5:9f2c", True, False, ["the reference was made with an edited one"]),
        ("md5:41aa", True, False, [FORMER, "then `dvc checkout data/train.csv`"]),
        ("md5:41aa", False, False, [FORMER, FORCED]),
        ("md5:41aa", True, True, [FORMER, "and data/train.csv (`cache: false`"]),
    ],
)
def test_the_mend_is_what_brings_the_reference_back(
    make: Any, recorded: str, advice: list[str], *, matches: bool | None, in_git: bool
) -> None:
    notebook = make.notebook(["t = read('data/train.csv')", "len(t)"])
    before = DvcState(tracked_by="data/train.csv.dvc", recorded="md5:9f2c", matches=True)
    after = DvcState(tracked_by="data/train.csv.dvc", recorded=recorded, matches=matches)
    records = (with_data(make, notebook, OLD, 8, before), with_data(make, notebook, NEW, 16, after, in_git=in_git))
    (cause,) = explain(make.case(notebook, differing=[1], drift=CHANGED, records=records))
    mend = cause.mend or ""
    assert all(words in mend for words in advice)
    assert mend.endswith("accept the new data with `nbrepro check --update`.")
    assert ("--force" in mend) is (FORCED in advice)


@pytest.mark.parametrize(("in_git", "advice"), [(False, FORCED), (True, RESTORED)])
def test_without_a_record_the_mend_is_the_same(make: Any, advice: str, *, in_git: bool) -> None:
    notebook = make.notebook(["t = read('data/train.csv')", "len(t)"])
    dvc = DvcState(tracked_by="data/train.csv.dvc", recorded="md5:9f2c", matches=False)
    records = (None, with_data(make, notebook, NEW, 2, dvc, in_git=in_git))
    (cause,) = explain(make.case(notebook, differing=[1], records=records))
    assert advice in (cause.mend or "")


def test_data_that_an_unrelated_cell_reads_is_only_possible(make: Any) -> None:
    notebook = make.notebook(["t = read('data/train.csv')", "other()"])
    records = (with_data(make, notebook, OLD, 1), with_data(make, notebook, NEW, 2))
    (cause,) = explain(make.case(notebook, differing=[1], drift=CHANGED, records=records))
    assert cause.confidence.value == "medium"


def test_without_a_record_dvc_may_still_tell_that_a_file_is_another(make: Any) -> None:
    notebook = make.notebook(["t = read('data/train.csv')", "len(t)"])
    dvc = DvcState(tracked_by="data/train.csv.dvc", recorded="md5:9f2c", matches=False)
    (cause,) = explain(make.case(notebook, differing=[1], records=(None, with_data(make, notebook, NEW, 2, dvc))))
    assert (cause.kind, cause.confidence.value) == (CauseKind.DATA_CHANGED, "high")
    assert cause.summary == "data/train.csv is not the version that data/train.csv.dvc tracks"


def test_a_package_that_the_cell_uses_is_certain(make: Any) -> None:
    notebook = make.notebook(["from sklearn.svm import SVC", "m = SVC().fit(X, y)", "m.score(X, y)"])
    records = (make.record(notebook), make.record(notebook))
    (cause,) = explain(make.case(notebook, differing=[2], drift=[package()], records=records))
    assert (cause.summary, cause.confidence.value) == ("scikit-learn 1.8.0 → 1.9.1", "high")
    assert cause.evidence[1] == "cell 2 uses it"


def test_among_packages_imported_together_the_one_that_the_cell_names_comes_first(make: Any) -> None:
    notebook = make.notebook(["import toolz, pytz", "len(pytz.all_timezones)"])
    records = (make.record(notebook), make.record(notebook))
    drift = [package("toolz", "1.0", "1.1"), package("pytz", "2024.1", "2025.2")]
    causes = explain(make.case(notebook, differing=[1], drift=drift, records=records))
    assert [(cause.summary[:5], cause.confidence.value) for cause in causes] == [("pytz ", "high"), ("toolz", "medium")]
    assert causes[1].evidence[1] == "cell 1 imports it"


def test_a_package_that_the_notebook_imported_elsewhere_is_possible(make: Any, told: Any) -> None:
    notebook = make.notebook(["import sklearn", "1 + 1"])
    record = make.record(notebook, imported=("scikit-learn",))
    causes = explain(make.case(notebook, differing=[1], drift=[package()], records=(record, record)))
    assert told(causes) == ["package medium"]


def test_packages_that_were_never_imported_are_told_together_and_last(make: Any, told: Any) -> None:
    notebook = make.notebook(["import numpy as np", "np.ones(3)"])
    drift = [package("tqdm"), package("numpy"), package("ruff", None, "1.0")]
    causes = explain(make.case(notebook, differing=[1], drift=drift, records=(make.record(notebook),) * 2))
    assert told(causes) == ["package high", "package low"]
    assert causes[1].evidence == ("tqdm 1.8.0 → 1.9.1", "ruff not installed → 1.0")


def test_the_saved_notebook_tells_which_python_made_it(make: Any) -> None:
    notebook = make.notebook(["x"], language_info={"name": "python", "version": "3.8.10"})
    record = make.record(notebook, python=Python(version="3.11.7", implementation="CPython", build=""))
    (cause,) = explain(make.case(notebook, differing=[0], records=(None, record)))
    assert (cause.kind, cause.summary, cause.confidence.value) == (CauseKind.PYTHON, "Python 3.8.10 → 3.11.7", "medium")


def test_pictures_alone_and_a_new_matplotlib_is_rendering(make: Any) -> None:
    notebook = make.notebook(["import matplotlib.pyplot as plt", "plt.plot(x)"])
    picture = Difference(output=0, mime="image/png", where="1 % of pixels", reference=None, candidate=None)
    records = (make.record(notebook), make.record(notebook))
    drift = [package("matplotlib", "3.9.0", "3.10.1")]
    (cause,) = explain(make.case(notebook, differing={1: (picture,)}, drift=drift, records=records))
    assert (cause.kind, cause.confidence.value) == (CauseKind.RENDERING, "high")


@pytest.mark.parametrize(("distance", "confidence"), [(1e-9, "medium"), (0.2, "low")])
def test_threads_are_likelier_when_only_last_digits_differ(make: Any, distance: float, confidence: str) -> None:
    notebook = make.notebook(["x"])
    drift = [Drift(kind=CauseKind.THREADS, name="numerics.blas.openblas.threads", reference="1", candidate="2")]
    number = Difference(output=0, mime="text/plain", where="", reference="1", candidate="2", distance=distance)
    records = (make.record(notebook), make.record(notebook))
    (cause,) = explain(make.case(notebook, differing={0: (number,)}, drift=drift, records=records))
    assert (cause.kind, cause.confidence.value) == (CauseKind.THREADS, confidence)


def test_a_variable_that_the_cell_names_is_certain(make: Any) -> None:
    notebook = make.notebook(["import os\nos.environ['DATA_MODE']"])
    drift = [Drift(kind=CauseKind.ENVIRONMENT_VARIABLE, name="DATA_MODE", reference="full", candidate=None)]
    records = (make.record(notebook), make.record(notebook))
    (cause,) = explain(make.case(notebook, differing=[0], drift=drift, records=records))
    assert cause.summary == "the environment variable DATA_MODE changed: full → unset"
    assert cause.confidence.value == "high"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a", "<A at {}>"),
        ("a", "[<__main__.A object at {}>, <__main__.A object at 0x7f00cc33>]"),
        ("f", "<function <lambda> at {}>"),
        ("a", "<pre>&lt;A at {}&gt;</pre>"),
        ("hex(id(a))", "'{}'"),
        ("print('at', hex(id(a)))", "at {}"),
    ],
)
def test_values_that_differ_by_an_address_alone_show_one(make: Any, source: str, text: str) -> None:
    cause = explain(make.case(make.notebook([source]), differing={0: (addresses(text),)}))[0]
    assert (cause.kind, cause.confidence.value) == (CauseKind.MEMORY_ADDRESS, "high")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("print('wallet 0x7f00bb22')", "wallet {}"),
        ("hex(0xdeadbeef12)", "'{}'"),
        ("print(spot)", "the wallet is at {}"),
        ("table", "<td>wallet at {}</td>"),
        ("print(a, key)", "<A at 0x7f00cc33> has the key {}"),
    ],
)
def test_a_hexadecimal_value_of_the_notebook_is_no_address(make: Any, told: Any, source: str, text: str) -> None:
    assert told(explain(make.case(make.notebook([source]), differing={0: (addresses(text),)}))) == ["unknown low"]


@pytest.mark.parametrize(("text", "kind"), [("<A at {}>\n", "memory_address high"), ("wallet {}\n", "unknown low")])
def test_a_word_alone_is_judged_by_where_the_output_has_it(make: Any, told: Any, text: str, kind: str) -> None:
    notebooks = [make.notebook(["show()"]) for _ in range(2)]
    for notebook, address in zip(notebooks, ("0x7f00aa11bb22", "0x7f00aa11cc22"), strict=True):
        notebook.cells[0].outputs = [new_output("stream", text=text.format(address))]
    settings = Settings(keep_masks=("address",))
    cells = compare_notebooks(notebooks[0], notebooks[1], settings)
    assert [difference.reference for difference in cells[0].differences] == ["0x7f00aa11bb22"]
    assert told(explain(replace(make.case(*notebooks, differing=[0]), cells=cells))) == [kind]


def addresses(text: str) -> Difference:
    before, after = text.format("0x7f00aa11"), text.format("0x7f00bb22")
    return Difference(output=0, mime="text/plain", where="", reference=before, candidate=after)


SONG = Drift(
    kind=CauseKind.NUMERICS, name="numerics.canary", reference="numpy.matmul aa, numpy.svd bb", candidate="x cc, y dd"
)


@pytest.mark.parametrize(
    ("others", "kinds"),
    [
        ([], [CauseKind.NUMERICS]),
        ([Drift(kind=CauseKind.THREADS, name="numerics.blas.openblas.threads", reference="1", candidate="2")],
         [CauseKind.THREADS]),
        ([package("numpy", "2.0", "2.1")], [CauseKind.PACKAGE]),
    ],
)  # fmt: skip
def test_a_canary_that_sings_otherwise_is_a_cause_only_where_nothing_says_why(
    make: Any, others: list[Drift], kinds: list[CauseKind]
) -> None:
    notebook = make.notebook(["x = a @ b", "x"])
    records = (make.record(notebook), make.record(notebook))
    causes = explain(make.case(notebook, differing=[1], drift=[SONG, *others], records=records))
    assert [cause.kind for cause in causes] == kinds
    if kinds != [CauseKind.PACKAGE]:
        assert any("numpy.matmul, numpy.svd" in line for line in causes[0].evidence)


def test_a_cell_that_asks_for_the_platform_depends_on_it(make: Any) -> None:
    notebook = make.notebook(["import platform", "platform.machine()"])
    record = make.record(notebook)
    drift = [Drift(kind=CauseKind.PLATFORM, name="platform.machine", reference="x86_64", candidate="arm64")]
    (cause,) = explain(make.case(notebook, differing=[1], records=(record, record), drift=drift))
    assert (cause.kind, cause.confidence.value, cause.cell) == (CauseKind.PLATFORM, "high", 1)


def test_a_variable_that_chose_the_code_path_is_told_with_it(make: Any) -> None:
    notebook = make.notebook(["import numpy as np", "np.ones(2).sum()"])
    record = make.record(notebook)
    drift = [
        Drift(kind=CauseKind.NUMERICS, name="numerics.blas.openblas.architecture", reference="A", candidate="B"),
        Drift(kind=CauseKind.ENVIRONMENT_VARIABLE, name="OPENBLAS_CORETYPE", reference=None, candidate="B"),
    ]
    (cause,) = explain(make.case(notebook, differing=[1], records=(record, record), drift=drift))
    assert cause.kind is CauseKind.NUMERICS
    assert "OPENBLAS_CORETYPE unset → B" in cause.evidence
    assert cause.mend == "Unset OPENBLAS_CORETYPE."


def test_locale_and_time_zone_are_two_causes_however_many_variables_set_them(make: Any) -> None:
    notebook = make.notebook(["import locale", "locale.getlocale()"])
    record = make.record(notebook)
    names = ("LANG", "LC_ALL", "environment.locale", "TZ", "environment.timezone")
    drift = [Drift(kind=CauseKind.LOCALE, name=name, reference="C.UTF-8", candidate="C") for name in names]
    causes = explain(make.case(notebook, differing=[1], records=(record, record), drift=drift))
    assert sorted(cause.summary for cause in causes) == [
        "the locale changed: C.UTF-8 → C",
        "the time zone changed: C.UTF-8 → C",
    ]


def test_what_an_address_answered_is_the_network_s_doing(make: Any) -> None:
    notebook = make.notebook(["t = read('http://example.org/t.csv')\nt"])
    address = "http://example.org/t.csv"
    reading = {0: {"files": (FileUse(path=address, mode="read"),)}}
    record = make.record(notebook, reading)
    drift = [Drift(kind=CauseKind.DATA_CHANGED, name=address, reference="blake3:1", candidate="blake3:2")]
    (cause,) = explain(make.case(notebook, differing=[0], records=(record, record), drift=drift))
    assert (cause.kind, cause.confidence.value) == (CauseKind.NETWORK, "high")
    assert cause.summary == "http://example.org/t.csv answered otherwise (1… → 2…)"


def test_a_file_that_is_new_to_a_notebook_that_read_none_is_told(make: Any) -> None:
    notebook = make.notebook(["import matplotlib.pyplot as plt", "plt.plot([1])"])
    here = Python(version="3.11.7", implementation="CPython", build="")
    reading = {0: {"files": (FileUse(path="matplotlibrc", mode="read"),)}}
    before = make.record(notebook, python=here)
    after = make.record(notebook, reading, python=here, data={"matplotlibrc": DataFile(digest="blake3:1", size=1)})
    (cause,) = explain(make.case(notebook, differing=[1], records=(before, after)))
    assert cause.summary == "matplotlibrc is new: the reference did not read it"
