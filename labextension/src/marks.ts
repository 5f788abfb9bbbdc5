/** One mark a cell: what it is now, as a sign and in words. */
import { Inputs, OpenCell } from './inputs.js';
import { doubtIn, liveStates } from './live.js';
import { latestRuns } from './order.js';
import { passes } from './verdicts.js';
import { Words } from './words.js';

export type Mark = 'match' | 'differs' | 'edited' | 'new' | 'order' | 'stale' | 'running' | 'raised' | 'ran' | 'none';

export interface CellMark {
  id: string;
  number: number;
  mark: Mark;
  /** The mark in words, for a tooltip and for those who do not see it. */
  words: string;
}

const SIGNS: Record<Mark, string> = {
  match: '✓',
  differs: '≠',
  edited: '✎',
  new: '+',
  order: '↕',
  stale: '↺',
  running: '…',
  raised: '✗',
  ran: '·',
  none: ''
};

/** Return the sign of a mark. */
export function signOf(mark: Mark): string {
  return SIGNS[mark];
}

/** Return the mark of each cell. */
export function cellMarks(inputs: Inputs, late: Set<string>, words: Words): CellMark[] {
  const ran = latestRuns(inputs.kernel);
  const live = liveStates(inputs.live);
  const record = inputs.overview?.record ?? null;
  const checked = new Map((inputs.overview?.check?.cells ?? []).map(cell => [cell.id, cell]));
  const changed = new Set(inputs.overview?.outputs ?? []);
  const text: Record<Mark, string> = {
    match: words.__('matches the reference'),
    differs: words.__('differs from the reference'),
    edited: words.__('edited since the record'),
    new: words.__('not in the record'),
    order: words.__('ran before a cell above it'),
    stale: words.__('used what a run from the top would make otherwise'),
    running: words.__('is running'),
    raised: words.__('raised an exception'),
    ran: words.__('ran in this kernel'),
    none: words.__('not run in this kernel')
  };
  const doubt = (cell: OpenCell): string | null => doubtIn(live.get(cell.id)?.state ?? '', words);
  const mark = (cell: OpenCell): Mark => {
    const run = ran.get(cell.id);
    const verdict = checked.get(cell.id);
    if (cell.executing) {
      return 'running';
    }
    if (late.has(cell.id)) {
      return 'order';
    }
    if (record !== null && record.cells[cell.id] !== cell.digest) {
      return record.cells[cell.id] === undefined ? 'new' : 'edited';
    }
    if (doubt(cell) !== null) {
      return 'stale';
    }
    if (run?.state === 'error') {
      return 'raised';
    }
    if (verdict !== undefined && verdict.source_digest === cell.digest && verdict.verdict !== 'not_compared') {
      return passes(verdict.verdict) ? 'match' : 'differs';
    }
    if (changed.has(cell.id)) {
      return 'differs';
    }
    return run === undefined ? 'none' : 'ran';
  };
  return inputs.cells.map(cell => {
    const found = mark(cell);
    return { id: cell.id, number: cell.number, mark: found, words: (found === 'stale' || found === 'order' ? doubt(cell) : null) ?? text[found] };
  });
}
