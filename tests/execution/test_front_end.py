"""Outputs with a real kernel, against what JupyterLab shows and, where it is right, against nbclient."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from nbclient import NotebookClient

from nbrepro.execution import Run
from nbrepro.execution.widgets import STATE_TYPE, VIEW_TYPE
from nbrepro.store.journal import Journal, read_journal
from tests.execution.conftest import notebook_of, text_of

Runner = Callable[..., Run]

PLAIN = (
    "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('again')\n'value'",
    "from IPython.display import HTML, clear_output, display, update_display",
    "print('gone')\nclear_output()\nprint('kept')",
    "print('replaced')\nclear_output(wait=True)\nprint('new')",
    "print('stays')\nclear_output(wait=True)",
    "display(HTML('<b>1</b>'), display_id='mark')",
    "update_display(HTML('<b>2</b>'), display_id='mark')\ndisplay(3, display_id='mark')",
    "raise ValueError('bad')",
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_outputs_are_those_of_nbclient_where_nbclient_is_right(run: Runner, tmp_path: Path) -> None:
    notebook = notebook_of(*PLAIN, tags={7: ["raises-exception"]})
    theirs = copy.deepcopy(notebook)
    NotebookClient(theirs, resources={"metadata": {"path": str(tmp_path)}}).execute()
    ours = run(notebook=notebook).notebook
    for one, other in zip(ours.cells, theirs.cells, strict=True):
        for output in [*one.outputs, *other.outputs]:
            output.pop("traceback", None)
        assert one.outputs == other.outputs
        assert one.execution_count == other.execution_count
    assert ours.metadata.language_info == theirs.metadata.language_info


WIDGETS = (
    "import ipywidgets as w\nfrom IPython.display import clear_output, display, update_display\nout = w.Output()\nout",
    "with out:\n    print('inside')\n    display('shown', display_id='d')\nprint('outside')",
    "len(out.outputs), out.outputs[0]['text']",
    "update_display('changed', display_id='d')",
    "out.outputs[1]['data']['text/plain']",
    "out.append_stdout('added')",
    "with out:\n    print('last')",
    "[o.get('text') for o in out.outputs]",
    "with out:\n    clear_output()\n    1 / 0",
    "inner, outer, n = w.Output(), w.Output(), [None] * 3",
    "outer.__enter__(); inner.__enter__(); print('a'); outer.__exit__(*n); print('b'); inner.__exit__(*n); print('c')",
    "[o.outputs[0]['text'] if o.outputs else '' for o in (outer, inner)]",
)


def test_output_widgets_capture_as_in_a_front_end(run: Runner) -> None:
    result = run(*WIDGETS)
    assert result.record.problem is None
    texts = [text_of(cell) for cell in result.notebook.cells]
    assert texts[1] == "outside\n"
    assert texts[2] == repr((2, "inside\n"))
    assert texts[4] == "\"'changed'\""
    assert texts[7] == "['inside\\n', None, 'addedlast\\n']"
    assert texts[8] == ""
    assert texts[10] == "c\n"
    assert texts[11] == "['', 'a\\nb\\n']"
    view = result.notebook.cells[0].outputs[0].data[VIEW_TYPE]
    models = result.notebook.metadata.widgets[STATE_TYPE]["state"]
    state = models[view["model_id"]]
    assert state["model_name"] == "OutputModel"
    assert [output["ename"] for output in state["state"]["outputs"]] == ["ZeroDivisionError"]
    assert min(models) == "0" * 31 + "1"


def test_help_is_shown_as_jupyterlab_shows_it(run: Runner) -> None:
    assert "Docstring:" in text_of(run("len?").notebook.cells[0])


def test_asking_for_input_is_an_error_and_not_an_endless_wait(run: Runner) -> None:
    result = run("input('name?')")
    assert result.record.problem is not None
    assert "StdinNotImplementedError" in result.record.problem.message


def test_the_kernels_digests_of_outputs_are_those_of_the_notebook(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    journals: list[Journal] = []

    def keep(path: Path) -> Journal:
        journals.append(read_journal(path))
        return journals[-1]

    monkeypatch.setattr("nbrepro.execution.run.read_journal", keep)
    result = run("'value'", *PLAIN[1:6], "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "1 / 0")
    inside = [cell.cell.outputs for cell in journals[0].cells.values()]
    assert inside == [cell.outputs for cell in result.record.cells.values()]
