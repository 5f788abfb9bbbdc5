from __future__ import annotations

import subprocess
from typing import Any

import pytest

from nbrepro.explain import explain
from nbrepro.records import CauseKind, Drift, Package, Problem, Python

NAME = ("NameError", "name 'model' is not defined")


def test_a_name_defined_further_down_is_hidden_state(make: Any) -> None:
    notebook = make.notebook(["x = 1", "model.score()", "model = fit(x)"])
    cause = explain(make.case(notebook, errors={1: NAME}))[0]
    assert (cause.kind, cause.confidence.value, cause.cell) == (CauseKind.HIDDEN_STATE, "high", 1)
    assert cause.summary == "`model` is defined only further down, in cell 3"
    assert cause.mend == "Move cell 3 above cell 2, then run all cells from the top."


def test_a_name_that_no_cell_defines_lived_in_the_kernel(make: Any) -> None:
    cause = explain(make.case(make.notebook(["model.score()"]), errors={0: NAME}))[0]
    assert "no cell defines `model`" in cause.summary


def test_a_name_of_a_deleted_cell_is_traced_to_it(make: Any) -> None:
    before = make.notebook(["model = 1", "model"], ids=["a", "b"])
    after = make.notebook(["model"], ids=["b"])
    cause = explain(make.case(before, after, errors={0: NAME}))[0]
    assert (cause.kind, cause.summary) == (CauseKind.HIDDEN_STATE, "`model` was defined by a cell that is gone")


def test_a_name_of_python_2_tells_of_the_interpreter(make: Any) -> None:
    notebook = make.notebook(["xrange(3)"], language_info={"name": "python", "version": "2.7.18"})
    record = make.record(notebook, python=Python(version="3.11.7", implementation="CPython", build=""))
    case = make.case(notebook, errors={0: ("NameError", "name 'xrange' is not defined")}, records=(None, record))
    cause = explain(case)[0]
    assert (cause.kind, cause.summary) == (CauseKind.PYTHON, "cell 1 was saved with Python 2.7.18, run with 3.11.7")


def test_a_print_statement_tells_of_python_2(make: Any) -> None:
    message = "Missing parentheses in call to 'print'. Did you mean print(...)?"
    cause = explain(make.case(make.notebook(["print 'x'"]), errors={0: ("SyntaxError", message)}))[0]
    assert cause.kind is CauseKind.PYTHON


def test_a_missing_module_names_its_distribution_and_the_recorded_version(make: Any) -> None:
    notebook = make.notebook(["import sklearn"])
    reference = make.record(notebook, packages={"scikit-learn": Package(version="1.8.0")})
    error = ("ModuleNotFoundError", "No module named 'sklearn'")
    cause = explain(make.case(notebook, errors={0: error}, records=(reference, make.record(notebook))))[0]
    assert (cause.kind, cause.confidence.value) == (CauseKind.MISSING_MODULE, "high")
    assert "the reference had scikit-learn 1.8.0" in cause.summary
    assert cause.mend == "Install it: `pip install scikit-learn==1.8.0`."


def test_a_missing_module_without_a_record_names_its_distribution(make: Any) -> None:
    error = ("ModuleNotFoundError", "No module named 'cv2'")
    cause = explain(make.case(make.notebook(["import cv2"]), errors={0: error}))[0]
    assert "opencv-python" in (cause.mend or "")


@pytest.mark.parametrize(
    ("module", "mend"),
    [
        ("numpyy", "If `numpy` is meant, import that."),
        ("whatever_it_is", "Find out what provides `whatever_it_is` (perhaps whatever_it_is), and install that."),
    ],
)
def test_a_module_that_nobody_knows_is_not_installed_by_its_name(make: Any, module: str, mend: str) -> None:
    error = ("ModuleNotFoundError", f"No module named '{module}'")
    cause = explain(make.case(make.notebook([f"import {module}"]), errors={0: error}))[0]
    assert cause.mend == mend


