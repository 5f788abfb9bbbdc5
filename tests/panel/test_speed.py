"""Fast: beside a busy kernel, and in a notebook of 500 cells."""

from __future__ import annotations

import statistics
from typing import Any

import pytest

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"


def test_the_panel_answers_while_the_kernel_is_busy(
    open_page: Any, notebook: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = open_page(notebook(LOAD, "import time\ntime.sleep(60)"))
    panel.command("notebook:run-cell-and-select-next")
    panel.await_state("tracked")
    panel.command("notebook:run-cell", wait=False)
    panel.page.wait_for_function(RUNS)
    times = panel.page.evaluate(ROUND_TRIPS)
    panel.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    with capsys.disabled():
        print(f"\npanel: busy kernel answers in {statistics.median(times):.0f} ms (worst of 10: {max(times):.0f} ms)")
    assert statistics.median(times) < 100


RUNS = """() => document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[1].innerText.includes('*')
  && window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"""

ROUND_TRIPS = """async () => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const comm = kernel._comms.get('nbrepro-panel');
  const seen = comm.onMsg;
  const times = [];
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    const answer = new Promise(resolve => { comm.onMsg = message => { resolve(); return seen(message); }; });
    comm.send({ type: 'hello', protocol: '1.0', listen: true });
    await answer;
    times.push(performance.now() - start);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  comm.onMsg = seen;
  return times;
}"""


def test_a_page_that_is_loaded_while_the_kernel_is_busy_joins_at_once(open_page: Any, notebook: Any) -> None:
    path = notebook(LOAD, "import time\ntime.sleep(40)")
    panel = open_page(path, fresh=True)
    panel.command("notebook:run-cell-and-select-next")
    panel.await_state("tracked")
    panel.command("notebook:run-cell", wait=False)
    panel.page.wait_for_function(RUNS)
    panel.page.reload()
    panel.await_application()
    panel.command("docmanager:open", {"path": path})
    panel.show()
    panel.await_state("tracked", timeout=20)
    panel.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")


def test_500_cells_scroll_and_type_as_without_the_panel(
    open_page: Any, notebook: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = open_page(notebook(LOAD, *[f"x{n} = {n}\nx{n}" for n in range(499)]))
    panel.page.wait_for_function("document.querySelectorAll('.nbr-Cell').length === 300")
    panel.page.evaluate(FRAMES)  # the first pass lays the cells out, with or without the panel
    passes: dict[str, list[dict[str, float]]] = {"with": [], "without": []}
    for name in ("with", "without") * 2:
        passes[name].append(panel.page.evaluate(FRAMES))
        panel.command("nbrepro:toggle")
    measured = {name: {key: min(one[key] for one in found) for key in found[0]} for name, found in passes.items()}
    with capsys.disabled():
        print()
        for name, times in measured.items():
            print(f"panel: 500 cells {name} it: " + ", ".join(f"{key} {value:.1f} ms" for key, value in times.items()))
    assert measured["with"]["typing"] < measured["without"]["typing"] + 10
    assert measured["with"]["scrolling"] < measured["without"]["scrolling"] + 10


FRAMES = """async () => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const outer = notebook.node.querySelector('.jp-WindowedPanel-outer') ?? notebook.node;
  const median = list => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const measure = async action => {
    const times = [];
    await frame();
    for (let i = 0; i < 60; i++) {
      const start = performance.now();
      action(i);
      await frame();
      times.push(performance.now() - start);
    }
    return median(times);
  };
  const scrolling = await measure(i => { outer.scrollTop = i * 80; });
  const cell = notebook.model.cells.get(3).sharedModel;
  const typing = await measure(i => cell.setSource('y = ' + i));
  return { scrolling, typing };
}"""
