/** What the kernel found in the cells that ran. */
import { Inputs } from './inputs.js';
import { Finding } from './schema.js';

export interface CellFinding {
  cellId: string | null;
  number: number | null;
  finding: Finding;
}

/** Return the findings of the cells that are still there, in their order. */
export function cellFindings(inputs: Inputs): CellFinding[] {
  const numbers = new Map(inputs.cells.map(cell => [cell.id, cell.number]));
  const found = (inputs.kernel?.cells ?? []).flatMap(cell =>
    cell.findings.map(finding => ({
      cellId: cell.cell_id,
      number: cell.cell_id === null ? null : (numbers.get(cell.cell_id) ?? null),
      finding
    }))
  );
  return found.filter(item => item.cellId === null || item.number !== null).sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
}