def missing(name: str) -> tuple[str, str]:
    return "FileNotFoundError", f"[Errno 2] No such file or directory: '{name}'"


def test_a_missing_file_that_git_tracks_is_brought_back_by_git(make: Any) -> None:
    (make.root / "data").mkdir()
    (make.root / "data" / "train.csv").write_text("x\n")
    for step in (["init", "-q"], ["add", "data/train.csv"]):
        subprocess.run(["git", "-C", str(make.root), *step], check=True)
    (make.root / "data" / "train.csv").unlink()
    cause = explain(make.case(make.notebook(["open('data/train.csv')"]), errors={0: missing("data/train.csv")}))[0]
    assert cause.summary == "data/train.csv is not there, though git tracks it"
    assert cause.mend == "Bring it back: `git checkout -- data/train.csv`."


def test_a_missing_file_that_dvc_tracks_can_be_pulled(make: Any) -> None:
    (make.root / "data").mkdir()
    (make.root / "data" / "train.csv.dvc").write_text("outs:\n- md5: abc\n  path: train.csv\n")
    notebook = make.notebook(["open('data/train.csv')"])
    cause = explain(make.case(notebook, errors={0: missing("data/train.csv")}))[0]
    assert cause.kind is CauseKind.DATA_MISSING
    assert cause.summary == "data/train.csv is not there, though data/train.csv.dvc tracks it"
    assert cause.mend == "Fetch it: `dvc pull data/train.csv.dvc`."


def test_a_missing_file_that_a_pipeline_makes_is_found_in_the_lock(make: Any) -> None:
    (make.root / "dvc.lock").write_text("stages:\n  a:\n    outs:\n    - path: out/table.csv\n      md5: abc\n")
    cause = explain(make.case(make.notebook(["read()"]), errors={0: missing("out/table.csv")}))[0]
    assert "dvc.lock tracks it" in cause.evidence


def test_a_missing_file_names_its_neighbours(make: Any) -> None:
    (make.root / "trian.csv").write_text("a\n")
    cause = explain(make.case(make.notebook(["open('train.csv')"]), errors={0: missing("train.csv")}))[0]
    assert "names like it on disk: trian.csv" in cause.evidence


def test_an_attribute_that_went_with_a_new_version_is_an_api_change(make: Any) -> None:
    notebook = make.notebook(["import numpy as np", "np.float(1)"])
    drift = [Drift(kind=CauseKind.PACKAGE, name="numpy", reference="1.19.0", candidate="2.4.6")]
    records = (make.record(notebook), make.record(notebook))
    error = ("AttributeError", "module 'numpy' has no attribute 'float'")
    cause = explain(make.case(notebook, errors={1: error}, drift=drift, records=records))[0]
    assert (cause.kind, cause.confidence.value) == (CauseKind.API_CHANGE, "high")
    assert cause.summary.startswith("numpy 1.19.0 → 2.4.6")


def test_without_a_record_an_api_change_is_named_with_the_version_here(make: Any) -> None:
    notebook = make.notebook(["import numpy as np\nnp.float(1)"])
    candidate = make.record(notebook, packages={"numpy": Package(version="2.4.6")})
    error = ("AttributeError", "module 'numpy' has no attribute 'float'")
    cause = explain(make.case(notebook, errors={0: error}, records=(None, candidate)))[0]
    assert (cause.kind, cause.confidence.value) == (CauseKind.API_CHANGE, "medium")


def test_an_attribute_error_of_the_users_own_object_is_no_api_change(make: Any, told: Any) -> None:
    notebook = make.notebook(["x = 1", "x.shape"])
    error = ("AttributeError", "'int' object has no attribute 'shape'")
    assert "api_change" not in " ".join(told(explain(make.case(notebook, errors={1: error}))))


