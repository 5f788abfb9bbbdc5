/** What of a check counts as reproduced. */
import { Check } from './schema.js';
import type { LiveCell } from './inputs.js';

const PASSING = new Set(['identical', 'equivalent', 'within_tolerance']);

/** Whether a check's verdict counts as reproduced. */
export function passes(verdict: string): boolean {
  return PASSING.has(verdict);
}

/** Whether a checked source is no longer the one in the editor. */
export function isOlder(check: Check, cells: readonly LiveCell[]): boolean {
  const live = new Map(cells.map(cell => [cell.id, cell.digest]));
  const checked = check.cells.filter(cell => cell.number !== null);
  return checked.some(cell => live.get(cell.id) !== cell.source_digest) || cells.some(cell => !checked.some(other => other.id === cell.id));
}
