"""Fast: beside a busy kernel, and in a notebook of 500 cells. What is measured is printed at the end of the run."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

LOAD = "%load_ext nbrepro"
PASSES = 2


def test_the_panel_answers_while_the_kernel_is_busy(
    open_page: Any, notebook: Any, figure: Callable[[str], None]
) -> None:
    panel = open_page(notebook(LOAD, "import time\ntime.sleep(60)"))
    panel.command("notebook:run-cell-and-select-next")
    panel.await_state("tracked")
    panel.command("notebook:run-cell", wait=False)
    panel.page.wait_for_function(RUNS)
    times = panel.page.evaluate(ROUND_TRIPS)
    assert panel.page.evaluate(SHOWN_AS_RUNNING), "the kernel was to be busy all the while"
    panel.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    figure(f"panel: a busy kernel answers in {statistics.median(times):.0f} ms, the worst of 10: {max(times):.0f} ms")


SHOWN_AS_RUNNING = "() => document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[1].innerText.includes('*')"
RUNS = f"""() => ({SHOWN_AS_RUNNING})()
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
    open_page: Any, notebook: Any, lab: Any, figure: Callable[[str], None]
) -> None:
    """Each cell carries a mark: all but the first are new since the record. Both ways are taken in turn."""
    lab.run("record", notebook(LOAD))
    panel = open_page(notebook(LOAD, *[f"x{n} = {n}\nx{n}" for n in range(499)]))
    panel.page.wait_for_function(f"{MARKED} === 499")
    panel.page.evaluate(FRAMES)  # the first pass lays the cells out, with or without the panel
    passes: dict[bool, list[dict[str, float]]] = {True: [], False: []}
    for _ in range(PASSES):
        for shown in (True, False):
            passes[shown].append(panel.page.evaluate(FRAMES))
            panel.command("nbrepro:toggle")
            panel.page.wait_for_function(f"{MARKED} === {0 if shown else 499}")
    for what in ("scrolling", "typing"):
        found = {shown: statistics.median(one[what] for one in passes[shown]) for shown in passes}
        figure(f"panel: 500 cells, a frame while {what}: {found[True]:.1f} ms with it, {found[False]:.1f} ms without")


MARKED = """window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.node.dataset.nbreproState === 'new').length"""
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