def test_an_address_that_does_not_answer_is_the_network(make: Any) -> None:
    error = ("URLError", "<urlopen error [Errno -2] Name or service not known>")
    cause = explain(make.case(make.notebook(["fetch()"]), errors={0: error}))[0]
    assert (cause.kind, cause.confidence.value) == (CauseKind.NETWORK, "high")


@pytest.mark.parametrize(
    ("problem", "kind", "words"),
    [
        ("timeout", CauseKind.RESOURCES, "cell 2 ran out of time"),
        ("output_limit", CauseKind.RESOURCES, "cell 2 wrote more output than allowed"),
        ("kernel_death", CauseKind.KERNEL_DEATH, "the kernel died in cell 2"),
    ],
)
def test_a_run_cut_short_is_explained_by_its_problem(make: Any, problem: str, kind: CauseKind, words: str) -> None:
    notebook = make.notebook(["x = 1", "x"])
    candidate = make.record(notebook, problem=Problem(kind=problem, message="the kernel says so", cell=1))
    cause = explain(make.case(notebook, records=(None, candidate)))[0]
    assert (cause.kind, cause.summary, cause.cell) == (kind, words, 1)
    assert cause.evidence[0] == "the kernel says so"


def test_a_memory_error_is_a_matter_of_resources(make: Any) -> None:
    case = make.case(make.notebook(["big()"]), errors={0: ("MemoryError", "Unable to allocate 80 GiB")})
    assert explain(case)[0].kind is CauseKind.RESOURCES


def test_the_exception_that_ended_the_run_is_explained_beside_an_earlier_difference(make: Any, told: Any) -> None:
    notebook = make.notebook(["import numpy as np", "x = np.random.default_rng().random()\nx", "x + model"])
    candidate = make.record(notebook, problem=Problem(kind="exception", message="NameError", cell=2))
    case = make.case(notebook, differing=[1], errors={2: NAME}, records=(None, candidate))
    assert told(explain(case))[:2] == ["hidden_state high", "unseeded_randomness medium"]


NP_FLOAT = (
    "module 'numpy' has no attribute 'float'.\n`np.float` was a deprecated alias for the builtin `float`. To avoid "
    "this error in existing code, use `float` by itself.\nThe aliases was originally deprecated in NumPy 1.20"
)


def test_what_the_message_says_of_the_version_and_of_the_new_name_is_taken_over(make: Any) -> None:
    notebook = make.notebook(["import numpy as np\nnp.float(3)"])
    record = make.record(notebook, packages={"numpy": Package(version="2.4.6")})
    error = {0: ("AttributeError", NP_FLOAT)}
    cause = explain(make.case(notebook, errors=error, records=(None, record)))[0]
    assert cause.kind is CauseKind.API_CHANGE
    assert "originally deprecated in NumPy 1.20, says the message" in cause.evidence
    assert cause.mend == "Use `float` instead, or install the version of numpy of that time."


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("the kernel was killed by signal 11 (SIGSEGV)", "native library crashed"),
        ("the kernel was killed by signal 9 (SIGKILL), probably because memory ran out", "Work on the data in parts"),
        ("the kernel was killed by signal 9 (SIGKILL)", "job managers"),
        ("the kernel was killed by signal 15 (SIGTERM)", "Something asked the kernel to end"),
        ("the kernel exited with status 3", "os._exit"),
        ("the kernel ended", "Look at what the cell calls last"),
    ],
)
def test_how_the_kernel_ended_decides_what_to_do(make: Any, message: str, word: str) -> None:
    notebook = make.notebook(["x = 1", "import os\nos.kill(os.getpid(), 9)"])
    record = make.record(notebook, problem=Problem(kind="kernel_death", message=message, cell=1))
    cause = explain(make.case(notebook, differing=[1], records=(None, record)))[0]
    assert cause.kind is CauseKind.KERNEL_DEATH
    assert word in (cause.mend or "")
    assert cause.evidence == (message, "cell 2, line 2: `os.kill(os.getpid(), 9)`")
