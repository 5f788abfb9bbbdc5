/** The marks in the cells' prompts: attributes of the page, nothing in the notebook. */
import { Cell } from '@jupyterlab/cells';

import { CellMark, Mark, signOf } from './marks.js';

/** Bring the prompts in line with the marks; a cell without one loses what it carried. */
export function paint(cells: readonly Cell[], marks: readonly CellMark[]): void {
  const byId = new Map(marks.map(mark => [mark.id, mark]));
  for (const cell of cells) {
    const mark = byId.get(cell.model.id);
    paintOne(cell, mark?.mark ?? 'none', mark?.words ?? '');
  }
}

function paintOne(cell: Cell, mark: Mark, words: string): void {
  const data = cell.node.dataset;
  if ((data.nbreproState ?? 'none') === mark) {
    return;
  }
  if (mark === 'none') {
    delete data.nbreproState;
    delete data.nbreproSign;
    cell.node.removeAttribute('data-nbrepro-words');
  } else {
    data.nbreproState = mark;
    data.nbreproSign = signOf(mark);
    data.nbreproWords = words;
  }
}
