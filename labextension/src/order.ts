/** In which order the cells ran, against the order in which they stand. */
import { Inputs } from './inputs.js';
import { KernelCell, KernelState } from './schema.js';

export interface RunOrder {
  late: Set<string>;
  inOrder: number;
  notRun: number;
}

/** Which cells ran before a cell that stands above them. */
export function runOrder(inputs: Inputs): RunOrder {
  const ran = latestRuns(inputs.kernel);
  const late = new Set<string>();
  let highest = 0;
  let notRun = 0;
  for (const cell of inputs.cells) {
    const order = ran.get(cell.id)?.order ?? null;
    if (order === null) {
      notRun++;
      continue;
    }
    if (order < highest) {
      late.add(cell.id);
    }
    highest = Math.max(highest, order);
  }
  return { late, inOrder: inputs.cells.length - notRun - late.size, notRun };
}

/** Return the latest execution of each cell, by its id. */
export function latestRuns(kernel: KernelState | null): Map<string, KernelCell> {
  const found = new Map<string, KernelCell>();
  for (const cell of kernel?.cells ?? []) {
    if (cell.cell_id !== null) {
      found.set(cell.cell_id, cell);
    }
  }
  return found;
}
