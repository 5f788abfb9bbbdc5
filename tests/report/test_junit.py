from __future__ import annotations

from xml.etree import ElementTree as ET

from nbrepro.records import CellResult, NotebookResult, Verdict
from nbrepro.report.junit import render
from nbrepro.report.views import View


def suites(*views: View) -> ET.Element:
    return ET.fromstring(render(views).encode())


def test_every_cell_is_a_test_case_with_class_name_file_and_time(different: View) -> None:
    cases = suites(different).findall("testsuite/testcase")
    assert len(cases) == 8
    assert cases[2].get("classname") == "trial.model"
    assert cases[2].get("name") == "cell 3: rng = np.random.default_rng()"
    assert cases[2].get("file") == "trial/model.ipynb"
    assert all(float(case.get("time", "x")) >= 0 for case in cases)


def test_the_time_of_a_cell_comes_from_its_record(different: View) -> None:
    assert different.candidate is not None
    different.candidate.cells[2].metadata["nbrepro"] = {"timing": {"started": "", "seconds": 1.25}}
    assert suites(different).findall("testsuite/testcase")[2].get("time") == "1.250"


def test_a_failure_holds_the_cause_and_the_difference(different: View) -> None:
    failure = suites(different).findall("testsuite/testcase")[2].find("failure")
    assert failure is not None
    message = failure.get("message", "")
    assert message.startswith("cell 3 draws from an unseeded NumPy generator (line 1) [unseeded_randomness, high]")
    assert "52 → 61" in message
    assert "mend: Pass a seed" in (failure.text or "")


def test_the_counts_are_right(reproduced: View, different: View, broken: View) -> None:
    root = suites(reproduced, different, broken)
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["18", "4", "1", "1"]


def test_the_problem_is_an_error_and_what_never_ran_is_skipped(broken: View) -> None:
    cases = suites(broken).findall("testsuite/testcase")
    error, skipped = cases[0].find("error"), cases[1].find("skipped")
    assert error is not None
    assert error.get("type") == "exception"
    assert skipped is not None
    assert skipped.get("message") == "it never ran: the run ended before it"


def test_a_notebook_that_cannot_be_read_is_an_error_of_its_own(unreadable: View) -> None:
    (case,) = suites(unreadable).findall("testsuite/testcase")
    assert case.get("name") == "notebook"
    assert case.find("error") is not None


def test_a_notebook_without_cells_is_skipped_never_passed() -> None:
    result = NotebookResult(
        path="a.ipynb", reference=None, verdict=Verdict.NOT_COMPARED, exit_code=4, reason="the notebook has no code"
    )
    (case,) = suites(View(result=result)).findall("testsuite/testcase")
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "the notebook has no code"


def twins(source: str) -> View:
    cells = tuple(
        CellResult(index=n, number=None, id=str(n), verdict=Verdict.DIFFERENT, source=source, reason=source)
        for n in (0, 0, 0)
    )
    return View(
        result=NotebookResult(path="a.ipynb", reference="r", verdict=Verdict.DIFFERENT, exit_code=1, cells=cells)
    )


def test_names_are_unique() -> None:
    names = [case.get("name") for case in suites(twins("x")).findall("testsuite/testcase")]
    assert len(set(names)) == 3


def test_what_xml_cannot_hold_is_replaced() -> None:
    assert len(suites(twins("\x00\x1b[31m\ud800]]><script>&")).findall("testsuite/testcase")) == 3
