/** In which order the cells ran, against the order in which they stand. */
import { Inputs } from './inputs.js';
import { liveStates } from './live.js';
import { KernelCell, KernelState } from './schema.js';

export interface RunOrder {
  late: Set<string>;
  inOrder: number;
  notRun: number;
}

/** Which cells ran too early or too late: as the kernel judges, or else by the bare order of execution. */
export function runOrder(inputs: Inputs): RunOrder {
  const ran = latestRuns(inputs.kernel);
  const states = liveStates(inputs.live);
  const late = new Set<string>();
  let highest = 0;
  let notRun = 0;
  for (const cell of inputs.cells) {
    const order = ran.get(cell.id)?.order ?? null;
    if (order === null) {
      notRun++;
      continue;
    }
    const judged = states.get(cell.id);
    if (judged === undefined ? order < highest : judged.state === 'out_of_order') {
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
