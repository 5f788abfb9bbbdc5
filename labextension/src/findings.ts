/** What the kernel found in the cells that ran. */
import { Inputs } from './inputs.js';
import { Finding } from './schema.js';
import { Words } from './words.js';

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

/** Return the kind of a finding in words; its name where it is none that this panel knows. */
export function findingWords(kind: string, words: Words): string {
  const names: { [kind: string]: string } = {
    unseeded_randomness: words.__('unseeded randomness'),
    random_consumption: words.__('random numbers drawn by turns'),
    hash_order: words.__('order of sets'),
    filesystem_order: words.__('order of files'),
    threads: words.__('threads'),
    time: words.__('the clock'),
    network: words.__('the network'),
    environment_variable: words.__('environment variable'),
    gpu: words.__('the GPU')
  };
  return names[kind] ?? kind.replace(/_/g, ' ');
}
