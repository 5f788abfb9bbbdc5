/** What is no longer as the record has it, and which cells that can reach. */
import { Inputs } from './inputs.js';
import { Drift } from './schema.js';
import { Words } from './words.js';

const DATA = new Set(['data_changed', 'data_missing']);
const CODE = new Set(['source', 'local_module', 'cell_missing']);

export interface DriftItem {
  section: 'environment' | 'data' | 'code' | 'order' | 'outputs';
  text: string;
  /** What stands behind the text, where it is too much for the list. */
  title?: string;
  cellId: string | null;
  /** The data file that can be restored. */
  restore: string | null;
}

/** Return what drifted, section by section. */
export function driftItems(inputs: Inputs, late: Set<string>, words: Words): DriftItem[] {
  const { overview, cells } = inputs;
  const items: DriftItem[] = [];
  const add = (section: DriftItem['section'], text: string, cellId: string | null = null) =>
    items.push({ section, text, cellId, restore: null });
  const record = overview?.record ?? null;
  if (overview !== null && record !== null) {
    for (const drift of overview.drift) {
      const section = DATA.has(drift.kind) ? 'data' : CODE.has(drift.kind) ? 'code' : 'environment';
      const file = overview.data.find(data => data.path === drift.name);
      if (section === 'data') {
        const text = drift.kind === 'data_missing' ? words.__('%1 is missing', drift.name) : words.__('%1 changed', drift.name);
        items.push({ section, text, title: change(drift, words), cellId: null, restore: file?.restorable ? drift.name : null });
      } else {
        add(section, change(drift, words));
      }
    }
    const edited = cells.filter(cell => record.cells[cell.id] !== undefined && record.cells[cell.id] !== cell.digest);
    edited.forEach(cell => add('code', words.__('cell %1 edited', cell.number), cell.id));
    const added = cells.filter(cell => record.cells[cell.id] === undefined);
    added.forEach(cell => add('code', words.__('cell %1 is new', cell.number), cell.id));
    const gone = overview.removed;
    if (gone > 0) {
      add('code', words._n('%1 cell of the record is gone', '%1 cells of the record are gone', gone));
    }
    const fresh = new Set(edited.map(cell => cell.id));
    for (const cell of cells.filter(other => overview.outputs.includes(other.id) && !fresh.has(other.id))) {
      add('outputs', words.__('cell %1: its saved output is not the record’s', cell.number), cell.id);
    }
    if (inputs.kernel !== null && record.seed !== null && inputs.kernel.seed !== record.seed) {
      add('environment', words.__('seed %1 → %2', record.seed, inputs.kernel.seed));
    }
  }
  for (const cell of cells.filter(other => late.has(other.id))) {
    add('order', words.__('cell %1 ran before a cell above it', cell.number), cell.id);
  }
  return items;
}

function change(drift: Drift, words: Words): string {
  const absent = words.__('absent');
  const short = (value: string | null): string => (value === null ? absent : value.replace(/^\w+:([0-9a-f]{8})[0-9a-f]*$/, '$1'));
  return `${drift.name} ${short(drift.reference)} → ${short(drift.candidate)}`;
}

/** Return the numbers of the cells that the drift can reach. */
export function affectedNumbers(inputs: Inputs): number[] {
  const reached = new Set(inputs.overview?.affected ?? []);
  return inputs.cells.filter(cell => reached.has(cell.id)).map(cell => cell.number);
}
